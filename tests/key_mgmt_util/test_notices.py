"""A line that a copied document spoilt: the tool's own error, and beside it one line of ours that names the reason."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pexpect
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.key_mgmt_util import run
from hsmshell.console import Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from hsmshell.grammar import split_words
from hsmshell.grammar.typography import KINDS
from tests.cli.running import COMMAND, environment
from tests.cli.running import run as run_process
from tests.key_mgmt_util.driving import LOGIN

U = "loginHSM -u CU -s crypto_user"


class Noticed(NamedTuple):
    """What came of a run: the exit status, the tool's output, and the notices beside it."""

    status: int
    text: str
    notices: list[str]


def play(lab: Lab, folder: Path, arguments: list[str], *lines: str) -> Noticed:
    notices: list[str] = []
    console = ScriptedConsole(lines)
    context = Context(lab, console, Files(str(folder)), notice=notices.append)
    return Noticed(run(arguments, context), console.text, notices)


def single(lab: Lab, folder: Path, line: str) -> Noticed:
    return play(lab, folder, ["singlecmd", *split_words(line)])


@pytest.mark.parametrize(
    ("line", "error", "notice"),
    [
        # The document's own two lines: broken after a dash, and with the dash lost.
        (f"{U} -", "Invalid argument -", "the line ends with a lone"),
        (f"{U} - p user1234 genRSAKeyPair -m 2048 -e 65537 -l x", "Invalid argument -", "type -p as one word"),
        (f"{U} p user1234 unWrapKey -f wrapped.key -w 408 -m 8 -noheader -l x", "Password (-p) is missing.",
         '"p" has lost its dash; type -p instead'),
        ("loginHSM -u CU –s crypto_user -p user1234 findKey", "User name (-s) is missing.",
         '"–s" begins with a typographic dash (U+2013); type - instead'),
        (f"{U} –p user1234", "Password (-p) is missing.", '"–p" begins with a typographic dash (U+2013)'),
        (f"{LOGIN} genSymKey -t 31 -s 32 -l key —nex", "Invalid argument —nex", '"—nex" begins with'),
        (f"{LOGIN} genSymKey -t 31 –s 32 -l key", "Invalid argument –s", '"–s" begins with'),
        (f"{LOGIN} findKey l key", "Invalid argument l", '"l" has lost its dash; type -l instead'),
        (f"{LOGIN} deleteKey -k “407”", "Invalid key handle (-k).", "typographic quotation mark (U+201C)"),
        ("“help”", "Invalid command “help”", "typographic quotation mark (U+201C)"),
    ],
)  # fmt: skip
def test_singlecmd(lab: Lab, tmp_path: Path, line: str, error: str, notice: str) -> None:
    ran = single(lab, tmp_path, line)
    assert ran.status == 1
    assert f"Error: {error}\n" in ran.text
    assert len(ran.notices) == 1
    assert notice in ran.notices[0]
    assert ran.notices[0] not in ran.text


@pytest.mark.parametrize(
    ("line", "notice"),
    [
        ("loginHSM –u CU", '"–u" begins with a typographic dash (U+2013); type - instead'),
        ("deleteKey\u00a0-k 7", '"deleteKey\\xa0-k" contains a no-break space (U+00A0); type a blank instead'),
        ("deleteKey - k 7", '"-" stands alone before "k"; type -k as one word'),
        ("deleteKey k 7", '"k" has lost its dash; type -k instead'),
        (
            "genSymKey -t 31 -s 32 -l “my key”",
            '"“my" begins with a typographic quotation mark (U+201C); type " instead',
        ),
    ],
)
def test_interactive(lab: Lab, tmp_path: Path, line: str, notice: str) -> None:
    ran = play(lab, tmp_path, [], line, "exit")
    assert "Error: Invalid " in ran.text
    assert ran.notices == [notice]


