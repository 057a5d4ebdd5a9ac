"""Where a transcript finds handles among the words that start cmu."""

from __future__ import annotations

import pytest

from commands.cmu.roles import argument_roles
from hsmshell.console import Kind


@pytest.mark.parametrize(
    "line, handles",
    [
        ("delete -force -handle=120", ["120"]),
        ("delete -force 120", []),
        ("delete -handle 120 -force", ["120"]),
        ("export -key -handle 149 -out=x", ["149"]),
        ("requestc -publichandle=12 -privateh 13 -sha256withrsa", ["12", "13"]),
        ("self -sha256withrsa -privatehandle 13 -serialNumber=14", ["13"]),
        ("certify -certificatehandle=15 -in 16", ["15"]),
        ("importkey -PKCS8 -unwrapHandle=17", ["17"]),
        ("gen -key=RSA -modulusBits=2048", []),
        ("setattribute -handle=18 -id=19", ["18"]),
        ("nothing -handle=20", []),
    ],
)
def test_handles_among_the_arguments(line: str, handles: list[str]) -> None:
    words = line.split()
    found = [words[one.word][one.start : one.end] for one in argument_roles(words) if one.role == Kind.OBJECT.value]
    assert found == handles
