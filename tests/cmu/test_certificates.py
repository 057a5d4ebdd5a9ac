"""``cmu requestcertificate``, ``selfsigncertificate`` and ``certify``, with OpenSSL as the judge."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from hsmshell.engine.attributes import Attribute, ObjectClass
from hsmshell.engine.records import StoredObject
from hsmshell.engine.scenario import shipped

from .conftest import Desk

NAME = ("-C=US", "-O=IBM", "-CN", "Example Root")
DATES = ("-startDate=20250101", "-endDate=20341231")
SELF = ("self", "-slot=1", *NAME, *DATES, "-serialNumber=0a1")
SUBJECT_QUESTIONS = """\
Enter Subject 2-letter Country Code (C) : US
Enter Subject State or Province Name (S) : North Carolina
Enter Subject Locality Name (L) : Durham
Enter Subject Organization Name (O) : IBM
Enter Subject Organization Unit Name (OU) : HSM
Enter Subject Common Name (CN) : ☃ & Söhne
Enter EMAIL Address (E) : hsm@example.com
"""
SUBJECT_ANSWERS = ("US", "North Carolina", "Durham", "IBM", "HSM", "☃ & Söhne", "hsm@example.com")


def openssl(program: str, desk: Desk, *words: str) -> str:
    """What OpenSSL says of the desk's files."""
    run = subprocess.run([program, *words], cwd=desk.directory, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def certificates(desk: Desk) -> list[StoredObject]:
    """The certificate objects that are there."""
    return [item for item, _ in desk.objects() if item.object_class is ObjectClass.CERTIFICATE]


def loaded(item: StoredObject) -> x509.Certificate:
    value = item.attributes[Attribute.VALUE]
    assert isinstance(value, bytes)
    return x509.load_der_x509_certificate(value)


def test_a_request_by_questions(desk: Desk, judge: Callable[[str], str]) -> None:
    played = desk.play("requestcertificate", "-slot=1", answers=(*SUBJECT_ANSWERS, "r.csr"))
    assert played == (0, f"{SUBJECT_QUESTIONS}Enter output filename : r.csr\n")
    told = openssl(judge("openssl"), desk, "req", "-in", "r.csr", "-noout", "-verify", "-subject", "-nameopt", "utf8")
    assert "verify OK" in told
    expected = "C=US, ST=North Carolina, L=Durham, O=IBM, OU=HSM, CN=☃ & Söhne, emailAddress=hsm@example.com"
    assert f"subject={expected}" in told.replace(" = ", "=")


PAIRS = {
    "rsa": ("-key=RSA", "-modulusBits=2048", "-publicExp=65537", "-mech=pkcs"),
    "ecdsa": ("-key=ECDSA", "-curvetype=5"),
    "dsa": ("-key=DSA", "-modulusBits=2048"),
}
OIDS = {
    ("rsa", "sha224"): "1.2.840.113549.1.1.14",
    ("rsa", "sha384"): "1.2.840.113549.1.1.12",
    ("ecdsa", "sha256"): "1.2.840.10045.4.3.2",
    ("ecdsa", "sha512"): "1.2.840.10045.4.3.4",
    ("dsa", "sha224"): "2.16.840.1.101.3.4.3.1",
    ("dsa", "sha256"): "2.16.840.1.101.3.4.3.2",
}


@pytest.mark.parametrize("scheme, name", OIDS)
def test_the_signature_is_the_one_that_was_named(
    desk: Desk, judge: Callable[[str], str], scheme: str, name: str
) -> None:
    assert desk.play("gen", *PAIRS[scheme], "-sign=T", "-slot=1").code == 0
    words = ("requestcert", "-privatehandle=150", "-publichandle=149", "-CN=x", "-out=r.csr", f"-{name}with{scheme}")
    assert desk.play(*words, "-slot=1") == (0, "")
    request = x509.load_pem_x509_csr((desk.directory / "r.csr").read_bytes())
    assert request.signature_algorithm_oid.dotted_string == OIDS[scheme, name]
    assert "verify OK" in openssl(judge("openssl"), desk, "req", "-in", "r.csr", "-noout", "-verify")


def test_a_certificate_by_questions(desk: Desk) -> None:
    days = ("2025", "01", "01", "2027", "12", "31")
    played = desk.play("selfsigncertificate", "-slot=1", answers=("1f", *SUBJECT_ANSWERS, *days))
    start = "Enter validity start date\n Year   : 2025\n Month  : 01\n Day    : 01\n"
    end = "Enter validity end date\n Year   : 2027\n Month  : 12\n Day    : 31\n"
    assert played == (0, f"Enter certificate serial number : 1f\n{SUBJECT_QUESTIONS}{start}{end}")
    (item,) = certificates(desk)
    made = loaded(item)
    assert made.serial_number == 0x1F
    assert str(made.not_valid_before_utc) == "2025-01-01 00:00:00+00:00"
    assert str(made.not_valid_after_utc) == "2027-12-31 23:59:59+00:00"
    assert item.attributes[Attribute.SUBJECT] == item.attributes[Attribute.ISSUER] == made.subject.public_bytes()
    assert item.attributes[Attribute.SERIAL_NUMBER] == b"\x02\x01\x1f"


def test_what_a_certificate_object_is(desk: Desk) -> None:
    words = ("-label=root", "-private=T", "-id=0102", "-modifiable=F")
    assert desk.play(*SELF, *words) == (0, "")
    (item,) = certificates(desk)
    assert (item.handle, item.label, item.ident) == (149, "root", b"\x01\x02")
    values = item.attributes
    assert (values[Attribute.TOKEN], values[Attribute.PRIVATE], values[Attribute.MODIFIABLE]) == (True, True, False)
    assert values[Attribute.CERTIFICATE_TYPE] == 0
    assert not {Attribute.LOCAL, Attribute.KEY_TYPE, Attribute.FINGERPRINT_SHA1} & set(values)


def test_a_certificate_has_its_keys_id_unless_it_is_given_one(desk: Desk) -> None:
    assert desk.play("setattribute", "-handle=138", "-id=c0ffee", "-slot=1") == (0, "")
    assert desk.play(*SELF) == (0, "")
    assert certificates(desk)[0].ident == b"\xc0\xff\xee"


def test_an_authority_and_what_it_issues(desk: Desk, judge: Callable[[str], str]) -> None:
    root = ("-basicconstraints=ca:true,pathlen:0", "-keyusage=keyCertSign,crlSign", "-label=root", "-sha512withrsa")
    assert desk.play(*SELF, *root) == (0, "")
    program = judge("openssl")
    openssl(
        program, desk, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "k", "-out", "r", "-subj", "/CN=x"
    )
    uses = ("-keyusage=digitalsignature,nonrepudiation", "-extendedkeyusage=codesigning,emailprotection")
    words = ("certify", "-slot=1", "-in=r", "-privatehandle=138", "-certificatehandle=149", "-serial=2", *DATES, *uses)
    assert desk.play(*words, "-label=leaf", "-basic=ca:false") == (0, "")
    for handle, name in ((149, "root.pem"), (150, "leaf.pem")):
        assert desk.play("export", f"-handle={handle}", "-outputFile", name, "-slot=1") == (0, "")
    verified = openssl(program, desk, "verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem")
    assert verified == "leaf.pem: OK\n"
    leaf = loaded(certificates(desk)[1])
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature and usage.value.content_commitment and not usage.value.key_cert_sign
    extended = leaf.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE).value
    assert isinstance(extended, x509.ExtendedKeyUsage)
    assert [one.dotted_string for one in extended] == ["1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4"]
    assert leaf.issuer == loaded(certificates(desk)[0]).subject


