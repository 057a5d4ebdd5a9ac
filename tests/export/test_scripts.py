"""The scripts, run for real against launchers on a fresh lab: the lab ends as it does when the log is replayed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hsmshell.cli.lab_json import document as lab_document
from hsmshell.engine.inventory import take
from hsmshell.engine.lab import Lab
from hsmshell.export.expect_script import expect_script
from hsmshell.export.performance import Answer, Performance, perform
from hsmshell.export.shell_script import shell_script
from hsmshell.export.text import NotExportable
from hsmshell.transcript.log import parse
from hsmshell.transcript.runner import LabCopies, replay_on
from hsmshell.transcript.sources import load
from tests.cli.running import Ran, environment, run
from tests.conftest import pooled_services

ROOT = Path(__file__).resolve().parents[2]
LABS = LabCopies(pooled_services())
WRITERS: dict[str, Callable[[Performance], str]] = {"expect": expect_script, "sh": shell_script}
LOGS = [
    "hsmshell/rehearsal/procedures/migration.md",
    "transcripts/document/appendix2.transcript",
    "transcripts/key_mgmt_util/login.transcript",
    "transcripts/key_mgmt_util/singlecmd.transcript",
    "transcripts/key_mgmt_util/late.transcript",
    "transcripts/key_mgmt_util/wrap.transcript",
    "transcripts/cloudhsm_mgmt_util/hidden-password.transcript",
    "transcripts/cloudhsm_mgmt_util/dialogs.transcript",
    "transcripts/cloudhsm_mgmt_util/end-of-input.transcript",
    "transcripts/cloudhsm_mgmt_util/second-factor.transcript",
    "transcripts/cloudhsm_mgmt_util/clone.transcript",
    "transcripts/ckdemo/unwrap.transcript",
    "transcripts/cmu/objects.transcript",
]
UNCHANGED = ("transcripts/key_mgmt_util/login.transcript",)
"""What leaves a lab as it was."""
PLAYERS = {
    "ssh": '#!/bin/sh\n[ "$1" = -t ] && shift\ncd "$HOSTS/$1" && shift && exec sh -c "$*"\n',
    "sudo": '#!/bin/sh\nexec "$@"\n',
    "service": '#!/bin/sh\nexec cloudhsm_client "$2"\n',
    "scp": '#!/bin/sh\nexec cp "$1" "$HOSTS/${2%:}/"\n',
}
"""The network between the two hosts of a lab, and the service manager of one."""


def performed(text: str, name: str = "x.transcript") -> Performance:
    return perform(load(text, name), text, LABS)


def state(lab: Lab) -> Any:
    """Users, keys and objects everywhere, without what is random or counts events."""
    whole = json.loads(lab_document(take(lab)))
    hsms = [hsm for cluster in whole["clusters"] for hsm in cluster["hsms"]]
    partitions = [partition for appliance in whole["appliances"] for partition in appliance["partitions"]]
    for hsm in hsms:
        del hsm["metrics"]
    for holder in (*hsms, *partitions):
        for item in holder["keys"] if "keys" in holder else holder["objects"]:
            for name in ("fingerprint", "check_value"):
                item.pop(name, None)
            attributes = {name: value for name, value in item["attributes"].items() if not isinstance(value, str)}
            if item["class"] != "secret_key":
                # An encoded private key has a byte more or less.
                attributes.pop("value_len", None)
            item["attributes"] = attributes
    return whole["clusters"], whole["appliances"]


class Place:
    """A fresh lab with launchers, a network, and the folders of its hosts."""

    def __init__(self, folder: Path, scenario: str) -> None:
        self.home = folder
        self.lab = folder / "lab"
        LABS(str(self.lab), scenario).close()
        assert run(folder, "--lab", str(self.lab), "shims", "fake").code == 0
        self.programs = folder / "fake" / "bin"
        self.hosts = self.lab / "simulated-hosts"
        for host in ("cloudhsm-client", "luna-client"):
            (self.hosts / host).mkdir(parents=True, exist_ok=True)
        for name, text in PLAYERS.items():
            (self.programs / name).write_text(text)
            (self.programs / name).chmod(0o755)

    def run(self, program: str, script: str, secrets: dict[str, str]) -> Ran:
        file = self.home / "script"
        # The log names the tools by their real paths, where nothing stands on this machine.
        for folder in ("/opt/cloudhsm/bin/", "/usr/safenet/lunaclient/bin/"):
            script = script.replace(folder, "")
        file.write_text(script, "utf-8")
        own = environment(self.home, TERM="xterm", HOSTS=str(self.hosts), **secrets)
        done = subprocess.run(
            [program, str(file)],
            capture_output=True,
            timeout=300,
            cwd=self.hosts / "cloudhsm-client",
            env={**own, "PATH": f"{self.programs}{os.pathsep}{own['PATH']}"},
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    def state(self) -> Any:
        with contextlib.closing(Lab.open(str(self.lab))) as lab:
            return state(lab)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: Path(log).name)
@pytest.mark.parametrize("kind", WRITERS)
def test_the_lab_ends_as_after_a_replay(tmp_path: Path, judge: Callable[[str], str], kind: str, log: str) -> None:
    program = judge(kind)
    text = (ROOT / log).read_text("utf-8")
    performance = performed(text, log)
    assert performance.report.mismatches == 0
    script = WRITERS[kind](performance)
    scenario = performance.lab or "migration"
    place = Place(tmp_path, scenario)
    (tmp_path / "work").mkdir()
    with contextlib.closing(LABS(str(tmp_path / "replayed"), scenario)) as lab:
        before = state(lab)
        replay_on(lab, str(tmp_path / "work"), parse(text, log))
        replayed = state(lab)
    ran = place.run(program, script, performance.secrets.values)
    assert ran.code == 0, ran.out + ran.err
    assert place.state() == replayed
    assert replayed != before or log in UNCHANGED


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("log", LOGS, ids=lambda log: Path(log).name)
def test_no_secret_is_in_a_script(kind: str, log: str) -> None:
    performance = performed((ROOT / log).read_text("utf-8"), log)
    code = "\n".join(
        line for line in WRITERS[kind](performance).split("\n") if not line.startswith(("#", ": ", "        puts"))
    )
    # The mask hides a command that follows -hpswd, too.
    for value in set(performance.secrets.values.values()) - {"findKey"}:
        assert value not in code


@pytest.mark.parametrize("kind", WRITERS)
def test_a_missing_secret_stops_it_before_anything_is_done(
    tmp_path: Path, judge: Callable[[str], str], kind: str
) -> None:
    log = "#: tool key_mgmt_util\n...\nCommand:  loginHSM -u CU -s bob -p user1234\n...\nCommand:  exit\n"
    ran = Place(tmp_path, "migration").run(judge(kind), WRITERS[kind](performed(log)), {})
    assert ran.code != 0
    assert "HSM_SECRET_1" in ran.err
    assert "Command:" not in ran.out


@pytest.mark.parametrize(
    ("typed", "prompt", "told"),
    [
        ("exit", "Command:  ", "line 5 of the log: the program ended before its prompt"),
        ("Error2String -r 0xdb", "Other> ", 'line 5 of the log: no prompt "Other> " came'),
    ],
)
def test_a_prompt_that_does_not_come_is_told_with_its_line(
    tmp_path: Path, judge: Callable[[str], str], typed: str, prompt: str, told: str
) -> None:
    performance = performed("#: tool key_mgmt_util\n...\nCommand:  Error2String -r 0xdb\n...\nCommand:  exit\n")
    (process,) = performance.processes
    steps = (Answer(3, "Command:  ", (typed,)), Answer(5, prompt, ("exit",)))
    script = expect_script(performance._replace(processes=(process._replace(steps=steps),)))
    ran = Place(tmp_path, "migration").run(judge("expect"), script.replace("set timeout 60", "set timeout 3"), {})
    assert ran.code == 1
    assert told in ran.err


@pytest.mark.parametrize("kind", WRITERS)
def test_a_failure_that_the_log_does_not_have_ends_it(tmp_path: Path, judge: Callable[[str], str], kind: str) -> None:
    log = "#: tool key_mgmt_util\n#: args singlecmd loginHSM -u CU -s bob -p user1234 findKey\n...\n"
    script = f"{WRITERS[kind](performed(log))}\n{'puts' if kind == 'expect' else 'echo'} reached\n"
    place = Place(tmp_path, "migration")
    good = place.run(judge(kind), script, {"HSM_SECRET_1": "user1234"})
    assert (good.code, "reached" in good.out) == (0, True)
    bad = place.run(judge(kind), script, {"HSM_SECRET_1": "wrong"})
    assert (bad.code, "reached" in bad.out) == (1, False)


@pytest.mark.parametrize("kind", WRITERS)
def test_files_hosts_variables_and_odd_labels(tmp_path: Path, judge: Callable[[str], str], kind: str) -> None:
    """What is typed arrives as it was typed, on either host, whatever letters it has."""
    label = 'it\'s [a] $b {c} \\d "e" `f` é'
    quoted = label.replace("'", "'\\''")
    login = "$ key_mgmt_util singlecmd loginHSM -u CU -s bob -p $HSM_PASSWORD"
    log = (
        "#: file note.txt $HOME [x] \\n\n#: file note.txt END\n"
        f"$ export LABEL='{quoted}' HSM_PASSWORD=user1234\n"
        f"{login} genRSAKeyPair -m 2048 -e 65537 -l \"$LABEL\"\n...\n"
        f"{login} exportPubKey -k 407 -out public.pem\n...\n"
        "$ scp public.pem luna-client:\n$ ssh luna-client\n"
        "# cmu import -inputFile=public.pem -label \"$LABEL\" -slot=1 -password=password\n"
        "# cmu delete -handle=131 -slot=1\n...\nDelete this object (y/n) ? y\n"
        "# cmu list -slot=9\n...\n# exit\n$ exit\n"
    )  # fmt: skip
    performance = performed(log)
    assert performance.report.mismatches == 0
    place = Place(tmp_path, "migration")
    ran = place.run(judge(kind), WRITERS[kind](performance), performance.secrets.values)
    assert ran.code == 0, ran.out + ran.err
    clusters, appliances = place.state()
    assert {key["label"] for hsm in clusters[0]["hsms"] for key in hsm["keys"]} == {label}
    objects = {item["handle"]: item["label"] for item in appliances[0]["partitions"][0]["objects"]}
    assert 131 not in objects
    assert objects[149] == label
    written = (place.hosts / "cloudhsm-client" / "note.txt").read_text()
    assert written == "$HOME [x] \\n\nEND\n"


def test_a_scripts_comments_are_the_logs_prose() -> None:
    text = (
        "# The title\n\nWhy this is done.\n\n```console\n#: tool key_mgmt_util\n...\nCommand:  findKey\n...\n```\n\n"
        "And now it ends \\\n\n```console\nCommand:  exit\n```\n"
    )
    performance = performed(text, "a/x.md")
    for kind, write in WRITERS.items():
        script = write(performance)
        assert script.startswith(f"#!{'/bin/sh' if kind == 'sh' else '/usr/bin/env expect'}\n# The title\n")
        assert "# Made by hsmshell from x.md.\n" in script
        assert "\n# Why this is done.\n" in script
        assert "\n# And now it ends \\ .\n" in script
    script = expect_script(performance)
    assert script.index("findKey") < script.index("And now") < script.index("exit\\r")


def test_handles_that_are_typed_are_told() -> None:
    log = (
        "#: tool key_mgmt_util\n...\nCommand:  loginHSM -u CU -s bob -p user1234\n...\n"
        "Command:  genSymKey -t 31 -s 32 -l x\n...\nCommand:  deleteKey -k 407\n...\nCommand:  exit\n"
    )
    assert performed(log).handles == ("407",)
    for write in WRITERS.values():
        assert "# Handles that are typed as they stand in the log: 407.\n" in write(performed(log))


def test_a_second_window_is_a_command_beside_the_tool(tmp_path: Path, judge: Callable[[str], str]) -> None:
    log = (
        "#: tool key_mgmt_util\n...\nCommand:  Error2String -r 0xdb\n...\n"
        "$ echo 'a  b' > note.txt\n> cat note.txt\n"
        "Command:  exit\n"
    )
    performance = performed(log)
    with pytest.raises(NotExportable, match=r"line 5 .* export with --to expect"):
        shell_script(performance)
    place = Place(tmp_path, "migration")
    ran = place.run(judge("expect"), expect_script(performance), {})
    assert ran.code == 0, ran.err
    assert (place.hosts / "cloudhsm-client" / "note.txt").read_text() == "a  b\n"


def test_a_scenario_of_the_front_matter_is_played() -> None:
    text = "---\nscenario: client-stopped\n---\n```console\n#: tool key_mgmt_util\n...\n```\n"
    assert performed(text, "x.md").lab == "client-stopped"
