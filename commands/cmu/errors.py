"""What is said when something is wrong. No failing session of the real one is published; the wording is ours."""

from __future__ import annotations

import enum

from hsmshell.engine.errors import HsmError
from hsmshell.grammar import DuplicateParameter, MissingValue, UnknownParameter, UsageError, WrongValue


class Message(enum.Enum):
    """The texts, each after ``Error: ``."""

    UNKNOWN_FUNCTION = "Unknown function {word}"
    AMBIGUOUS_FUNCTION = "Ambiguous function {word}: {reason}"
    UNKNOWN_OPTION = "Unknown option {word}"
    AMBIGUOUS_OPTION = "Ambiguous option {word}: {reason}"
    REPEATED_OPTION = "Option {word} is given twice"
    NO_VALUE = "Option {word} needs a value"
    BAD_VALUE = "Bad value for option -{word}: {reason}"
    BAD_OPTION = "Option {word}: {reason}"
    NO_FILE = "Unable to open file {word}"
    NO_OBJECT = "No object with label {word}"
    UNKNOWN_ATTRIBUTE = "Unknown attribute {word}"
    AMBIGUOUS_ATTRIBUTE = "Ambiguous attribute {word}: {reason}"
    NO_SUBJECT = "A certificate's subject needs at least one part"
    BAD_VALIDITY = "The validity ends before it begins"
    NO_SIGNER = "There is no private key that may sign"
    NO_AUTHORITY = "There is no certificate of the signing key"
    NO_PAIR = "The two are not of one key pair"
    NO_REQUEST = "{word} is not a valid certificate request"
    TWO_DIGESTS = "Option -{word} excludes -{reason}"
    OTHER_KEY = "Option -{word} is not for a key of type {reason}"
    NO_PRIVATE_KEY = "{word} is not a valid unencrypted private key"
    OTHER_PRIVATE_KEY = "{word} is not a private key of type {reason}"
    NO_KEY = "{word} is not a valid certificate or public key"
    LIBRARY = "{word} (0x{code:08x})"


class Failure(Exception):
    """The function cannot go on; ``args[0]`` is what the person is told."""


def failure(message: Message, word: str = "", reason: str = "") -> Failure:
    """The exception that says so."""
    return Failure(message.value.format(word=word, reason=reason))


def usage_text(problem: UsageError) -> str:
    """What is wrong with the options."""
    word = problem.word.partition("=")[0]
    if isinstance(problem, UnknownParameter):
        message = Message.AMBIGUOUS_OPTION if problem.reason else Message.UNKNOWN_OPTION
    else:
        message = _USAGE.get(type(problem), Message.BAD_OPTION)
    if message is Message.BAD_VALUE and problem.parameter:
        word = problem.parameter.name
    return message.value.format(word=word, reason=problem.reason)


_USAGE: dict[type[UsageError], Message] = {
    DuplicateParameter: Message.REPEATED_OPTION,
    MissingValue: Message.NO_VALUE,
    WrongValue: Message.BAD_VALUE,
}


def library_text(problem: HsmError) -> str:
    """What the library returned."""
    return Message.LIBRARY.value.format(word=problem.ckr, code=problem.code)
