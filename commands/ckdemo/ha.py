"""Recovery of an HA group's login: entries 50 and 51. The names are recalled, the questions are ours."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.tokens import ask_slot
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

GROUP = "HIGH AVAILABILITY RECOVERY"


def _init(demo: Demo) -> None:
    number = demo.handle("Enter handle of private key for HA login")
    demo.application.ha_init(demo.session, number)


def _login(demo: Demo) -> None:
    """From the current session to a slot that is chosen; a session there is opened when none is."""
    current = demo.session
    slot = ask_slot(demo)
    opened = [session for session in demo.application.sessions() if session.slot == slot]
    other = opened[-1] if opened else demo.application.open_session(slot)
    try:
        demo.application.ha_login(current, other)
    except BaseException:
        if not opened:
            demo.application.close_session(other)
        raise
    demo.choose(other)


ENTRIES = (
    Entry(50, "HA Init", GROUP, _init, Provenance.RECOMMENDED),
    Entry(51, "HA Login", GROUP, _login, Provenance.RECOMMENDED),
)
