"""PINs, and tokens to be initialized: entries 5 to 7. The questions are ours."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.tokens import GROUP, ask_slot
from hsmshell.console import Ask
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

OLD_PROMPT = "Enter old PIN      : "
NEW_PROMPT = "Enter new PIN      : "
OFFICER_PROMPT = "Enter SO PIN       : "
LABEL_PROMPT = "Enter label of token : "


def _change(demo: Demo) -> None:
    old = demo.console.ask(OLD_PROMPT, Ask.PIN)
    demo.application.change_pin(demo.session, old, demo.console.ask(NEW_PROMPT, Ask.PIN))


def _init_token(demo: Demo) -> None:
    slot = ask_slot(demo)
    demo.write("\n")
    label = demo.console.ask(LABEL_PROMPT)
    demo.application.init_token(slot, demo.console.ask(OFFICER_PROMPT, Ask.PIN), label)


def _init_pin(demo: Demo) -> None:
    demo.application.init_pin(demo.session, demo.console.ask(NEW_PROMPT, Ask.PIN))


ENTRIES = (
    Entry(5, "Change PIN", GROUP, _change, Provenance.RECOMMENDED),
    Entry(6, "Init Token", GROUP, _init_token, Provenance.RECOMMENDED),
    Entry(7, "Init Pin", GROUP, _init_pin, Provenance.RECOMMENDED),
)
