"""Digests of files and keys, and random numbers: entries 44, 46, 62 and 66. No published page shows their dialogs."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.layout import END
from commands.ckdemo.mechanisms import Menu, Row, ask_row
from hsmshell.console import Ask
from hsmshell.console.values import hexadecimal, path
from hsmshell.engine.mechanisms import Mechanism
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

SECURITY, KEY = "SECURITY", "KEY"

HASH_FILE = "HASH.BIN"
ROW_BYTES = 32
"""How many random bytes one line shows."""

_M = Mechanism
HASHING = Menu(
    (
        Row(1, "SHA1", 12, _M.SHA_1),
        Row(2, "SHA224", 12, _M.SHA224),
        Row(3, "SHA256", END, _M.SHA256),
        Row(4, "SHA384", 12, _M.SHA384),
        Row(5, "SHA512", 12, _M.SHA512),
        Row(6, "MD5", END, _M.MD5),
    )
)
"""Numbered as OAEP's hashes are."""


def _hash_file(demo: Demo) -> None:
    row = ask_row(demo, HASHING, "hashing")
    data = demo.read_file(demo.console.ask("Enter filename of data to hash: "))
    digest = demo.application.digest(demo.session, row and row.mechanism, data)
    demo.write_file(HASH_FILE, digest)
    demo.write(f"\nHash={digest.hex()}\nHash was saved in file ", path(HASH_FILE), "\n")


def _digest_key(demo: Demo) -> None:
    row = ask_row(demo, HASHING, "hashing")
    key = demo.handle("Enter handle of key to digest")
    digest = demo.application.digest_key(demo.session, row and row.mechanism, key)
    demo.write_file(HASH_FILE, digest)
    demo.write("\nHash=", hexadecimal(digest.hex()), "\nHash was saved in file ", path(HASH_FILE), "\n")


def _random(demo: Demo) -> None:
    demo.write("\n")
    data = demo.application.random(demo.session, demo.number("Enter number of bytes to generate: ", Ask.LINE))
    demo.write("\n")
    for first in range(0, len(data), ROW_BYTES):
        demo.write(hexadecimal(data[first : first + ROW_BYTES].hex()), "\n")


def _seed(demo: Demo) -> None:
    demo.write("\n")
    seed = demo.console.ask("Enter seed data: ")
    demo.application.seed_random(demo.session, seed.encode("utf-8", "surrogateescape"))


ENTRIES = (
    Entry(44, "Hash file", SECURITY, _hash_file, Provenance.RECOMMENDED),
    Entry(46, "Digest Key", SECURITY, _digest_key, Provenance.RECOMMENDED),
    Entry(62, "Generate random number", KEY, _random, Provenance.RECOMMENDED),
    Entry(66, "Seed RNG", KEY, _seed, Provenance.RECOMMENDED),
)
