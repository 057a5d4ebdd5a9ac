"""The launchers: what is written, what is never overwritten, and that every way of driving one works."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from hsmshell import registry
from hsmshell.cli.shims import LONGEST, MARKER, launcher
from tests.cli.running import ROOT, Ran, environment, is_one_sentence, run

PROMPT = "Command:  "
TOOLS = {name: entry.path for name, entry in registry.TOOLS.items() if entry.path}
DIALOGUE = "Error2String -r 0xdb\nexit\n"
ANSWER = "\tError Code db maps to HSM Error: Invalid User Type."


@pytest.fixture
def shims(tmp_path: Path, lab_directory: Path) -> Path:
    """A directory with launchers on the test's lab."""
    directory = tmp_path / "fake"
    ran = run(tmp_path, "--lab", str(lab_directory), "shims", str(directory))
    assert (ran.code, ran.err) == (0, "")
    return directory


def bare(home: Path, **more: str) -> dict[str, str]:
    """An environment without an import path: a launcher finds its package by itself."""
    own = environment(home, **more)
    del own["PYTHONPATH"]
    return own


def drive(home: Path, command: list[str], typed: str = "", **more: str) -> Ran:
    done = subprocess.run(
        command, input=typed, capture_output=True, text=True, timeout=60, cwd=home, env=bare(home, **more), check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


# what is written


def test_the_real_paths_and_bin(tmp_path: Path, lab_directory: Path) -> None:
    directory = tmp_path / "fake"
    ran = run(tmp_path, "--lab", lab_directory.name, "shims", "fake")
    *paths, hint = ran.out.splitlines()
    expected = {f"{directory}{path}" for path in TOOLS.values()} | {f"{directory}/bin/{name}" for name in TOOLS}
    assert set(paths) == expected
    assert f"PATH={directory}/bin:$PATH" in hint
    found = {str(path) for path in directory.rglob("*") if path.is_file()}
    assert found == expected
    for path in map(Path, paths):
        assert stat.S_IMODE(path.stat().st_mode) == 0o755
        first, second, *rest = path.read_text("utf-8").splitlines()
        assert first == f"#!{sys.executable} -I"
        assert second == MARKER
        assert len(rest) <= 3
        assert rest[-1] == f"shim('{path.name}', '{lab_directory}')"


def test_own_launchers_are_replaced_and_nothing_else(tmp_path: Path, shims: Path) -> None:
    (shims / "bin" / "ckdemo").write_text("#!/bin/sh\n# the administrator's own\n")
    before = {path: path.read_bytes() for path in shims.rglob("*") if path.is_file()}
    ran = run(tmp_path, "shims", str(shims))
    assert (ran.code, ran.out) == (1, "")
    assert is_one_sentence(ran.err)
    assert str(shims / "bin" / "ckdemo") in ran.err
    assert {path: path.read_bytes() for path in shims.rglob("*") if path.is_file()} == before
    (shims / "bin" / "ckdemo").unlink()
    ran = run(tmp_path, "shims", str(shims))
    assert (ran.code, ran.err) == (0, "")
    assert "''" in (shims / "bin" / "ckdemo").read_text("utf-8"), "without --lab no lab is written into it"


@pytest.mark.parametrize("kind", ["directory", "dangling link", "link to another file", "binary"])
def test_what_is_in_the_way(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "fake" / "bin" / "cmu"
    target.parent.mkdir(parents=True)
    if kind == "directory":
        target.mkdir()
    elif kind == "dangling link":
        target.symlink_to(tmp_path / "nowhere")
    elif kind == "link to another file":
        (tmp_path / "real").write_text("real\n")
        target.symlink_to(tmp_path / "real")
    else:
        target.write_bytes(b"\x7fELF\x00\n\xff\n")
    ran = run(tmp_path, "shims", "fake")
    assert (ran.code, ran.out) == (1, "")
    assert is_one_sentence(ran.err)
    assert not (tmp_path / "nowhere").exists()


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = run(tmp_path, "shims", "file/below")
    assert (ran.code, ran.out) == (1, "")
    assert is_one_sentence(ran.err)


@pytest.mark.parametrize("folder", ["a folder with blanks", "it's", 'quo"te', "dollar$HOME`x`", "x" * LONGEST, "tab\t"])
def test_interpreters_that_no_first_line_can_hold(tmp_path: Path, lab_directory: Path, folder: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    python = place / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    script = tmp_path / "shim"
    script.write_text(launcher(str(python), "key_mgmt_util", str(lab_directory), str(ROOT)), "utf-8")
    script.chmod(0o755)
    assert script.read_text("utf-8").splitlines()[1] == MARKER
    ran = drive(tmp_path, [str(script), "singlecmd", "Error2String", "-r", "0xdb"])
    assert (ran.code, ran.err) == (0, "")
    assert ANSWER in ran.out


def test_a_lab_with_a_strange_name(tmp_path: Path, lab_directory: Path) -> None:
    strange = tmp_path / "la'b \"$x\\ ü"
    shutil.move(lab_directory, strange)
    assert run(tmp_path, "--lab", str(strange), "shims", "fake").code == 0
    ran = drive(tmp_path, [str(tmp_path / "fake" / "bin" / "key_mgmt_util")], DIALOGUE)
    assert (ran.code, ran.err) == (0, "")


def test_it_works_from_anywhere_and_reads_nothing_from_there(tmp_path: Path, shims: Path) -> None:
    """Isolated: neither the working directory nor PYTHONPATH can put something else in its way."""
    trap = tmp_path / "trap"
    (trap / "hsmshell").mkdir(parents=True)
    (trap / "hsmshell" / "__init__.py").write_text("raise SystemExit('trapped')")
    (trap / "json.py").write_text("raise SystemExit('trapped')")
    tool = str(shims / "opt/cloudhsm/bin/key_mgmt_util")
    done = subprocess.run(
        [tool],
        input=DIALOGUE,
        capture_output=True,
        text=True,
        cwd=trap,
        env=bare(tmp_path, PYTHONPATH=str(trap), PYTHONSTARTUP=str(trap / "json.py")),
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert ANSWER in done.stdout


def test_the_environment_can_choose_another_lab(tmp_path: Path, shims: Path, migration: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(migration, other)
    tool = str(shims / "bin" / "key_mgmt_util")
    line = "singlecmd loginHSM -u CU -s bob -p user1234 genSymKey -t 31 -s 32 -l there"
    words = line.split()
    assert drive(tmp_path, [tool, *words], HSMSHELL_LAB=str(other)).code == 0
    assert "there" in run(tmp_path, "--lab", str(other), "lab", "show").out
    assert "there" not in run(tmp_path, "--lab", str(tmp_path / "lab"), "lab", "show").out


# ways of driving one


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_starts(tmp_path: Path, shims: Path, tool: str) -> None:
    for path in (shims / "bin" / tool, Path(f"{shims}{TOOLS[tool]}")):
        ran = drive(tmp_path, [str(path)])
        assert ran.code in (0, 1)
        assert ran.err == ""


def test_a_pipe(tmp_path: Path, shims: Path) -> None:
    ran = drive(tmp_path, ["/bin/sh", "-c", f"printf 'Error2String -r 0xdb\\nexit\\n' | '{shims}/bin/key_mgmt_util'"])
    assert (ran.code, ran.err) == (0, "")
    assert f"\n{PROMPT}Error2String -r 0xdb\n" in ran.out
    assert ANSWER in ran.out
    assert ran.out.endswith(f"\n{PROMPT}exit\n")


def test_a_here_document(tmp_path: Path, shims: Path) -> None:
    script = f"PATH='{shims}/bin':$PATH\nkey_mgmt_util <<END\n{DIALOGUE}END\necho status $?\n"
    ran = drive(tmp_path, ["/bin/sh", "-c", script])
    assert (ran.code, ran.err) == (0, "")
    assert ANSWER in ran.out
    assert ran.out.endswith(f"\n{PROMPT}exit\nstatus 0\n")


def test_the_end_of_input_ends_the_tool(tmp_path: Path, shims: Path) -> None:
    ran = drive(tmp_path, [str(shims / "bin" / "key_mgmt_util")])
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(f"\n{PROMPT}\n")


@pytest.mark.parametrize("term", ["xterm", "dumb", ""])
def test_expect(tmp_path: Path, shims: Path, judge: Callable[[str], str], term: str) -> None:
    script = tmp_path / "script.exp"
    script.write_text(
        f"""
        set timeout 30
        proc wait_for {{text status}} {{
            expect {{
                -ex $text {{}}
                timeout {{ exit $status }}
                eof {{ exit $status }}
            }}
        }}
        spawn -noecho {{{shims}/opt/cloudhsm/bin/key_mgmt_util}}
        wait_for "\r\n{PROMPT}" 11
        send "Error2String -r 0xdb\r"
        wait_for "Invalid User Type." 12
        wait_for "\r\n{PROMPT}" 13
        send "exit\r"
        expect {{
            timeout {{ exit 14 }}
            eof {{}}
        }}
        lassign [wait] pid spawned failed status
        exit $status
        """,
        "utf-8",
    )
    ran = drive(tmp_path, [judge("expect"), "-f", str(script)], TERM=term)
    assert (ran.code, ran.err) == (0, ""), ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("term", ["xterm", "xterm-256color", "dumb", ""])
def test_pexpect_sees_the_prompt_byte_for_byte(tmp_path: Path, shims: Path, term: str) -> None:
    tool = str(shims / "opt/cloudhsm/bin/key_mgmt_util")
    child = pexpect.spawn(tool, env=bare(tmp_path, TERM=term), timeout=30)
    child.expect_exact(PROMPT.encode())
    assert child.before.endswith(b"\r\n")
    assert b"\x1b" not in child.before
    child.sendline("Error2String -r 0xdb")
    child.expect_exact(f"Error2String -r 0xdb\r\n\r\n{ANSWER}\r\n".encode())
    child.expect_exact(f"\r\n{PROMPT}".encode())
    child.sendline("exit")
    child.expect(pexpect.EOF)
    assert b"\x1b" not in child.before
    child.close()
    assert child.exitstatus == 0


def test_a_hidden_prompt_on_a_terminal(tmp_path: Path, shims: Path) -> None:
    child = pexpect.spawn(str(shims / "bin" / "key_mgmt_util"), env=bare(tmp_path, TERM="xterm"), timeout=30)
    child.expect_exact(PROMPT)
    child.sendline("loginHSM -u CU -s bob -hpswd")
    child.expect_exact("Enter password: ")
    assert child.getecho() is False
    child.sendline("user1234")
    child.expect_exact(PROMPT)
    assert b"user1234" not in child.before
    assert b"Cfm3LoginHSM returned: 0x00 : HSM Return: SUCCESS" in child.before
    assert child.getecho() is True
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_control_c_ends_it(tmp_path: Path, shims: Path) -> None:
    child = pexpect.spawn(str(shims / "bin" / "key_mgmt_util"), env=bare(tmp_path, TERM="xterm"), timeout=30)
    child.expect_exact(PROMPT)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert b"Traceback" not in child.before


def test_the_comfortable_console_can_be_asked_for(tmp_path: Path, shims: Path) -> None:
    own = bare(tmp_path, TERM="xterm", HSMSHELL_CONSOLE="rich")
    child = pexpect.spawn(str(shims / "bin" / "key_mgmt_util"), env=own, timeout=30)
    child.expect("\x1b\\[\\?2004h")
    child.sendline("exit")
    child.expect(pexpect.EOF)


# what it costs

HEAVY = ("prompt_toolkit", "tabulate", "pygments", "asyncio", "tomllib", "argparse", "cryptography.x509")


@pytest.mark.parametrize("words", [["singlecmd", "help"], ["singlecmd", "Error2String", "-r", "0xdb"]])
def test_a_launcher_imports_nothing_heavy(tmp_path: Path, lab_directory: Path, words: list[str]) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); lab = sys.argv.pop(1)\n"
        "from hsmshell.cli.start import shim\n"
        "try:\n    shim('key_mgmt_util', lab)\n"
        "except SystemExit as end:\n    sys.stderr.write(f'{end.code}:' + ','.join(sys.modules))\n"
    )
    ran = drive(tmp_path, [sys.executable, "-I", "-c", code, str(ROOT), str(lab_directory), *words])
    status, _, loaded = ran.err.partition(":")
    assert status == "0"
    assert not set(HEAVY) & set(loaded.split(",")), sorted(set(HEAVY) & set(loaded.split(",")))


def test_no_launcher_is_left_half_written(tmp_path: Path, shims: Path) -> None:
    assert not list(shims.rglob("*.part"))
    assert os.access(shims / "bin" / "cmu", os.X_OK)
