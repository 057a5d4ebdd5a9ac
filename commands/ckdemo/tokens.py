"""Sessions and logins: entries 1 to 4."""

from __future__ import annotations

from commands.ckdemo.demo import NO_NUMBER, Demo
from hsmshell.console import Ask
from hsmshell.console.values import Kind, Value, printable
from hsmshell.engine.access import Role
from hsmshell.engine.appliance import Session, Slot
from hsmshell.engine.errors import ArgumentsBad, SessionHandleInvalid, TokenNotPresent, UserTypeInvalid
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

GROUP = "TOKEN"

SLOT_QUESTION = "Select a slot: "
SESSION_QUESTION = "Select a session: "
CLOSING_QUESTION = "Select a session (-1 for all): "
ALL = -1

AUDIENCE = "SO[0], normal user[1], or audit user[2]? "
AUDIENCES = range(3)
"""Whatever the audience, the session is a serial one that may read and write; the role is chosen at the login."""

ROLES = {
    "0": Role.SECURITY_OFFICER,
    "1": Role.CRYPTO_OFFICER,
    "2": Role.CRYPTO_USER,
    "3": Role.AUDITOR,
}
# The colon after [2] is the guide's.
ROLE_LINES = """\
Security Officer[0]
Crypto-Officer  [1]
Crypto-User     [2]:
"""
ROLE_PROMPT = "Audit-User      [3]: "
PIN_PROMPT = "Enter PIN          : "


def show_slots(demo: Demo) -> tuple[Slot, ...]:
    """The slots, one a line. Raises ``TokenNotPresent`` when there is none."""
    slots = demo.application.slots()
    demo.write(
        "\nSlots available:\n", *(f"slot#{slot.number} - {printable(slot.description.strip())}\n" for slot in slots)
    )
    if not slots:
        raise TokenNotPresent("no slots")
    return slots


def ask_slot(demo: Demo) -> int:
    """A slot's number from the list of slots; none for an answer that is no number, as 0 is a slot."""
    show_slots(demo)
    return demo.number(SLOT_QUESTION, otherwise=NO_NUMBER)


def _open(demo: Demo) -> None:
    slot = ask_slot(demo)
    demo.write("\n")
    if demo.number(AUDIENCE, otherwise=NO_NUMBER) not in AUDIENCES:
        raise ArgumentsBad("audience")
    demo.choose(demo.application.open_session(slot))


def ask_session(demo: Demo, question: str = SESSION_QUESTION) -> int:
    """An open session's handle: with several open it is asked for, else it is the only one's.

    Raises ``SessionHandleInvalid`` when none is open.
    """
    sessions = demo.application.sessions()
    if not sessions:
        raise SessionHandleInvalid("no session is open")
    if len(sessions) == 1:
        return sessions[0].handle
    demo.write("\nSessions open:\n")
    for session in sessions:
        mark = " (current)" if session == demo.session else ""
        demo.write("session#", Value(Kind.SESSION_ID, str(session.handle)), f" - slot#{session.slot}{mark}\n")
    return demo.number(question, Ask.MENU, Kind.SESSION_ID)


def find_session(demo: Demo, number: int) -> Session:
    """The open session of that handle. Raises ``SessionHandleInvalid``."""
    for session in demo.application.sessions():
        if session.handle == number:
            return session
    raise SessionHandleInvalid(str(number))


def _close(demo: Demo) -> None:
    number = ask_session(demo, CLOSING_QUESTION)
    if number == ALL:
        demo.application.close()
    else:
        demo.application.close_session(find_session(demo, number))


def _login(demo: Demo) -> None:
    demo.write(ROLE_LINES)
    answer = demo.console.ask(ROLE_PROMPT, Ask.MENU).strip()
    # Not taken for 0 as elsewhere: a slip of the finger must not count against the security officer.
    if answer not in ROLES:
        raise UserTypeInvalid(answer)
    demo.application.login(demo.session, ROLES[answer], demo.console.ask(PIN_PROMPT, Ask.PIN))


def _logout(demo: Demo) -> None:
    demo.application.logout(demo.session)


ENTRIES = (
    Entry(1, "Open Session", GROUP, _open),
    Entry(2, "Close Session", GROUP, _close, Provenance.RECOMMENDED),
    Entry(3, "Login", GROUP, _login),
    Entry(4, "Logout", GROUP, _logout, Provenance.RECOMMENDED),
)
