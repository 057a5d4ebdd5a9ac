"""What an HSM tells of itself: the same lines in every tool that asks for them."""

from __future__ import annotations

from hsmshell.console import Part
from hsmshell.console.values import Kind, Value, serial
from hsmshell.engine.cluster.metrics import TEMPERATURE
from hsmshell.engine.records import Container

LABEL_WIDTH = 21
FIPS_STATE = "2 [FIPS mode with single factor authentication]"

_TEMPERATURE = Value(Kind.VARYING, str(TEMPERATURE))
"""In degrees Celsius. It differs from run to run on a real HSM, so a transcript ignores it like other such values."""

_FIRMWARE = serial("CNN35XX-NFBE-FW-2.03-13")
"""The guide blots it out; this one has the form of a sister build's, with the version and build of the lines above."""


def hsm_info(node: Container) -> list[Part]:
    """The lines about one HSM, with the blank line before them. All but its serial number is constant."""
    return [
        *_block(("Label", "cavium"), ("Model", "NITROX-III CNN35XX-NFBE")),
        *_block(("Serial Number", serial(node.serial)), ("HSM Flags", "0"), ("FIPS state", FIPS_STATE)),
        *_block(
            ("Manufacturer ID", ""),
            ("Device ID", "10"),
            ("Class Code", "100000"),
            ("System vendor ID", "177D"),
            ("SubSystem ID", "10"),
        ),
        "\n",
        *_block(
            ("TotalPublicMemory", "560596"),
            ("FreePublicMemory", "294568"),
            ("TotalPrivateMemory", "0"),
            ("FreePrivateMemory", "0"),
        ),
        *_block(("Hardware Major", "3"), ("Hardware Minor", "0")),
        *_block(("Firmware Major", "2"), ("Firmware Minor", "03")),
        *_block(("Temperature", _TEMPERATURE, " C")),
        *_block(("Build Number", Value(Kind.VARYING, "13"))),
        *_block(("Firmware ID", _FIRMWARE)),
    ]


def _block(*rows: tuple[str, *tuple[Part, ...]]) -> list[Part]:
    """A blank line, then a line for each label and value."""
    return ["\n", *(part for row in rows for part in info_line(LABEL_WIDTH, *row))]


def info_line(width: int, label: str, *value: Part) -> list[Part]:
    """A label padded to ``width``, a colon and the value's parts."""
    return [f"\t{label:<{width}}:", *value, "\n"]
