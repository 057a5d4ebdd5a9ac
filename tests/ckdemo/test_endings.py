"""The input may end, and a person may press Ctrl-C, in any dialogue; whatever is typed is answered."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.ckdemo import program, run
from hsmshell.console import Answer, Ask, Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.lab import Lab
from hsmshell.engine.scenario import create_lab, shipped
from tests.cli.running import environment
from tests.cli.running import run as start
from tests.conftest import pooled_services

from .answering import CHOICE, FILE, Plausible, contents
from .conftest import LOGIN, Desk

LOGINS = {Profile.LUNA5: LOGIN, Profile.LUNA7: ["1", "0", "1", "3", "1", "co-password"]}
HANDLES = {Profile.LUNA5: "120", Profile.LUNA7: "15"}
DIALOGUES = [
    pytest.param(profile, entry.number, id=f"{profile.value}-{entry.number}")
    for profile in Profile
    for entry in program.ENTRIES
    if entry.is_offered(profile) and entry.number
    if profile is Profile.LUNA5 or entry.generations  # the others are the same dialogue on both
]
ENOUGH = 60
"""Answers that end every dialogue."""


@pytest.fixture(scope="module")
def labs(migration: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Profile, Path]:
    """The directories of a lab of each generation; they are copied."""
    folder = tmp_path_factory.mktemp("luna7")
    source = next(one.path for one in shipped() if one.name == "luna7")
    (folder / "luna7.toml").write_text(Path(source).read_text("utf-8").replace("cost = 4096", "cost = 2"))
    create_lab(str(folder / "lab"), str(folder / "luna7.toml"), services=pooled_services()).close()
    return {Profile.LUNA5: migration, Profile.LUNA7: folder / "lab"}


@pytest.fixture
def place(labs: dict[Profile, Path], tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk with a lab of the generation that the test's parameter names."""
    shutil.copytree(labs[request.getfixturevalue("profile")], tmp_path / "lab")
    lab = Lab.open(str(tmp_path / "lab"), pooled_services())
    work = tmp_path / "work"
    work.mkdir()
    (work / FILE).write_bytes(bytes(range(32)))
    yield Desk(lab, work)
    lab.close()


@pytest.mark.parametrize(("profile", "number"), DIALOGUES)
def test_the_input_may_end_in_every_dialogue(place: Desk, profile: Profile, number: int) -> None:
    before = contents(place.lab.directory)
    for limit in range(ENOUGH):
        console = Plausible([*LOGINS[profile], str(number)], limit, HANDLES[profile], LOGINS[profile][-1])
        assert run(("--no-menu",), Context(place.lab, console, Files(str(place.directory)))) == 0
        assert console.text.endswith("\n")
        assert place.lab.store.sessions() == []
        if console.finished:
            break
        assert contents(place.lab.directory) == before
        assert os.listdir(place.directory) == [FILE]
    assert console.finished


NUMBERS = ("0", "1", "2", "3", "-1", "16", "21", "26", "120", "131", "0x1081", " 1 ", "1.5", "9" * 30)
WORDS = ("", "-", "x", "é", "password", FILE, "\x1b]0;title\x07")
CHOICES = tuple(str(entry.number) for entry in program.ENTRIES)
ANSWERS = st.lists(st.one_of(*(st.sampled_from(words) for words in (NUMBERS, WORDS, CHOICES))), max_size=40)
MENU = program.menu()


@given(answers=ANSWERS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_answered(desk: Desk, answers: list[str]) -> None:
    (desk.directory / FILE).write_bytes(bytes(32))
    played = desk.play(*LOGIN, *answers)
    assert played.code == 0
    assert desk.lab.store.sessions() == []
    *actions, last = played.text.split(CHOICE)[1:]
    # Option 1 has the menu printed behind each status.
    with_menu = [(1, True)] if "Menu Printing (selected)" in played.text else []
    for action in actions:
        assert (action.count("\nStatus: "), MENU in action) in ((1, False), (0, True), *with_menu)
    assert last.count("\nStatus: ") == 0
    output = played.text
    for answer in answers:
        output = output.replace(answer + "\n", "\n")
    assert "\x1b" not in output


class Interrupted(ScriptedConsole):
    """Presses Ctrl-C at the first question about a handle."""

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        if prompt.startswith("Enter handle"):
            raise KeyboardInterrupt
        return super().ask(prompt, kind, answer)


@pytest.mark.parametrize("number", ["21", "22", "23", "24", "27"])
def test_an_interrupt_ends_the_program_and_changes_nothing(desk: Desk, number: str) -> None:
    before = contents(desk.lab.directory)
    with pytest.raises(KeyboardInterrupt):
        run((), Context(desk.lab, Interrupted([*LOGIN, number]), Files(str(desk.directory))))
    assert desk.lab.store.sessions() == []
    assert contents(desk.lab.directory) == before


def test_on_a_terminal(tmp_path: Path, lab_directory: Path) -> None:
    assert start(tmp_path, "--lab", str(lab_directory), "shims", "fake").code == 0
    tool = str(tmp_path / "fake/usr/safenet/lunaclient/bin/ckdemo")
    own = environment(tmp_path, TERM="xterm")
    del own["PYTHONPATH"]
    child = pexpect.spawn(tool, ["--no-menu"], env=own, cwd=str(tmp_path), timeout=60, encoding="utf-8")
    for answer in [*LOGIN, "27"]:
        child.expect_exact(": " if answer != "1" else ["choice : ", "a slot: ", "[2]? ", "[3]: "])
        child.sendline(answer)
    child.expect_exact("(-1 to list available objects) : ")
    child.sendline("120")
    child.expect_exact("CKA_LABEL=Generated AES Key")
    child.expect_exact(CHOICE)
    child.sendline("22")
    child.expect_exact("(-1 to list available objects) : ")
    child.sendintr()
    child.expect_exact(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert "\x1b" not in str(child.before)
    with contextlib.closing(Lab.open(str(lab_directory))) as lab:
        assert 120 in [item.handle for item in lab.store.objects(lab.appliance().partitions()[0].id)]


def test_from_a_pipe_with_one_answer_a_line(tmp_path: Path, lab_directory: Path) -> None:
    typed = "\n".join([*LOGIN, "27", "120", "60", "21"])
    ran = start(tmp_path, "--lab", str(lab_directory), "ckdemo", "--no-menu", typed=typed)
    assert (ran.code, ran.err) == (0, "")
    assert "CKA_LABEL=Generated AES Key\n" in ran.out
