"""Whole attribute dumps, byte for byte as the guide prints them.

The guide's keys were generated; only their public halves are published, so they are imported here, and LOCAL is 0.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hsmshell.console import Generation
from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, interactive
from tests.key_mgmt_util.test_attributes import V1, V2

V2_LINES = """\
0xbb9301cc362c1d9724eb93da8adab0364296bde7124a241087d9436b9be57e4f7780040df03c2c
1c0fe6e3b61aa83c205280119452868f66541bbbffacbbe787b8284fc81deaeef2b8ec0ba25a077d
6983c77a1de7b17cbe8e15b203868704c6452c2810344a7f2736012424cf0703cf15a37183a1d2d0
97240829f8f90b063dd3a41171402b162578d581980976653935431da0c1260bfe756d85dca63857
d9f27a541676cb9c7def0ef6a2a89c9b9304bcac16fdf8183c0a555421f9ad5dfeb534cf26b65873
970cdf1a07484f1c128b53e10209cc6f7ac308669112968c81a5de408e7f644fe58b1a9ae1286fec
b3e4203294a96fae06f8f0db7982cb5d7f"""
V3_LINES = """\
9162b8d5d01d7b5b1179686d15e74d1dd38eaa5b6e64673195aaf951df8828deeca002c215d4209a
c0bf90a9587ddca7f6351d5d4df0f6201b65daccd9955e4f49a819c0d39cb6717623bfa33436facc
835c15961a58a63ca25bf0d2d4888d77418c571c190f8cc5a82483050658c00df4658dff248202bc
95e886b1b5c7a981f09b0eb4f606641efe09bf3881f63c90d4a4415219ba796df449862b9d9c2a78
d1c24fff56cf9b25f2b7dee44e200dd9550bd097a7044b22ca004033236bc708a0bad4a111533ed4
6d049e5ec0b449b4a3877e566b0ce9d0a60fd1c15352b131ccc234f1719bed3918df579a66e7fff2
9dc80dc5dbbf6e3d7d092d67c6abca7d"""

USES = """\
OBJ_ATTR_CLASS
0x02
OBJ_ATTR_KEY_TYPE
{kind}
OBJ_ATTR_TOKEN
0x01
OBJ_ATTR_PRIVATE
0x01
OBJ_ATTR_ENCRYPT
{rsa}
OBJ_ATTR_DECRYPT
0x00
OBJ_ATTR_WRAP
{rsa}
OBJ_ATTR_UNWRAP
0x00
OBJ_ATTR_SIGN
0x00
OBJ_ATTR_VERIFY
0x01
OBJ_ATTR_LOCAL
0x00
OBJ_ATTR_SENSITIVE
0x00
OBJ_ATTR_EXTRACTABLE
0x01
OBJ_ATTR_LABEL
{label}
OBJ_ATTR_ID

"""
RSA = """\
OBJ_ATTR_VALUE_LEN
0x00000200
OBJ_ATTR_KCV
{check}
OBJ_ATTR_MODULUS
{modulus}
OBJ_ATTR_MODULUS_BITS
0x00000800
OBJ_ATTR_PUBLIC_EXPONENT
{exponent}
"""
LATE = """\
OBJ_ATTR_TRUSTED
0x00
OBJ_ATTR_WRAP_WITH_TRUSTED
0x00
OBJ_ATTR_DESTROYABLE
0x01
OBJ_ATTR_DERIVE
0x00
OBJ_ATTR_ALWAYS_SENSITIVE
0x00
OBJ_ATTR_NEVER_EXTRACTABLE
0x00
"""
EC = f"""\
OBJ_ATTR_VALUE_LEN
0x00000041
OBJ_ATTR_KCV
0xbbb32a
OBJ_ATTR_MODULUS
{V1}
OBJ_ATTR_MODULUS_BITS
0x0000019f
"""


def dumped(lab: Lab, folder: Path, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, label: str, late: bool) -> str:
    (folder / "public.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    ran = interactive(
        lab, folder, LOGIN, f"importPubKey -f public.pem -l {label}", "getAttribute -o 407 -a 512 -out attr_407",
        generation=Generation.LATE if late else Generation.CLASSIC,
    )  # fmt: skip
    (folder / "said").write_text(ran.text)
    return (folder / "attr_407").read_text("ascii")


def test_rsa_public_key_of_the_late_generation(lab: Lab, tmp_path: Path) -> None:
    key = rsa.RSAPublicNumbers(65537, int(V2, 16)).public_key()
    expected = USES.format(kind="0x00", rsa="0x01", label="rsa_test")
    expected += RSA.format(check="0xc51c18", modulus=V2_LINES, exponent="0x010001") + LATE
    assert dumped(lab, tmp_path, key, "rsa_test", late=True) == expected
    assert "\nAttribute size: 801, count: 26\nWritten to: attr_407 file\n" in (tmp_path / "said").read_text()


def test_rsa_public_key_of_the_classic_generation(lab: Lab, tmp_path: Path) -> None:
    key = rsa.RSAPublicNumbers(65541, int(V3_LINES.replace("\n", ""), 16)).public_key()
    expected = USES.format(kind="0x00", rsa="0x01", label="rsa_test")
    expected += RSA.format(check="0x0a4364", modulus=V3_LINES, exponent="0x010005")
    assert dumped(lab, tmp_path, key, "rsa_test", late=False) == expected
    said = (tmp_path / "said").read_text()
    assert "\ngot all attributes of size 731 attr cnt 20\nAttributes dumped into attr_407 file\n" in said


@pytest.mark.parametrize("late", [False, True])
def test_ec_public_key(lab: Lab, tmp_path: Path, late: bool) -> None:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(V1))
    expected = USES.format(kind="0x03", rsa="0x00", label="ecc2") + EC
    if late:
        wrapped = f"0x{V1}"
        expected = expected.replace(V1, f"{wrapped[:80]}\n{wrapped[80:]}") + LATE
    assert dumped(lab, tmp_path, key, "ecc2", late=late) == expected
    size = "Attribute size: 599, count: 25" if late else "got all attributes of size 529 attr cnt 19"
    assert f"\n{size}\n" in (tmp_path / "said").read_text()
