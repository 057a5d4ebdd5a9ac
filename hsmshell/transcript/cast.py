"""A recorded session as an asciicast (version 2): a line of JSON for the terminal, then one for each thing shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from hsmshell.transcript.disguise import Disguise
from hsmshell.transcript.player import INTERRUPT
from hsmshell.transcript.recording import Event, What


def asciicast(events: Sequence[Event], disguise: Disguise, *, width: int, height: int, timestamp: int) -> str:
    """The file's text; ``timestamp`` is the Unix time at which the recording began, in seconds.

    What was typed appears at once when it was entered. Hidden answers stay hidden, and secrets are masked.
    """
    header = {"version": 2, "width": width, "height": height, "timestamp": timestamp}
    shown = [[round(at, 6), "o", _plain(text)] for at, text in _shown(events, disguise) if text]
    return "".join(json.dumps(line) + "\n" for line in [header, *shown])


def _shown(events: Sequence[Event], disguise: Disguise) -> Iterator[tuple[float, str]]:
    written = [event.text for event in events if event.what in (What.OUTPUT, What.PROMPT)]
    hidden = iter(disguise.hide_all(written))
    for event in events:
        if event.what in (What.OUTPUT, What.PROMPT):
            yield event.at, next(hidden)
        elif event.what is What.INTERRUPT:
            yield event.at, f"{disguise.typed(event)}{INTERRUPT}\n"
        else:
            yield event.at, ("" if event.what is What.END else _answer(event, disguise)) + "\n"


def _answer(event: Event, disguise: Disguise) -> str:
    return "" if event.kind.is_hidden else disguise.typed(event)


def _plain(text: str) -> str:
    """As a terminal gets it: UTF-8, each line ended by a carriage return too."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
