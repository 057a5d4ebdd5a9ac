"""What a wrapping key asks of the keys that leave under it or come in under it (PKCS#11 v3.0, 4.10: CKA_WRAP_TEMPLATE,
CKA_UNWRAP_TEMPLATE).

Held as text: attributes by their numbers with their values, ``260=1,354=0``; this form is ours.
"""

from __future__ import annotations

from hsmshell.engine.attributes import USAGE, Attribute, Attributes, AttributeValue, Shape, matches_shape
from hsmshell.engine.errors import AttributeValueInvalid, KeyNotWrappable, TemplateInconsistent

_A = Attribute

TEMPLATES = frozenset({_A.WRAP_TEMPLATE, _A.UNWRAP_TEMPLATE})

ALLOWED = frozenset({_A.CLASS, _A.KEY_TYPE, _A.EXTRACTABLE, _A.WRAP_WITH_TRUSTED, _A.DESTROYABLE, *USAGE})
"""The attributes that a template may have."""

_BY_NUMBER = {str(int(attribute)): attribute for attribute in ALLOWED}


def parse(text: str) -> dict[Attribute, AttributeValue]:
    """The attributes of a template. Raises ``AttributeValueInvalid``."""
    template: dict[Attribute, AttributeValue] = {}
    for pair in text.split(","):
        number, _, word = pair.partition("=")
        attribute = _BY_NUMBER.get(number)
        if attribute is None or attribute in template or not word.isascii() or not word.isdigit() or len(word) > 10:
            raise AttributeValueInvalid(pair)
        boolean = attribute.shape is Shape.BOOLEAN
        value: AttributeValue = {"0": False, "1": True}.get(word, -1) if boolean else int(word)
        if not matches_shape(attribute, value):
            raise AttributeValueInvalid(pair)
        template[attribute] = value
    return template


def canonical(text: str) -> str:
    """The same template in the order of the numbers. Raises ``AttributeValueInvalid``."""
    return ",".join(f"{int(attribute)}={int(value)}" for attribute, value in sorted(parse(text).items()))


def _of(key: Attributes, which: Attribute) -> dict[Attribute, AttributeValue]:
    text = key.get(which, "")
    return parse(text) if isinstance(text, str) and text else {}


def check_wrap(wrapper: Attributes, target: Attributes) -> None:
    """Raise ``KeyNotWrappable`` unless the key that is to leave is as the wrapping key's template wants it."""
    for attribute, value in _of(wrapper, _A.WRAP_TEMPLATE).items():
        if target.get(attribute) != value:
            raise KeyNotWrappable(attribute.name)


def demanded(unwrapper: Attributes, requested: Attributes) -> dict[Attribute, AttributeValue]:
    """What the unwrapping key's template adds to what was requested of a key that comes in.

    Raises ``TemplateInconsistent`` when another value was requested than the template's.
    """
    template = _of(unwrapper, _A.UNWRAP_TEMPLATE)
    for attribute, value in template.items():
        if requested.get(attribute, value) != value:
            raise TemplateInconsistent(attribute.name)
    return template
