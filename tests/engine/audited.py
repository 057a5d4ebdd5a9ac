"""What the HSMs of a cluster are asked for, and what they write of it into their audit logs."""

from __future__ import annotations

from collections.abc import Callable

from hsmshell.engine.attributes import Attribute, KeyType, ObjectClass
from hsmshell.engine.cluster import KeySpec, Session
from hsmshell.engine.cluster.tokens import Service
from hsmshell.engine.encodings import public_of
from hsmshell.engine.mechanisms import Mechanism
from tests.engine.driving import aes_key, login, quorum_signature
from tests.engine.events import Events
from tests.engine.quorum import PRIVATE, World

WRAP = Mechanism.AES_KEY_WRAP_PKCS7
AES, SECRET = KeyType.AES, ObjectClass.SECRET_KEY
Action = Callable[["Scene"], object]


class Scene(World):
    """Who is logged in, and the keys that they have: 407 wraps, 408 and 409 are a pair, 410 lives in the session."""

    user: Session
    officer: Session

    def begin(self) -> Events:
        """Log in and make the keys; what happens from then on."""
        self.user, self.officer = self.login(), self.login("admin")
        aes_key(self.cluster, self.user, "wrapper", shares=(4,))
        self.cluster.generate_rsa_pair(self.user, 2048, 65537, KeySpec("pair"))
        aes_key(self.cluster, self.user, "passing", session_only=True)
        return Events(self.cluster)

    def missed(self, handle: int = 407) -> None:
        """Make the second HSM lack a key."""
        with self.lab.store.transaction():
            self.lab.store.delete_object(self.nodes[1].id, handle)

    def masked_key(self) -> bytes:
        return self.cluster.sync.extract_key(self.user, self.nodes[0], 407)


# what was done

BOTH_WAYS = ["CN_EXTRACT_MASKED_OBJECT_USER {}", "CN_INSERT_MASKED_OBJECT_USER {}"]
EXTRACT, INSERT = BOTH_WAYS

