"""getAttribute, setAttribute, listAttributes."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.cloudhsm_mgmt_util.objattr import ObjectAttribute, shown, value_of
from hsmshell.console import Kind, Value
from hsmshell.engine import crypto
from hsmshell.engine.attributes import Attribute, AttributeValue, KeyType, ObjectClass
from hsmshell.engine.cluster import CHANGEABLE, KeySpec
from hsmshell.engine.errors import AttributeTypeInvalid
from hsmshell.engine.records import StoredObject

from .conftest import BOB, OFFICER, ONE, USER, ZERO, Desk
from .screens import CAUTION, both, twice

LIST = """
Following are the possible attribute values for getAttribute:

      OBJ_ATTR_CLASS                  = 0
      OBJ_ATTR_TOKEN                  = 1
      OBJ_ATTR_PRIVATE                = 2
      OBJ_ATTR_LABEL                  = 3
      OBJ_ATTR_TRUSTED                = 134
      OBJ_ATTR_KEY_TYPE               = 256
      OBJ_ATTR_ID                     = 258
      OBJ_ATTR_SENSITIVE              = 259
      OBJ_ATTR_ENCRYPT                = 260
      OBJ_ATTR_DECRYPT                = 261
      OBJ_ATTR_WRAP                   = 262
      OBJ_ATTR_UNWRAP                 = 263
      OBJ_ATTR_SIGN                   = 264
      OBJ_ATTR_VERIFY                 = 266
      OBJ_ATTR_DERIVE                 = 268
      OBJ_ATTR_LOCAL                  = 355
      OBJ_ATTR_MODULUS                = 288
      OBJ_ATTR_MODULUS_BITS           = 289
      OBJ_ATTR_PUBLIC_EXPONENT        = 290
      OBJ_ATTR_VALUE_LEN              = 353
      OBJ_ATTR_EXTRACTABLE            = 354
      OBJ_ATTR_NEVER_EXTRACTABLE      = 356
      OBJ_ATTR_ALWAYS_SENSITIVE       = 357
      OBJ_ATTR_DESTROYABLE            = 370
      OBJ_ATTR_KCV                    = 371
      OBJ_ATTR_WRAP_WITH_TRUSTED      = 528
      OBJ_ATTR_WRAP_TEMPLATE          = 1073742353
      OBJ_ATTR_UNWRAP_TEMPLATE        = 1073742354
      OBJ_ATTR_ALL                    = 512
