"""The tool as scripts drive it: expect on a real terminal, loops of a shell, and Ctrl-C."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from hsmshell.engine.lab import Lab
from tests.cli.running import Ran, environment, run

PROMPT = "Command:  "
LOGIN = "loginHSM -u CU -s crypto_user -p user1234"


@pytest.fixture
def tool(tmp_path: Path, lab_directory: Path) -> str:
    """A launcher as ``hsmshell shims`` writes it, below its real path."""
    assert run(tmp_path, "--lab", str(lab_directory), "shims", "fake").code == 0
    return str(tmp_path / "fake/opt/cloudhsm/bin/key_mgmt_util")


def bare(home: Path) -> dict[str, str]:
    """An ordinary terminal's environment, without an import path."""
    own = environment(home, TERM="xterm")
    del own["PYTHONPATH"]
    return own


def drive(home: Path, command: list[str]) -> Ran:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=home,
        env=bare(home),
        check=False,
        stdin=subprocess.PIPE,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def spawn(home: Path, tool: str, *words: str) -> pexpect.spawn[str]:
    return pexpect.spawn(tool, list(words), env=bare(home), cwd=str(home), timeout=60, encoding="utf-8")


def state(lab_directory: Path) -> tuple[int, list[str]]:
    """How many sessions are open, and the labels on the first HSM."""
    lab = Lab.open(str(lab_directory))
    try:
        with lab.store.reading():
            node = lab.store.containers(lab.store.devices("cluster")[0].id)[0]
            return len(lab.store.sessions()), [key.label for key in lab.store.objects(node.id)]
    finally:
        lab.close()


# expect

PROCEDURES = f"""
set timeout 60
# Everything up to a text, or the end of the script with its number.
proc wait_for {{text status}} {{
    expect {{
        -ex $text {{}}
        timeout {{ exit $status }}
        eof {{ exit $status }}
    }}
}}
proc command {{line status}} {{
    send "$line\\r"
    wait_for "HSM Return: SUCCESS" $status
    wait_for "{PROMPT}" $status
}}
proc leave {{}} {{
    send "exit\\r"
    expect {{
        timeout {{ exit 98 }}
        eof {{}}
    }}
    lassign [wait] pid spawned failed status
    exit $status
}}
"""


def expect(home: Path, program: str, script: str) -> Ran:
    (home / "script.exp").write_text(PROCEDURES + script, "utf-8")
    return drive(home, [program, "-f", str(home / "script.exp")])


def test_a_script_that_waits_for_the_prompt(
    tmp_path: Path, tool: str, lab_directory: Path, judge: Callable[[str], str]
) -> None:
    ran = expect(
        tmp_path,
        judge("expect"),
        f"""
        spawn -noecho {{{tool}}}
        wait_for "\\r\\n{PROMPT}" 11
        command "{LOGIN}" 12
        command "genSymKey -t 31 -s 32 -l by_expect" 13
        command "findKey -l by_expect" 14
        command "logoutHSM" 15
        leave
        """,
    )
    assert (ran.code, ran.err) == (0, ""), ran.out
    assert "\x1b" not in ran.out
    assert state(lab_directory) == (0, ["by_expect"])