def test_several_keys_are_shown_to_pick_one(desk: Desk) -> None:
    assert desk.play("gen", *PAIRS["ecdsa"], "-sign=T", "-label=elliptic", "-slot=1").code == 0
    table = "Select private key\nHandler Label\n138     Generated RSA Private Key\n150     elliptic\n"
    words = ("requestcertificate", "-slot=1", "-CN=x", "-out=r.csr")
    question = f"{table}Enter handler (or 0 for exit): "
    assert desk.play(*words, answers=("150",)) == (0, f"{question}150\n")
    assert (desk.directory / "r.csr").exists()
    assert desk.play(*words, "-publichandle=149") == (0, "")
    (desk.directory / "r.csr").unlink()
    assert desk.play(*words, answers=("0",)) == (0, f"{question}0\n")
    error = "Error: CKR_OBJECT_HANDLE_INVALID (0x00000082)\n"
    assert desk.play(*words, answers=("137",)) == (1, f"{question}137\n{error}")
    assert not (desk.directory / "r.csr").exists()


REQUEST = ("requestcertificate", "-slot=1", "-out=r.csr")
NO_COUNTRY = "Bad value for option -C: not two letters"


@pytest.mark.parametrize(
    "words, answers, message",
    [
        ((*REQUEST, "-C=USA"), (), NO_COUNTRY),
        ((*REQUEST, "-C=U"), (), NO_COUNTRY),
        ((*REQUEST, "-C=1x"), (), NO_COUNTRY),
        ((*REQUEST,), ("germany",), NO_COUNTRY),
        ((*REQUEST, "-CN="), (), "A certificate's subject needs at least one part"),
        ((*REQUEST,), ("",) * 7, "A certificate's subject needs at least one part"),
        ((*REQUEST, "-CN=" + "x" * 65), (), "Bad value for option -CN: longer than 64 bytes"),
        ((*REQUEST, "-CN=a\nb"), (), "Bad value for option -CN: not printable characters"),
        ((*REQUEST, "-CN=\udc80"), (), "Bad value for option -CN: not printable characters"),
        ((*REQUEST, "-E=ü@example.com"), (), "Bad value for option -E: not ASCII"),
        ((*REQUEST, "-CN=x", "-privatehandle=137"), (), "CKR_KEY_HANDLE_INVALID (0x00000060)"),
        ((*REQUEST, "-CN=x", "-privatehandle=120"), (), "CKR_KEY_HANDLE_INVALID (0x00000060)"),
        ((*REQUEST, "-CN=x", "-privatehandle=999"), (), "CKR_OBJECT_HANDLE_INVALID (0x00000082)"),
        ((*REQUEST, "-CN=x", "-publichandle=120"), (), "CKR_KEY_TYPE_INCONSISTENT (0x00000063)"),
        ((*REQUEST, "-CN=x", "-sha256withecdsa"), (), "Option -sha256withecdsa is not for a key of type RSA"),
        ((*REQUEST, "-CN=x", "-sha1withrsa", "-sha256withr"), (), "Option -sha1withrsa excludes -sha256withrsa"),
        ((*REQUEST, "-CN=x", "-sha256"), (), "Ambiguous option -sha256: sha256withrsa, sha256withecdsa, sha256withdsa"),
        ((*REQUEST[:2], "-CN=x", "-out=no/such/folder"), (), "Unable to open file no/such/folder"),
        ((*SELF, "-serial=1"), (), "Option -serial is given twice"),
        (("self", "-slot=1", *NAME, *DATES), ("0",), "Bad value for option -serialNumber: not a positive number"),
        (("self", "-slot=1", *NAME, *DATES), ("f" * 40,), "Bad value for option -serialNumber: not a positive number"),
        (("self", "-slot=1", *NAME, *DATES), ("xyz",), "Bad value for option -serialNumber: not a hexadecimal number"),
        (("self", "-slot=1", *NAME, "-serial=1"), ("2025", "2", "29"), "Bad value for option -startDate: no day of"),
        (
            ("self", "-slot=1", *NAME, "-serial=1"),
            ("1949", "12", "31"),
            "Bad value for option -startDate: before the year",
        ),
        (("self", "-slot=1", *NAME, "-serial=1"), ("25x", "2", "2"), "Bad value for option -startDate: not a date"),
        (
            ("self", "-slot=1", *NAME, "-serial=1", "-start=20250101"),
            ("2024", "12", "31"),
            "The validity ends before it begins",
        ),
        ((*SELF, "-basic=yes"), (), "Bad value for option -basicconstraints: not ca:true or ca:false"),
        ((*SELF, "-basic=ca:false,pathlen:0"), (), "Bad value for option -basicconstraints: only pathlen:<n>"),
        ((*SELF, "-keyusage=all"), (), "Bad value for option -keyusage: not one of digitalsignature"),
        ((*SELF, "-keyusage=crlsign,CRLSIGN"), (), "Bad value for option -keyusage: one word twice"),
        ((*SELF, "-keyusage=encipheronly"), (), "CKR_DATA_INVALID (0x00000020)"),
        (
            ("certify", "-slot=1", "-in=wrapping_public.pem"),
            (),
            "wrapping_public.pem is not a valid certificate request",
        ),
    ],
)
def test_what_makes_no_certificate(desk: Desk, words: tuple[str, ...], answers: tuple[str, ...], message: str) -> None:
    before = desk.objects()
    played = desk.play(*words, answers=answers)
    assert played.code == 1
    assert played.text.splitlines()[-1].startswith(f"Error: {message}")
    assert desk.objects() == before
    assert not (desk.directory / "r.csr").exists()


