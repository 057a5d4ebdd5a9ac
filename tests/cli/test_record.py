"""hsmshell record: from the command line and on a real pseudo terminal to a transcript that replays."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from tests.cli.running import COMMAND, environment, is_one_sentence, run

TYPED = "loginHSM -u CU -s crypto_user -p mistaken9\nloginHSM -u CU -s crypto_user -hpswd\nuser1234\nlistUsers\nexit\n"

PROMPT = r"\$"
"""Of the rehearsal shell; the comfortable console moves the cursor over the blank after it."""


def spawn(home: Path, *words: str, term: str = "xterm", **more: str) -> pexpect.spawn[str]:
    program, *arguments = COMMAND
    return pexpect.spawn(
        program,
        [*arguments, *words],
        env=environment(home, TERM=term, **more),
        cwd=str(home),
        timeout=60,
        encoding="utf-8",
        codec_errors="replace",
        dimensions=(40, 120),
    )


def ended(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus if child.exitstatus is not None else child.signalstatus


def test_a_session_from_a_pipe_is_kept_and_replays(tmp_path: Path) -> None:
    ran = run(tmp_path, "record", "-o", "a.transcript", "--cast", "a.cast", "key_mgmt_util", typed=TYPED)
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "hsmshell: recording on a fresh lab from the scenario migration, which goes when you leave",
        "hsmshell: the session is in a.transcript",
        "hsmshell: it has 6 exchanges and replays as it was",
    ]
    text = (tmp_path / "a.transcript").read_text()
    assert "-p ***1\n" in text
    assert "#: mask ***2 = user:crypto_user\n" in text
    for name in ("a.transcript", "a.cast"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert not any(secret in (tmp_path / name).read_text() for secret in ("mistaken9", "user1234"))
    assert json.loads((tmp_path / "a.cast").read_text().splitlines()[0])["version"] == 2
    assert run(tmp_path, "replay", "a.transcript").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.cast", "a.transcript"]


def test_what_the_tool_shows_is_what_it_shows_without_record(tmp_path: Path) -> None:
    recorded = run(tmp_path, "record", "-o", "a.transcript", "key_mgmt_util", typed=TYPED)
    assert recorded.out == run(tmp_path, "key_mgmt_util", typed=TYPED).out


def test_the_arguments_are_the_tool_s_and_so_is_the_exit_code(tmp_path: Path) -> None:
    words = "singlecmd loginHSM -u CU -s crypto_user -p wrong9999 listUsers".split()  # noqa: SIM905
    ran = run(tmp_path, "record", "--force", "-o", "a.transcript", "key_mgmt_util", *words)
    assert ran.code == run(tmp_path, "key_mgmt_util", *words).code == 1
    assert "replays as it was" in ran.err
    assert (
        "#: args singlecmd loginHSM -u CU -s crypto_user -p '***1' listUsers\n"
        in (tmp_path / "a.transcript").read_text()
    )


def test_another_scenario_and_another_generation(tmp_path: Path) -> None:
    words = ("record", "--scenario", "outage", "-o", "a.transcript", "key_mgmt_util")
    ran = run(tmp_path, *words, typed="loginHSM -u CU -s bob -p user1234\nexit\n", more={"HSMSHELL_CLIENT": "late"})
    assert "replays as it was" in ran.err
    assert "#: lab outage\n#: client late\n" in (tmp_path / "a.transcript").read_text()


def test_a_scenario_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        '[[cluster]]\nname = "c"\n[[cluster.hsm]]\nid = "hsm-a"\naddress = "10.0.0.1"\n'
        '[[cluster.user]]\nid = 1\ntype = "CU"\nname = "eve"\npassword = "evesown1"\n'
    )
    typed = "loginHSM -u CU -s eve -p evesown1\nlistUsers\nexit\n"
    ran = run(tmp_path, "record", "--scenario", "own.toml", "-o", "a.transcript", "key_mgmt_util", typed=typed)
    assert "replays as it was" in ran.err
    assert "#: mask ***1 = user:eve\n" in (tmp_path / "a.transcript").read_text()


def test_with_lab_the_session_is_on_that_lab(tmp_path: Path) -> None:
    assert run(tmp_path, "--lab", "lab", "lab", "init").code == 0
    typed = "loginHSM -u CU -s crypto_user -p user1234\ngenSymKey -t 31 -s 32 -l kept\nfindKey -l kept\nexit\n"
    first = run(tmp_path, "--lab", "lab", "record", "-o", "1.transcript", "key_mgmt_util", typed=typed)
    assert first.code == 0
    assert "fresh lab" not in first.err
    second = run(tmp_path, "--lab", "lab", "record", "-o", "2.transcript", "key_mgmt_util", typed=typed)
    assert second.code == 1
    assert "hsmshell: it does not replay as it was" in second.err
    found = re.search(r"^  2\.transcript:(\d+): (Command:  (?:genSymKey|findKey) .*)$", second.err, re.MULTILINE)
    assert found
    assert (tmp_path / "2.transcript").read_text().splitlines()[int(found[1]) - 1] == found[2]
    assert "kept" in run(tmp_path, "--lab", "lab", "lab", "show").out


ONE_FILE = "the transcript and the cast are one file; name another with -o or --cast"
BLANK = "'a b.toml' has a blank in it, which a transcript cannot name; choose another file name"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "there", "cmu"], "there is there already; name another file, or replace it with --force"),
        (["-o", ".", "cmu"], ". is a folder; name a file in it"),
        (["-o", "none/a", "cmu"], "none/a: No such file or directory; name a file that can be written"),
        (
            ["-o", "a", "--cast", "./a", "cmu"],
            ONE_FILE,
        ),
        (["nonsense"], "there is no tool 'nonsense'; hsmshell -h lists what there is"),
        (
            ["--scenario", "a b.toml"],
            BLANK,
        ),
    ],
)
def test_what_cannot_be_recorded_is_told_before_anything_starts(words: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    ran = run(tmp_path, "record", *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"hsmshell: {message}\n")
    assert is_one_sentence(ran.err)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there").read_text() == "mine"


def test_a_file_is_replaced_with_force_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    assert run(tmp_path, "record", "--force", "-o", "a", "configure", "-h").code in (0, 1)
    assert "#: tool configure" in (tmp_path / "a").read_text()


def test_the_file_has_a_name_of_its_own(tmp_path: Path) -> None:
    run(tmp_path, "record", typed="exit\n")
    (path,) = tmp_path.glob("session-*.transcript")
    assert path.read_text() == "#: tool shell\n$ exit\n"


def test_a_person_s_session_with_backspaces_history_and_ctrl_c(tmp_path: Path) -> None:
    child = spawn(tmp_path, "record", "-o", "a.transcript", "--cast", "a.cast")
    child.expect(PROMPT)
    time.sleep(0.3)
    child.send("key_mgmt_utol\b\bil\r")
    child.expect("Command:")
    time.sleep(0.2)
    child.send("loginHSM -u CU -s crypto_user -hpswd\r")
    child.expect("password:")
    time.sleep(0.2)
    child.send("mistakem\b\b\bken9\r")
    child.expect("login failed.*Command:")
    time.sleep(0.2)
    child.send("\x1b[A\r")
    child.expect("password:")
    time.sleep(0.2)
    child.send("user1234\r")
    child.expect("SUCCESS.*Command:")
    time.sleep(0.2)
    child.send("genSymKey -t 31 \x03")
    child.expect(PROMPT)
    time.sleep(0.2)
    child.send("service cloudhsm-client status\r")
    child.expect(PROMPT)
    time.sleep(0.2)
    child.send("exit\r")
    child.expect("replays as it was")
    assert ended(child) == 0
    text = (tmp_path / "a.transcript").read_text()
    lines = text.splitlines()
    assert "$ key_mgmt_util" in lines
    assert lines.count("Command:  loginHSM -u CU -s crypto_user -hpswd") == 2
    assert "Command:  genSymKey -t 31 ^C" in lines
    cast = (tmp_path / "a.cast").read_text()
    for secret in ("mista", "user1234"):
        assert secret not in text
        assert secret not in cast
    assert run(tmp_path, "replay", "a.transcript").code == 0


def test_ctrl_c_ends_a_tool_and_the_session_is_kept(tmp_path: Path) -> None:
    child = spawn(tmp_path, "record", "-o", "a.transcript", "key_mgmt_util", HSMSHELL_CONSOLE="plain")
    child.expect("Command:")
    child.sendintr()
    child.expect("replays as it was")
    assert ended(child) == 130
    assert (tmp_path / "a.transcript").read_text().endswith("Command:  ^C\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("console", ["plain", "rich"])
def test_a_session_that_is_told_to_end_is_kept(number: int, console: str, tmp_path: Path) -> None:
    child = spawn(tmp_path, "record", "-o", "a.transcript", HSMSHELL_CONSOLE=console)
    child.expect(PROMPT)
    child.sendline("nonsense")
    child.expect("no such command")
    child.expect(PROMPT)
    time.sleep(0.3)
    child.kill(number)
    assert ended(child) == 128 + number
    assert "$ nonsense\n" in (tmp_path / "a.transcript").read_text()
    assert run(tmp_path, "replay", "a.transcript").code == 0


def test_a_session_that_a_defect_ends_is_kept(tmp_path: Path) -> None:
    code = (
        "import sys, types\nfrom hsmshell import registry\nfrom hsmshell.cli.main import main\n"
        "def run(arguments, context):\n    context.console.ask('say: ')\n    raise ZeroDivisionError\n"
        "sys.modules['fake'] = types.SimpleNamespace(run=run)\n"
        "registry.TOOLS = {'fake_tool': registry.Entry('fake', 'fails', '/fake_tool')}\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    ran = run(tmp_path, "record", "-o", "a", "fake_tool", typed="x\n", command=(COMMAND[0], "-c", code))
    assert ran.code == 70
    assert (tmp_path / "a").read_text() == "#: tool fake_tool\nsay: x\n"


def test_a_key_file_that_was_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    (tmp_path / "pub.pem").write_text("no key\n")
    typed = (
        "loginHSM -u CU -s crypto_user -p user1234\nimportPubKey -l x -f key.pem\nimportPubKey -l x -f pub.pem\nexit\n"
    )
    ran = run(tmp_path, "record", "-o", "a", "key_mgmt_util", typed=typed)
    assert "#: file pub.pem no key\n" in (tmp_path / "a").read_text()
    assert "hsmshell: a replay will not have key.pem, which was read: it has a private key in it;" in ran.err


def test_lines_that_come_otherwise_each_time_are_left_out_and_told(tmp_path: Path) -> None:
    typed = (
        "key_mgmt_util\nloginHSM -u CU -s crypto_user -p user1234\ngenECCKeyPair -i 2 -l k\n"
        "exportPubKey -k 407 -out k.pem\nexit\ncat k.pem\nexit\n"
    )
    recorded = run(tmp_path, "record", "-o", "a.transcript", typed=typed)
    assert recorded.code == 0
    assert "[..] stands there, so that it replays" in recorded.err
    text = (tmp_path / "a.transcript").read_text()
    assert "-----BEGIN PUBLIC KEY-----\n[..]\n[..]\n-----END PUBLIC KEY-----\n" in text
    assert run(tmp_path, "replay", "a.transcript").code == 0


def test_what_must_not_be_disturbed_comes_to_its_end() -> None:
    program = """
import os, signal
from hsmshell.cli.start import end_in_order
from hsmshell.transcript.ending import undisturbed
end_in_order()
with undisturbed():
    os.kill(os.getpid(), signal.SIGTERM)
    print("kept", flush=True)
print("not told")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + signal.SIGTERM, "kept\n", "")
