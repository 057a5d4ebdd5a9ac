"""Replaying with toy tools: prompts, secrets, going on after a mismatch."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.console import Ask, Context, EndOfInput
from hsmshell.registry import Run, UnknownTool
from hsmshell.transcript.ending import terminable
from hsmshell.transcript.log import Document, Line, parse
from hsmshell.transcript.runner import Report, replay_on


class NoLab:
    """The player asks a lab for nothing but its output generation and where it is."""

    client = ""
    directory = "nowhere"


def play(text: str, run: Run | dict[str, Run], mode: str = "fold") -> Report:
    tools = run if isinstance(run, dict) else {"toy": run}

    def load(name: str) -> Run:
        if name not in tools:
            raise UnknownTool(name)
        return tools[name]

    document = parse(text if "#: tool" in text else f"#: tool toy\n{text}", "x.transcript")
    return replay_on(NoLab(), "", document, mode=mode, load=load)  # type: ignore[arg-type]


def echo(arguments: Sequence[str], context: Context) -> int:
    """Repeats each line until ``bye``; ``password`` asks for a secret."""
    context.console.write("hello\n")
    while True:
        line = context.console.ask("toy> ", Ask.COMMAND)
        if line == "bye":
            context.console.write("gone\n")
            return 0
        if line == "password":
            context.console.write("secret " + context.console.ask("Password: ", Ask.SECRET) + "\n")
        elif line == "pin":
            context.console.write("pin " + context.console.ask("PIN : ", Ask.PIN) + "\n")
        elif line == "sure":
            context.console.write("answer " + context.console.ask("Sure?\n(y/n)?", Ask.CONFIRM) + "\n")
        elif line == "crash":
            raise ZeroDivisionError("oops")
        else:
            context.console.write(f"you said {line}\n")


def differences(report: Report) -> list[tuple[int, tuple[str, ...]]]:
    return [(exchange.line, exchange.difference) for exchange in report.exchanges if not exchange.same]


GOOD = "hello\ntoy> one\nyou said one\ntoy> two words\nyou said two words\ntoy> bye\ngone\n"


@pytest.mark.parametrize("mode", ["fold", "exact"])
def test_a_log_replays(mode: str) -> None:
    report = play(GOOD, echo, mode)
    assert report.mismatches == 0
    assert [exchange.line for exchange in report.exchanges] == [1, 3, 5, 7]


def test_a_mismatch_is_reported_with_its_place_and_the_rest_goes_on() -> None:
    report = play(GOOD.replace("you said one", "you said 1"), echo)
    assert differences(report) == [(3, ("-you said 1", "+you said one"))]
    assert len(report.exchanges) == 4
    assert report.findings == ()


def test_missing_and_surplus_output_are_mismatches() -> None:
    assert differences(play(GOOD.replace("you said one\n", ""), echo)) == [(3, ("+you said one",))]
    assert differences(play(GOOD.replace("gone\n", "gone\nreally\n"), echo)) == [(7, (" gone", "-really"))]


def test_secrets_come_from_their_directive_and_never_from_the_log() -> None:
    typed = "toy> password\nPassword: \nsecret one\ntoy> pin\nPIN : \npin two\ntoy> bye\n"
    text = f"#: tool toy\n#: secret one\n#: secret two\n...\n{typed}..."
    assert play(text, echo).mismatches == 0
    shown = "...\ntoy> pin\nPIN : 1234\npin 1234\ntoy> bye\n..."
    assert play(shown, echo).mismatches == 0
    report = play("...\ntoy> password\nPassword: \nx\n", echo)
    assert [finding.message for finding in report.findings] == [
        "a hidden answer is needed; give it with: #: secret TEXT"
    ]


def test_a_prompt_of_two_lines() -> None:
    assert play("...\ntoy> sure\nSure?\n(y/n)?y\nanswer y\ntoy> bye\n...", echo).mismatches == 0


def test_the_end_of_the_log_is_the_end_of_the_input() -> None:
    assert play("hello\ntoy> one\nyou said one\n", echo).mismatches == 0
    assert play("hello\ntoy> one\nyou said one\ntoy> \n", echo).mismatches == 0
    assert play("hello\n", echo).mismatches == 0


def test_a_prompt_that_the_log_does_not_have_is_a_finding() -> None:
    report = play("hello\ntoy> one\nyou said one\nother> two\nyou said two\n", echo)
    assert len(report.findings) == 1
    assert report.findings[0].message == "the tool asked 'toy> '; the log has no such line from here on"


@pytest.mark.parametrize("shown", ["", "you said 1\n", "\n\n"])
def test_a_log_that_ends_with_a_difference_has_just_ended(shown: str) -> None:
    report = play(f"hello\ntoy> one\n{shown}", echo)
    assert [line for line, _ in differences(report)] == [3]
    assert report.findings == ()


def test_a_tool_that_ends_too_early_leaves_lines_over() -> None:
    assert differences(play(GOOD + "toy> more\nyou said more\n", echo)) == [
        (7, (" gone", "-toy> more", "-you said more"))
    ]


def test_a_secret_in_the_log_is_a_finding() -> None:
    text = "#: tool toy\n#: secret one\n...\ntoy> password\nPassword: one\nsecret one\ntoy> bye\ngone\n"
    assert [finding.line for finding in play(text, echo).findings] == [5]
    assert play(text.replace("Password: one", "Password: ***"), echo).mismatches == 0


def test_a_log_from_a_pipe_ends_at_a_bare_prompt_and_the_goodbye_is_compared() -> None:
    def polite(arguments: Sequence[str], context: Context) -> int:
        try:
            return echo(arguments, context)
        except EndOfInput:
            context.console.write("goodbye\n")
            return 0

    assert play("hello\ntoy> one\nyou said one\ntoy> \ngoodbye\n", polite).mismatches == 0
    assert differences(play("hello\ntoy> \nbye now\n", polite)) == [(3, ("-bye now", "+goodbye"))]
    assert play("hello\ntoy> \nyou said\ntoy> bye\ngone\n", polite).mismatches == 0


def test_nothing_to_replay_is_a_finding() -> None:
    assert [finding.line for finding in parse("", "x.transcript").findings] == [1]
    assert [finding.line for finding in parse("prose\n", "x.md").findings] == [1]
    assert parse("#: tool cmu\n#: args import x\n", "x.transcript").findings == ()


def test_a_tool_that_ends_the_process_is_a_finding() -> None:
    def leaving(arguments: Sequence[str], context: Context) -> int:
        raise SystemExit(3)

    assert play("#: tool toy\n", leaving).findings[0].message == "the tool ended the process with 3"


def test_being_told_to_terminate_passes_through_and_is_told_once() -> None:
    def slow(arguments: Sequence[str], context: Context) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    try:
        with pytest.raises(SystemExit) as ended, terminable():
            play("x", slow)
        assert ended.value.code == 143
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def test_the_way_to_terminate_is_restored_and_anothers_is_left_alone() -> None:
    with terminable():
        assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_DFL, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with terminable():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def test_a_crash_is_a_finding() -> None:
    report = play("hello\ntoy> crash\n", echo)
    assert report.findings[0].message == "the tool ended with ZeroDivisionError: oops"


def test_an_unknown_tool_is_a_finding() -> None:
    report = play("#: tool other\nx\n", echo)
    assert report.findings[0].message.startswith("there is no tool 'other'; there are ")


def test_short_prompts_must_stand_in_the_log_as_they_are() -> None:
    def short(arguments: Sequence[str], context: Context) -> int:
        typed = context.console.ask("# ")
        context.console.write(f"#not a prompt\n{typed}\n")
        context.console.ask("# ")
        return 0

    assert play("# one\n#not a prompt\none\n# two\n", short).mismatches == 0


def test_sections_are_runs_of_their_own() -> None:
    calls: list[tuple[str, ...]] = []

    def once(arguments: Sequence[str], context: Context) -> int:
        calls.append(tuple(arguments))
        context.console.write(f"run {len(calls)}\n")
        return 0

    report = play("#: tool toy\n#: args a b\nrun 1\n#: tool toy\nrun 2\n", once)
    assert report.mismatches == 0
    assert calls == [("a", "b"), ()]


def test_interrupts_pass_through() -> None:
    def interrupted(arguments: Sequence[str], context: Context) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play("x", interrupted)


def test_a_player_at_its_end_stays_there() -> None:
    def stubborn(arguments: Sequence[str], context: Context) -> int:
        for _ in range(3):
            with pytest.raises(EndOfInput):
                context.console.ask("again> ")
        context.console.write("after the end\n")
        return 0

    assert play("\n", stubborn).mismatches == 0


class Counted(tuple[Line, ...]):
    """Lines that know how many of them were read."""

    read = 0

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        found = super().__getitem__(place)
        self.read += len(found) if isinstance(place, slice) else 1
        return found


def asking(count: int, *prompts: str) -> Run:
    """Asks again and again, for what the log has and for what it has not."""

    def run(arguments: Sequence[str], context: Context) -> int:
        for _ in range(count):
            for prompt in prompts:
                with contextlib.suppress(EndOfInput):
                    context.console.ask(prompt, Ask.COMMAND)
            context.console.write("done\n")
        return 0

    return run


@pytest.mark.parametrize("typed", ["", "word"])
@pytest.mark.parametrize("prompts", [("toy> ",), ("toy> ", "other> "), ("# ",)])
def test_the_log_is_read_about_once_however_long_it_is(typed: str, prompts: tuple[str, ...]) -> None:
    count = 300
    (section,) = parse("#: tool toy\n" + f"{prompts[0]}{typed}\ndone\n" * count, "x.transcript").sections
    lines = Counted(section.lines)
    document = Document("x.transcript", (section._replace(lines=lines),), ())
    report = replay_on(NoLab(), "", document, load=lambda name: asking(count, *prompts))  # type: ignore[arg-type]
    assert len(report.exchanges) >= count
    assert 2 * count <= lines.read < 10 * count


WORDS = st.lists(st.sampled_from(["one", "two", "three four", "x"]), max_size=6)


@given(words=WORDS)
def test_a_log_of_any_session_replays_green(words: list[str]) -> None:
    log = "hello\n" + "".join(f"toy> {word}\nyou said {word}\n" for word in words) + "toy> bye\ngone\n"
    for mode in ("fold", "exact"):
        assert play(log, echo, mode).mismatches == 0


@given(words=WORDS.filter(bool), data=st.data())
def test_one_changed_output_is_one_mismatch(words: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(words) - 1))
    log = "hello\n"
    for number, word in enumerate(words):
        log += f"toy> {word}\nyou said {'nothing' if number == place else word}\n"
    assert play(log + "toy> bye\ngone\n", echo).mismatches == 1


@pytest.mark.parametrize(
    ("log", "mismatches"),
    [
        ("toy> bye\ngone\n", 0),
        ("hello\ntoy> bye\ngone\n", 0),
        ("hullo\ntoy> bye\ngone\n", 1),
        ("hello\nhello\ntoy> bye\ngone\n", 1),
    ],
)
def test_a_log_begins_where_somebody_began_to_copy(log: str, mismatches: int) -> None:
    assert play(log, echo).mismatches == mismatches
    assert (play(log, echo, "exact").mismatches > 0) == (not log.startswith("hello\ntoy"))