@pytest.mark.parametrize(
    ("line", "error", "notice"),
    [
        ("genSymKey -t 31 -s 32 -l", "Invalid argument -l", "-l has no value; type one behind it"),
        ("deleteKey -k -k 7", "Invalid argument -k", "-k has no value; type one behind it"),
        ("Command:  findKey", "Invalid command Command:", "Command: is the tool's prompt; leave it out"),
        ('genSymKey -t 31 -s 32 -l "my key -nex', 'Invalid argument "', 'a " is not closed; close it'),
    ],
)
def test_other_ways_to_spoil_a_line(lab: Lab, tmp_path: Path, line: str, error: str, notice: str) -> None:
    ran = play(lab, tmp_path, [], LOGIN, line, "findKey")
    assert f"Error: {error}\n" in ran.text
    assert len(ran.notices) == 1
    assert ran.notices[0].startswith(notice)
    assert "Total number of keys present 0\n" in ran.text


def test_a_password_is_not_repeated(lab: Lab, tmp_path: Path) -> None:
    line = "loginHSM -u CU -p “user1234”"
    for ran in (single(lab, tmp_path, line), play(lab, tmp_path, [], line)):
        assert len(ran.notices) == 1
        assert "user1234" not in ran.notices[0]
        assert ran.notices[0].startswith("the value of -p begins with a typographic quotation mark (U+201C)")


def test_commands_without_the_word_singlecmd(lab: Lab, tmp_path: Path) -> None:
    ran = play(lab, tmp_path, LOGIN.split())
    assert ran.status == 1
    assert "Command:" not in ran.text
    assert ran.notices == ["commands on the command line follow the word singlecmd; put it before loginHSM"]
    assert play(lab, tmp_path, ["/opt/cloudhsm/etc/x.cfg"], "exit").notices == []


@pytest.mark.parametrize(
    "line",
    [
        "findKey",
        "findKey -l “x”",
        "findKey -l –l",
        "genSymKey -t 31 -s 32 -l 2017–2018",
        "genSymKey -t 31 -s 32 -l -",
        "genSymKey -t 31 -s 32 -l \u00a0",
        "help",
    ],
)
def test_nothing_about_a_line_that_was_accepted(lab: Lab, tmp_path: Path, line: str) -> None:
    assert play(lab, tmp_path, [], LOGIN, line).notices == []
    assert single(lab, tmp_path, f"{LOGIN} {line}")[::2] == (0, [])


@pytest.mark.parametrize("line", ["deleteKey – -h", "genSymKey -l “x y” -h"])
def test_nothing_beside_a_help(lab: Lab, tmp_path: Path, line: str) -> None:
    ran = play(lab, tmp_path, [], line)
    assert "Syntax: " in ran.text
    assert ran.notices == []


@pytest.mark.parametrize("line", ["deleteKey -k 7 -k 8", "deleteKey", "nonsense -k 7", "deleteKey -k seven", "findKey"])
def test_nothing_about_ordinary_mistakes(lab: Lab, tmp_path: Path, line: str) -> None:
    assert play(lab, tmp_path, [], line).notices == []
    assert single(lab, tmp_path, line).notices == []


def test_nothing_about_what_an_hsm_refused(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, f"{LOGIN}\u00a0findKey")
    assert "Cfm3LoginHSM returned: 0x40000049" in ran.text
    assert ran.notices == []


def test_an_accepted_label_before_a_refused_command_is_left_alone(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, f"{LOGIN} findKey -l “x” deleteKey -k seven")
    assert (ran.status, ran.notices) == (1, [])
    ran = single(lab, tmp_path, "loginHSM -u CU -s bob genSymKey -t 31 -s 32 -l –x")
    assert ran.notices == []


def test_singlecmd_without_a_command(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, "")
    assert ran.status == 1
    assert ran.text.endswith("Current FIPS mode is: 00000002\n"), "nothing of ours is on stdout"
    assert len(ran.notices) == 1


WORD = st.text(alphabet=st.sampled_from([*sorted(KINDS), *'-lktsp7 "', "\n", "\udcff"]), max_size=5)


@given(words=st.lists(st.one_of(WORD, st.sampled_from(["genSymKey", "findKey", "-l", "-t", "31"])), max_size=7))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_at_most_one_notice_and_none_after_a_success(lab: Lab, tmp_path: Path, words: list[str]) -> None:
    ran = play(lab, tmp_path, ["singlecmd", *words])
    assert len(ran.notices) <= 1
    assert all("\n" not in notice and notice.isprintable() for notice in ran.notices)
    if ran.status == 0:
        assert ran.notices == []


