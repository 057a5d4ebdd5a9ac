"""The pytest plugin, as a team has it: a runbook and three lines of configuration."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import hypothesis
import pytest

from hsmshell.cli.main import main
from hsmshell.engine.scenario import create_lab
from tests.conftest import pooled_services

README = Path(__file__).parents[2] / "README.md"

RUNBOOK = """# Users of the old cluster

## Look around

```console
$ /opt/cloudhsm/bin/key_mgmt_util
...
Command:  Error2String -r 0xdb

        Error Code db maps to HSM Error: Invalid User Type.
```

## Log in

```console
Command:  loginHSM -u CU -s crypto_user -p user1234
...
        Cfm3LoginHSM returned: 0x00 : HSM Return: SUCCESS
...
```

## Leave

```console
Command:  exit
$ exit
```
"""
RED = RUNBOOK.replace("0x00 : HSM", "0x01 : HSM")

STEPS = ["Look around", "Log in", "Leave"]

STOPPED = "#: tool key_mgmt_util\n...\nLIQUIDSECURITY: Daemon socket connection error\n...\n"
"""Passes where the client daemon does not run, as in the scenario client-stopped."""


@pytest.fixture(scope="module", autouse=True)
def loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everything is imported before pytester looks, which takes away what an inner run imports: cryptography can be
    loaded only once, and hypothesis, which has a plugin of its own, takes a second."""
    assert hypothesis.__version__
    directory = tmp_path_factory.mktemp("loaded")
    (directory / "x.md").write_text(RUNBOOK)
    assert main(["replay", str(directory / "x.md")]) == 0


def configuration() -> str:
    """The lines that the README shows."""
    section = README.read_text("utf-8").split("\n## Your runbook as a test\n")[1]
    match = re.search(r"```toml\n(.*?)```", section, re.DOTALL)
    assert match
    return match.group(1)


@pytest.fixture
def team(pytester: pytest.Pytester) -> pytest.Pytester:
    """A repository with a runbook in it."""
    pytester.makepyprojecttoml(configuration())
    pytester.mkdir("runbooks")
    write(pytester, "runbooks/users.md", RUNBOOK)
    write(pytester, "README.md", "```console\n$ a command that nobody has\n```\n")
    return pytester


def write(pytester: pytest.Pytester, name: str, text: str) -> None:
    (pytester.path / name).write_text(text)


