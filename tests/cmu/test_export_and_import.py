"""``cmu export``, ``cmu import`` of certificates, and ``cmu importkey``, with OpenSSL as the judge."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_public_key,
)

from hsmshell.engine.attributes import Attribute, ObjectClass
from hsmshell.engine.encodings import public_of

from .conftest import Desk

SELF = ("self", "-slot=1", "-CN=x", "-serial=0fff", "-startDate=20250101", "-endDate=20341231")


@pytest.mark.parametrize("number", [137, 149])
def test_a_public_key_leaves_as_pem(desk: Desk, number: int) -> None:
    assert desk.play("import", "-inputFile=wrapping_public.pem", "-slot=1").code == 0
    (desk.directory / "out.pem").write_text("something older")
    assert desk.play("export", f"-handle={number}", "-out=out.pem", "-slot=1") == (0, "")
    material = next(material for item, material in desk.objects() if item.handle == number)
    written = load_pem_public_key((desk.directory / "out.pem").read_bytes())
    assert public_bytes(written) == material
    assert desk.play("export", f"-handle={number}", "-key", "-slot=1", answers=("again.pem",)) == (
        0,
        "Enter output filename : again.pem\n",
    )
    assert (desk.directory / "again.pem").read_bytes() == (desk.directory / "out.pem").read_bytes()


def public_bytes(key: object) -> bytes:
    from cryptography.hazmat.primitives.serialization import PublicFormat

    assert isinstance(key, rsa.RSAPublicKey)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_certificate_leaves_and_comes_back(desk: Desk, judge: Callable[[str], str]) -> None:
    assert desk.play(*SELF) == (0, "")
    assert desk.play("export", "-slot=1", answers=("149", "c.pem")).text == (
        "Select object to export\nHandler Label\n137     Generated RSA Public Key\n149     \n"
        "Enter handler (or 0 for exit): 149\nEnter output filename : c.pem\n"
    )
    program, folder = judge("openssl"), desk.directory
    subprocess.run([program, "x509", "-in", "c.pem", "-outform", "DER", "-out", "c.der"], cwd=folder, check=True)
    for name in ("c.pem", "c.der"):
        assert desk.play("import", f"-inputFile={name}", "-label=again", "-id=07", "-slot=1") == (0, "")
    made = [item for item, _ in desk.objects() if item.object_class is ObjectClass.CERTIFICATE]
    names = (Attribute.VALUE, Attribute.SUBJECT, Attribute.ISSUER, Attribute.SERIAL_NUMBER)
    assert len({tuple(item.attributes[name] for name in names) for item in made}) == 1
    assert [(item.label, item.ident) for item in made[1:]] == [("again", b"\x07")] * 2
    assert made[0].attributes[Attribute.SERIAL_NUMBER] == b"\x02\x02\x0f\xff"
    assert desk.play(
        "list", "-slot=1", "-class=certificate", "-serial=02020FFF", "-label=again", "-display=handle"
    ) == (
        0,
        "handle=150\nhandle=151\n",
    )


def test_of_a_certificate_only_the_key(desk: Desk) -> None:
    assert desk.play(*SELF) == (0, "")
    assert desk.play("export", "-handle=149", "-key", "-out=key.pem", "-slot=1") == (0, "")
    assert desk.play("export", "-handle=137", "-out=other.pem", "-slot=1") == (0, "")
    assert (desk.directory / "key.pem").read_bytes() == (desk.directory / "other.pem").read_bytes()
    assert desk.play("export", "-handle=149", "-out=c.pem", "-slot=1") == (0, "")
    assert desk.play("import", "-inputFile=c.pem", "-pubkey", "-slot=1") == (0, "")
    item, material = desk.objects()[-1]
    assert item.object_class is ObjectClass.PUBLIC_KEY
    assert material == desk.objects()[2][1]


@pytest.mark.parametrize(
    "words, message",
    [
        (["-handle=138", "-out=x"], "CKR_OBJECT_HANDLE_INVALID (0x00000082)"),
        (["-handle=120", "-out=x"], "CKR_OBJECT_HANDLE_INVALID (0x00000082)"),
        (["-handle=999", "-out=x"], "CKR_OBJECT_HANDLE_INVALID (0x00000082)"),
        (["-handle=137", "-out=no/x"], "Unable to open file no/x"),
        (["-handle=137", "-out="], "Bad value for option -outputFile: not a file name"),
    ],
)
def test_what_does_not_leave(desk: Desk, words: list[str], message: str) -> None:
    assert desk.play("export", *words, "-slot=1") == (1, f"Error: {message}\n")
    assert sorted(path.name for path in desk.directory.iterdir()) == ["wrapping_public.pem"]


def test_a_certificate_never_changes_whose_it_is(desk: Desk) -> None:
    assert desk.play(*SELF) == (0, "")
    before = desk.objects()
    for word in ("-value=00", "-subject=3000", "-issuer=3000", "-serialNumber=020101", "-class=data"):
        refused = (1, "Error: CKR_ATTRIBUTE_READ_ONLY (0x00000010)\n")
        assert desk.play("setattribute", "-handle=149", word, "-slot=1") == refused
    assert desk.objects() == before
    assert desk.play("setattribute", "-handle=149", "-label=new", "-id=01", "-slot=1") == (0, "")


def test_importkey_in_the_published_words(desk: Desk) -> None:
    write(desk, "key.der", load_der_private_key(desk.lab.services.rsa_key(2048, 65537), None))
    played = desk.play("importkey", "-slot=1", "-keyalg", "RSA", "-in", "key.der")
    assert played == (
        0,
        "\n...Autogenerating a 3DES key for unwrapping -> Handle (149)\n"
        "...The key was sucessfully unwrapped onto the token -> Handle(150)\n",
    )
    assert [item.handle for item, _ in desk.objects()] == [120, 131, 137, 138, 150]
    values = desk.objects()[-1][0].attributes
    assert values[Attribute.LABEL] == "CMU Unwrapped RSA Private Key"
    assert (values[Attribute.SENSITIVE], values[Attribute.EXTRACTABLE], values[Attribute.LOCAL]) == (True, False, False)
    assert values[Attribute.ALWAYS_SENSITIVE] is values[Attribute.NEVER_EXTRACTABLE] is False


def write(desk: Desk, name: str, key: PrivateKeyTypes, form: PrivateFormat = PrivateFormat.PKCS8) -> None:
    """The key in a file, PEM or DER as its name says."""
    encoding = Encoding.DER if name.endswith("der") else Encoding.PEM
    (desk.directory / name).write_bytes(key.private_bytes(encoding, form, NoEncryption()))


@pytest.mark.parametrize("name", ["key.der", "key.pem"])
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_the_forms_of_a_private_key(desk: Desk, name: str, form: PrivateFormat) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    write(desk, name, key, form)
    words = ("-PKCS8", "-label=mine", "-id=0a", "-sign=F", "-keyalg=ecdsa")
    assert desk.play("importkey", "-slot=1", f"-inputFile={name}", *words).code == 0
    item, material = desk.objects()[-1]
    assert (item.label, item.ident, item.flag(Attribute.SIGN)) == ("mine", b"\x0a", False)
    assert material == key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def test_an_imported_key_signs_for_its_certificate(desk: Desk, judge: Callable[[str], str]) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    write(desk, "key.pem", key)
    assert desk.play("importkey", "-slot=1", "-in=key.pem", "-unwrapHandle=120") == (
        0,
        "\n...The key was sucessfully unwrapped onto the token -> Handle(149)\n",
    )
    assert desk.play("requestcert", "-slot=1", "-privatehandle=149", "-CN=x", "-out=r.csr") == (0, "")
    verify = [judge("openssl"), "req", "-in", "r.csr", "-noout", "-verify"]
    assert subprocess.run(verify, cwd=desk.directory, check=False, capture_output=True).returncode == 0
    assert public_of(desk.objects()[-1][1]) == public_of(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )


BAD = "bad is not a valid unencrypted private key"


def encrypted() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


def edwards() -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "data, words, message",
    [
        (b"", [], BAD),
        (b"hello", [], BAD),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", [], BAD),
        (b"", ["-keyalg=AES"], "Bad value for option -keyalg: not one of RSA, ECDSA, DSA"),
        (b"", ["-pkcs8", "-sign"], "Option -sign needs a value"),
    ],
    ids=["empty", "prose", "fake", "option", "switch"],
)
def test_a_file_that_is_no_private_key(desk: Desk, data: bytes, words: list[str], message: str) -> None:
    (desk.directory / "bad").write_bytes(data)
    before = desk.objects()
    assert desk.play("importkey", "-slot=1", "-in=bad", *words) == (1, f"Error: {message}\n")
    assert desk.objects() == before


@pytest.mark.parametrize("make", [encrypted, edwards])
def test_a_private_key_that_is_not_taken(desk: Desk, make: Callable[[], bytes]) -> None:
    (desk.directory / "bad").write_bytes(make())
    assert desk.play("importkey", "-slot=1", "-in=bad") == (1, f"Error: {BAD}\n")


@pytest.mark.parametrize(
    "words, code",
    [
        (["-unwrapHandle=137"], "CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT (0x000000f2)"),
        (["-unwrapHandle=999"], "CKR_OBJECT_HANDLE_INVALID (0x00000082)"),
    ],
)
def test_what_does_not_unwrap(desk: Desk, words: list[str], code: str) -> None:
    write(desk, "key.der", ec.generate_private_key(ec.SECP256R1()))
    before = desk.objects()
    played = desk.play("importkey", "-slot=1", "-in=key.der", *words)
    assert (played.code, played.text.splitlines()[-1]) == (1, f"Error: {code}")
    assert desk.objects() == before
    other = desk.play("importkey", "-slot=1", "-in=key.der", "-keyalg=DSA")
    assert other == (1, "Error: key.der is not a private key of type DSA\n")


def test_a_dsa_key_comes_in(desk: Desk) -> None:
    write(desk, "dsa.pem", load_der_private_key(desk.lab.services.dsa_key(2048), None))
    assert desk.play("importkey", "-slot=1", "-in=dsa.pem").code == 0
    item, material = desk.objects()[-1]
    assert item.label == "CMU Unwrapped DSA Private Key"
    assert isinstance(load_der_private_key(material, None), dsa.DSAPrivateKey)


def test_what_an_imported_rsa_key_signs_openssl_verifies(desk: Desk) -> None:
    from hsmshell.engine.access import Role
    from hsmshell.engine.mechanisms import Mechanism

    key = load_der_private_key(desk.lab.services.rsa_key(2048, 65537), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    write(desk, "key.der", key)
    assert desk.play("importkey", "-slot=1", "-in=key.der").code == 0
    application = desk.lab.application()
    session = application.open_session(1)
    application.login(session, Role.CRYPTO_OFFICER, "password")
    signature = application.sign(session, Mechanism.SHA256_RSA_PKCS, 150, b"data")
    key.public_key().verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())
    application.close()
