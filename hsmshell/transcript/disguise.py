"""Which text of a recorded session is secret, and what the transcript has in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hsmshell.console.console import Ask
from hsmshell.console.masking import MASK, masked
from hsmshell.transcript.masks import MADE, PIN, Mask, Masks
from hsmshell.transcript.player import END, INTERRUPT
from hsmshell.transcript.recording import Event, What

SHORT = 4
"""A secret with fewer characters is hidden only where it was typed: it is part of too many words."""

ORDINARY = frozenset({"password", "passphrase", "secret"})
"""Words that the tools write by themselves: a mask in place of one would tell what it is to hide."""

_QUOTES = "\"'\u2018\u2019\u201c\u201d"
_WORD = re.compile(r"""\s+|"[^"]*"|'[^']*'|\S+""")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_SIGNING, _ASKED = "-2fa", "-hpswd"
"""Options of cloudhsm_mgmt_util that may stand where a password does; a file's name follows the first."""


class Piece(NamedTuple):
    """A part of a typed line."""

    text: str
    secret: bool = False
    variable: str = ""
    """The name of the shell's variable that stands where a password does."""


def pieces(line: str) -> list[Piece]:
    """A command line cut at its secrets: each word of a hidden part is one, without its quotation marks and the dashes
    before it. Together the pieces are the line."""
    hidden_line = masked(line)
    if hidden_line == line:
        return [Piece(line)]
    shown = hidden_line.split(MASK)
    found = re.fullmatch("(.+?)".join(map(re.escape, shown)), line, re.DOTALL)
    if not found:  # something was hidden, nobody knows where
        return list(_words(line))
    result = [Piece(shown[0])]
    for hidden, following in zip(found.groups(), shown[1:], strict=True):
        # Asterisks that were typed are no secret.
        result += [*(_words(hidden) if hidden != MASK else [Piece(hidden)]), Piece(following)]
    return [piece for piece in result if piece.text]


def _words(text: str) -> Iterator[Piece]:
    before = ""
    for word in _WORD.findall(text):
        if word.isspace():
            yield Piece(word)
            continue
        if word in (_SIGNING, _ASKED) or before == _SIGNING:
            yield Piece(word)
        elif variable := _VARIABLE.fullmatch(word.strip('"')):
            yield Piece(word, variable=variable.group(1) or variable.group(2))
        else:
            bare = word.lstrip(_QUOTES).lstrip("-")
            start = len(word) - len(bare)
            bare = bare.rstrip(_QUOTES) or bare
            yield Piece(word[:start])
            yield Piece(bare, bool(bare))
            yield Piece(word[start + len(bare) :])
        before = word


def argument_pieces(arguments: Sequence[str]) -> list[list[Piece]]:
    """Each argument cut at its secrets."""
    import shlex

    line = shlex.join(arguments)
    secret = [piece.secret for piece in pieces(line) for _ in piece.text]
    result: list[list[Piece]] = []
    position = 0
    for argument in arguments:
        quoted = shlex.quote(argument)
        hidden = secret[position : position + len(quoted)]
        position += len(quoted) + 1
        if not any(hidden):
            result.append([Piece(argument)])
            continue
        start = hidden.index(True)
        if quoted != argument:
            start = argument.index("=") + 1 if argument.startswith("-") and "=" in argument else 0
        result.append([Piece(argument[:start]), Piece(argument[start:], True)])
    return result


