"""Host commands of a log: what runs, and what gets a sentence and touches nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsmshell.console.files import Files
from hsmshell.transcript import host_folder, processes
from hsmshell.transcript.host_commands import ALLOW, HostCommands, missing_programs
from hsmshell.transcript.host_openssl import COMMANDS
from hsmshell.transcript.host_programs import PROGRAMS

from .refused_lines import REFUSED


def listing(folder: Path) -> dict[str, object]:
    """Every path below the folder, with what it is and what is in it."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else None
        found[str(path)] = (status.st_mode, status.st_nlink, content)
    return found


class Machine:
    """A working directory with some files, and everything around it that must stay as it is."""

    def __init__(self, base: Path, lab: Path, *, allow_shell: bool = False) -> None:
        self.base, self.work, self.lab = base, base / "around" / "work", lab
        if not self.work.exists():
            self.work.mkdir(parents=True)
            (self.work / "a").write_text("one\ntwo\n")
            (self.work / "folder").mkdir()
            (self.base / "around" / "secret").write_text("canary\n")
        self.commands = HostCommands(str(self.work), str(lab), allow_shell=allow_shell)

    def around(self) -> dict[str, object]:
        """What is not the working directory's."""
        inside = str(self.work)
        return {
            path: what
            for path, what in {**listing(self.base), **listing(self.lab)}.items()
            if not path.startswith(inside + os.sep)
        }


@pytest.fixture
def machine(tmp_path: Path, lab_directory: Path) -> Machine:
    return Machine(tmp_path / "machine", lab_directory)


@pytest.mark.parametrize(
    ("line", "status", "output"),
    [
        ("echo hello", 0, "hello\n"),
        ("cat a", 0, "one\ntwo\n"),
        ("cat < a", 0, "one\ntwo\n"),
        ("cat a | grep -c o | cat", 0, "2\n"),
        ("grep -E '^t.*o$' a", 0, "two\n"),
        ("grep -e one a", 0, "one\n"),
        ("grep /etc/passwd a", 1, ""),
        ("head -1 a; tail -n 1 a", 0, "one\ntwo\n"),
        ("wc -l < a", 0, "2\n"),
        ("printf '%s-%s\\n' a '$HOME'", 0, "a-$HOME\n"),
        ("echo \"a  b\" 'c  d' e\\ f", 0, "a  b c  d e f\n"),
        ('echo "\\$HOME is \\"x\\"" a$ "$"', 0, '$HOME is "x" a$ $\n'),
        ("echo a # a comment", 0, "a\n"),
        ("echo a > b && cat b", 0, "a\n"),
        ("echo a > b; echo b >> b; cat b", 0, "a\nb\n"),
        ("cat nothing", 1, "cat: nothing: No such file or directory\n"),
        ("cat nothing 2> /dev/null", 1, ""),
        ("cat nothing > b 2>&1; cat b", 0, "cat: nothing: No such file or directory\n"),
        ("cat nothing 2>&1 | grep -o such", 0, "such\n"),
        ("cat nothing 2>&1 > /dev/null | wc -l", 0, "1\n"),
        ("cat nothing 2> b || cat b", 0, "cat: nothing: No such file or directory\n"),
        ("cat nothing 2> /dev/null && echo no", 1, ""),
        ("cat < nothing", 126, "nothing: No such file or directory\n"),
        ("cat < nothing | wc -c", 0, "nothing: No such file or directory\n0\n"),
        ("cat", 0, ""),
        ("cp a b && cmp a b && rm b && ls", 0, "a\nfolder\n"),
        ("mkdir -p x/y && mv a x/y && ls x/y", 0, "a\n"),
        ("sudo cat a", 0, "one\ntwo\n"),
        ("echo a\necho b", 0, "a\nb\n"),
        ("echo a &&\necho b", 0, "a\nb\n"),
        ("echo a |\ncat", 0, "a\n"),
        ("", 0, ""),
        ("echo YQo= | base64 -d", 0, "a\n"),
        ("base64 -w0 a", 0, "b25lCnR3bwo="),
        ("sha256sum folder", 1, "sha256sum: folder: Is a directory\n"),
        ("diff a a && echo same", 0, "same\n"),
        ("touch -d '2020-01-01 10:00' b && ls b", 0, "b\n"),
        ("cp a /opt/cloudhsm/etc/customerCA.crt && cat /opt/cloudhsm/etc/customerCA.crt", 0, "one\ntwo\n"),
        ("ls /opt/cloudhsm/etc/nothing 2>&1 | grep -o /opt/cloudhsm/etc/nothing", 0, "/opt/cloudhsm/etc/nothing\n"),
        ("hsmshell lab fault client down", 0, None),
        ("hsmshell lab show | grep -c crypto_user", 0, None),
    ],
)
def test_a_line_runs_as_in_a_shell(machine: Machine, line: str, status: int, output: str | None) -> None:
    done = machine.commands(line)
    assert done.status == status
    assert output is None or done.output == output
    assert "hsmshell: " not in done.output or output is None


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("jq -r .a b", "x\n"),
        ("jq --arg v /etc/passwd '.a = $v' b | jq -c .", '{"a":"/etc/passwd"}\n'),
        ("jq --rawfile f a '.a = $f' b | jq -c .", '{"a":"one\\ntwo\\n"}\n'),
        ("jq -n '[1, 2] | .[0:1]' | jq -c .", "[1]\n"),
    ],
)
def test_jq_works_on_files_of_the_folder(machine: Machine, line: str, output: str) -> None:
    if missing_programs([f"$ {line}"]):
        pytest.skip("needs jq")
    (machine.work / "b").write_text('{"a": "x"}')
    assert machine.commands(line).output == output


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("openssl dgst -sha256 a", "SHA2-256(a)= "),
        ("openssl genrsa -aes256 -passout pass:a/b:c -out k 2048 2> /dev/null && openssl rsa -in k -passin pass:a/b:c "
         "-pubout -out p 2> /dev/null && head -1 p", "-----BEGIN PUBLIC KEY-----"),
        ("openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -subj /O=x/CN=.. -days 3 2> /dev/null; "
         "openssl x509 -in c -noout -subject", "subject=O = x, CN = .."),
        ("openssl rand -hex 4 | wc -c", "9"),
        ("openssl enc -aes-256-cbc -K 00 -iv 00 -in a | wc -c", ""),
    ],
)  # fmt: skip
def test_openssl_works_on_files_of_the_folder(machine: Machine, line: str, output: str) -> None:
    if missing_programs([f"$ {line}"]):
        pytest.skip("needs openssl")
    done = machine.commands(line)
    assert output in done.output
    assert "hsmshell" not in done.output