# where it goes


SPOILT = ["singlecmd", "loginHSM", "-u", "CU", "–s", "crypto_user", "-p", "user1234", "findKey"]
TOLD = 'hsmshell: "–s" begins with a typographic dash (U+2013); type - instead\n'


def test_stdout_is_the_tools_alone(lab_directory: Path, tmp_path: Path) -> None:
    ran = run_process(tmp_path, "--lab", str(lab_directory), "key_mgmt_util", *SPOILT)
    assert (ran.code, ran.err) == (1, TOLD)
    assert "hsmshell" not in ran.out
    assert ran.out.endswith("       -hpswd  asks for the password without showing it\n")


@pytest.mark.parametrize("console", ["plain", "rich"])
def test_on_a_terminal_it_stands_below_the_error(lab_directory: Path, tmp_path: Path, console: str) -> None:
    own = environment(tmp_path, TERM="xterm", HSMSHELL_CONSOLE=console)
    command, *words = [*COMMAND, "--lab", str(lab_directory), "key_mgmt_util", *SPOILT]
    child = pexpect.spawn(command, words, env=own, timeout=60, encoding="utf-8", dimensions=(24, 200))
    child.expect(pexpect.EOF)
    assert str(child.before).endswith(
        "       -hpswd  asks for the password without showing it\r\n" + TOLD.replace("\n", "\r\n")
    )


def test_between_two_prompts_of_a_terminal(lab_directory: Path, tmp_path: Path) -> None:
    own = environment(tmp_path, TERM="xterm", HSMSHELL_CONSOLE="plain")
    command, *words = [*COMMAND, "--lab", str(lab_directory), "key_mgmt_util"]
    child = pexpect.spawn(command, words, env=own, timeout=60, encoding="utf-8", dimensions=(24, 200))
    child.expect_exact("Command:  ")
    child.sendline("deleteKey –k 7")
    child.expect_exact("\r\n\r\nCommand:  ")
    assert str(child.before).endswith(
        '       -k  specifies the key handle\r\nhsmshell: "–k" begins with a typographic dash (U+2013); type - instead'
    )
    child.sendline("exit")
    child.expect(pexpect.EOF)


def test_the_rehearsal_shell_passes_it_on(lab_directory: Path, tmp_path: Path) -> None:
    typed = f"key_mgmt_util {' '.join(SPOILT)}\nexit\n"
    ran = run_process(tmp_path, "--lab", str(lab_directory), typed=typed)
    assert ran.err == TOLD
    assert "hsmshell:" not in ran.out


def test_in_a_log_of_both_streams_it_stands_below_the_error_too(lab_directory: Path, tmp_path: Path) -> None:
    line = f"'{COMMAND[0]}' -m hsmshell --lab '{lab_directory}' key_mgmt_util"
    ran = run_process(tmp_path, "-c", f"{line} {' '.join(SPOILT)} 2>&1", command=("/bin/sh",))
    assert ran.out.endswith("       -hpswd  asks for the password without showing it\n" + TOLD)
    typed = "loginHSM –s crypto_user\nexit\n"
    ran = run_process(tmp_path, "-c", f"{line} 2>&1", command=("/bin/sh",), typed=typed)
    assert ran.out.endswith(f"       -hpswd  asks for the password without showing it\n{TOLD}\nCommand:  exit\n")


def test_nobody_reads_it(lab_directory: Path, tmp_path: Path) -> None:
    """A closed stderr is no reason to fail otherwise than the tool does."""
    line = f"'{COMMAND[0]}' -m hsmshell --lab '{lab_directory}' key_mgmt_util {' '.join(SPOILT)}"
    for closing in ("2>&-", "2>/dev/full"):
        ran = run_process(tmp_path, "-c", f"{line} {closing}", command=("/bin/sh",))
        assert ran.code == 1
        assert ran.out.endswith("       -hpswd  asks for the password without showing it\n")
