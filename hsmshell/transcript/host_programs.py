"""The programs that a log may start without ``--allow-shell``, and of each the arguments that keep it in its folder.

Only options that are listed here pass, so that an option that we do not know can neither start a program, nor follow a
link, nor read a list of further files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hsmshell.transcript import host_openssl
from hsmshell.transcript.host_openssl import Place
from hsmshell.transcript.refused import Refused

Check = Callable[[Sequence[str], Place], list[str]]
"""The arguments in, those to start the program with out. Raises ``Refused``."""


class Options(NamedTuple):
    """What a program's options are, as ``getopt_long`` takes them."""

    plain: str = ""
    """Letters that take no value."""
    valued: str = ""
    """Letters that take a value, which may be a path."""
    texts: str = ""
    """Letters that take a value which never is a path."""
    long: tuple[str, ...] = ()
    """Names after ``--``; one that ends in ``=`` takes a value."""
    number: bool = False
    """Whether ``-5`` is one."""
    pattern: bool = False
    """Whether the first operand is a text rather than a path, unless an option of ``texts`` gave it."""


_LISTED: Mapping[str, Options] = {
    "base64": Options("di", "w", long=("decode", "ignore-garbage", "wrap=")),
    "cat": Options("AbeEnstTuv", long=("number", "number-nonblank", "show-all", "show-ends", "squeeze-blank")),
    "cmp": Options("bls", "in", long=("bytes=", "ignore-initial=", "print-bytes", "quiet", "silent", "verbose")),
    "cp": Options("finprRuTv", "t", long=("force", "no-clobber", "preserve", "recursive", "update", "verbose")),
    "diff": Options(
        "abBcdeEiNpqrstuwy", "U", long=("brief", "ignore-all-space", "ignore-case", "recursive", "unified", "unified=")
    ),
    "grep": Options(
        "abcEFGhHilLnoqrsvwxzP",
        "ABCm",
        "e",
        long=(
            *("count", "extended-regexp", "fixed-strings", "ignore-case", "invert-match", "line-number", "quiet"),
            *("max-count=", "only-matching", "recursive", "word-regexp"),
        ),
        number=True,
        pattern=True,
    ),
    "head": Options("qvz", "cn", long=("bytes=", "lines=", "quiet", "verbose"), number=True),
    "ls": Options(
        "1aAbBcCdFghiklmnopqQrRsStuUvxX", long=("all", "almost-all", "human-readable", "recursive", "reverse", "size")
    ),
    "mkdir": Options("pv", texts="m", long=("parents", "verbose")),
    "mv": Options("finuTv", "t", long=("force", "no-clobber", "update", "verbose")),
    "rm": Options("dfirRv", long=("force", "recursive", "verbose")),
    "sha256sum": Options("btz", long=("binary", "tag", "text", "zero")),
    "tail": Options("qvz", "cn", long=("bytes=", "lines=", "quiet", "verbose"), number=True),
    "touch": Options("acm", "r", "dt", long=("no-create", "reference=")),
    "wc": Options("clLmw", long=("bytes", "chars", "lines", "max-line-length", "words")),
}

_LAB_WORDS = ("audit", "cluster", "fault", "scenarios", "show")
"""The commands of ``hsmshell lab`` that neither replace the lab on which the log is replayed nor make another one."""

_JQ_LETTERS, _JQ_LONG = (
    "acCejMnrRsS",
    (
        *("ascii-output", "compact-output", "exit-status", "join-output", "monochrome-output", "null-input"),
        *("raw-input", "raw-output", "slurp", "sort-keys", "tab"),
    ),
)
_JQ_NAMED = {"--arg": False, "--argjson": False, "--rawfile": True, "--slurpfile": True}
"""Options with a name and a value, and whether the value is a file."""
_JQ_MODULE = re.compile(r"\b(import|include|modulemeta)\b")


def checked(name: str, arguments: Sequence[str], place: Place) -> list[str]:
    """The arguments to start the program with; ``place`` is asked for each path. Raises ``Refused``."""
    if name not in PROGRAMS:
        raise Refused(f"{name} is none of the programs that a log may start")
    return PROGRAMS[name](arguments, place)


