"""What the material of an object in a partition says about it, as attributes; the rest is for its creator to choose."""

from __future__ import annotations

from hsmshell.engine import asymmetric
from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.domain import Domain
from hsmshell.engine.objects import Traits


def public_traits(der: bytes) -> Traits:
    """Class, type and numbers of a public key. Raises ``DataInvalid``."""
    return {Attribute.CLASS: int(ObjectClass.PUBLIC_KEY), **asymmetric.public_values(der)}


def private_traits(der: bytes) -> Traits:
    """Class, type and visible numbers of a private key. Raises ``DataInvalid``."""
    return {Attribute.CLASS: int(ObjectClass.PRIVATE_KEY), **asymmetric.visible_values(der)}


def domain_traits(key_type: KeyType, domain: Domain) -> Traits:
    """Class, type and numbers of domain parameters (PKCS#11 v3.0 2.2.4, 2.4.4)."""
    return {
        Attribute.CLASS: int(ObjectClass.DOMAIN_PARAMETERS),
        Attribute.KEY_TYPE: int(key_type),
        **asymmetric.domain_values(domain),
        Attribute.PRIME_BITS: domain.prime.bit_length(),
    }
