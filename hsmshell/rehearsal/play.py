"""Playing a procedure from start to finish: its lines are typed, its steps shown, its promise proved."""

from __future__ import annotations

import os
from collections.abc import Callable

from hsmshell.console.console import Answer, Ask
from hsmshell.console.values import Part
from hsmshell.engine.lab import Lab
from hsmshell.rehearsal.procedure import Procedure, Step
from hsmshell.rehearsal.proof import End, Proof, prove
from hsmshell.transcript.log import Document, Finding, parse
from hsmshell.transcript.player import LogConsole
from hsmshell.transcript.report import differences, visible
from hsmshell.transcript.runner import Report, replay_on

Write = Callable[[str], object]


class Screen:
    """A console in front of the player: what is typed and written is shown as it happens, under each step's heading."""

    interactive = False

    def __init__(self, player: LogConsole, steps: tuple[Step, ...], write: Write) -> None:
        self._player = player
        self._steps = list(steps)
        self._write = write
        self._at_line_start = True

    def write(self, *parts: Part) -> None:
        self._player.write(*parts)
        self._show(*parts)

    def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
        typed = self._player.ask(prompt, kind, answer)
        while self._steps and self._steps[0].line < self._player.typed.number:
            step = self._steps.pop(0)
            prose = f"{step.prose}\n\n" if step.prose else ""
            self._show("" if self._at_line_start else "\n", f"\n== {step.title}\n\n{prose}")
        self._show(prompt, kind.echo(typed), "\n")
        return typed

    def _show(self, *parts: Part) -> None:
        for part in parts:
            text = part if isinstance(part, str) else part.text
            if text:
                self._write(text)
                self._at_line_start = text.endswith("\n")


def play(procedure: Procedure, lab: Lab, write: Write) -> bool:
    """Play the procedure on a fresh lab; whether every line came as written and the key arrived."""
    document = _read(procedure)
    work = os.path.join(lab.directory, "work")
    os.makedirs(work, mode=0o700, exist_ok=True)
    write(f"{procedure.front.get('title', procedure.path)}\n")
    report = replay_on(lab, work, document, wrap=lambda player: Screen(player, procedure.steps, write))
    good = _tell_mismatches(report, write)
    if "arrival" in procedure.front:
        proof = prove(lab, procedure.front.get("source", ""), procedure.front["arrival"])
        tell_proof(proof, write)
        good = good and proof.holds
    write("\nplayed to the end; every step came as written\n" if good else "\nthe procedure did not hold; see above\n")
    return good


def _read(procedure: Procedure) -> Document:
    """The procedure's log; that it asks for another lab than the front matter, which is the one made, is a finding."""
    document = parse(procedure.text, procedure.path)
    played = procedure.scenario
    for section in document.sections:
        if section.lab not in ("", played):
            message = f"the log asks for the lab {section.lab}, but {played} is played; name it in the front matter"
            return document._replace(findings=(*document.findings, Finding(section.line, message)))
    return document


def _tell_mismatches(report: Report, write: Write) -> bool:
    wrong = [exchange for exchange in report.exchanges if not exchange.same]
    path = visible(report.path)
    for finding in report.findings:
        write(f"\n{path}:{finding.line}: {visible(finding.message)}\n")
    for exchange in wrong:
        write(f"\n{path}:{exchange.line}: {visible(exchange.typed)}\n{''.join(differences(exchange))}")
    return not wrong and not report.findings


def tell_proof(proof: Proof, write: Write) -> None:
    """Both ends of the key's way, one below the other."""
    write("\n== Proof that the key arrived\n")
    if proof.source is None:
        write("\n  the key to be moved is not where the procedure says\n")
        return
    for role, end in (("left", proof.source), *(("arrived", end) for end in proof.arrivals)):
        write(_end(role, end))
    if proof.holds:
        everywhere = f"{proof.expected} of {proof.expected}"
        write(f"\n  same type, same length, same key material at both ends, on {everywhere} HSMs\n")
    elif len(proof.arrivals) != proof.expected:
        write(f"\n  the key is on {len(proof.arrivals)} of {proof.expected} HSMs\n")
    else:
        write("\n  what arrived is not the key that left\n")


def _end(role: str, end: End) -> str:
    rows = (
        ("handle", str(end.handle)),
        ("type", f"{end.kind}, {end.length} bytes ({end.length * 8} bits)"),
        ("attributes set", end.attributes),
        ("SHA-256 of the key", end.fingerprint),
    )
    return f"\n  {role}: {end.place}\n" + "".join(f"    {name:<20}{value}\n" for name, value in rows)
