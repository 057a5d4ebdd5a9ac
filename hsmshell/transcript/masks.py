"""Masks: what stands in a transcript where a secret was, so that the file holds none and replays all the same.

``#: mask ***1 = user:admin`` stands for the password that the scenario gives this user, ``pin:LABEL`` for a partition's
PIN, ``hsm:NAME`` for that of an appliance's HSM, ``made:8`` for any other secret of that many characters: one is made
up, the same wherever the mask stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hsmshell.console.values import Part, text_of

USER, PIN, HSM, MADE = "user:", "pin:", "hsm:", "made:"
TYPED = "typed "
"""Before what a mask stands for: the tool writes the same word by itself, and only what is typed is replaced."""

MOST = 1_000
"""The masks that a file may have."""
LONGEST = 1_000
"""The most characters that a made-up secret may have."""

_MADE_OF = "ghjkmnpqrstvwxz"
"""No digit of any base and no vowel: neither a number nor a word of a tool has such a secret in it by chance."""

_DIRECTIVE = re.compile(rf"(\*{{3}}\d{{1,6}}) *= *({TYPED})?((?:{USER}|{PIN}|{HSM}|{MADE}).+)")


class Mask(NamedTuple):
    """A name, and what it stands for."""

    name: str
    """Three asterisks and a number."""
    source: str
    """``user:NAME``, ``user:CLUSTER/NAME``, ``pin:LABEL``, ``pin:LABEL/ROLE``, ``hsm:NAME``, ``hsm:NAME/ROLE`` or
    ``made:LENGTH``."""
    typed: bool = False
    """Whether it stands in what is typed alone."""


def read_mask(value: str, others: Sequence[Mask]) -> Mask:
    """The mask that a directive names. Raises ``ValueError``, also for a name that is one of the others'."""
    if len(others) >= MOST:
        raise ValueError(f"there are {MOST} masks already; take the session apart")
    match = _DIRECTIVE.fullmatch(value)
    if not match:
        raise ValueError("write it as: mask ***1 = user:NAME, pin:LABEL, hsm:NAME or made:LENGTH")
    name, typed, source = match.groups()
    if any(other.name == name for other in others):
        raise ValueError(f"{name} stands for something already; choose another number")
    if source.startswith(MADE):
        _length(source)
    return Mask(name, source, bool(typed))


def directive(mask: Mask) -> str:
    """The mask as a directive's value."""
    return f"{mask.name} = {TYPED if mask.typed else ''}{mask.source}"


class Masks:
    """Masks that are resolved: to put the secrets in, and to take them out again."""

    def __init__(self, secrets: Mapping[str, str], hidden: Mapping[str, str] | None = None) -> None:
        """``secrets`` has the secret of each name; ``hidden`` the name of each secret that output is cleared of."""
        self._secrets = secrets
        self._hidden = {secret: name for secret, name in (hidden or {}).items() if secret}
        self._names = _either(secrets)
        self._found = _either(self._hidden)

    def reveal(self, text: str) -> str:
        """The text with each mask replaced by its secret."""
        return self._names.sub(lambda match: self._secrets[match.group()], text) if self._names else text

    def hide(self, text: str) -> str:
        """The text with each secret replaced by its mask."""
        return self._found.sub(lambda match: self._hidden[match.group()], text) if self._found else text

    def hide_all(self, texts: Sequence[str]) -> list[str]:
        """Texts that follow one another; a secret that goes over several is replaced in the first of them."""
        whole = "".join(texts)
        if not self._found or not self._found.search(whole):
            return list(texts)
        return list(self._pieces(texts, whole))

    def hide_parts(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """What a tool wrote, each part of the kind that it was."""
        if not self._found or not self._found.search(text_of(parts)):
            return tuple(parts)
        texts = self.hide_all([text_of([part]) for part in parts])
        return tuple(
            text if isinstance(part, str) else part._replace(text=text) for part, text in zip(parts, texts, strict=True)
        )

    def _pieces(self, texts: Iterable[str], whole: str) -> Iterator[str]:
        found = [] if self._found is None else [(*match.span(), match.group()) for match in self._found.finditer(whole)]
        place = done = 0
        for text in texts:
            start, end, piece, position = done, done + len(text), "", done
            while place < len(found) and found[place][0] < end:
                first, last, secret = found[place]
                if first >= start:
                    piece += whole[position:first] + self._hidden[secret]
                position = min(last, end)
                if last > end:
                    break
                place += 1
            yield piece + whole[position:end]
            done = end


def _either(words: Iterable[str]) -> re.Pattern[str] | None:
    """Any of the words, a longer one before a shorter one."""
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


NO_MASKS = Masks({})


def resolve(masks: Sequence[Mask], scenario: str) -> Masks:
    """The masks with the scenario's passwords, and with made-up ones that are none of these.

    Raises ``ScenarioError`` for a scenario that cannot be read, ``ValueError`` for a mask that stands for nothing.
    """
    from hsmshell.engine.scenario import table_of
    from hsmshell.engine.scenario_secrets import secrets_of

    known = secrets_of(table_of(scenario))
    taken = set(known.values())
    secrets: dict[str, str] = {}
    for mask in masks:
        if mask.source.startswith(MADE):
            secret = _made(_length(mask.source), taken)
        elif mask.source in known:
            secret = known[mask.source]
        else:
            raise ValueError(f"{scenario} has no password for {mask.source}; look at its users and partitions")
        taken.add(secret)
        secrets[mask.name] = secret
    hidden: dict[str, str] = {}
    for mask in masks:
        if not mask.typed:
            hidden.setdefault(secrets[mask.name], mask.name)
    return Masks(secrets, hidden)


def _length(source: str) -> int:
    digits = source.removeprefix(MADE)
    if not re.fullmatch(r"\d{1,4}", digits, re.ASCII) or int(digits) > LONGEST:
        raise ValueError(f"made takes a number of characters, up to {LONGEST}")
    return int(digits)


def _made(length: int, taken: set[str]) -> str:
    """A secret of that length that is none of these."""
    if not length:
        return ""
    base = len(_MADE_OF)
    for number in range(base**length):
        # Each place and each length begins at another letter: none is one letter many times, none begins another.
        letters = [(number // base**place + 4 * place + length) % base for place in range(min(length, 8))]
        letters += [(4 * place + length) % base for place in range(8, length)]
        secret = "".join(_MADE_OF[letter] for letter in letters)
        if secret not in taken:
            return secret
    raise ValueError(f"there are too many masks of {length} characters; take the longer ones apart")
