"""``cmu generatekeypair``: its options, its questions, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from hsmshell.engine.attributes import Attribute, AttributeValue
from hsmshell.engine.scenario import shipped

from .conftest import Desk

RSA = ("gen", "-key=RSA", "-modulusBits=2048", "-publicExp=65537", "-mech=pkcs", "-slot=1")
MENU = "Select RSA Mechanism Type -\n[1] PKCS [2] FIPS 186-3 Only Primes [3] FIPS 186-3 Auxiliary Primes : "


def pair(desk: Desk) -> tuple[dict[Attribute, AttributeValue], dict[Attribute, AttributeValue]]:
    """The attributes of the pair that was just made; the private key's last."""
    public, private = desk.objects()[-2:]
    assert (public[0].handle, private[0].handle) == (149, 150)
    return dict(public[0].attributes), dict(private[0].attributes)


def test_a_pair_without_options_of_use_may_do_nothing(desk: Desk) -> None:
    assert desk.play(*RSA) == (0, "")
    public, private = pair(desk)
    assert public[Attribute.LABEL] == "CMU RSA Public Key"
    assert private[Attribute.LABEL] == "CMU RSA Private Key"
    for values in (public, private):
        assert values[Attribute.TOKEN] is values[Attribute.PRIVATE] is values[Attribute.LOCAL] is True
        uses = ("ENCRYPT", "DECRYPT", "SIGN", "VERIFY", "WRAP", "UNWRAP", "DERIVE", "EXTRACTABLE")
        assert not any(values.get(Attribute[name], False) for name in uses)
    assert private[Attribute.SENSITIVE] is private[Attribute.NEVER_EXTRACTABLE] is True


def test_the_options_reach_their_half_of_the_pair(desk: Desk) -> None:
    words = ("-label=both", "-labelPriv=mine", "-id=0a0b", "-sign=T", "-verify=True", "-enc=1", "-dec", "t", "-wrap=F")
    assert desk.play(*RSA, *words, "-unwrap=T", "-extr=1", "-modif=F", "-start=20250101", "-end", "20261231").code == 0
    public, private = pair(desk)
    assert (public[Attribute.LABEL], private[Attribute.LABEL]) == ("both", "mine")
    assert [public[Attribute[name]] for name in ("ENCRYPT", "VERIFY", "WRAP")] == [True, True, False]
    assert [private[Attribute[name]] for name in ("DECRYPT", "SIGN", "UNWRAP", "EXTRACTABLE")] == [True] * 4
    for values in (public, private):
        assert values[Attribute.ID] == b"\x0a\x0b"
        assert values[Attribute.MODIFIABLE] is False
        assert (values[Attribute.START_DATE], values[Attribute.END_DATE]) == ("20250101", "20261231")


@pytest.mark.parametrize("answer", ["1", "2", "3", " 1 "])
def test_the_menu_of_mechanisms(desk: Desk, answer: str) -> None:
    words = [word for word in RSA if not word.startswith("-mech")]
    assert desk.play(*words, answers=(answer,)) == (0, f"{MENU}{answer}\n")
    assert len(desk.objects()) == 6


@pytest.mark.parametrize("word", ["-mech=PKCS", "-mech=aux", "-keygenmech=1", "-keygenmech=3", "-keyg", "-mech=prime"])
def test_an_option_in_place_of_the_menu(desk: Desk, word: str) -> None:
    words = [other for other in RSA if not other.startswith("-mech")]
    extra = ("2",) if word == "-keyg" else ()
    assert desk.play(*words, word, *extra) == (0, "")


def test_everything_that_is_missing_is_asked_for(desk: Desk) -> None:
    played = desk.play("generatekeypair", "-slot=1", answers=("1", "2048", "65537", "1"))
    assert played == (
        0,
        "Select Key Type -\n[1] RSA [2] DSA [3] ECDSA : 1\nEnter modulus bits : 2048\n"
        f"Enter public exponent (3, 17 or 65537) : 65537\n{MENU}1\n",
    )
    curve = desk.play("generatekeypair", "-slot=1", answers=("3", "4"))
    assert curve.text.splitlines()[2:] == [
        "Select Curve Type -",
        "[1] P-192 [2] P-224 [3] P-256 [4] P-384 [5] P-521 : 4",
    ]


