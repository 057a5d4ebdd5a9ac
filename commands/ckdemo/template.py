"""The template editor: attributes picked from the table, each with a value of its kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from commands.ckdemo.demo import ANSWERS, ULONG_MAX, Demo
from commands.ckdemo.display import ROWS, Row, lines, table
from hsmshell.console import Ask
from hsmshell.engine.attributes import Attribute, Attributes, AttributeValue, Shape
from hsmshell.engine.errors import AttributeTypeInvalid
from hsmshell.grammar.values import BadValue, Hexadecimal, HexBytes, Integer

EDITOR = "(1) Add Attribute (2) Remove Attribute (0) Accept Template :"
ACCEPT, ADD, REMOVE = "0", "1", "2"
WHICH = "Select which one: "
DATE_DIGITS = 8


class Question(NamedTuple):
    """How a value of one shape is asked for."""

    prompt: str
    parse: Callable[[str], AttributeValue]
    """The value that the answer stands for. Raises ``BadValue``."""


def _boolean(answer: str) -> bool:
    if answer.strip() not in ANSWERS:
        raise BadValue("neither 0 nor 1")
    return ANSWERS[answer.strip()]


def _integer(answer: str) -> int:
    word = answer.strip()
    number = Hexadecimal().parse(word) if word[:2].lower() == "0x" else Integer().parse(word)
    if number > ULONG_MAX:
        raise BadValue("more than 32 bits")
    return number


def _text(answer: str) -> str:
    return answer


def _date(answer: str) -> str:
    """A day of the calendar, or nothing."""
    word = answer.strip()
    if word and not (len(word) == DATE_DIGITS and word.isascii() and word.isdigit()):
        raise BadValue("not eight digits")
    try:
        if word:
            date.fromisoformat(word)
    except ValueError:
        raise BadValue("no such day") from None
    return word


def _bytes(answer: str) -> bytes:
    return HexBytes().parse(answer.strip())


QUESTIONS = {
    Shape.BOOLEAN: Question("Enter boolean value: ", _boolean),
    Shape.NUMBER: Question("Enter integer value: ", _integer),
    Shape.TEXT: Question("Enter string value: ", _text),
    Shape.BYTES: Question("Enter hex value: ", _bytes),
    Shape.DATE: Question("Enter date value (YYYYMMDD): ", _date),
}
"""The first prompt is the guide's; the others follow it."""


def edit_template(demo: Demo, operation: str) -> Attributes:
    """What the person puts together for the operation; nothing is done with it here."""
    template: dict[Attribute, AttributeValue] = {}
    demo.write(f"\nEdit template for {operation} operation.\n\n")
    while True:
        choice = demo.console.ask(EDITOR, Ask.MENU).strip()
        if choice == ACCEPT:
            return template
        if choice == ADD:
            attribute = ask_attribute(demo)
            template[attribute] = _ask_value(demo, attribute)
        elif choice == REMOVE and template:
            del template[ask_attribute(demo, tuple(row for row in ROWS if row.attribute in template))]
        demo.write("\n")
        if template:
            demo.write(*lines(template), "\n")


def ask_attribute(demo: Demo, rows: tuple[Row, ...] = ROWS) -> Attribute:
    """One attribute of the table; asks again for a number that it does not show.

    Raises ``AttributeTypeInvalid`` for the name that stands for none.
    """
    demo.write(table(rows))
    by_number = {str(row.number): row for row in rows}
    while True:
        answer = demo.console.ask(WHICH, Ask.MENU).strip()
        if answer in by_number:
            attribute = by_number[answer].attribute
            if attribute is None:
                raise AttributeTypeInvalid(by_number[answer].name)
            return attribute


def _ask_value(demo: Demo, attribute: Attribute) -> AttributeValue:
    question = QUESTIONS[attribute.shape]
    while True:
        try:
            return question.parse(demo.console.ask(question.prompt))
        except BadValue:
            continue
