"""Subjects of certificates and requests: any text comes out of OpenSSL's parser as it went in, or is refused."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.engine import certificate_files, encodings
from hsmshell.engine.certificate_terms import Constraints, KeyUsage, Terms
from hsmshell.engine.errors import DataInvalid
from hsmshell.engine.issuing import make_request, self_sign
from hsmshell.engine.mechanisms import Curve, Hash
from hsmshell.engine.services import generate_ec
from hsmshell.engine.subjects import SubjectPart, check_subject, subject_problem

KEY = generate_ec(Curve.P256)
OIDS = {
    SubjectPart.STATE: NameOID.STATE_OR_PROVINCE_NAME,
    SubjectPart.LOCALITY: NameOID.LOCALITY_NAME,
    SubjectPart.ORGANIZATION: NameOID.ORGANIZATION_NAME,
    SubjectPart.UNIT: NameOID.ORGANIZATIONAL_UNIT_NAME,
    SubjectPart.COMMON_NAME: NameOID.COMMON_NAME,
    SubjectPart.EMAIL: NameOID.EMAIL_ADDRESS,
}
TERMS = Terms(1, datetime.date(2025, 1, 1), datetime.date(2034, 12, 31))


@given(st.dictionaries(st.sampled_from(sorted(OIDS, key=lambda part: part.value)), st.text(max_size=70), min_size=1))
def test_a_subject_is_written_as_given_or_refused(subject: dict[SubjectPart, str]) -> None:
    good = any(subject.values()) and not any(subject_problem(part, text) for part, text in subject.items())
    if not good:
        with pytest.raises(DataInvalid):
            make_request(KEY, subject, Hash.SHA256)
        return
    request = certificate_files.load_request(make_request(KEY, subject, Hash.SHA256))
    written = {attribute.oid: attribute.value for attribute in request.subject}
    assert written == {OIDS[part]: text for part, text in subject.items() if text}


@pytest.mark.parametrize("text", ["", "DE", "us"])
def test_countries(text: str) -> None:
    check_subject({SubjectPart.COUNTRY: text, SubjectPart.COMMON_NAME: "x"})


@pytest.mark.parametrize("text", ["D", "DEU", "D1", "ßß", " D"])
def test_what_is_no_country(text: str) -> None:
    with pytest.raises(DataInvalid):
        check_subject({SubjectPart.COUNTRY: text})


@given(st.integers(1, (1 << 159) - 1))
def test_any_serial_number(number: int) -> None:
    der = self_sign(KEY, {SubjectPart.COMMON_NAME: "x"}, TERMS._replace(serial=number), Hash.SHA256)
    encoded = certificate_files.names(der).serial
    assert encoded[:2] == bytes((2, len(encoded) - 2))
    assert int.from_bytes(encoded[2:], "big", signed=True) == number
    assert len(encoded) == 3 + number.bit_length() // 8


def test_a_validity_that_ends_before_it_begins() -> None:
    with pytest.raises(DataInvalid):
        self_sign(KEY, {SubjectPart.COMMON_NAME: "x"}, TERMS._replace(end=datetime.date(2024, 12, 31)), Hash.SHA256)


def test_criticality_follows_rfc_5280() -> None:
    terms = TERMS._replace(constraints=Constraints(authority=True), usage=frozenset({KeyUsage.KEY_CERT_SIGN}))
    made = x509.load_der_x509_certificate(self_sign(KEY, {SubjectPart.COMMON_NAME: "x"}, terms, Hash.SHA384))
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).critical
    assert made.extensions.get_extension_for_class(x509.KeyUsage).critical
    leaf = terms._replace(constraints=Constraints(authority=False))
    made = x509.load_der_x509_certificate(self_sign(KEY, {SubjectPart.COMMON_NAME: "x"}, leaf, Hash.SHA384))
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).critical


@given(st.binary(max_size=200))
def test_bytes_that_are_no_certificate_are_refused(data: bytes) -> None:
    for read in (certificate_files.read_certificate, certificate_files.read_request):
        for text in (data, b"-----BEGIN CERTIFICATE-----\n" + data + b"\n-----END CERTIFICATE-----\n"):
            with pytest.raises(DataInvalid):
                read(text)


def test_what_is_too_long_is_not_even_parsed() -> None:
    der = self_sign(KEY, {SubjectPart.COMMON_NAME: "x"}, TERMS, Hash.SHA256)
    assert certificate_files.certified_key(der) == encodings.public_of(KEY)
    with pytest.raises(DataInvalid):
        certificate_files.read_certificate(der + bytes(certificate_files.LONGEST))
