"""The command's own words: options, wrong usage, environment, and every bad end in one sentence."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hsmshell import __version__, registry
from hsmshell.cli.main import VERBS
from hsmshell.engine.lab import DATABASE
from hsmshell.engine.schema import VERSION
from tests.cli.running import COMMAND, environment, is_one_sentence, run


def test_version(tmp_path: Path) -> None:
    assert run(tmp_path, "--version") == (0, f"hsmshell {__version__}\n", "")


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_names_everything(tmp_path: Path, word: str) -> None:
    ran = run(tmp_path, word)
    assert (ran.code, ran.err) == (0, "")
    for name in [*VERBS, *(name for name, entry in registry.TOOLS.items() if entry.path)]:
        assert f"\n  {name} " in ran.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(tmp_path: Path, verb: str) -> None:
    ran = run(tmp_path, verb, "-h")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"usage: hsmshell {verb} ")
    assert VERBS[verb] in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["./ckdemo2"],
        ["--nonsense"],
        ["-x"],
        ["--lab"],
        ["--lab="],
        ["--lab", ""],
        ["--laboratory=x", "lab", "show"],
        ["lab"],
        ["lab", "nonsense"],
        ["lab", "show", "--nonsense"],
        ["lab", "show", "nonsense"],
        ["lab", "init", "--scenario"],
        ["shims"],
        ["shims", "a", "b"],
    ],
)
def test_wrong_usage(tmp_path: Path, words: list[str]) -> None:
    ran = run(tmp_path, *words)
    assert ran.code == 2
    assert ran.out == ""
    assert "hsmshell" in ran.err
    assert "Traceback" not in ran.err
    assert list(tmp_path.iterdir()) == [], "nothing is made on the way"


def test_the_forms_of_lab(tmp_path: Path, lab_directory: Path) -> None:
    name = str(lab_directory)
    for words, more in (
        (["--lab", name], {}),
        ([f"--lab={name}"], {}),
        ([], {"HSMSHELL_LAB": name}),
        (["--lab", name], {"HSMSHELL_LAB": "/nowhere"}),
        (["--lab", "/nowhere", "--lab", name], {}),
        (["--lab", lab_directory.name], {}),
    ):
        ran = run(tmp_path, *words, "lab", "show", more=more)
        assert (ran.code, ran.err) == (0, ""), (words, more)
        assert "cluster-migration" in ran.out


def test_the_first_use_makes_the_lab_and_says_so(tmp_path: Path) -> None:
    more = {"XDG_DATA_HOME": str(tmp_path / "data")}
    first = run(tmp_path, "lab", "show", more=more)
    assert first.code == 0
    assert is_one_sentence(first.err)
    assert "made a lab from the scenario migration" in first.err
    assert (tmp_path / "data" / "hsmshell" / "default" / DATABASE).is_file()
    second = run(tmp_path, "lab", "show", more=more)
    assert second == (0, first.out, "")


@pytest.mark.parametrize("tool", [name for name, entry in registry.TOOLS.items() if entry.path])
def test_tools_by_their_names(tmp_path: Path, lab_directory: Path, tool: str) -> None:
    for word in (tool, registry.TOOLS[tool].path):
        ran = run(tmp_path, "--lab", str(lab_directory), word)
        assert ran.code in (0, 1)
        assert "hsmshell:" not in ran.err


@pytest.mark.parametrize(("name", "value"), [("HSMSHELL_CLIENT", "modern"), ("HSMSHELL_CONSOLE", "fancy")])
def test_wrong_environment(tmp_path: Path, lab_directory: Path, name: str, value: str) -> None:
    ran = run(tmp_path, "--lab", str(lab_directory), "key_mgmt_util", more={name: value})
    assert (ran.code, ran.out) == (2, "")
    assert is_one_sentence(ran.err)
    assert name in ran.err


# labs that cannot be used


def _foreign(directory: Path) -> str:
    (directory / DATABASE).unlink()
    other = sqlite3.connect(directory / DATABASE)
    other.execute("CREATE TABLE precious (thing)")
    other.commit()
    other.close()
    return "is not a lab of hsmshell"


def _newer(directory: Path) -> str:
    newer = sqlite3.connect(directory / DATABASE)
    newer.execute(f"PRAGMA user_version={VERSION + 1}")
    newer.close()
    return "upgrade hsmshell"


def _corrupt(directory: Path) -> str:
    (directory / DATABASE).write_bytes(b"what is left after a bad disk" * 999)
    return "is damaged"


def _torn(directory: Path) -> str:
    data = (directory / DATABASE).read_bytes()
    (directory / DATABASE).write_bytes(data[:4096] + bytes(len(data) - 4096))
    return "lab init --force"


@pytest.mark.parametrize("damage", [_foreign, _newer, _corrupt, _torn])
@pytest.mark.parametrize("words", [["key_mgmt_util"], ["lab", "show"], ["cmu", "list"]])
def test_labs_that_cannot_be_used(tmp_path: Path, lab_directory: Path, damage: object, words: list[str]) -> None:
    expected = damage(lab_directory)  # type: ignore[operator]
    ran = run(tmp_path, "--lab", str(lab_directory), *words, typed="exit\n")
    assert ran.code == 1
    assert is_one_sentence(ran.err), ran.err
    assert expected in ran.err


def test_a_directory_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("file", "file/lab", "/dev/null/lab"):
        ran = run(tmp_path, "--lab", name, "lab", "init")
        assert (ran.code, ran.out) == (1, "")
        assert is_one_sentence(ran.err)


def obey_modes() -> None:
    """Root is hindered by no mode; from now on this process is (capabilities(7), PR_CAPBSET_DROP)."""
    libc = ctypes.CDLL(None)
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


def test_a_directory_that_may_not_be_written(tmp_path: Path, lab_directory: Path) -> None:
    (lab_directory / DATABASE).chmod(0o444)
    lab_directory.chmod(0o555)
    full = tmp_path / "full"
    full.mkdir(mode=0o555)
    before = obey_modes if os.geteuid() == 0 else None
    probe = subprocess.run(
        ["/bin/sh", "-c", f"touch '{full}/x'"], preexec_fn=before, stderr=subprocess.DEVNULL, check=False
    )
    if probe.returncode == 0:
        pytest.skip("this account may write everywhere")
    login = ["singlecmd", "loginHSM", "-u", "CU", "-s", "bob", "-p", "user1234"]
    for words in (
        ["--lab", str(lab_directory), "lab", "init", "--force"],
        ["--lab", str(full / "lab"), "lab", "show"],
        ["--lab", str(lab_directory), "key_mgmt_util", *login],
    ):
        done = subprocess.run(
            [*COMMAND, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            check=False,
            preexec_fn=before,
        )
        assert done.returncode == 1, done
        assert is_one_sentence(done.stderr), done.stderr
    lab_directory.chmod(0o755)


# bad ends


@pytest.mark.parametrize("words", [["-h"], ["lab", "show", "--json"], ["key_mgmt_util", "singlecmd", "help"]])
def test_nobody_reads_the_output(tmp_path: Path, lab_directory: Path, words: list[str]) -> None:
    """As ``| head -1`` does, here from the very start, so that no race decides."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "--lab", str(lab_directory), *words],
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        env=environment(tmp_path),
        check=False,
    )
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode in (0, 1)


