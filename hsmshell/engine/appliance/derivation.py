"""New keys of a partition that follow from other keys, or from a password."""

from __future__ import annotations

from typing import NamedTuple

from hsmshell.engine import derivation
from hsmshell.engine.access import PartitionOperation
from hsmshell.engine.appliance.appliance import Session
from hsmshell.engine.appliance.generation import SECRET_BYTES, ApplicationGeneration
from hsmshell.engine.appliance.mechanism_table import SECRET_KEY_GENERATION, MechanismFlag
from hsmshell.engine.appliance.usage import ApplicationUsage
from hsmshell.engine.attributes import Attribute, Attributes, KeyType
from hsmshell.engine.derivation import Derivation
from hsmshell.engine.errors import (
    KeyFunctionNotPermitted,
    KeySizeRange,
    MechanismParamInvalid,
    TemplateInconsistent,
)
from hsmshell.engine.mechanisms import Hash, Mechanism
from hsmshell.engine.objects import SECRET_LENGTHS, Traits
from hsmshell.engine.records import StoredObject

_A = Attribute

ITERATIONS = range(1, 1_000_001)
"""How often PBKDF2 iterates; more would keep everybody waiting."""


class Password(NamedTuple):
    """What a key is made of by PBKDF2."""

    text: bytes
    salt: bytes
    iterations: int
    hash: Hash = Hash.SHA1


class ApplicationDerivation(ApplicationGeneration, ApplicationUsage):
    """Deriving keys."""

    def derive(
        self,
        session: Session | None,
        how: Derivation,
        handle: int,
        key_type: KeyType,
        length: int,
        template: Attributes,
        other: int = 0,
    ) -> int:
        """A new secret key from a base key; its handle. ``length`` in bytes is 0 for the type's only one, or for as
        many as the mechanism gives; ``other`` is the second key of CONCATENATE_BASE_AND_KEY.

        Where the new key would tell what the base key is, it is at least as confined (PKCS#11 v3.0 2.20.5, 2.43):
        sensitive, not extractable and private as that is. Elsewhere the template decides, and of the past of both the
        worse one counts.

        Raises ``MechanismInvalid`` for what the HSM (in FIPS mode: SP 800-131A 8) does not derive with,
        ``KeyHandleInvalid``, ``KeyTypeInconsistent``, ``KeyFunctionNotPermitted`` (CKA_DERIVE, or a hash of a confined
        key that its fingerprint shows), ``KeyNotAuthorized``, ``KeyNotActive``,
        ``TemplateInconsistent`` for one that frees the key, what ``derivation.derive`` and ``create`` raise.
        """
        session = self._require(session, PartitionOperation.DERIVE)
        self._mechanism(session, how.mechanism, MechanismFlag.DERIVE)
        if key_type not in SECRET_KEY_GENERATION:
            raise TemplateInconsistent(key_type.name)
        with self._store.transaction():
            bases = [self._base(session, how.mechanism, handle)]
            if how.mechanism is Mechanism.CONCATENATE_BASE_AND_KEY:
                bases.append(self._base(session, how.mechanism, other))
            values = [self._store.material(base.material) for base in bases]
            made = derivation.derive(how, values[0], _length(key_type, length), b"".join(values[1:]))
            is_short = how.mechanism in derivation.HASHING and len(made) < derivation.SHORTEST
            if is_short and derivation.is_confined(bases[0].attributes):
                raise KeySizeRange(f"{len(made)} bytes of a confined key's hash")
            wanted = _inherited(bases, template) if how.mechanism in derivation.INHERITING else template
            new = self._new_secret(session, key_type, made, wanted, local=False)
            self._keep_history(session, new, bases)
            return new

    def _base(self, session: Session, mechanism: Mechanism, handle: int) -> StoredObject:
        object_class, types = derivation.base_types(mechanism)

        def fits(key: StoredObject) -> bool:
            return key.object_class is object_class and (not types or key.key_type in types)

        base = self._use(session, handle, _A.DERIVE, fits=fits)
        if mechanism in derivation.SHOWN and derivation.is_confined(base.attributes):
            raise KeyFunctionNotPermitted(f"{handle}: its {mechanism.name} is no secret")
        return base

    def _keep_history(self, session: Session, handle: int, bases: list[StoredObject]) -> None:
        """The new key was always sensitive and never extractable when its bases were and it is (PKCS#11 v3.0 4.9)."""
        item = self._object(session, handle)
        history: Traits = {
            _A.ALWAYS_SENSITIVE: item.flag(_A.SENSITIVE) and all(base.flag(_A.ALWAYS_SENSITIVE) for base in bases),
            _A.NEVER_EXTRACTABLE: not item.flag(_A.EXTRACTABLE)
            and all(base.flag(_A.NEVER_EXTRACTABLE) for base in bases),
        }
        self._keep(session, item._replace(attributes={**item.attributes, **history}))

    def generate_from_password(
        self, session: Session | None, password: Password, key_type: KeyType, length: int, template: Attributes
    ) -> int:
        """A secret key of ``length`` bytes by PBKDF2 (RFC 8018 5.2, CKM_PKCS5_PBKD2); its handle.

        Raises ``MechanismParamInvalid`` for an empty password or salt or too many iterations, and what
        ``generate_secret_key`` raises.
        """
        session = self._require(session, PartitionOperation.CREATE)
        self._require_makes(session, key_type)
        if not password.text or not password.salt or password.iterations not in ITERATIONS:
            raise MechanismParamInvalid("PBKDF2")
        size = _length(key_type, length)
        if size not in SECRET_BYTES:
            raise KeySizeRange(str(size))
        made = derivation.from_password(password.text, password.salt, password.iterations, size, password.hash)
        return self._new_secret(session, key_type, made, template, local=True)


def _length(key_type: KeyType, length: int) -> int:
    """The key's length in bytes: the type's only one unless another is asked for. Raises ``KeySizeRange`` for one
    below 0."""
    if length < 0:
        raise KeySizeRange(str(length))
    lengths = SECRET_LENGTHS.get(key_type, frozenset())
    return next(iter(lengths)) if len(lengths) == 1 and not length else length


def _inherited(bases: list[StoredObject], template: Attributes) -> Traits:
    """The template, completed by what the bases demand. Raises ``TemplateInconsistent`` when it demands otherwise."""
    confines: Traits = {}
    if any(base.flag(_A.SENSITIVE) for base in bases):
        confines[_A.SENSITIVE] = True
    if not all(base.flag(_A.EXTRACTABLE) for base in bases):
        confines[_A.EXTRACTABLE] = False
    if any(base.flag(_A.PRIVATE) for base in bases):
        confines[_A.PRIVATE] = True
    for attribute, value in confines.items():
        if template.get(attribute, value) != value:
            raise TemplateInconsistent(attribute.name)
    return {**template, **confines}
