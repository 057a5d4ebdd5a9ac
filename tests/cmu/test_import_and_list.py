"""``cmu import`` and ``cmu list``: the guide's Step 4."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from commands.cmu import run
from hsmshell.console import Answer, Ask, Context, Files, Kind, Value
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.attributes import Attribute, AttributeValue

from .conftest import MENU, Desk

IMPORT = ("import", "-inputFile=wrapping_public.pem", "-label", "classic_wrap")


def imported(desk: Desk) -> dict[Attribute, AttributeValue]:
    return next(dict(item.attributes) for item, _ in desk.objects() if item.handle == 149)


def test_import_as_in_the_guide(desk: Desk) -> None:
    assert desk.play(*IMPORT, answers=("1",)) == (0, f"{MENU}1\n")
    assert desk.play("list", "-label", "classic_wrap", answers=("1",)) == (
        0,
        f"{MENU}1\nhandle=149\tlabel=classic_wrap\n",
    )


def test_what_an_imported_key_is(desk: Desk) -> None:
    desk.play(*IMPORT, "-slot=1")
    values = imported(desk)
    expected = {
        "CLASS": 2,
        "KEY_TYPE": 0,
        "TOKEN": True,
        "PRIVATE": False,
        "LABEL": "classic_wrap",
        "ID": b"",
        "ENCRYPT": True,
        "VERIFY": True,
        "WRAP": False,
        "DERIVE": False,
        "LOCAL": False,
        "MODIFIABLE": True,
        "MODULUS_BITS": 2048,
    }
    assert {name: values[Attribute[name]] for name in expected} == expected
    assert desk.objects()[4][1] == desk.public


def test_the_options_of_import(desk: Desk) -> None:
    words = ("-ID=0aFF", "-priv=T", "-MODIFIABLE=false", "-tok", "1", "-slot=1")
    assert desk.play(*IMPORT, *words) == (0, "")
    values = imported(desk)
    assert values[Attribute.ID] == b"\x0a\xff"
    assert (values[Attribute.PRIVATE], values[Attribute.MODIFIABLE], values[Attribute.TOKEN]) == (True, False, True)


def test_a_session_object_is_gone_with_the_process(desk: Desk) -> None:
    before = desk.objects()
    assert desk.play(*IMPORT, "-slot=1", "-token=F") == (0, "")
    assert desk.objects() == before


def test_pkcs1_and_ec_keys_are_read(desk: Desk) -> None:
    rsa = load_der_public_key(desk.public).public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    (desk.directory / "pkcs1.pem").write_bytes(rsa)
    (desk.directory / "ec.pem").write_bytes(curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert desk.play("import", "-inputFile=pkcs1.pem", "-slot=1", "-label=one") == (0, "")
    assert desk.play("import", "-inputFile=ec.pem", "-slot=1", "-label=two") == (0, "")
    listed = desk.play("list", "-slot=1", "-class=public", "-display=label,keyType").text
    assert listed.splitlines()[1:] == ["label=one\tkeyType=RSA", "label=two\tkeyType=ECDSA"]


def test_the_file_is_asked_for_when_it_is_not_named(desk: Desk) -> None:
    played = desk.play("import", "-label=x", "-slot=1", answers=("wrapping_public.pem",))
    assert played == (0, "Enter input filename : wrapping_public.pem\n")
    assert imported(desk)[Attribute.LABEL] == "x"


@pytest.mark.parametrize("name", ["missing.pem", ".", "", "a\0b"])
def test_a_file_that_cannot_be_opened(desk: Desk, name: str) -> None:
    before = desk.objects()
    played = desk.play("import", answers=(name,))
    assert played.code == 1
    assert played.text.splitlines()[-1] == "Error: Unable to open file " + name.replace("\0", "\\x00")
    assert desk.objects() == before


CERTIFICATE_LIKE = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("data", [b"", b"hello\n", b"\xff\xfe\x00", CERTIFICATE_LIKE, b"-----BEGIN PUBLIC KEY-----\n"])
def test_a_file_that_is_no_key(desk: Desk, data: bytes) -> None:
    before = desk.objects()
    (desk.directory / "bad.pem").write_bytes(data)
    played = desk.play("import", "-inputFile=bad.pem")
    assert played == (1, "Error: bad.pem is not a valid certificate or public key\n")
    assert desk.objects() == before


def rsa_key(bits: int, *, even: bool = False, exponent: int = 65537) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) | (0 if even else 1)).public_key()


UNUSABLE = {
    "dsa": lambda: dsa.generate_private_key(1024).public_key(),
    "ed25519": lambda: ed25519.Ed25519PrivateKey.generate().public_key(),
    "x25519": lambda: x25519.X25519PrivateKey.generate().public_key(),
    "even modulus": lambda: rsa_key(2048, even=True),
    "n=15": lambda: rsa.RSAPublicNumbers(3, 15).public_key(),
    "511 bits": lambda: rsa_key(511),
    "65536 bits": lambda: rsa_key(65536),
}


@pytest.mark.parametrize("make", UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_the_hsm_does_not_take(desk: Desk, make: Callable[[], PublicKeyTypes]) -> None:
    pem = make().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (desk.directory / "bad.pem").write_bytes(pem)
    before = desk.objects()
    expected = (1, "Error: bad.pem is not a valid certificate or public key\n")
    assert desk.play("import", "-inputFile=bad.pem", "-slot=1") == expected
    assert desk.objects() == before


@pytest.mark.parametrize("bits", [512, 16384])
def test_the_smallest_and_the_largest_rsa_key(desk: Desk, bits: int) -> None:
    pem = rsa_key(bits).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (desk.directory / "good.pem").write_bytes(pem)
    assert desk.play("import", "-inputFile=good.pem", "-slot=1") == (0, "")
    assert imported(desk)[Attribute.MODULUS_BITS] == bits


ALL = {
    120: "Generated AES Key",
    131: "Master Key",
    137: "Generated RSA Public Key",
    138: "Generated RSA Private Key",
    149: "classic_wrap",
}


@pytest.mark.parametrize(
    "words, handles",
    [
        ([], [120, 131, 137, 138, 149]),
        (["-class=secret"], [120, 131]),
        (["-class", "PUBLIC"], [137, 149]),
        (["-cl=private"], [138]),
        (["-class=data"], []),
        (["-keyType=RSA"], [137, 138, 149]),
        (["-key=aes"], [120, 131]),
        (["-label=Master Key"], [131]),
        (["-label=master key"], []),
        (["-id=0102"], [149]),
        (["-handle=131"], [131]),
        (["-handle=999"], []),
        (["-class=public", "-id=0102", "-label=classic_wrap"], [149]),
    ],
)
def test_list_filters(desk: Desk, words: list[str], handles: list[int]) -> None:
    desk.play(*IMPORT, "-id=0102", "-slot=1")
    expected = "".join(f"handle={number}\tlabel={ALL[number]}\n" for number in handles)
    assert desk.play("list", "-slot=1", *words) == (0, expected)


def test_list_display(desk: Desk) -> None:
    played = desk.play("list", "-slot=1", "-handle=138", "-display=Class,keytype,ID,handle,label")
    assert played.text == "class=privateKey\tkeyType=RSA\tid=\thandle=138\tlabel=Generated RSA Private Key\n"
    bad = desk.play("list", "-slot=1", "-display=size")
    assert bad.code == 1
    assert bad.text.startswith("Error: Bad value for option -display: not one of handle, class, token, private, label,")


def test_the_other_partition_is_empty(desk: Desk) -> None:
    assert desk.play("list", answers=("2",)) == (0, f"{MENU}2\n")


def test_handles_go_out_with_their_kind(desk: Desk) -> None:
    console = ScriptedConsole()
    run(["list", "-slot=1", "-handle=120"], Context(desk.lab, console, Files()))
    assert console.parts == ["handle=", Value(Kind.OBJECT, "120"), "\t", "label=", "Generated AES Key", "\n"]


def test_control_characters_in_labels_are_shown_as_escapes(desk: Desk) -> None:
    desk.play("import", "-inputFile=wrapping_public.pem", "-slot=1", "-label=\x1b]0;x\x07\udc9b")
    for words, answers in ((["list"], ()), (["getattribute"], ("149",)), (["delete"], ("149", "n"))):
        text = desk.play(*words, "-slot=1", answers=answers).text
        assert "\\x1b]0;x\\x07\\udc9b\n" in text
        assert "\x1b" not in text


def test_the_token_menu_is_a_menu(desk: Desk) -> None:
    asked = []

    class Watching(ScriptedConsole):
        def ask(self, prompt: str, kind: Ask = Ask.LINE, answer: Answer | None = None) -> str:
            asked.append((prompt, kind, answer))
            return super().ask(prompt, kind, answer)

    run(["delete"], Context(desk.lab, Watching(["1", "120", "n"]), Files()))
    assert asked == [
        ("Enter choice: ", Ask.MENU, None),
        ("Enter handler (or 0 for exit): ", Ask.LINE, Kind.OBJECT),
        ("Delete this object (y/n) ? ", Ask.CONFIRM, None),
    ]
