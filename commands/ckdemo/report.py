"""Listings of names and values, as the entries about the library, slots, tokens and sessions write them."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from commands.ckdemo.demo import Demo
from hsmshell.console import Part

NAME_WIDTH = 20


def report(demo: Demo, pairs: Iterable[tuple[str, Part]]) -> None:
    """One line for each name with its value."""
    demo.write("\n")
    for name, value in pairs:
        demo.write(f"{name.ljust(NAME_WIDTH)}: ", value, "\n")


def flag_names(flags: enum.IntFlag) -> str:
    """The flags as a number and by their PKCS#11 names."""
    return f"{flags.value:08x} (" + ", ".join(f"CKF_{flag.name}" for flag in type(flags) if flag in flags) + ")"
