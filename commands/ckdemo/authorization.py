"""Authorization of single keys: entries 210 to 213 (Thales, key authorization functions; the questions are ours)."""

from __future__ import annotations

from commands.ckdemo.demo import NONE, Demo
from hsmshell.console import Ask
from hsmshell.engine.appliance.policies import NEWER
from hsmshell.grammar.menu import Entry

GROUP = "KEY AUTHORIZATION"

DATA_QUESTION = "Enter authorization data: "
OLD_DATA_QUESTION = f"Enter old authorization data [{NONE} for none]: "
NEW_DATA_QUESTION = "Enter new authorization data: "


def _ask_data(demo: Demo, question: str) -> str:
    demo.write("\n")
    return demo.console.ask(question, Ask.PIN)


def _authorize(demo: Demo) -> None:
    number = demo.handle("Enter handle of key to authorize")
    demo.application.authorize_key(demo.session, number, _ask_data(demo, DATA_QUESTION))


def _set_data(demo: Demo) -> None:
    number = demo.handle("Enter handle of key to give authorization data")
    old, new = _ask_data(demo, OLD_DATA_QUESTION), _ask_data(demo, NEW_DATA_QUESTION)
    demo.application.set_authorization(demo.session, number, "" if old == NONE else old, new)


def _reset_data(demo: Demo) -> None:
    number = demo.handle("Enter handle of key to reset authorization data of")
    demo.application.reset_authorization(demo.session, number, _ask_data(demo, NEW_DATA_QUESTION))


def _assign(demo: Demo) -> None:
    number = demo.handle("Enter handle of key to assign")
    demo.application.assign_key(demo.session, number)


ENTRIES = (
    Entry(210, "Authorize Key", GROUP, _authorize, generations=NEWER),
    Entry(211, "Set Authorization Data", GROUP, _set_data, generations=NEWER),
    Entry(212, "Reset Authorization Data", GROUP, _reset_data, generations=NEWER),
    Entry(213, "Assign Key", GROUP, _assign, generations=NEWER),
)
