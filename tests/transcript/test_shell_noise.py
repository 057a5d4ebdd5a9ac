"""Logs from a real shell: its prompts, what stands around a tool's session, and which tool it is."""

from __future__ import annotations

import importlib

import pytest

from hsmshell import registry
from hsmshell.transcript.log import Section, parse
from hsmshell.transcript.shell_noise import typed


def texts(section: Section) -> list[str]:
    return [line.text for line in section.lines]


@pytest.mark.parametrize(
    "prompt",
    [
        "[user@host dir]$ ", "[root@ip-10-0-2-9 ~]# ", "[ec2-user@client my dir]$ ",
        "user@host:~/dir$ ", "root@host:~# ", "user@host:/opt/cloudhsm/bin$ ",
        "bash-4.2$ ", "sh-5.1# ", "host% ", "user@laptop dir % ", "(venv) user@host:~$ ", "(base) [u@h ~]$ ",
    ],
)  # fmt: skip
def test_a_real_prompt(prompt: str) -> None:
    assert typed(f"{prompt}ls -l $HOME # x") == "ls -l $HOME # x"
    assert typed(prompt) == ""
    assert "%" in prompt[-2:] or typed(prompt.rstrip()) == ""
    (section,) = parse(f"Last login: today\n\n{prompt}ls\nfile\n{prompt}\n", "x").sections
    assert section.tool == "terminal"
    assert texts(section) == ["", "", "$ ls", "file", "$ "]


@pytest.mark.parametrize(
    "line",
    ["$ ls", "# ls", "> x", "50% done", "done%", "a line", "[1]$ x", "mail user@host: hello", "Command:  ls",
     "aws-cloudhsm>x", ""],
)  # fmt: skip
def test_no_real_prompt(line: str) -> None:
    assert typed(line) is None


def test_every_prompt_of_the_registry_is_the_tools_own() -> None:
    prompts = {name: entry.prompt for name, entry in registry.TOOLS.items() if entry.prompt}
    assert prompts == {
        name: importlib.import_module(f"commands.{name}.program").PROMPT
        for name in ("key_mgmt_util", "cloudhsm_mgmt_util", "ckdemo", "lunash")
    }


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("$ ls\nCommand:  exit\n[u@h ~]$ ls\n", "shell"),
        ("\n# cmu list\n", "shell"),
        ("#: lab migration\n$ ls\n", "shell"),
        ("nothing known\n", "shell"),
        ("a banner\nCommand:  exit\naws-cloudhsm>quit\n", "key_mgmt_util"),
        ("a banner\n  aws-cloudhsm>quit\n", "cloudhsm_mgmt_util"),
        ("1. menu\n\nEnter  your choice: x\nEnter your choice : 0\n", "ckdemo"),
        ("a banner\n[local_host] lunash:>hsm show\n[local_host] lunash:>exit\n", "lunash"),
        ("#: client late\n\x1b[1mCommand:\x1b[0m  exit\r\n", "key_mgmt_util"),
    ],
)
def test_the_tool_of_a_log_that_names_none(text: str, tool: str) -> None:
    (section,) = parse(text, "x").sections
    assert section.tool == tool
    assert texts(section) == [line for line in text.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\r", "")
                              .splitlines() if not line.startswith("#:")]  # fmt: skip


def test_a_log_that_begins_within_a_tool_goes_on_in_the_terminal() -> None:
    text = "#: lab other\nCommand:  exit\n[u@h ~]$ ls\nfile\n"
    first, second = parse(text, "x").sections
    assert (first.tool, texts(first)) == ("key_mgmt_util", ["Command:  exit"])
    assert (second.tool, second.line, second.lab, texts(second)) == ("terminal", 3, "other", ["$ ls", "file"])


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["[u@h ~]$ ls", "x", "[u@h ~]$ exit", "exit"], ["$ ls", "x", "$ exit", ""]),
        (["[u@h ~]$ ls", "x", "[u@h ~]$", "logout", ""], ["$ ls", "x", "$ ", ""]),
        (["[u@h ~]$ cat exit", "exit"], ["$ cat exit", "exit"]),
        (["[u@h ~]$ typo^C", "[u@h ~]$ ls"], ["", "$ ls"]),
        (["$ noise", "#: tool terminal", "[u@h ~]$ ls"], ["$ ls"]),
    ],
)
def test_what_the_shell_itself_says_in_a_terminal(lines: list[str], shown: list[str]) -> None:
    assert texts(parse("\n".join(lines), "x").sections[-1]) == shown


@pytest.mark.parametrize(
    ("start", "arguments"),
    [
        ("[u@h ~]$ /opt/cloudhsm/bin/key_mgmt_util", ()),
        ("[u@h ~]$ sudo /opt/cloudhsm/bin/key_mgmt_util", ()),
        ("bash-4.2$ key_mgmt_util singlecmd findKey -l 'a b'", ("singlecmd", "findKey", "-l", "a b")),
        ("$ key_mgmt_util x", ("x",)),
    ],
)  # fmt: skip
def test_the_line_that_starts_the_tool_and_all_before_it_go(start: str, arguments: tuple[str, ...]) -> None:
    text = f"#: tool key_mgmt_util\nLast login\n[u@h ~]$ ls\n{start}\nbanner\nCommand:  exit\n[u@h ~]$ \n"
    (section,) = parse(text, "x").sections
    assert texts(section) == ["", "", "", "banner", "Command:  exit", ""]
    assert section.arguments == arguments


@pytest.mark.parametrize(
    "line",
    [
        "[u@h ~]$ cloudhsm_mgmt_util",
        "[u@h ~]$ key_mgmt_util | tee log",
        "[u@h ~]$ key_mgmt_util 'open",
        "# key_mgmt_util begins",
        "key_mgmt_util",
    ],
)
def test_a_line_that_starts_something_else_stays(line: str) -> None:
    (section,) = parse(f"#: tool key_mgmt_util\n{line}\nCommand:  exit\n", "x").sections
    assert texts(section) == [line, "Command:  exit"]
    assert section.arguments == ()


def test_arguments_of_a_directive_win() -> None:
    (section,) = parse("#: tool cmu\n#: args list\n[u@h ~]# cmu delete -handle 5\nout\n", "x").sections
    assert (section.arguments, texts(section)) == (("list",), ["", "out"])


def test_of_a_tool_without_a_prompt_the_first_start_counts() -> None:
    (section,) = parse("#: tool cmu\n[u@h ~]# cmu list\nout\n[u@h ~]# cmu export\nmore\n", "x").sections
    assert (section.arguments, texts(section)) == (("list",), ["", "out", "[u@h ~]# cmu export", "more"])


def test_of_a_tool_with_a_prompt_the_last_start_before_it_counts() -> None:
    (section,) = parse("#: tool ckdemo\n$ ckdemo -x\nrefused\n$ ckdemo\nmenu\nEnter your choice : 0\n", "x").sections
    assert (section.arguments, texts(section)) == ((), ["", "", "", "menu", "Enter your choice : 0"])