def test_only_a_key_that_may_sign_does(desk: Desk) -> None:
    assert desk.play("setattribute", "-handle=138", "-sign=F", "-slot=1") == (0, "")
    assert desk.play(*REQUEST, "-CN=x") == (1, "Error: There is no private key that may sign\n")
    refused = (1, "Error: CKR_KEY_FUNCTION_NOT_PERMITTED (0x00000068)\n")
    assert desk.play(*REQUEST, "-CN=x", "-privatehandle=138") == refused
    assert desk.play(*SELF, "-privatehandle=138") == refused


def test_the_two_halves_must_belong_together(desk: Desk) -> None:
    assert desk.play("gen", *PAIRS["ecdsa"], "-slot=1") == (0, "")
    refused = (1, "Error: The two are not of one key pair\n")
    assert desk.play(*REQUEST, "-CN=x", "-publichandle=149", "-privatehandle=138") == refused
    assert desk.play(*REQUEST, "-CN=x", "-publichandle=149") == (1, "Error: There is no private key that may sign\n")


def test_an_authority_signs_with_its_own_certificate_only(desk: Desk) -> None:
    assert desk.play(*REQUEST, "-CN=x") == (0, "")
    words = ("certify", "-slot=1", "-in=r.csr", *DATES, "-serial=3")
    assert desk.play(*words) == (1, "Error: There is no certificate of the signing key\n")
    assert desk.play("gen", *PAIRS["ecdsa"], "-sign=T", "-slot=1").code == 0
    assert desk.play(*SELF, "-privatehandle=150") == (0, "")
    refused = (1, "Error: The two are not of one key pair\n")
    assert desk.play(*words, "-privatehandle=138") == refused
    assert desk.play(*words, "-privatehandle=138", "-certificatehandle=137") == (
        1,
        "Error: CKR_OBJECT_HANDLE_INVALID (0x00000082)\n",
    )
    assert len(certificates(desk)) == 1