DONE: dict[str, tuple[Action, list[str], list[str]]] = {
    "login": (lambda it: login(it.cluster, "bob"), ["CN_LOGIN CU bob"], ["CN_LOGIN CU bob"]),
    "login on one": (
        lambda it: it.cluster.login("CU", "bob", "user1234", it.nodes[1:]),
        [],
        ["CN_LOGIN CU bob"],
    ),
    "logout": (
        lambda it: it.cluster.logout(it.user),
        ["CN_LOGOUT CU crypto_user"],
        ["CN_LOGOUT CU crypto_user"],
    ),
    "an application that just ends": (
        lambda it: it.cluster.logout(it.user, closing=True),
        ["CN_CLOSE_SESSION CU crypto_user"],
        ["CN_CLOSE_SESSION CU crypto_user"],
    ),
    "a session that has ended already": (
        lambda it: [it.cluster.logout(it.user), it.cluster.logout(it.user)],
        ["CN_LOGOUT CU crypto_user"],
        ["CN_LOGOUT CU crypto_user"],
    ),
    "crypto user": (
        lambda it: it.cluster.create_user(it.officer, it.nodes[0], "CU", "carol", "user1234"),
        ["CN_CREATE_USER CU carol"],
        [],
    ),
    "officer": (
        lambda it: it.cluster.create_user(it.officer, it.nodes[1], "CO", "carol", "user1234"),
        [],
        ["CN_CREATE_CO CO carol"],
    ),
    "another's password": (
        lambda it: it.cluster.change_password(it.officer, it.nodes[0], "CU", "bob", "user4321"),
        ["CN_CHANGE_PSWD CU bob"],
        [],
    ),
    "delete and bring back": (
        lambda it: it.cluster.restore_user(
            it.officer, it.nodes[0], it.cluster.delete_user(it.officer, it.nodes[0], "CU", "bob")
        ),
        ["CN_DELETE_USER CU bob", "CN_CREATE_USER CU bob"],
        [],
    ),
    "secret key": (
        lambda it: aes_key(it.cluster, it.user),
        ["CN_GENERATE_KEY 411/0", EXTRACT.format("411/0")],
        [INSERT.format("411/0")],
    ),
    "pair": (
        lambda it: it.cluster.generate_ec_pair(it.user, "prime256v1", KeySpec("ec")),
        ["CN_GENERATE_KEY_PAIR 412/411", EXTRACT.format("411/0"), EXTRACT.format("412/0")],
        [INSERT.format("411/0"), INSERT.format("412/0")],
    ),
    "session key": (
        lambda it: aes_key(it.cluster, it.user, session_only=True),
        ["CN_GENERATE_KEY 411/0"],
        [],
    ),
    "a session key is kept": (
        lambda it: it.cluster.keep_key(it.user, 410),
        ["CN_MODIFY_OBJECT 410/0", EXTRACT.format("410/0")],
        [INSERT.format("410/0")],
    ),
    "attribute": (
        lambda it: it.cluster.set_attribute(it.user, it.nodes[1], 407, Attribute.LABEL, "x"),
        [],
        ["CN_MODIFY_OBJECT 407/0"],
    ),
    "delete a pair": (
        lambda it: [it.cluster.delete_key(it.user, handle) for handle in (408, 409)],
        ["CN_DESTROY_OBJECT 408/0", "CN_DESTROY_OBJECT 409/0"],
        ["CN_DESTROY_OBJECT 408/0", "CN_DESTROY_OBJECT 409/0"],
    ),
    "delete a session key": (lambda it: it.cluster.delete_key(it.user, 410), ["CN_DESTROY_OBJECT 410/0"], []),
    "share": (
        lambda it: it.cluster.share_key(it.user, it.nodes[0], 407, 4, share=False),
        ["CN_SHARE_OBJECT"],
        [],
    ),
    "public key from outside": (
        lambda it: it.cluster.import_public_key(it.user, public_of(PRIVATE["bob"]), KeySpec("bob's")),
        ["CN_CREATE_OBJECT 0/411", EXTRACT.format("411/0")],
        [INSERT.format("411/0")],
    ),
    "wrap": (lambda it: it.cluster.wrap_key(it.user, 407, 409, WRAP), ["CN_WRAP_KEY 409/0"], []),
    "unwrap": (
        lambda it: it.cluster.unwrap_key(
            it.user, 407, it.cluster.wrap_data(it.user, 407, bytes(32), WRAP), WRAP, SECRET, AES, KeySpec("in")
        ),
        ["CN_NIST_AES_WRAP 407/0", "CN_UNWRAP_KEY 411/0", EXTRACT.format("411/0")],
        [INSERT.format("411/0")],
    ),
    "masked object": (
        lambda it: it.cluster.masking.insert_masked_object(
            it.user, it.cluster.masking.extract_masked_object(it.user, 407)
        ),
        [EXTRACT.format("407/0"), INSERT.format("411/0")],
        [INSERT.format("411/0")],
    ),
    "sync a key": (
        lambda it: [it.missed(), it.cluster.sync.insert_key(it.officer, it.nodes[1], it.masked_key())],
        [EXTRACT.format("407/0")],
        [INSERT.format("407/0")],
    ),
    "sync a user": (
        lambda it: [
            it.cluster.delete_user(it.officer, it.nodes[1], "CU", "bob"),
            it.cluster.sync.insert_user(
                it.officer, it.nodes[1], it.cluster.sync.extract_user(it.officer, it.nodes[0], 4)
            ),
        ],
        ["CN_EXTRACT_MASKED_OBJECT_USER"],
        ["CN_DELETE_USER CU bob", "CN_INSERT_MASKED_OBJECT_USER"],
    ),
    "quorum key": (
        lambda it: it.cluster.quorum.register_quorum_key(
            it.officer, it.nodes[0], "CO", "admin", b"t", quorum_signature(PRIVATE["admin"], b"t"),
            public_of(PRIVATE["admin"]),
        ),
        ["CN_REGISTER_PUBLIC_KEY CO admin"],
        [],
    ),
    "number of approvals": (
        lambda it: it.cluster.quorum.set_quorum_value(it.officer, it.nodes[1], Service.USER_MGMT, 2),
        [],
        ["CN_SET_M_VALUE"],
    ),
    "looking": (
        lambda it: [
            it.cluster.users(it.nodes[0]), it.cluster.find(it.user), it.cluster.read_key(it.user, 407),
            it.cluster.export_public_key(it.user, 408), it.cluster.quorum.quorum_value(it.nodes[0], Service.MISC_CO),
            it.cluster.ownership.keys_of(it.officer, it.nodes[0], 3, digest=True),
        ],
        [],
        [],
    ),
}  # fmt: skip