"""
HANDLE = "HSM Error: Invalid object handle is passed to this operation"
DENIED = "HSM Error: Key Access is denied"
POLICY = "HSM Error: This operation violates the current configured/FIPS policies"
ABSENT = "HSM Error: Invalid attribute is passed to this operation"


def on_both(lines: str) -> str:
    """A getAttribute reply in which both servers say the same."""
    return "\n" + "\n".join(f"Attribute Value on server {place}:\n{lines}" for place in (ZERO, ONE))


def test_list_attributes(desk: Desk) -> None:
    assert desk.reply("listAttributes") == LIST


def test_every_settable_attribute_of_the_engine_has_a_number() -> None:
    assert {item.attribute for item in ObjectAttribute} >= CHANGEABLE


# getAttribute


@pytest.mark.parametrize(
    ("number", "lines"),
    [
        (0, "OBJ_ATTR_CLASS\n0x00000004\n"),
        (1, "OBJ_ATTR_TOKEN\n0x00000001\n"),
        (3, "OBJ_ATTR_LABEL\naes256\n"),
        (256, "OBJ_ATTR_KEY_TYPE\n0x0000001f\n"),
        (258, "OBJ_ATTR_ID\nid-1\n"),
        (260, "OBJ_ATTR_ENCRYPT\n0x00000001\n"),
        (264, "OBJ_ATTR_SIGN\n0x00000000\n"),
        (353, "OBJ_ATTR_VALUE_LEN\n0x00000020\n"),
        (354, "OBJ_ATTR_EXTRACTABLE\n0x00000001\n"),
        (528, "OBJ_ATTR_WRAP_WITH_TRUSTED\n0x00000000\n"),
    ],
)
def test_one_attribute(desk: Desk, number: int, lines: str) -> None:
    handle = desk.make_key("aes256", ident=b"id-1")
    assert handle == 407
    assert desk.reply(USER, f"getAttribute {handle} {number}") == on_both(lines)


def test_check_value(desk: Desk) -> None:
    handle = desk.make_key()
    expected = crypto.zero_block_check_value(KeyType.AES, bytes(range(1, 33))).hex()
    played = desk.play(USER, f"getAttribute {handle} 371")
    assert played.replies[1] == on_both(f"OBJ_ATTR_KCV\n0x{expected}\n")
    assert Value(Kind.CHECK_VALUE, f"0x{expected}") in played.parts


def test_all_attributes_of_a_secret_key(desk: Desk) -> None:
    handle = desk.make_key("aes256")
    kcv = crypto.zero_block_check_value(KeyType.AES, bytes(range(1, 33))).hex()
    assert desk.reply(USER, f"getAttribute {handle} 512") == on_both(
        "OBJ_ATTR_CLASS\n0x04\nOBJ_ATTR_KEY_TYPE\n0x1f\nOBJ_ATTR_TOKEN\n0x01\nOBJ_ATTR_PRIVATE\n0x01\n"
        "OBJ_ATTR_ENCRYPT\n0x01\nOBJ_ATTR_DECRYPT\n0x01\nOBJ_ATTR_WRAP\n0x01\nOBJ_ATTR_UNWRAP\n0x01\n"
        "OBJ_ATTR_SIGN\n0x00\nOBJ_ATTR_VERIFY\n0x00\nOBJ_ATTR_LOCAL\n0x01\nOBJ_ATTR_SENSITIVE\n0x01\n"
        "OBJ_ATTR_EXTRACTABLE\n0x01\nOBJ_ATTR_LABEL\naes256\nOBJ_ATTR_ID\n\nOBJ_ATTR_VALUE_LEN\n0x00000020\n"
        f"OBJ_ATTR_KCV\n0x{kcv}\n"
    )


def test_all_attributes_of_a_public_key(desk: Desk) -> None:
    public, _ = desk.make_pair()
    modulus = desk.key(public).attributes[Attribute.MODULUS]
    assert isinstance(modulus, bytes)
    reply = desk.reply(USER, f"getAttribute {public} 512")
    assert reply.endswith(
        f"OBJ_ATTR_MODULUS\n0x{modulus.hex()}\nOBJ_ATTR_MODULUS_BITS\n0x00000800\nOBJ_ATTR_PUBLIC_EXPONENT\n0x010001\n"
    )
    assert len(modulus) == 256


def test_an_ec_key_shows_point_and_curve() -> None:
    attributes: dict[Attribute, AttributeValue] = {
        Attribute.CLASS: int(ObjectClass.PRIVATE_KEY),
        Attribute.KEY_TYPE: int(KeyType.EC),
        Attribute.EC_PARAMS: bytes.fromhex("06082a8648ce3d030107"),
        Attribute.EC_POINT: b"\4" + bytes(64),
    }
    key = StoredObject(1, 6, attributes, 1)
    assert shown(key, ObjectAttribute.MODULUS, whole=False) == Value(Kind.HEX, "0x04" + "00" * 64)
    assert shown(key, ObjectAttribute.MODULUS_BITS, whole=True) == "0x0000019f"
    assert value_of(key, ObjectAttribute.PUBLIC_EXPONENT) is None
    with pytest.raises(AttributeTypeInvalid):
        shown(key, ObjectAttribute.PUBLIC_EXPONENT, whole=False)


def test_hsms_that_differ_are_told_apart(desk: Desk) -> None:
    handle = desk.make_key("old")
    desk.play("server 1", USER, f"setAttribute {handle} 3 new", "y")
    assert desk.reply(USER, f"getAttribute {handle} 3") == (
        f"\nAttribute Value on server {ZERO}:\nOBJ_ATTR_LABEL\nold\n"
        f"\nAttribute Value on server {ONE}:\nOBJ_ATTR_LABEL\nnew\n"
    )


def test_control_characters_of_a_label_do_not_reach_the_screen(desk: Desk) -> None:
    handle = desk.make_key("a\x1b[2J\nb")
    assert "OBJ_ATTR_LABEL\na\\x1b[2J\\nb\n" in desk.reply(USER, f"getAttribute {handle} 3")


@pytest.mark.parametrize(
    ("login", "line", "reason"),
    [
        ("help help", "407 3", "HSM Error: User is not logged in"),
        (USER, "408 3", HANDLE),
        (BOB, "407 3", DENIED),
        (OFFICER, "407 3", DENIED),
        (USER, "407 288", ABSENT),
        (USER, "407 1073742353", ABSENT),
    ],
)
def test_get_attribute_refused(desk: Desk, login: str, line: str, reason: str) -> None:
    desk.make_key()
    assert desk.reply(login, f"getAttribute {line}") == "\n" + twice("getAttribute", reason)


def test_a_sharer_reads(desk: Desk) -> None:
    handle = desk.make_key(shares=(4,))
    assert desk.reply(BOB, f"getAttribute {handle} 260") == on_both("OBJ_ATTR_ENCRYPT\n0x00000001\n")


def test_get_attribute_with_a_node_down(desk: Desk) -> None:
    handle = desk.make_key()
    desk.power(0, "down")
    assert desk.reply(USER, f"getAttribute {handle} 3") == (
        f"\nServer {ZERO} is not connected\nAttribute Value on server {ONE}:\nOBJ_ATTR_LABEL\nk\n"
    )


def test_into_a_file(desk: Desk) -> None:
    handle = desk.make_key()
    target = desk.directory / "out.txt"
    target.write_text("old content, longer than what comes\n" * 9)
    assert desk.reply(USER, f"getAttribute {handle} 3 out.txt") == both("getAttribute")
    assert target.read_text() == on_both("OBJ_ATTR_LABEL\nk\n")[1:]


def test_a_file_is_not_replaced_by_nothing(desk: Desk) -> None:
    (desk.directory / "out.txt").write_text("kept")
    assert desk.reply(USER, "getAttribute 407 3 out.txt") == twice("getAttribute", HANDLE)
    assert (desk.directory / "out.txt").read_text() == "kept"


def test_a_file_that_cannot_be_written(desk: Desk) -> None:
    handle = desk.make_key()
    target = Path("absent") / "out.txt"
    assert desk.reply(USER, f"getAttribute {handle} 3 {target}") == (
        "getAttribute failed: absent/out.txt: No such file or directory\n"
    )


# setAttribute


def test_the_guide_s_customisation_of_an_unwrapped_key(desk: Desk) -> None:
    desk.make_pair()
    handle = desk.make_key("unwrapped_aes")
    assert handle == 409
    replies = desk.play(
        "loginHSM CU crypto_user user1234", "setAttribute 409 3 new_label", "y", "setAttribute 409 260 0", "y",
        "getAttribute 409 260", "getAttribute 409 3",
    ).replies  # fmt: skip
    assert replies[1:3] == [CAUTION + "y\n" + both("setAttribute")] * 2
    assert replies[3] == on_both("OBJ_ATTR_ENCRYPT\n0x00000000\n")
    assert replies[4] == on_both("OBJ_ATTR_LABEL\nnew_label\n")


def test_n_changes_nothing(desk: Desk) -> None:
    handle = desk.make_key()
    before = desk.everything()
    assert desk.reply(USER, f"setAttribute {handle} 3 x", "n") == CAUTION + "n\n"
    assert desk.everything() == before


@pytest.mark.parametrize("number", [260, 261, 262, 263, 264, 266, 268, 370, 528])
def test_every_boolean_that_can_be_set(desk: Desk, number: int) -> None:
    handle = desk.make_key()
    attribute = Attribute(number)  # type: ignore[call-arg]
    value = not desk.key(handle).flag(attribute)
    assert desk.reply(USER, f"setAttribute {handle} {number} {value:d}", "y").endswith(both("setAttribute"))
    assert [desk.key(handle, node).flag(attribute) for node in (0, 1)] == [value, value]


def test_trusted_is_the_officer_s(desk: Desk) -> None:
    handle = desk.make_key()
    line = f"setAttribute {handle} 134 1"
    assert f"setAttribute failed: {DENIED}\n" in desk.reply(USER, line, "y", "A")
    assert not desk.key(handle).flag(Attribute.TRUSTED)
    assert desk.reply(OFFICER, line, "y").endswith(both("setAttribute"))
    assert desk.key(handle, 1).flag(Attribute.TRUSTED)


def test_wrap_with_trusted_only_rises(desk: Desk) -> None:
    handle = desk.make_key()
    replies = desk.play(
        USER, f"setAttribute {handle} 528 1", "y", f"setAttribute {handle} 528 0", "y", "I", "A"
    ).replies
    assert replies[1].endswith(both("setAttribute"))
    assert replies[2].count(f"setAttribute failed: {POLICY}\n") == 2
    assert desk.key(handle).flag(Attribute.WRAP_WITH_TRUSTED)


@pytest.mark.parametrize(
    ("login", "line", "reason"),
    [
        ("help help", "407 3 x", "HSM Error: User is not logged in"),
        (OFFICER, "407 3 x", DENIED),
        (BOB, "407 3 x", DENIED),
        (USER, "408 3 x", HANDLE),
        (USER, "407 354 0", POLICY),
        (USER, "407 1 0", POLICY),
        (USER, "407 0 3", POLICY),
        (USER, "407 258 x", POLICY),
        (USER, "407 371 x", POLICY),
    ],
)
def test_set_attribute_refused(desk: Desk, login: str, line: str, reason: str) -> None:
    desk.make_key(shares=(4,))
    before = desk.everything()
    assert desk.reply(login, f"setAttribute {line}", "y", "I", "A") == CAUTION + "y\n" + "".join(
        f"setAttribute failed: {reason}\nsetAttribute failed on server {place}\n\nRetry/Ignore/Abort?(R/I/A):{answer}\n"
        for place, answer in ((ZERO, "I"), (ONE, "A"))
    )
    assert desk.everything() == before


def test_a_template_is_kept_in_the_order_of_its_numbers(desk: Desk) -> None:
    handle = desk.make_key()
    replies = desk.play(
        USER,
        f"setAttribute {handle} 1073742354 354=0,260=1",
        "y",
        f"getAttribute {handle} 1073742354",
        f"getAttribute {handle} 1073742353",
    ).replies
    assert replies[1] == CAUTION + "y\n" + both("setAttribute")
    assert replies[2].count("OBJ_ATTR_UNWRAP_TEMPLATE\n260=1,354=0\n") == 2
    assert "HSM Error: Invalid attribute is passed to this operation" in replies[3]


@pytest.mark.parametrize("value", ["260", "260=2", "260=1,260=1", "3=x", "260=1,", "x=1", "354=-1", "260=1;354=0"])
def test_what_is_no_template(desk: Desk, value: str) -> None:
    handle = desk.make_key()
    before = desk.everything()
    reply = desk.reply(USER, f"setAttribute {handle} 1073742353 {value}", "y", "A")
    assert "HSM Error: This operation violates the current configured/FIPS policies" in reply
    assert desk.everything() == before


def test_a_key_that_one_hsm_lacks(desk: Desk) -> None:
    desk.power(1, "down")
    handle = desk.make_key()
    desk.power(1, "up")
    assert desk.reply(USER, f"setAttribute {handle} 3 x", "y", "I") == CAUTION + (
        f"y\nsetAttribute success on server {ZERO}\n"
        f"setAttribute failed: {HANDLE}\nsetAttribute failed on server {ONE}\n\nRetry/Ignore/Abort?(R/I/A):I\n"
    )


def test_another_process_s_session_key_is_not_there(desk: Desk, elsewhere: Desk) -> None:
    session = elsewhere.login("CU", "crypto_user", "user1234")
    spec = KeySpec("temporary", session_only=True)
    handle = elsewhere.cluster.generate_secret_key(session, KeyType.AES, 16, spec).handles[0]
    assert desk.reply(USER, f"getAttribute {handle} 3") == "\n" + twice("getAttribute", HANDLE)
