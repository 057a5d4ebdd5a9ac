"""Files encrypted and decrypted: entries 40 and 41. Published are the first entry's name and its file."""

from __future__ import annotations

from commands.ckdemo.demo import Demo
from commands.ckdemo.mechanisms import CIPHERING, ask_mechanism
from hsmshell.console.values import path
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

GROUP = "SECURITY"

ENCRYPTED_FILE = "ENCRYPT.BIN"
DECRYPTED_FILE = "DECRYPT.BIN"


def _encrypt(demo: Demo) -> None:
    mechanism, parameters = ask_mechanism(demo, CIPHERING, "encryption", asks_iv=True)
    data = demo.read_file(demo.console.ask("Enter filename of data to encrypt: "))
    demo.write("\n")
    key = demo.handle("Enter handle of encryption key")
    encrypted = demo.application.encrypt(demo.session, mechanism, key, data, parameters)
    demo.write_file(ENCRYPTED_FILE, encrypted)
    demo.write("Encrypted data were saved in file ", path(ENCRYPTED_FILE), "\n")


def _decrypt(demo: Demo) -> None:
    mechanism, parameters = ask_mechanism(demo, CIPHERING, "decryption", asks_iv=True)
    data = demo.read_file(demo.console.ask("Enter filename of data to decrypt: "))
    demo.write("\n")
    key = demo.handle("Enter handle of decryption key")
    decrypted = demo.application.decrypt(demo.session, mechanism, key, data, parameters)
    demo.write_file(DECRYPTED_FILE, decrypted)
    demo.write("Decrypted data were saved in file ", path(DECRYPTED_FILE), "\n")


ENTRIES = (
    Entry(40, "Encrypt file", GROUP, _encrypt),
    Entry(41, "Decrypt file", GROUP, _decrypt, Provenance.RECOMMENDED),
)