def test_a_script_that_takes_the_handles_from_the_output(
    tmp_path: Path, tool: str, lab_directory: Path, judge: Callable[[str], str]
) -> None:
    ran = expect(
        tmp_path,
        judge("expect"),
        f"""
        spawn -noecho {{{tool}}}
        wait_for "{PROMPT}" 11
        command "{LOGIN}" 12
        send "genRSAKeyPair -m 2048 -e 65537 -l pair\\r"
        expect {{
            -re {{public key handle: ([0-9]+)    private key handle: ([0-9]+)}} {{
                set public $expect_out(1,string)
                set private $expect_out(2,string)
            }}
            timeout {{ exit 13 }}
        }}
        wait_for "{PROMPT}" 14
        send "genSymKey -t 31 -s 32 -l aes\\r"
        expect {{
            -re {{Key Handle: ([0-9]+)}} {{ set secret $expect_out(1,string) }}
            timeout {{ exit 15 }}
        }}
        wait_for "{PROMPT}" 16
        command "exportPubKey -k $public -out public.pem" 17
        command "wrapKey -k $secret -w $public -m 8 -t 3 -noheader -out wrapped.key" 18
        command "unWrapKey -f wrapped.key -w $private -m 8 -t 3 -noheader -l again -kc 4 -kt 31" 19
        leave
        """,
    )
    assert (ran.code, ran.err) == (0, ""), ran.out
    assert state(lab_directory) == (0, ["pair", "pair", "aes", "again"])
    text = subprocess.run(
        [judge("openssl"), "pkey", "-pubin", "-in", "public.pem", "-noout", "-text"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "2048 bit" in text
    assert (tmp_path / "wrapped.key").stat().st_size == 256


def test_a_script_that_answers_the_hidden_prompt(tmp_path: Path, tool: str, judge: Callable[[str], str]) -> None:
    ran = expect(
        tmp_path,
        judge("expect"),
        f"""
        spawn -noecho {{{tool}}} singlecmd loginHSM -u CU -s crypto_user -hpswd findKey
        wait_for "Enter password: " 11
        send "user1234\\r"
        wait_for "Command: findKey\\r\\n" 12
        wait_for "Cfm3FindKey returned: 0x00 : HSM Return: SUCCESS" 13
        expect eof
        lassign [wait] pid spawned failed status
        exit $status
        """,
    )
    assert (ran.code, ran.err) == (0, ""), ran.out
    assert "user1234" not in ran.out


# a shell


def test_the_guides_loop_makes_thirty_keys(tmp_path: Path, tool: str, lab_directory: Path) -> None:
    loop = f"for i in $(seq 30); do {tool} singlecmd {LOGIN} genSymKey -l aes -t 31 -s 32 -min_srv 1 -timeout 1; done"
    ran = drive(tmp_path, ["sh", "-c", loop])
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("Cfm3GenerateSymmetricKey returned: 0x00 : HSM Return: SUCCESS") == 30
    assert ran.out.count("\nCommand: genSymKey  -l  aes  -t  31  -s  32  -min_srv  1  -timeout  1\n") == 30
    assert len(set(re.findall(r"Key Handle: (\d+)", ran.out))) == 30
    assert state(lab_directory) == (0, ["aes"] * 30)
    found = drive(tmp_path, [tool, "singlecmd", *LOGIN.split(), "findKey", "-l", "aes"])
    assert "Total number of keys present 30\n" in found.out


@pytest.mark.parametrize("before", ["", "/opt/cloudhsm/etc/cloudhsm_client.cfg "])
def test_a_shell_branches_on_the_exit_status(tmp_path: Path, tool: str, before: str) -> None:
    single = f"{tool} {before}singlecmd {LOGIN}"
    script = (
        f"{single} findKey && echo found nothing, which is no failure\n"
        f"{single} deleteKey -k 9 || echo no such key\n"
        f"{single} genSymKey -t 31 -s 32 -l gone -sess && {single} findKey\n"
        f"printf 'user1234\\n' | {tool} {before}singlecmd loginHSM -u CU -s crypto_user -hpswd findKey && echo hidden\n"
    )
    ran = drive(tmp_path, ["sh", "-c", script])
    assert (ran.code, ran.err) == (0, "")
    for text in ("found nothing, which is no failure\n", "no such key\n", "\nhidden\n", "\nEnter password: \n"):
        assert text in ran.out
    assert ran.out.count("Total number of keys present 0\n") == 3, "a session key ends with the process that made it"
    assert "user1234\n" not in ran.out


# Ctrl-C


def interrupted(child: pexpect.spawn[str]) -> str:
    """What the screen showed to the end, which has to be a quiet one with the status of an interruption."""
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, child.signalstatus) == (130, None)
    text = str(child.before)
    assert "Traceback" not in text
    assert "hsmshell" not in text
    return text


@pytest.fixture
def working(tmp_path: Path, tool: str) -> pexpect.spawn[str]:
    """The tool at its prompt, logged in, with a session key and a token key."""
    child = spawn(tmp_path, tool)
    for line in (LOGIN, "genSymKey -t 31 -s 32 -l gone -sess", "genSymKey -t 31 -s 32 -l kept"):
        child.expect_exact(PROMPT)
        child.sendline(line)
        child.expect_exact("returned: 0x00 : HSM Return: SUCCESS")
    child.expect_exact(f"\r\n{PROMPT}")
    return child


def test_control_c_at_the_prompt(working: pexpect.spawn[str], lab_directory: Path) -> None:
    assert state(lab_directory) == (1, ["gone", "kept"])
    working.sendintr()
    interrupted(working)
    assert state(lab_directory) == (0, ["kept"])


def test_control_c_in_the_middle_of_a_line(working: pexpect.spawn[str], lab_directory: Path) -> None:
    working.send("deleteKey -k 408")
    working.sendintr()
    interrupted(working)
    assert state(lab_directory) == (0, ["kept"])


def test_control_c_twice(working: pexpect.spawn[str], lab_directory: Path) -> None:
    working.sendintr()
    working.sendintr()
    working.expect(pexpect.EOF)
    assert "Traceback" not in str(working.before)
    assert state(lab_directory) == (0, ["kept"])


def test_control_c_during_a_command(working: pexpect.spawn[str], lab_directory: Path) -> None:
    working.sendline("genRSAKeyPair -m 4096 -e 65537 -l never")
    working.expect_exact("-l never\r\n")
    working.sendintr()
    text = interrupted(working)
    sessions, labels = state(lab_directory)
    assert sessions == 0
    # Either the key was not there yet, or it was made and told before the interruption.
    assert labels == (["kept", "never", "never"] if "private key handle" in text else ["kept"])


def test_control_c_at_a_hidden_prompt_leaves_the_terminal_as_it_was(tmp_path: Path, tool: str) -> None:
    child = spawn(tmp_path, "/bin/sh")
    child.sendline(f"trap : INT; {tool} singlecmd loginHSM -u CU -s bob -hpswd findKey; echo status $?")
    child.expect_exact("Enter password: ")
    assert child.getecho() is False
    child.sendintr()
    child.expect_exact("status 130\r\n")
    assert child.getecho() is True
    child.close(force=True)