def _by(name: str, options: Options) -> Check:
    return lambda arguments, place: list(_parsed(name, options, arguments, place))


def _parsed(name: str, options: Options, arguments: Sequence[str], place: Place) -> Iterator[str]:
    words = iter(arguments)
    pattern = options.pattern
    found: list[tuple[bool, str]] = []
    for word in words:
        if word == "--":
            found.append((False, word))
            found.extend((True, rest) for rest in words)
        elif word.startswith("--"):
            found.append((False, _long(name, options, word, place)))
            if f"{word[2:]}=" in options.long and word[2:] not in options.long:
                found.append((False, place(next(words, ""))))
        elif word == "-" or not word.startswith("-"):
            found.append((True, word))
        elif options.number and word[1:].isascii() and word[1:].isdigit():
            found.append((False, word))
        else:
            letter, value = _short(name, options, word)
            if letter in options.texts and letter:
                pattern = False
            if letter and not value:
                value = next(words, "")
                found.append((False, word))
                found.append((False, value if letter in options.texts else place(value)))
            elif letter and letter not in options.texts:
                found.append((False, word.removesuffix(value) + place(value)))
            else:
                found.append((False, word))
    for operand, word in found:
        if operand and pattern:
            pattern = False
            yield word
        else:
            yield place(word) if operand else word


def _long(name: str, options: Options, word: str, place: Place) -> str:
    option, equals, value = word[2:].partition("=")
    if option in options.long and not equals:
        return word
    if f"{option}=" in options.long:
        return f"--{option}={place(value)}" if equals else word
    raise Refused(f"the option --{option} of {name} is not run from a log")


def _short(name: str, options: Options, word: str) -> tuple[str, str]:
    """The letter among these that takes a value, empty for none, and what of the value stands right behind it."""
    for place, letter in enumerate(word[1:], start=2):
        if letter in options.valued or letter in options.texts:
            return letter, word[place:]
        if letter not in options.plain:
            raise Refused(f"the option -{letter} of {name} is not run from a log")
    return "", ""


def _texts(arguments: Sequence[str], place: Place) -> list[str]:
    return list(arguments)


def _xxd(arguments: Sequence[str], place: Place) -> list[str]:
    """No option of xxd names a file."""
    return [word if re.fullmatch(r"-[a-z]+[-+0-9a-fx]*", word) else place(word) for word in arguments]


def _jq(arguments: Sequence[str], place: Place) -> list[str]:
    words = iter(arguments)
    result: list[str] = []
    program = False
    for word in words:
        if word in _JQ_NAMED:
            value = (next(words, ""), next(words, ""))
            result += [word, value[0], place(value[1]) if _JQ_NAMED[word] else value[1]]
        elif word == "--indent":
            result += [word, place(next(words, ""))]
        elif word.startswith("-"):
            good = word[2:] in _JQ_LONG if word.startswith("--") else set(word[1:]) <= set(_JQ_LETTERS)
            if not good:
                raise Refused(f"the option {word} of jq is not run from a log")
            result.append(word)
        elif not program:
            program = True
            if match := _JQ_MODULE.search(word):
                raise Refused(f"the word {match.group()} in a program of jq is not run from a log")
            result.append(word)
        else:
            result.append(place(word))
    return result


def _hsmshell(arguments: Sequence[str], place: Place) -> list[str]:
    if arguments[:1] != ["lab"]:
        raise Refused("of hsmshell only the command lab is run from a log")
    if len(arguments) < 2 or arguments[1] not in _LAB_WORDS:
        raise Refused(f"of hsmshell lab only {', '.join(_LAB_WORDS)} are run from a log")
    return [place(word) for word in arguments]


PROGRAMS: Mapping[str, Check] = {
    **{name: _by(name, options) for name, options in _LISTED.items()},
    "echo": _texts,
    "hsmshell": _hsmshell,
    "jq": _jq,
    "openssl": host_openssl.checked,
    "printf": _texts,
    "xxd": _xxd,
}
"""Every program that may be started, with the check of its arguments."""
