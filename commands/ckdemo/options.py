"""What changes the program's questions: entry 98. Published are its lines ``17`` and ``0``; the menu's is ours."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from hsmshell.console import Ask
from hsmshell.grammar.menu import Entry

FINISHED, PRINTING, HASHES = "0", "1", "17"
WORDS = {False: "not selected", True: "selected"}


def _options(demo: Demo) -> None:
    answer = ""
    while answer != FINISHED:
        if answer == HASHES:
            demo.asks_hash = not demo.asks_hash
        elif answer == PRINTING:
            demo.prints_menu = not demo.prints_menu
        demo.write(
            f"\n {FINISHED} - Finished\n"
            f" {PRINTING} - Menu Printing ({WORDS[demo.prints_menu]})\n"
            f"{HASHES} - OAEP Hash Params ({WORDS[demo.asks_hash]})\n\n"
        )
        answer = demo.console.ask("Enter option : ", Ask.MENU).strip()


ENTRIES = (Entry(98, "Options", "OTHERS", _options),)