@pytest.mark.parametrize("line", REFUSED, ids=lambda line: ascii(line[:60]))
def test_a_refused_line_gets_one_sentence_and_nothing_of_it_is_started(machine: Machine, line: str) -> None:
    before = {**listing(machine.base), **listing(machine.lab)}
    done = machine.commands(line)
    assert done.status == processes.NOT_STARTED
    assert done.output.startswith("hsmshell: ")
    assert done.output.endswith(f", {ALLOW}\n")
    assert done.output.count("\n") == 1
    assert len(done.output) < 500
    assert {**listing(machine.base), **listing(machine.lab)} == before
    assert not Path("/tmp/hsmshell-canary").exists()


def test_every_listed_program_refuses_a_path_that_leads_out(machine: Machine) -> None:
    for name in set(PROGRAMS) - {"echo", "printf"}:
        for path in ("../secret", "/etc/passwd", "folder/../../secret"):
            pattern = "x " if name in ("grep", "jq") else "lab show " if name == "hsmshell" else ""
            commands = [f"openssl {command}" for command in COMMANDS] if name == "openssl" else [name]
            for command in commands:
                assert "a path outside" in machine.commands(f"{command} {pattern}{path}").output


@pytest.mark.parametrize("target", ["../secret", "/etc", "a"])
def test_with_a_symbolic_link_in_the_folder_nothing_is_run(machine: Machine, target: str) -> None:
    (machine.work / "folder" / "link").symlink_to(target)
    done = machine.commands("echo x > b")
    assert done.output.startswith("hsmshell: link is a symbolic link")
    assert not (machine.work / "b").exists()


def test_a_module_in_the_folder_is_not_taken_for_ours(machine: Machine) -> None:
    for name in ("json.py", "sitecustomize.py", "hsmshell.py"):
        (machine.work / name).write_text("open('taken', 'w')\n")
    assert machine.commands("hsmshell lab fault").status == 0
    assert not (machine.work / "taken").exists()


def test_a_program_in_the_folder_is_not_taken_for_the_machines(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine.work / "cat").write_text("#!/bin/sh\necho taken\n")
    (machine.work / "cat").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    assert machine.commands("cat a").output == "one\ntwo\n"


def test_a_program_that_is_not_there_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(machine.work))
    done = machine.commands("echo x > b && cat b")
    assert done == (127, "hsmshell: echo is not installed here; install it and try again\n")
    assert not (machine.work / "b").exists()
    log = ["$ sudo ls", "$ cat a | jq . && openssl rand 1", "aws-cloudhsm>wc", "$ frob", "$ hsmshell lab show"]
    assert missing_programs(log) == ["cat", "jq", "ls", "openssl"]


