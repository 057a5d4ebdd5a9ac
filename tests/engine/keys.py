"""A crypto officer with keys of any kind in a partition of a fresh lab."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from hsmshell.engine import encodings
from hsmshell.engine.appliance import Application, PairSpec, Session
from hsmshell.engine.appliance.signing import key_types
from hsmshell.engine.attributes import Attribute, Attributes, KeyType
from hsmshell.engine.mechanisms import Curve, Mechanism
from hsmshell.engine.objects import Traits, private_traits, public_traits, secret_traits
from tests.conftest import KEYS, private_key

SCENARIO = """\
password_cost = 2
[[appliance]]
profile = "luna7"
fips = {fips}
allow_private_key_wrapping = {exports}
allow_private_key_cloning = false
[[appliance.partition]]
slot = 1
label = "p"
crypto_officer_pin = "password"
crypto_user_pin = "reader"
"""

ALL = dict.fromkeys((Attribute.SIGN, Attribute.VERIFY, Attribute.WRAP, Attribute.UNWRAP), True)


@dataclass
class Desk:
    """A crypto officer in a partition of a fresh lab."""

    application: Application
    session: Session

    def put(self, material: bytes, traits: Traits, template: Attributes) -> int:
        return self.application._new(self.session, material, traits, template, local=False)

    def secret(self, key_type: KeyType, value: bytes, **flags: bool) -> int:
        chosen: Traits = {**ALL, Attribute.EXTRACTABLE: True, **{Attribute[name]: on for name, on in flags.items()}}
        return self.put(value, secret_traits(key_type, value), chosen)

    def pair(self, der: bytes, *, signs: bool = True) -> tuple[int, int]:
        public = encodings.public_of(der)
        usable: Traits = {Attribute.EXTRACTABLE: True, Attribute.SIGN: signs}
        return (
            self.put(public, public_traits(public), {Attribute.VERIFY: True}),
            self.put(der, private_traits(der), usable),
        )

    def keys(self, mechanism: Mechanism) -> tuple[int, int]:
        """What verifies and what signs with the mechanism."""
        (key_type, *_) = key_types(mechanism)
        if key_type is KeyType.EC:
            return self.pair(encodings.encode_private(ec.generate_private_key(ec.SECP256R1())))
        if key_type is KeyType.EC_EDWARDS:
            spec = PairSpec(KeyType.EC_EDWARDS, curve=Curve.ED448)
            return self.application.generate_pair(self.session, spec, {Attribute.VERIFY: True}, {Attribute.SIGN: True})
        if key_type is KeyType.RSA:
            return self.pair(private_key(sorted(KEYS.glob("*.pem"))[0]))
        handle = self.secret(key_type, bytes(range(24)))
        return handle, handle

    def limited(self, handle: int, limit: int) -> None:
        """What a limit of uses looks like."""
        with self.application._store.transaction():
            key = self.application._object(self.session, handle)
            values: Traits = {**key.attributes, Attribute.USAGE_LIMIT: limit, Attribute.USAGE_COUNT: 0}
            self.application._keep(self.session, key._replace(attributes=values))

    def count(self, handle: int) -> object:
        return self.application.attribute(self.session, handle, Attribute.USAGE_COUNT)

    def material(self, handle: int) -> bytes:
        with self.application._store.reading():
            return self.application._store.material(self.application._object(self.session, handle).material)

    def rsa_pair(self, public: Attributes, private: Attributes) -> tuple[int, int]:
        der = private_key(sorted(KEYS.glob("*.pem"))[0])
        other = encodings.public_of(der)
        return self.put(other, public_traits(other), public), self.put(der, private_traits(der), private)