def test_a_request_that_was_changed_is_none(desk: Desk) -> None:
    assert desk.play(*REQUEST, "-CN=before") == (0, "")
    request = x509.load_pem_x509_csr((desk.directory / "r.csr").read_bytes()).public_bytes(Encoding.DER)
    (desk.directory / "r.csr").write_bytes(request.replace(b"before", b"behind"))
    expected = (1, "Error: r.csr is not a valid certificate request\n")
    assert desk.play("certify", "-slot=1", "-in=r.csr") == expected


@pytest.mark.parametrize("count", range(14))
def test_the_input_may_end_at_each_question(desk: Desk, count: int) -> None:
    before = desk.objects()
    answers = ("1f", *SUBJECT_ANSWERS, "2025", "01", "01", "2027", "12", "31")[:count]
    played = desk.play("self", "-slot=1", answers=answers)
    assert played.code == 1
    assert "Error" not in played.text
    assert desk.objects() == before


def test_newer_clients_tell_what_they_do(desk_from: Callable[[str], Desk]) -> None:
    scenario = next(one.path for one in shipped() if one.name == "luna7")
    desk = desk_from(Path(scenario).read_text("utf-8"))
    words = ("-slot=0", "-password=co-password", "-privatehandle=27")
    version = "Certificate Management Utility (64-bit), simulated\n"
    mechanism = 'Using "CKM_SHA256_RSA_PKCS" Mechanism\n'
    assert desk.play("requestcertificate", *words, "-CN=x", "-out=r.csr") == (0, version + mechanism)
    made = "...The certificate object was successfully created -> handle(40)\n"
    assert desk.play("selfsign", *words, "-CN=x", *DATES, "-serial=1") == (0, version + mechanism + made)


def test_nothing_is_signed_with_sha_1(desk: Desk) -> None:
    refused = (1, "Error: CKR_MECHANISM_INVALID (0x00000070)\n")
    assert desk.play(*REQUEST, "-CN=x", "-sha1withrsa") == refused
    assert desk.play(*SELF, "-sha1withrsa") == refused
    assert certificates(desk) == []