# what was refused

REFUSED: dict[str, tuple[Action, str, int]] = {
    "nobody creates a user": (
        lambda it: it.cluster.create_user(None, it.nodes[1], "CU", "carol", "user1234"),
        "CN_CREATE_USER CU carol ! UserNotLoggedIn",
        1,
    ),
    "a crypto user creates one": (
        lambda it: it.cluster.create_user(it.user, it.nodes[0], "CO", "carol", "user1234"),
        "CN_CREATE_CO CO carol ! UserNotAuthorized",
        0,
    ),
    "a user who is there": (
        lambda it: it.cluster.create_user(it.officer, it.nodes[0], "CU", "bob", "user1234"),
        "CN_CREATE_USER CU bob ! UserExists",
        0,
    ),
    "a short password": (
        lambda it: it.cluster.change_password(it.officer, it.nodes[0], "CU", "bob", "short"),
        "CN_CHANGE_PSWD CU bob ! PinLenRange",
        0,
    ),
    "a user who owns keys": (
        lambda it: [it.cluster.logout(it.user), it.cluster.delete_user(it.officer, it.nodes[1], "CU", "crypto_user")],
        "CN_DELETE_USER CU crypto_user ! AccessDenied",
        1,
    ),
    "a user who has come back": (
        lambda it: it.cluster.restore_user(
            it.officer, it.nodes[0], it.cluster.delete_user(it.officer, it.nodes[1], "CU", "bob")
        ),
        "CN_CREATE_USER CU bob ! UserExists",
        0,
    ),
    "a type of which there are no secret keys": (
        lambda it: it.cluster.generate_secret_key(it.user, KeyType.RSA, 32, KeySpec("k")),
        "CN_GENERATE_KEY ! PolicyViolation",
        0,
    ),
    "an officer makes a key": (
        lambda it: aes_key(it.cluster, it.officer),
        "CN_GENERATE_KEY ! UserNotAuthorized",
        0,
    ),
    "nobody makes a pair": (
        lambda it: it.cluster.generate_rsa_pair(None, 2048, 65537, KeySpec("pair")),
        "CN_GENERATE_KEY_PAIR ! UserNotLoggedIn",
        0,
    ),
    "a pair with an exponent of 3": (
        lambda it: it.cluster.generate_rsa_pair(it.user, 2048, 3, KeySpec("pair")),
        "CN_GENERATE_KEY_PAIR ! PolicyViolation",
        0,
    ),
    "what is no public key": (
        lambda it: it.cluster.import_public_key(it.user, b"no key", KeySpec("k")),
        "CN_CREATE_OBJECT ! DataInvalid",
        0,
    ),
    "a key that nobody has": (
        lambda it: it.cluster.set_attribute(it.user, it.nodes[1], 999, Attribute.LABEL, "x"),
        "CN_MODIFY_OBJECT 999/0 ! ObjectHandleInvalid",
        1,
    ),
    "a key under a number beyond all": (
        lambda it: it.cluster.delete_key(it.user, 1 << 64),
        "CN_DESTROY_OBJECT ! ObjectHandleInvalid",
        0,
    ),
    "a token key is kept": (
        lambda it: it.cluster.keep_key(it.user, 407),
        "CN_MODIFY_OBJECT 407/0 ! AttributeReadOnly",
        0,
    ),
    "somebody else's key": (
        lambda it: it.cluster.delete_key(it.login("bob"), 407),
        "CN_DESTROY_OBJECT 407/0 ! AccessDenied",
        0,
    ),
    "a share with nobody": (
        lambda it: it.cluster.share_key(it.user, it.nodes[0], 407, 99, share=True),
        "CN_SHARE_OBJECT ! UserNotFound",
        0,
    ),
    "a public key is wrapped": (
        lambda it: it.cluster.wrap_key(it.user, 407, 408, WRAP),
        "CN_WRAP_KEY 408/0 ! ObjectHandleInvalid",
        0,
    ),
    "data that cannot be wrapped": (
        lambda it: it.cluster.wrap_data(it.user, 407, bytes(7), Mechanism.AES_KEY_WRAP),
        "CN_NIST_AES_WRAP 407/0 ! KeySizeRange",
        0,
    ),
    "what was not wrapped so": (
        lambda it: it.cluster.unwrap_key(it.user, 407, bytes(40), WRAP, SECRET, AES, KeySpec("in")),
        "CN_UNWRAP_KEY ! WrappedKeyInvalid",
        0,
    ),
    "what was not sealed": (
        lambda it: it.cluster.masking.insert_masked_object(it.user, b"nothing"),
        "CN_INSERT_MASKED_OBJECT_USER ! MaskedObjectInvalid",
        0,
    ),
    "nobody inserts": (
        lambda it: it.cluster.masking.insert_masked_object(None, b"nothing"),
        "CN_INSERT_MASKED_OBJECT_USER ! UserNotLoggedIn",
        0,
    ),
    "a session key is synchronised": (
        lambda it: it.cluster.sync.extract_key(it.user, it.nodes[0], 410),
        "CN_EXTRACT_MASKED_OBJECT_USER 410/0 ! ObjectHandleInvalid",
        0,
    ),
    "a user who is there already": (
        lambda it: it.cluster.sync.insert_user(
            it.officer, it.nodes[1], it.cluster.sync.extract_user(it.officer, it.nodes[0], 4)
        ),
        "CN_INSERT_MASKED_OBJECT_USER ! UserExists",
        1,
    ),
    "a signature of something else": (
        lambda it: it.cluster.quorum.register_quorum_key(
            it.officer, it.nodes[1], "CO", "admin", b"t", b"s", public_of(PRIVATE["admin"])
        ),
        "CN_REGISTER_PUBLIC_KEY CO admin ! SignatureInvalid",
        1,
    ),
    "more approvals than officers": (
        lambda it: it.cluster.quorum.set_quorum_value(it.officer, it.nodes[1], Service.USER_MGMT, 3),
        "CN_SET_M_VALUE ! QuorumValueInvalid",
        1,
    ),
    "a token that nothing needs": (
        lambda it: it.cluster.quorum.get_token(it.officer, Service.USER_MGMT, nodes=it.nodes[1:]),
        "CN_GET_TOKEN ! QuorumNotEnabled",
        1,
    ),
    "approvals of no token": (
        lambda it: it.cluster.quorum.approve_token(it.officer, b"", [], 0),
        "CN_APPROVE_TOKEN ! QuorumNotApproved",
        0,
    ),
    "nobody deletes tokens": (
        lambda it: it.cluster.quorum.delete_tokens(None, nodes=it.nodes[1:]),
        "CN_DELETE_TOKEN ! UserNotLoggedIn",
        1,
    ),
}
