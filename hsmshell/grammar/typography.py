"""What a copied document does to a command line: a typesetter's dashes, quotation marks and blanks, and lost dashes.

Emulated tools refuse such lines with their own words, which do not show what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hsmshell.grammar.command import Parameter


class _Kind(NamedTuple):
    name: str
    advice: str
    key: str
    """What a keyboard gives in its place, or nothing."""


_DASH = _Kind("a typographic dash", "type - instead", "-")
_QUOTE = _Kind("a typographic quotation mark", 'type " instead', '"')
_SINGLE_QUOTE = _QUOTE._replace(key="'")
_NO_BREAK = _Kind("a no-break space", "type a blank instead", " ")
_BLANK = _Kind("a typographic space", "type a blank instead", " ")
_UNSEEN = _Kind("an invisible character", "leave it out", "")

_RANGES = (
    (_DASH, (0x00AD, range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D)),
    (_QUOTE, (0x00AB, 0x00BB, range(0x201C, 0x2020), 0x2033, 0xFF02)),
    (_SINGLE_QUOTE, (range(0x2018, 0x201C), 0x2032, 0x2039, 0x203A, 0xFF07)),
    (_NO_BREAK, (0x00A0, 0x2007, 0x202F)),
    (_BLANK, (range(0x2000, 0x2007), range(0x2008, 0x200B), 0x205F, 0x3000)),
    (_UNSEEN, (range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2065), range(0x2066, 0x206A), 0xFEFF)),
)


def _spread(numbers: Iterable[int | range]) -> Iterator[str]:
    for number in numbers:
        yield from map(chr, (number,) if isinstance(number, int) else number)


KINDS = {letter: kind for kind, numbers in _RANGES for letter in _spread(numbers)}
"""Every character that stands where a keyboard gives another one, or none."""

_KEYS = str.maketrans({letter: kind.key for letter, kind in KINDS.items()})

_ANYWHERE = (_NO_BREAK, _BLANK, _UNSEEN)
"""What a value has to be asked about wherever it stands in it; a dash within a label is nobody's business."""


def advice(words: Sequence[str], parameters: Sequence[Parameter] = (), refused: str = "") -> str:
    """Which character of a refused line is wrong, and what to type instead; empty when none is.

    The first of the words is the command, ``parameters`` is what the command takes (nothing when there is no such
    command), ``refused`` the word that the refusal was about. At most one thing is told: the first one, and a wrong
    character before a dash that stands alone or is missing.
    """
    names = {name for parameter in parameters for name in (parameter.name, *parameter.aliases)}
    secrets = {f"-{name}" for one in parameters if one.secret for name in (one.name, *one.aliases)}
    places = list(_places(words, parameters))
    for place, (word, is_value) in enumerate(places):
        following = words[place + 1] if place + 1 < len(words) else ""
        told = _wrong_letter(word, following, names, everywhere=not is_value or word == refused)
        if told:
            # Of an unknown command's words, any may be a password.
            option = words[place - 1] if place else ""
            unknown = place > 0 and not parameters and KINDS.get(word[0]) is not _DASH
            hidden = f"the value of {option}" if option in secrets else "a word" if unknown else ""
            return told.replace(f'"{word}"', hidden, 1) if hidden and is_value else told
    for place, word in enumerate(words):
        if word == "-":
            return _lone_dash(words[place + 1 :], names)
    for word, is_value in places:
        if not is_value and word in names and f"-{word}" not in words:
            return f'"{word}" has lost its dash; type -{word} instead'
    return ""


def plain(text: str) -> str:
    """The text as a keyboard gives it: ``-``, ``"``, ``'`` and blanks for a typesetter's; what nobody sees is gone."""
    return text if text.isascii() else text.translate(_KEYS)


def _places(words: Sequence[str], parameters: Sequence[Parameter]) -> Iterator[tuple[str, bool]]:
    """Each word, and whether it is the value of an option; of an unknown command nobody knows."""
    takes_value = {
        f"-{name}": parameter.type is not None
        for parameter in parameters
        for name in (parameter.name, *parameter.aliases)
    }
    value_follows = False
    for place, word in enumerate(words):
        is_value = (value_follows and word not in takes_value) or (place > 0 and not parameters)
        yield word, is_value
        value_follows = not is_value and takes_value.get(word, False)


def _wrong_letter(word: str, following: str, names: Iterable[str], *, everywhere: bool) -> str:
    for place, letter in enumerate(word):
        kind = KINDS.get(letter)
        if kind is None or not (everywhere or place == 0 or kind in _ANYWHERE):
            continue
        what = f"{kind.name} (U+{ord(letter):04X})"
        if len(word) == 1:
            joined = kind is _DASH and following in names
            return f'"{word}" is {what}; ' + (f"type -{following} as one word" if joined else kind.advice)
        verb = "begins with" if place == 0 else "ends with" if place == len(word) - 1 else "contains"
        return f'"{word}" {verb} {what}; {kind.advice}'
    return ""


def _lone_dash(rest: Sequence[str], names: Iterable[str]) -> str:
    """A line that was broken after a dash: its end, or pasted together again with a blank."""
    if not rest:
        return 'the line ends with a lone "-", as if it had been broken there; type its next part directly behind the -'
    if rest[0] in names:
        return f'"-" stands alone before "{rest[0]}"; type -{rest[0]} as one word'
    return '"-" stands alone; type it directly before the name of an option, as one word'