CURVES = {
    "1": ec.SECP192R1,
    "2": ec.SECP224R1,
    "3": ec.SECP256R1,
    "4": ec.SECP384R1,
    "5": ec.SECP521R1,
    "p-256": ec.SECP256R1,
    "prime256v1": ec.SECP256R1,
    "secp192r1": ec.SECP192R1,
    "SECP384R1": ec.SECP384R1,
}


@pytest.mark.parametrize("word", CURVES)
def test_a_curve_by_number_or_name(desk: Desk, word: str) -> None:
    assert desk.play("gen", "-keyType=ECDSA", f"-curve={word}", "-slot=1") == (0, "")
    key = load_der_private_key(desk.objects()[-1][1], None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, CURVES[word])
    assert pair(desk)[0][Attribute.LABEL] == "CMU ECDSA Public Key"


def test_dsa(desk: Desk) -> None:
    assert desk.play("gen", "-key=DSA", "-modulusBits=2048", "-slot=1") == (0, "")
    key = load_der_private_key(desk.objects()[-1][1], None)
    assert isinstance(key, dsa.DSAPrivateKey)
    assert key.key_size == 2048


def test_the_smallest_exponent(desk: Desk) -> None:
    assert desk.play("gen", "-key=RSA", "-modulusBits=1024", "-publicExp=3", "-mech=aux", "-slot=1") == (0, "")
    key = load_der_private_key(desk.objects()[-1][1], None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert (key.key_size, key.public_key().public_numbers().e) == (1024, 3)


@pytest.mark.parametrize(
    "words, answers, message",
    [
        (["-key=AES"], (), "Bad value for option -keyType: not one of RSA, DSA, ECDSA"),
        (["-key=RSA", "-publicExp=5"], (), "Bad value for option -publicExponent: not one of 3, 17, 65537"),
        (["-key=RSA", "-key=DSA"], (), "Option -keyType is given twice"),
        (["-key=ECDSA", "-curve=6"], (), "Bad value for option -curvetype: not one of 1, 2, 3"),
        (["-key=ECDSA"], ("0",), "Bad value for option -curvetype: not one of 1, 2, 3"),
        (["-key=RSA", "-mech=any"], (), "Bad value for option -mech: not one of pkcs, prime, aux"),
        (["-keygenmech=4"], (), "Bad value for option -keygenmech: more than 3"),
        (["-start=20250229"], (), "Bad value for option -startDate: no day of the calendar"),
        (["-start=2025-1-1"], (), "Bad value for option -startDate: not a date YYYYMMDD"),
        (["-start=20250102", "-end=20250101"], (), "The validity ends before it begins"),
        ([], ("4",), "Bad value for option -keyType: not one of 1, 2, 3"),
        ([], ("1", "many"), "Bad value for option -modulusBits: not a number"),
        ([], ("1", "2048", "2"), "Bad value for option -publicExponent: not one of 3, 17, 65537"),
        ([], ("1", "2048", "3", "4"), "Bad value for option -mech: more than 3"),
        ([], ("1", "1023", "3", "1"), "CKR_KEY_SIZE_RANGE (0x00000062)"),
        (["-key=DSA", "-modulusBits=2000"], (), "CKR_KEY_SIZE_RANGE (0x00000062)"),
        (["-sign=maybe"], (), "Bad value for option -sign: not one of T, F, True, False, 1, 0"),
    ],
)
def test_what_makes_no_pair(desk: Desk, words: list[str], answers: tuple[str, ...], message: str) -> None:
    before = desk.objects()
    played = desk.play("gen", *words, "-slot=1", answers=answers)
    assert played.code == 1
    assert played.text.splitlines()[-1].startswith(f"Error: {message}")
    assert desk.objects() == before


@pytest.mark.parametrize("answers", [(), ("1",), ("1", "2048"), ("1", "2048", "3"), ("3",)])
def test_the_input_may_end_at_each_question(desk: Desk, answers: tuple[str, ...]) -> None:
    before = desk.objects()
    played = desk.play("gen", "-slot=1", answers=answers)
    assert played.code == 1
    assert "Error" not in played.text
    assert desk.objects() == before


def test_newer_clients_tell_the_handles(desk_from: Callable[[str], Desk]) -> None:
    scenario = next(one.path for one in shipped() if one.name == "luna7")
    desk = desk_from(Path(scenario).read_text("utf-8"))
    words = ("gen", "-key=ECDSA", "-curvetype=3", "-slot=0", "-password=co-password")
    told = "...The key pair was successfully generated -> public handle(40), private handle(41)\n"
    assert desk.play(*words) == (0, f"Certificate Management Utility (64-bit), simulated\n{told}")
