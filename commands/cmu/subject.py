"""Who a certificate is for: the options and the questions about the parts of a distinguished name."""

from __future__ import annotations

from typing import NamedTuple

from commands.cmu.errors import Message, failure
from commands.cmu.utility import Utility
from hsmshell.engine.subjects import Subject, SubjectPart, subject_problem
from hsmshell.grammar import Arguments, Parameter
from hsmshell.grammar.values import BadValue


class Part(NamedTuple):
    """A part of a name as a value; an empty one is left out of the name."""

    part: SubjectPart
    role: str = ""

    def parse(self, text: str) -> str:
        problem = subject_problem(self.part, text)
        if problem:
            raise BadValue(problem)
        return text


QUESTIONS = {
    SubjectPart.COUNTRY: "Enter Subject 2-letter Country Code (C) : ",
    SubjectPart.STATE: "Enter Subject State or Province Name (S) : ",
    SubjectPart.LOCALITY: "Enter Subject Locality Name (L) : ",
    SubjectPart.ORGANIZATION: "Enter Subject Organization Name (O) : ",
    SubjectPart.UNIT: "Enter Subject Organization Unit Name (OU) : ",
    SubjectPart.COMMON_NAME: "Enter Subject Common Name (CN) : ",
    SubjectPart.EMAIL: "Enter EMAIL Address (E) : ",
}
"""Published, with this order."""

_HELP = {
    SubjectPart.COUNTRY: "the country, two letters",
    SubjectPart.STATE: "the state or province",
    SubjectPart.LOCALITY: "the locality",
    SubjectPart.ORGANIZATION: "the organization",
    SubjectPart.UNIT: "the unit of the organization",
    SubjectPart.COMMON_NAME: "the common name",
    SubjectPart.EMAIL: "the mail address",
}

SUBJECT = tuple(Parameter(part.value, Part(part), "<text>", _HELP[part]) for part in SubjectPart)
"""Where one of them is given, the others are not asked for."""


def subject_of(utility: Utility, arguments: Arguments) -> Subject:
    """The name of the options, or of the answers. Raises ``Failure`` for one that no certificate can have."""
    subject = {part: arguments.text(part.value) for part in SubjectPart if part.value in arguments}
    if not subject:
        for part, question in QUESTIONS.items():
            try:
                subject[part] = Part(part).parse(utility.console.ask(question).strip())
            except BadValue as problem:
                raise failure(Message.BAD_VALUE, part.value, str(problem)) from None
    if not any(subject.values()):
        raise failure(Message.NO_SUBJECT)
    return subject
