"""lunash: what ends a dialog changes nothing, abbreviations, several appliances, labs of older versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from commands.lunash import program, run
from hsmshell.cli.main import main
from hsmshell.console import Ask, Context
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.appliance.appliance import ADMIN
from hsmshell.engine.inventory import take
from hsmshell.engine.lab import DATABASE, Lab
from hsmshell.grammar import Provenance
from hsmshell.rehearsal.shell import run as shell

Make = Callable[..., Context]
LOGIN = "hsm login -password so-password"


def played(context: Context, arguments: Sequence[str] = ()) -> str:
    assert run(arguments, context) == 0
    assert isinstance(context.console, ScriptedConsole)
    return context.console.text


def state(lab: Lab) -> object:
    """All that a lab shows, but for nobody's tries."""
    return take(lab).appliances


@pytest.mark.parametrize(
    "answers",
    [
        ["hsm login"],
        [LOGIN, "hsm init -label new"],
        [LOGIN, "hsm init -label new", "new-password"],
        [LOGIN, "hsm init -label new", "new-password", "new-password"],
        [LOGIN, "hsm init -label new", "new-password", "other-password"],
        ["hsm factoryReset"],
        ["hsm factoryReset", "yes"],
        ["hsm factoryReset", "quit"],
        [LOGIN, "hsm changePolicy -policy 6 -value 0"],
        [LOGIN, "hsm changePolicy -policy 6 -value 1"],
        [LOGIN, "partition create -partition third"],
        [LOGIN, "partition create -partition third", "third-password"],
        [LOGIN, "partition delete -partition partition1"],
        [LOGIN, "partition resetPw -partition partition1", "new-password"],
        [LOGIN, "partition resetPw -partition partition1", "short6", "short6"],
        ["my file clear"],
        ["my public-key clear", "q"],
        ["syslog cleanup"],
        ["sysconf config factoryReset -service all"],
        ["hsm changePolicy -policy 6"],
        ["hsm changePolicy -policy six -value 0"],
        ["partition show -partition"],
    ],
)
def test_a_dialog_that_is_not_finished_changes_nothing(lab: Lab, context: Make, answers: list[str]) -> None:
    before = state(lab)
    played(context(answers))
    assert state(lab) == before


def test_words_and_options_may_be_abbreviated(context: Make) -> None:
    text = played(context(["HSM LOGI -p so-password", "p cr -par third -pass third-password", "p l", "hs logo"]))
    assert "Name: third\n" in text
    assert text.count("Command Result : 0 (Success)\n") == 4


def test_a_password_is_asked_for_hidden(context: Make) -> None:
    kinds: list[tuple[str, Ask]] = []

    class Watched(ScriptedConsole):
        def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: object = None) -> str:
            kinds.append((prompt, kind))
            return super().ask(prompt, kind)

    text = played(context()._replace(console=Watched(["hsm login", "so-password", "exit"])))
    assert ("  > ", Ask.MASKED) in kinds
    assert "so-password" not in text


def test_the_administrator_is_logged_out_at_the_end(lab: Lab, context: Make) -> None:
    played(context([LOGIN]))
    with lab.store.reading():
        assert lab.store.sessions() == []


def test_a_reset_over_ssh_may_be_refused(lab: Lab, context: Make) -> None:
    with lab.store.transaction():
        device = lab.appliance().device
        lab.store.set_device_settings(device.id, {**device.settings, "serial_console": False})
    before = state(lab)
    text = played(context(["hsm factoryReset", "hsm factoryReset -force"]))
    assert text.count("Error:  'hsm factoryReset' is possible at the serial console of the appliance only.\n") == 2
    assert state(lab) == before


def test_an_appliance_is_named(lab_from: Callable[[str], Lab], context: Make) -> None:
    appliance = '[[appliance]]\nname = "%s"\nsecurity_officer_pin = "so-password"\npartition = []\nserial = "%d"\n'
    own = lab_from("password_cost = 2\n" + appliance % ("one", 111111) + appliance % ("two", 222222))
    made = "partition create -partition %s -password part-password"
    text = played(context([LOGIN, made % "first"])._replace(lab=own), ["two"])
    assert text.startswith("[two] lunash:>")
    assert "Partition: 111111008," in played(context([LOGIN, made % "second", "partition list"])._replace(lab=own))
    assert [slot.number for slot in own.application().slots()] == [1, 2]
    refused = context()._replace(lab=own)
    assert run(["three"], refused) == 1
    assert isinstance(refused.console, ScriptedConsole)
    assert refused.console.text.endswith("The appliances are: one, two\n")


def test_a_lab_of_an_older_version_has_an_hsm_that_nobody_initialized(lab: Lab, context: Make) -> None:
    with lab.store.transaction():
        device = lab.appliance().device
        admin = next(part for part in lab.store.containers(device.id) if part.number == ADMIN)
        lab.store.delete_container(admin.id)
        kept = ("profile", "label", "serial", "slot_description", "firmware", "model")
        lab.store.set_device_settings(device.id, {name: device.settings[name] for name in kept})
    text = played(context(["hsm show", LOGIN, "syslog list", "my file list", "partition show", "hsm showPolicies"]))
    assert "(102 : CKR_USER_PIN_NOT_INITIALIZED)" in text
    assert "HSM Admin login attempts left:      3 before HSM zeroization!\n" in text
    new = ["new-password", "new-password", "domain", "domain", "proceed"]
    text = played(context(["hsm factoryReset -f", "hsm init -label x", *new, "hsm login", "new-password", "hsm show"]))
    assert "HSM Admin login status:             Logged In\n" in text


def test_ssh_opens_the_appliance_and_exit_returns(context: Make) -> None:
    made = context(["ssh admin@luna-sa5", "hsm logo", "exit", "help", "exit"])
    assert shell([], made) == 0
    assert isinstance(made.console, ScriptedConsole)
    assert "$ ssh admin@luna-sa5\n[luna-sa5] lunash:>hsm logo\n" in made.console.text
    assert "  luna-sa5            is a Luna appliance; ssh opens its lunash\n" in made.console.text


def test_every_command_says_how_well_it_is_known() -> None:
    attested = {name for name, command in program.BY_NAME.items() if command.provenance is Provenance.ATTESTED}
    assert attested == {"hsm login", "hsm show"}


def test_after_a_deprovisioning_no_key_is_in_the_lab(
    lab_directory: Path, lab: Lab, capsys: pytest.CaptureFixture[str], context: Make
) -> None:
    with lab.store.reading():
        parts = lab.store.containers(lab.appliance().device.id)
        keys = [lab.store.material(item.material) for part in parts for item in lab.store.objects(part.id)]
    assert len(keys) == 4
    played(context(["hsm factoryReset -force"]))
    lab.close()
    files = [path for path in lab_directory.rglob("*") if path.is_file()]
    assert lab_directory / DATABASE in files
    assert not [key for key in keys for path in files if key in path.read_bytes()]
    assert main(["--lab", str(lab_directory), "lab", "show"]) == 0
    assert "appliance luna-sa5" in capsys.readouterr().out