def test_head_takes_one_line(tmp_path: Path, lab_directory: Path) -> None:
    line = f"'{sys.executable}' -m hsmshell --lab '{lab_directory}' lab show --json | head -1"
    ran = run(tmp_path, command=["/bin/sh", "-c", line])
    assert ran == (0, "{\n", "")


BROKEN = """
import sys, types
from hsmshell import registry
from hsmshell.cli.main import main

def run(arguments, context):
    context.console.write("begun\\n")
    with context.lab.store.transaction():
        context.lab.store.set_meta("note", "half")
        raise {raised}

module = types.ModuleType("broken")
module.run = run
sys.modules["broken"] = module
registry.TOOLS = {{**registry.TOOLS, "broken": registry.Entry("broken", "raises", "/broken")}}
sys.exit(main(["--lab", sys.argv[1], "broken"]))
"""


def test_a_defect_is_told_in_one_line_and_rolled_back(tmp_path: Path, lab_directory: Path) -> None:
    command = [sys.executable, "-c", BROKEN.format(raised="RuntimeError('secret detail')"), str(lab_directory)]
    ran = run(tmp_path, command=command)
    assert (ran.code, ran.out) == (70, "begun\n")
    assert is_one_sentence(ran.err)
    assert "HSMSHELL_DEBUG=1" in ran.err
    assert "secret detail" not in ran.err
    database = sqlite3.connect(lab_directory / DATABASE)
    assert database.execute("SELECT count(*) FROM meta WHERE name = 'note'").fetchone() == (0,)
    database.close()


def test_debugging_shows_the_traceback(tmp_path: Path, lab_directory: Path) -> None:
    command = [sys.executable, "-c", BROKEN.format(raised="RuntimeError('secret detail')"), str(lab_directory)]
    ran = run(tmp_path, command=command, more={"HSMSHELL_DEBUG": "1"})
    assert ran.code == 70
    assert "Traceback" in ran.err
    assert "secret detail" in ran.err


def test_an_interruption(tmp_path: Path, lab_directory: Path) -> None:
    command = [sys.executable, "-c", BROKEN.format(raised="KeyboardInterrupt"), str(lab_directory)]
    ran = run(tmp_path, command=command)
    assert (ran.code, ran.err) == (130, "\n")


@pytest.mark.parametrize("line", ["loginHSM -u CU -s \udcff\udcfe -p \udcfd", "\udcff", "genSymKey -l \udcff"])
def test_bytes_that_are_no_text(tmp_path: Path, lab_directory: Path, line: str) -> None:
    ran = run(tmp_path, "--lab", str(lab_directory), "key_mgmt_util", typed=f"{line}\nexit\n")
    assert ran.code == 0, ran.err
    assert ran.err == ""