def test_a_line_that_never_ends_is_ended(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SECONDS", 0.3)
    slow = HostCommands(str(machine.work), str(machine.lab), allow_shell=True)
    done = slow("echo begun; sleep 1000; echo no")
    assert done.status == processes.TOO_LONG
    assert done.output.startswith("begun\nhsmshell: it took more than ")


def test_output_without_end_is_cut(machine: Machine) -> None:
    endless = HostCommands(str(machine.work), str(machine.lab), allow_shell=True)
    done = endless("yes")
    assert done.status == processes.TOO_LONG
    assert len(done.output) < processes.LONGEST_OUTPUT + 200
    assert done.output.endswith("was ended; send its output to a file\n")


def test_a_file_without_end_is_cut(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LARGEST_FILE", 1000)
    assert machine.commands("printf '%5000d' 1 > b").status != 0
    assert (machine.work / "b").stat().st_size == 1000


def test_all_lines_together_have_an_end_too(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MOST_OUTPUT", 10)
    machine.commands = HostCommands(str(machine.work), str(machine.lab))
    assert machine.commands("cat a").output == "one\ntwo\n"
    assert machine.commands("cat a").output.startswith("onhsmshell: it wrote more than 2 bytes and was ended")
    assert machine.commands("cat a").output.startswith("hsmshell: more, after host commands that took very long")


def test_what_waits_for_ever_is_ended_and_nothing_is_run_after_the_time_of_all(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "SECONDS", 0.3)
    machine.commands = HostCommands(str(machine.work), str(machine.lab))
    assert machine.commands("jq -n 'last(range(1e12))'").status == processes.TOO_LONG
    assert machine.commands("cat a").status == processes.NOT_STARTED


def test_a_folder_that_is_full_takes_no_more(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_folder, "LARGEST_FOLDER", 1000)
    done = machine.commands("printf '%2000d' 1 > b; cat a")
    assert (done.status, done.output[:48]) == (
        processes.NOT_STARTED,
        "hsmshell: there is too much in the working direc",
    )
    assert machine.commands("cat a").status == processes.NOT_STARTED


def test_folders_are_not_put_into_one_another_without_end(machine: Machine) -> None:
    path = "/".join("b" * 20)
    assert machine.commands(f"mkdir -p {path}").status == 0
    assert "more than 20 folders" in machine.commands(f"mkdir -p {path}/c/d").output
    results = [machine.commands(f"mkdir -p c{path}; mv b c{path}; mv cb b").status for _ in range(20)]
    assert results[0] == 0
    assert results[-1] == processes.NOT_STARTED
    shutil.rmtree(machine.work)


def test_a_pipeline_has_only_so_many_programs(machine: Machine) -> None:
    assert machine.commands(" | ".join(["cat a", *["cat"] * 9])).output == "one\ntwo\n"
    assert "more than 10 programs" in machine.commands(" | ".join(["cat a", *["cat"] * 10])).output


def test_another_hosts_folder_has_no_files_of_the_client(machine: Machine) -> None:
    other = machine.base / "other"
    other.mkdir()
    (other / "x").write_text("there\n")
    assert machine.commands("cat x", Files(str(other))).output == "there\n"
    assert "a path outside" in machine.commands("cat /opt/cloudhsm/etc/x", Files(str(other))).output


def test_with_allow_shell_a_line_is_a_shells(machine: Machine) -> None:
    free = HostCommands(str(machine.work), str(machine.lab), allow_shell=True)
    assert free("for x in 1 2; do echo $x $(wc -l < a); done").output == "1 2\n2 2\n"
    assert free("cat <<END\nx $HOME\nEND").output == f"x {machine.work}\n"
    assert free("exit 3").status == 3
    assert free("hsmshell lab show | grep -c crypto_user").status == 0
    assert free("sleep 100 & echo begun").output == "begun\n"
    assert free("\0").status == processes.NOT_STARTED


_ABSOLUTE = "@"
"""Stands for a path from the root to a file that is not the working directory's."""
_PIECES = r"""
-- - . .. ../secret @ a folder folder/../.. -r -f -rf -s -L -t -in -out -sign -subj -passin pass:x file:../secret
--target-directory=.. -t.. -out=../b $HOME `id` $(id) '..' ".."/secret \../secret ..\/secret ' " \ * ~ x=@
/opt/cloudhsm/etc/x
"""
WORDS = st.sampled_from([*_PIECES.split(), *sorted(COMMANDS)]) | st.text(
    st.characters(exclude_characters="/"), max_size=4
)
COMMAND = st.tuples(st.sampled_from(sorted({*PROGRAMS, "sudo rm", "tee", "ln"})), st.lists(WORDS, max_size=4))
JOINTS = st.sampled_from(["|", ">", ">>", "<", "2>", "2>&1", ";", "&&", "||", "&", "\n", ">../secret;", ">@ &&", "="])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.tuples(COMMAND, JOINTS), max_size=4))
def test_no_line_changes_anything_outside_its_folder(
    tmp_path: Path, pieces: list[tuple[tuple[str, list[str]], str]]
) -> None:
    (tmp_path / "lab").mkdir(exist_ok=True)  # empty, for what a line does to the lab's copies is its right
    shutil.rmtree(tmp_path / "machine", ignore_errors=True)
    machine = Machine(tmp_path / "machine", tmp_path / "lab")
    around = {path: what for path, what in listing(machine.base).items() if not path.startswith(str(machine.work))}
    line = " ".join(f"{program} {' '.join(words)} {joint}" for (program, words), joint in pieces)
    machine.commands(line.replace(_ABSOLUTE, str(machine.base / "around" / "secret")))
    after = {path: what for path, what in listing(machine.base).items() if not path.startswith(str(machine.work))}
    assert after == around
    assert {path.name for path in tmp_path.iterdir()} == {"lab", "machine"}
