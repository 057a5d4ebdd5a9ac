"""The program itself: greeting, main menu, one action after the other, and the status line after each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commands.ckdemo import (
    authorization,
    ciphering,
    derive,
    digests,
    generate,
    ha,
    information,
    mechanism_info,
    objects,
    options,
    pins,
    signing,
    tokens,
    wrapping,
)
from commands.ckdemo.demo import Demo
from hsmshell.console import Ask, Context, EndOfInput
from hsmshell.engine.appliance.policies import Profile
from hsmshell.engine.errors import FunctionNotSupported, HsmError
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry
from hsmshell.grammar.values import BadValue, decimal

PROMPT = "Enter your choice : "
GOOD = "Doing great, no errors (CKR_OK)"
FAILED = "Operation failed"
"""The phrase of a failure's status line. Only the one for success is published; this one is ours."""

BANNER = """\
ckdemo as hsmshell recreates it: a rehearsal on a simulated Luna partition.
Nothing here reaches real hardware. ? shows the menu again, 0 ends the program.
"""

NO_MENU = "--no-menu"
USAGE = f"usage: ckdemo [{NO_MENU}]\n"
HELP_WORDS = ("-h", "--help")
WRONG_USAGE = 1

COLUMNS, COLUMN_WIDTH, GAP = 3, 26, 2
SCREEN = 80
"""The width that a row of the menu must fit, two blanks before it and none after its last cell."""
GROUPS = (
    "TOKEN",
    "OBJECT MANAGEMENT",
    "SECURITY",
    "HIGH AVAILABILITY RECOVERY",
    "KEY",
    "OTHERS",
    "KEY AUTHORIZATION",
)
"""The groups in the order in which the manual's pages name them."""


def _leave(demo: Demo) -> None:
    demo.running = False


EXIT = Entry(0, "Exit", "OTHERS", _leave, Provenance.RECOMMENDED)

ENTRIES: tuple[Entry[Demo], ...] = (
    *tokens.ENTRIES,
    *mechanism_info.ENTRIES,
    *pins.ENTRIES,
    *information.ENTRIES,
    *objects.ENTRIES,
    *generate.ENTRIES,
    *ciphering.ENTRIES,
    *signing.ENTRIES,
    *digests.ENTRIES,
    *ha.ENTRIES,
    *wrapping.ENTRIES,
    *derive.ENTRIES,
    *options.ENTRIES,
    *authorization.ENTRIES,
    EXIT,
)
BY_NUMBER: Mapping[int, Entry[Demo]] = {entry.number: entry for entry in ENTRIES}


def start(arguments: Sequence[str], context: Context) -> int:
    """Run until ``0`` or the end of the input, and close every session on the way out."""
    if any(word in HELP_WORDS for word in arguments):
        appliances = context.lab.appliances()
        context.console.write(USAGE, "\n", menu(appliances[0].profile if appliances else Profile.LUNA5))
        return 0
    if any(word != NO_MENU for word in arguments):
        context.console.write(USAGE)
        return WRONG_USAGE
    demo = Demo(context)
    try:
        demo.write(BANNER, f"\nStatus: {GOOD}\n\n")
        if NO_MENU not in arguments:
            demo.write(menu(demo.profile), "\n")
        while demo.running:
            _turn(demo)
    except EndOfInput:
        pass
    finally:
        demo.application.close()
    return 0


def _turn(demo: Demo) -> None:
    """One choice from the main menu, and what follows from it."""
    try:
        choice = decimal(demo.console.ask(PROMPT, Ask.MENU).strip())
    except BadValue:
        demo.write("\n", menu(demo.profile), "\n")
        return
    try:
        entry = BY_NUMBER.get(choice)
        if entry is None or not entry.is_offered(demo.profile):
            raise FunctionNotSupported(str(choice))
        entry.handler(demo)
        status = GOOD
    except HsmError as problem:
        status = f"{FAILED} ({problem.ckr})"
    if demo.running:
        demo.write(f"\nStatus: {status}\n\n")
        if demo.prints_menu:
            demo.write(menu(demo.profile), "\n")


def menu(profile: Profile = Profile.LUNA5) -> str:
    """The entries that an appliance of that generation has here, by group."""
    lines: list[str] = []
    for group in GROUPS:
        entries = [entry for entry in ENTRIES if entry.group == group and entry.is_offered(profile)]
        if not entries:
            continue
        lines.append(group)
        cells = [f"({entry.number:2}) {entry.name}" for entry in sorted(entries, key=lambda entry: entry.number)]
        width = max(COLUMN_WIDTH, *(len(cell) + GAP for cell in cells))
        columns = min(COLUMNS, SCREEN // width)
        for first in range(0, len(cells), columns):
            row = "".join(cell.ljust(width) for cell in cells[first : first + columns])
            lines.append(f"  {row}".rstrip())
    return "".join(f"{line}\n" for line in lines)