def test_three_lines_of_configuration_put_a_runbook_under_test(team: pytest.Pytester) -> None:
    assert len(configuration().splitlines()) == 3
    result = team.runpytest("-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"runbooks/users.md::{step} PASSED*" for step in STEPS])


def test_a_red_runbook_is_reported_by_heading_and_line(team: pytest.Pytester) -> None:
    write(team, "runbooks/users.md", RED)
    result = team.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    line = RED.splitlines().index("Command:  loginHSM -u CU -s crypto_user -p user1234") + 1
    result.stdout.fnmatch_lines(
        [
            "*___ Log in ___*",
            f"runbooks/users.md:{line}: Command:  loginHSM *",
            "  -        Cfm3LoginHSM returned: 0x01 : HSM Return: SUCCESS",
            "  +*Cfm3LoginHSM returned: 0x00 : HSM Return: SUCCESS",
            "FAILED runbooks/users.md::Log in*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_what_fails_above_is_another_tests_failure(team: pytest.Pytester) -> None:
    both = RED.replace("Command:  exit\n", "Command:  Error2String -r 0xdb\nnothing\nCommand:  exit\n")
    write(team, "runbooks/users.md", both)
    result = team.runpytest("runbooks/users.md::Leave")
    result.assert_outcomes(failed=1)
    line = both.splitlines().index("Command:  loginHSM -u CU -s crypto_user -p user1234") + 1
    result.stdout.fnmatch_lines([f"before this section: 1 mismatch, the first one at runbooks/users.md:{line}"])


def test_a_mismatch_means_the_same_to_one_test_and_to_all(team: pytest.Pytester) -> None:
    """Log and tool part at the third step: the whole replay lays it on the exchange before."""
    write(team, "runbooks/users.md", RUNBOOK.replace("Command:  exit\n$ exit", "aws-cloudhsm>quit"))
    together = team.runpytest()
    together.assert_outcomes(passed=2, failed=1)
    together.stdout.fnmatch_lines(["FAILED runbooks/users.md::Leave*"])
    for step, outcome in zip(STEPS, ("passed", "passed", "failed"), strict=True):
        team.runpytest(f"runbooks/users.md::{step}").assert_outcomes(**{outcome: 1})


def test_tests_are_selected_as_any_others(team: pytest.Pytester) -> None:
    write(team, "runbooks/users.md", RED)
    write(team, "runbooks/z.transcript", STOPPED)
    team.runpytest("-k", "Log").assert_outcomes(failed=1, deselected=3)
    team.runpytest("-x").assert_outcomes(passed=1, failed=1)
    team.runpytest("runbooks/users.md::Look around").assert_outcomes(passed=1)
    team.runpytest().assert_outcomes(passed=2, failed=2)
    team.runpytest("--lf").assert_outcomes(failed=2)
    collected = team.runpytest("--collect-only", "-q")
    collected.stdout.fnmatch_lines(
        [*(f"runbooks/users.md::{step}" for step in STEPS), "runbooks/z.transcript::key_mgmt_util"]
    )


def test_several_processes_share_the_tests(team: pytest.Pytester) -> None:
    write(team, "runbooks/users.md", RED)
    result = team.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*runbooks/users.md:*: Command:  loginHSM *", "FAILED runbooks/users.md::Log in*"])


def test_several_processes_write_nothing(team: pytest.Pytester) -> None:
    result = team.runpytest_subprocess("-n", "2", "--transcript-update")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --transcript-update writes files and works in one process; leave -n away"])


def test_an_update_shows_the_patch_and_the_next_run_is_green(
    team: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    write(team, "runbooks/users.md", RED)
    result = team.runpytest("--transcript-update")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["-*returned: 0x01 : HSM Return: SUCCESS", "+*returned: 0x00 : HSM Return: SUCCESS"])
    assert (team.path / "runbooks" / "users.md").read_text() != RED
    team.runpytest().assert_outcomes(passed=3)


def test_an_update_is_refused_under_ci_and_writes_nothing(
    team: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    write(team, "runbooks/users.md", RED)
    result = team.runpytest("--transcript-update")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*--transcript-update is refused where CI is set*"])
    assert (team.path / "runbooks" / "users.md").read_text() == RED


def test_markdown_that_is_no_procedure_is_left_alone(pytester: pytest.Pytester) -> None:
    write(pytester, "notes.md", "```console\n$ a command that nobody has\n```\n")
    write(pytester, "marked.md", f"---\nscenario: client-stopped\n---\n```console\n{STOPPED}```\n")
    result = pytester.runpytest("-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["marked.md::before any heading PASSED*"])


def test_each_run_of_a_tool_in_a_transcript_is_a_test(pytester: pytest.Pytester) -> None:
    write(pytester, "x.transcript", "#: lab client-stopped\n" + STOPPED * 2 + "#: tool nothing\n")
    result = pytester.runpytest("-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "x.transcript::key_mgmt_util PASSED*",
            "x.transcript::key_mgmt_util (2) PASSED*",
            "x.transcript::nothing FAILED*",
            "x.transcript:10: there is no tool 'nothing'; there are *",
        ]
    )


@pytest.mark.parametrize("line", ["hsmshell_scenario = client-stopped", "hsmshell_scenario = ./labs/own.toml"])
def test_files_that_name_no_scenario_start_in_the_configured_one(line: str, pytester: pytest.Pytester) -> None:
    write(pytester, "x.transcript", STOPPED)
    pytester.mkdir("labs")
    text = (README.parent / "hsmshell" / "engine" / "scenarios" / "client-stopped.toml").read_text("utf-8")
    write(pytester, "labs/own.toml", text)
    pytester.runpytest().assert_outcomes(failed=1)
    pytester.makeini(f"[pytest]\n{line}\n")
    pytester.runpytest().assert_outcomes(passed=1)


def test_each_test_may_start_with_a_copy_of_a_lab(pytester: pytest.Pytester) -> None:
    create_lab(str(pytester.path / "lab"), "client-stopped", services=pooled_services()).close()
    write(pytester, "x.transcript", STOPPED)
    pytester.makeini("[pytest]\nhsmshell_lab = lab\n")
    pytester.runpytest().assert_outcomes(passed=1)
    pytester.makeini("[pytest]\nhsmshell_lab = nowhere\n")
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["x.transcript:1: there is no lab at *nowhere; make it with: *"])


def test_the_configured_match_holds_where_a_file_has_none(pytester: pytest.Pytester) -> None:
    write(pytester, "x.transcript", STOPPED.replace("socket connection", "socket  connection"))
    pytester.makeini("[pytest]\nhsmshell_scenario = client-stopped\n")
    pytester.runpytest().assert_outcomes(passed=1)
    pytester.makeini("[pytest]\nhsmshell_scenario = client-stopped\nhsmshell_match = exact\n")
    pytester.runpytest().assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("hsmshell_match = near", "hsmshell_match is 'near'; set it to fold or exact"),
        ("hsmshell_lab = a\nhsmshell_scenario = b", "hsmshell_lab and hsmshell_scenario are both set; *"),
    ],
)
def test_a_wrong_configuration_is_told_at_once(lines: str, message: str, pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\n{lines}\n")
    result = pytester.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_a_suite_gives_its_own_services(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "from hsmshell.engine.services import Services\n"
        "def rsa_key(bits, exponent):\n    raise ValueError('asked for a key')\n"
        "def pytest_hsmshell_services(config):\n    return Services(rsa_key=rsa_key)\n"
    )
    write(pytester, "x.transcript", STOPPED)
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*asked for a key*"])


def test_a_hostile_log_is_a_failure_and_reaches_no_screen(pytester: pytest.Pytester) -> None:
    (pytester.path / "x.transcript").write_bytes(b"#: tool cmu\n#: args \x1b[2J\xff\n\x1b]0;x\x07\n")
    (pytester.path / "y.transcript").write_bytes(b"\x00\x1b]0;x\x07\n")
    result = pytester.runpytest("-v", "--continue-on-collection-errors")
    result.assert_outcomes(failed=1, errors=1)
    assert "\x1b" not in result.stdout.str()


def test_a_run_without_transcripts_pays_nothing(pytester: pytest.Pytester) -> None:
    """The plugin is loaded wherever hsmshell is installed."""
    script = (
        "import sys, pytest\n"
        "class Late:\n"
        "    def pytest_sessionfinish(self):\n"
        "        print('ours:', *sorted(name for name in sys.modules if name.startswith(('hsmshell', 'commands'))))\n"
        "pytest.main(['-p', 'no:cacheprovider'], plugins=[Late()])\n"
    )
    pytester.makepyfile("def test_one(): pass")
    result = pytester.run(sys.executable, "-c", script)
    own = "hsmshell hsmshell.transcript hsmshell.transcript.pytest_hooks hsmshell.transcript.pytest_plugin"
    result.stdout.fnmatch_lines([f"*ours: {own}"])
