"""Objects and their attributes: entries 20 to 27, and 30 to 32 of the newer generation."""

from __future__ import annotations

from commands.ckdemo.demo import NO_NUMBER, Demo
from commands.ckdemo.display import BY_ATTRIBUTE, lines
from commands.ckdemo.template import ask_attribute, edit_template
from hsmshell.console import Ask
from hsmshell.console.values import length, object_handle
from hsmshell.engine.appliance.policies import NEWER
from hsmshell.engine.attributes import Attribute, AttributeValue
from hsmshell.grammar import Provenance
from hsmshell.grammar.menu import Entry

GROUP = "OBJECT MANAGEMENT"
FINISHED = 0
"""At the prompt for one more handle: that was the last."""


def _show_handle(demo: Demo, number: int) -> None:
    demo.write("Object handle=", object_handle(number), "\n")


def _create(demo: Demo) -> None:
    template = edit_template(demo, "create object")
    _show_handle(demo, demo.application.create(demo.session, template))


def _copy(demo: Demo) -> None:
    number = demo.handle("Enter handle of object to copy")
    template = edit_template(demo, "copy object")
    _show_handle(demo, demo.application.copy(demo.session, number, template))


def _destroy(demo: Demo) -> None:
    number = demo.handle("Enter handle of object to destroy")
    demo.application.destroy(demo.session, number)


def _size(demo: Demo) -> None:
    number = demo.handle("Enter handle of object to measure")
    size = demo.application.size(demo.session, number)
    demo.write("Object size=", length(size), "\n")


def _get_attribute(demo: Demo) -> None:
    number = demo.handle("Enter handle of object to read")
    demo.write("\n")
    attribute = ask_attribute(demo)
    value = demo.application.attribute(demo.session, number, attribute)
    demo.write("\n", *BY_ATTRIBUTE[attribute].line(value))


def _set_attribute(demo: Demo) -> None:
    demo.write("\n")
    number = demo.handle("Which object do you want to modify")
    template = edit_template(demo, "set attribute")
    demo.application.set_attributes(demo.session, number, template)


def _find(demo: Demo) -> None:
    found = demo.application.objects(demo.session, edit_template(demo, "find object"))
    demo.write(f"\nFound {len(found)} objects\n")
    demo.show_objects(found)


def _display(demo: Demo) -> None:
    number = demo.handle("Enter handle of object to display")
    attributes = demo.application.shown(demo.session, number)
    _show_handle(demo, number)
    demo.write(*lines(attributes))


def _change_usage(demo: Demo) -> None:
    number = demo.handle("Enter handle of key to change")
    demo.write("\n")
    limit = demo.number("Enter usage limit: ", Ask.LINE, otherwise=NO_NUMBER)
    demo.write("\n")
    count = demo.number("Enter usage count: ", Ask.LINE, otherwise=NO_NUMBER)
    template: dict[Attribute, AttributeValue] = {Attribute.USAGE_LIMIT: limit, Attribute.USAGE_COUNT: count}
    demo.application.set_attributes(demo.session, number, template)


def _destroy_several(demo: Demo) -> None:
    numbers: list[int] = []
    while (number := demo.handle("Enter handle of object to destroy, 0 to finish")) != FINISHED:
        numbers.append(number)
    demo.application.destroy_all(demo.session, numbers)


def _extract_public(demo: Demo) -> None:
    number = demo.handle("Enter handle of private key")
    template: dict[Attribute, AttributeValue] = {Attribute.TOKEN: True, Attribute.LABEL: "Extracted Public Key"}
    _show_handle(demo, demo.application.extract_public_key(demo.session, number, template))


ENTRIES: tuple[Entry[Demo], ...] = (
    Entry(20, "Create object", GROUP, _create, Provenance.RECOMMENDED),
    Entry(21, "Copy object", GROUP, _copy, Provenance.RECOMMENDED),
    Entry(22, "Destroy object", GROUP, _destroy, Provenance.RECOMMENDED),
    Entry(23, "Object size", GROUP, _size, Provenance.RECOMMENDED),
    Entry(24, "Get attribute", GROUP, _get_attribute, Provenance.RECOMMENDED),
    Entry(25, "Set attribute", GROUP, _set_attribute),
    Entry(26, "Find object", GROUP, _find, Provenance.RECOMMENDED),
    Entry(27, "Display Object", GROUP, _display),
    Entry(30, "Usage count change", GROUP, _change_usage, Provenance.RECOMMENDED, NEWER),
    Entry(31, "Destroy several objects", GROUP, _destroy_several, Provenance.RECOMMENDED, NEWER),
    Entry(32, "Extract public key", GROUP, _extract_public, Provenance.RECOMMENDED, NEWER),
)
