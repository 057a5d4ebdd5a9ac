"""What changes the program's questions: entry 98."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from hsmshell.console import Ask
from hsmshell.grammar.menu import Entry

FINISHED, HASHES = "0", "17"
WORDS = {False: "not selected", True: "selected"}


def _options(demo: Demo) -> None:
    answer = ""
    while answer != FINISHED:
        if answer == HASHES:
            demo.asks_hash = not demo.asks_hash
        demo.write(f"\n {FINISHED} - Finished\n{HASHES} - OAEP Hash Params ({WORDS[demo.asks_hash]})\n\n")
        answer = demo.console.ask("Enter option : ", Ask.MENU).strip()


ENTRIES = (Entry(98, "Options", "OTHERS", _options),)
