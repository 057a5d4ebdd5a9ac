"""What is told about a line that a copied document spoilt, and that nothing is told about others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.grammar import Parameter
from hsmshell.grammar.typography import KINDS, advice, plain
from hsmshell.grammar.values import Integer, Text

PARAMETERS = (Parameter("l", Text()), Parameter("k", Integer(), aliases=("key",)), Parameter("nex"))


def told(line: str, refused: str = "", parameters: tuple[Parameter, ...] = PARAMETERS) -> str:
    """The advice for words between ordinary blanks."""
    return advice(line.split(" "), parameters, refused)


DASH, QUOTE, BLANK = "type - instead", 'type " instead', "type a blank instead"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("cmd –l x", f'"–l" begins with a typographic dash (U+2013); {DASH}'),
        ("cmd -l x —nex", f'"—nex" begins with a typographic dash (U+2014); {DASH}'),
        ("cmd −k 7", f'"−k" begins with a typographic dash (U+2212); {DASH}'),
        ("cmd -l –nex", f'"–nex" begins with a typographic dash (U+2013); {DASH}'),
        ("cmd -l “my key”", f'"“my" begins with a typographic quotation mark (U+201C); {QUOTE}'),
        ("cmd -l my key»", f'"key»" ends with a typographic quotation mark (U+00BB); {QUOTE}'),
        ("cmd “-l”", f'"“-l”" begins with a typographic quotation mark (U+201C); {QUOTE}'),
        ("cmd -min–srv 1", f'"-min–srv" contains a typographic dash (U+2013); {DASH}'),
        ("cmd\u00a0-l x", f'"cmd\u00a0-l" contains a no-break space (U+00A0); {BLANK}'),
        ("cmd -l\u2009x", f'"-l\u2009x" contains a typographic space (U+2009); {BLANK}'),
        ("cmd -l x\u00a0-nex -k", f'"x\u00a0-nex" contains a no-break space (U+00A0); {BLANK}'),
        ("cmd \u200b-l x", '"\u200b-l" begins with an invisible character (U+200B); leave it out'),
        ("cmd – l x", '"–" is a typographic dash (U+2013); type -l as one word'),
        ("cmd – x", f'"–" is a typographic dash (U+2013); {DASH}'),
        ("cmd “", f'"“" is a typographic quotation mark (U+201C); {QUOTE}'),
        ("cmd - l x", '"-" stands alone before "l"; type -l as one word'),
        ("cmd - x", '"-" stands alone; type it directly before the name of an option, as one word'),
        ("cmd -l x -", 'the line ends with a lone "-", as if it had been broken there; type its next part directly '
         "behind the -"),
        ("cmd l x", '"l" has lost its dash; type -l instead'),
        ("cmd -k 7 nex", '"nex" has lost its dash; type -nex instead'),
        ("cmd key 7", '"key" has lost its dash; type -key instead'),
        # One thing at a time, and the wrong character first.
        ("cmd l – –k", f'"–" is a typographic dash (U+2013); {DASH}'),
        ("cmd l - –k", f'"–k" begins with a typographic dash (U+2013); {DASH}'),
    ],
)  # fmt: skip
def test_what_is_wrong(line: str, text: str) -> None:
    assert told(line) == text


@pytest.mark.parametrize(
    "line",
    [
        "cmd", "cmd -l x", "cmd -k seven", "cmd foo", "cmd -x 7", "cmd --l x", "cmd -k -5", "cmd -l l", "cmd -l nex",
        # A label's own characters are nobody's business, whatever else is wrong.
        "cmd -l 2017–2018 -k", "cmd -l bob’s", "cmd -l naïve", "cmd -l x -k x l",
        "",
    ],
)  # fmt: skip
def test_nothing_is_told_about_ordinary_mistakes(line: str) -> None:
    assert told(line) == ""


def test_a_value_that_was_refused_is_looked_at_as_a_whole() -> None:
    assert told("cmd -k 3–4") == ""
    assert told("cmd -k 3–4", refused="3–4") == f'"3–4" contains a typographic dash (U+2013); {DASH}'


def test_of_an_unknown_command_the_name_and_the_beginnings_of_words_are_looked_at() -> None:
    assert told("no–name -l x", parameters=()) == f'"no–name" contains a typographic dash (U+2013); {DASH}'
    assert told("typo –l x", parameters=()) == f'"–l" begins with a typographic dash (U+2013); {DASH}'
    assert told("typo -l x–y l", parameters=()) == ""


def test_a_name_that_lost_its_dash_where_a_command_was_expected() -> None:
    assert told("k 7") == '"k" has lost its dash; type -k instead'
    assert told("k 7", parameters=()) == ""


@pytest.mark.parametrize("number", [*range(0x2010, 0x2016), 0x2212])
def test_every_dash(number: int) -> None:
    assert told(f"cmd {chr(number)}l x") == (
        f'"{chr(number)}l" begins with a typographic dash (U+{number:04X}); type - instead'
    )


@pytest.mark.parametrize("number", [*range(0x2018, 0x2020), 0xAB, 0xBB])
def test_every_quotation_mark(number: int) -> None:
    assert told(f"cmd -l {chr(number)}x") == (
        f'"{chr(number)}x" begins with a typographic quotation mark (U+{number:04X}); type " instead'
    )


def test_no_character_of_a_keyboard_is_wrong() -> None:
    assert not [letter for letter in KINDS if letter.isascii()]


WORDS = st.text(alphabet=st.sampled_from([*KINDS, *"-lknexy \"'7", "é", "\udcff", "\n"]), max_size=6)


@given(words=st.lists(WORDS, max_size=6), refused=WORDS, known=st.booleans())
def test_at_most_one_thing_is_told_and_nothing_breaks(words: list[str], refused: str, known: bool) -> None:
    text = advice(words, PARAMETERS if known else (), refused)
    assert isinstance(text, str)
    wrong = {letter for word in words for letter in word if letter in KINDS}
    assert text.count("(U+") <= 1
    assert "(U+" not in text or any(f"(U+{ord(letter):04X})" in text for letter in wrong)
    if not wrong and "-" not in words and not {"l", "k", "key", "nex"} & set(words):
        assert text == ""


@given(words=st.lists(st.text(max_size=8), max_size=8), refused=st.text(max_size=8))
def test_any_text_at_all(words: list[str], refused: str) -> None:
    advice(words, PARAMETERS, refused)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("genSymKey –t 31 -l “my key”", 'genSymKey -t 31 -l "my key"'),
        ("—l ‘it’s’ «x» ‹y›", "-l 'it's' \"x\" 'y'"),
        ("a\u00a0b\u2009c\u200bd\ufeff", "a b cd"),
        ("plain -x 'y' \"z\"\t", "plain -x 'y' \"z\"\t"),
        ("naïve 日本 …", "naïve 日本 …"),
    ],
)
def test_what_a_keyboard_gives(text: str, typed: str) -> None:
    assert plain(text) == typed


@pytest.mark.parametrize("letter", KINDS)
def test_every_typographic_character_has_a_key(letter: str) -> None:
    assert plain(letter) in ("-", '"', "'", " ", "")
    assert plain(letter).isascii()