class Disguise:
    """The secrets of one session, each with its mask."""

    def __init__(
        self,
        events: Sequence[Event],
        arguments: Sequence[str] = (),
        known: Mapping[str, str] | None = None,
        own: Iterable[str] = (),
    ) -> None:
        """``known`` has the scenario's passwords by their addresses, ``own`` what stays as it is although a secret is
        in it, beside the names that the scenario has: words that a tool was seen to write when nobody had typed them,
        names of files."""
        self._known = known or {}
        self._arguments = argument_pieces(arguments)
        self._sources: dict[str, str] = {}
        self._everywhere: set[str] = set()
        self._assigned: dict[str, str] = {}
        self._collect(events)
        text = "\n".join([*arguments, *(event.text for event in events)])
        for secret in self._known.values():
            if len(secret) >= SHORT and secret in text:  # also where nobody asked for it
                self._add(secret, "")
        self._commands = "\n".join(event.text for event in events if _is_command(event))
        prompts = [event.text for event in events if event.what is What.PROMPT]
        public = "\n".join([*own, *self._known, *prompts])
        self._names = dict(zip(self._sources, _names(len(self._sources), text), strict=True))
        self.masks: tuple[Mask, ...] = tuple(
            Mask(name, self._sources[secret] or f"{MADE}{len(secret)}", self._only_typed(secret, public))
            for secret, name in self._names.items()
        )
        hidden = {secret: mask.name for secret, mask in zip(self._names, self.masks, strict=True) if not mask.typed}
        self._masks = Masks({}, hidden)

    def hide(self, text: str) -> str:
        """Text of the session without its secrets."""
        return self._masks.hide(text)

    def hide_all(self, texts: Sequence[str]) -> list[str]:
        """Texts that were written one after the other."""
        return self._masks.hide_all(texts)

    def typed(self, event: Event) -> str:
        """What was typed, as it may be shown; of a PIN and a hidden answer the mask alone."""
        if event.kind.is_secret:
            return self._names[event.text] if event.text else ""
        return self._shown(pieces(event.text) if event.kind is Ask.COMMAND else [Piece(event.text)])

    def words(self) -> list[str]:
        """The tool's arguments, as they may be shown."""
        return [self._shown(argument) for argument in self._arguments]

    def nothing(self) -> str:
        """A mask for an empty answer, where nothing at all would be taken for the end of the input."""
        return self._names[""]

    def made(self) -> list[str]:
        """The secrets that the scenario does not have and that output is cleared of."""
        return [
            secret
            for secret, mask in zip(self._names, self.masks, strict=True)
            if mask.source.startswith(MADE) and not mask.typed
        ]

    def in_commands(self) -> list[str]:
        """Those that were also typed as a part of a command."""
        return [secret for secret in self.made() if secret in self._commands]

    def tells(self, text: str) -> bool:
        """Whether a secret of the session or of the scenario is in the text."""
        secrets = {*self._sources, *self._known.values()} - ORDINARY
        return any(len(secret) >= SHORT and secret in text for secret in secrets)

    def _shown(self, parts: Iterable[Piece]) -> str:
        return "".join(self._names[piece.text] if piece.secret else self.hide(piece.text) for piece in parts)

    def _collect(self, events: Sequence[Event]) -> None:
        line = " ".join(piece.text for argument in self._arguments for piece in argument)
        for argument in self._arguments:
            self._collect_pieces(argument, line)
        for event in events:
            if event.what not in (What.ANSWER, What.INTERRUPT):
                continue
            if event.kind.is_secret:
                self._add(event.text, line, pin=event.kind is Ask.PIN)
                continue
            if event.kind is Ask.COMMAND:
                line = event.text
                self._collect_pieces(pieces(line), line)
                self._assigned |= dict(re.findall(r"""(\w+)=["']?([^\s"']+)""", line))
            if event.what is What.ANSWER and (ending := _false_mark(event.text)):
                self._add(ending, line)
                self._everywhere.add(ending)
            if event.what is What.ANSWER and not event.text:
                self._sources.setdefault("", f"{MADE}0")

    def _collect_pieces(self, parts: Iterable[Piece], line: str) -> None:
        for piece in parts:
            if piece.secret:
                self._add(piece.text, line)
            elif piece.variable:
                # The password was put into it before, maybe under a name that tells nothing.
                self._add(self._assigned.get(piece.variable, ""), line)

    def _add(self, secret: str, line: str, *, pin: bool = False) -> None:
        if secret and secret not in self._sources:
            self._sources[secret] = self._address(secret, line, pin=pin)

    def _address(self, secret: str, line: str, *, pin: bool) -> str:
        """Whose the secret is in the scenario; of several, who is named in the line. Empty when it is nobody's."""
        words = re.findall(r"[^\s\"']+", line)
        found = [address for address, password in self._known.items() if password == secret]
        found.sort(key=lambda address: (_name(address) not in words, address.startswith(PIN) is not pin))
        return found[0] if found else ""

    def _only_typed(self, secret: str, public: str) -> bool:
        if secret in self._everywhere:
            return False
        return len(secret) < SHORT or secret in ORDINARY or secret in public


def _is_command(event: Event) -> bool:
    return event.what is What.ANSWER and event.kind is Ask.COMMAND


def _name(address: str) -> str:
    return re.split("[:/]", address)[-1]


def _false_mark(line: str) -> str:
    """The last word of a line that would be taken for one at whose end Ctrl-C or Ctrl-D was pressed."""
    return line.split()[-1] if line.rstrip().endswith((INTERRUPT, END)) else ""


def _names(count: int, text: str) -> list[str]:
    """Names of one length, so that a digit after one is no part of it, and none of which is in the text."""
    start = 1
    while True:
        width = len(str(start + count))
        names = [f"{MASK}{number:0{width}}" for number in range(start, start + count)]
        if not any(name in text for name in names):
            return names
        start *= 10
