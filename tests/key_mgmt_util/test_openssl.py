"""Keys of every kind between the tool and OpenSSL, in both directions: as PEM files and under every mechanism."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hsmshell.engine.lab import Lab
from tests.conftest import KEYS
from tests.key_mgmt_util.driving import LOGIN, Ran, interactive

Judge = Callable[[str], None]

RSA = [KEYS / "1.pem", KEYS.parent / "rsa-3072.pem", KEYS.parent / "rsa-4096.pem"]
"""Keys that openssl made; making them anew takes seconds."""
EC = ["secp224r1", "P-256", "P-384", "P-521", "secp256k1"]


def named(kind: Path | str) -> str:
    """What a test calls a kind of key."""
    return f"RSA-{kind.stem.removeprefix('rsa-')}" if isinstance(kind, Path) else kind


KEK = bytes(range(100, 132))
SECRETS = {31: bytes(range(32)), 21: bytes(range(24))}
"""Key type -> a key of it."""


@pytest.fixture
def openssl(judge: Judge, tmp_path: Path) -> Callable[..., bytes]:
    judge("openssl")

    def run(*words: str) -> bytes:
        return subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True).stdout

    return run


def session(lab: Lab, folder: Path, *lines: str) -> Ran:
    """Key 407 is a wrapping key, and 408 another of which the value is known: KEK."""
    (folder / "kek.bin").write_bytes(KEK)
    return interactive(
        lab, folder, LOGIN, "genSymKey -t 31 -s 32 -l first", "imSymKey -f kek.bin -w 407 -t 31 -l kek", *lines
    )


def make(openssl: Callable[..., bytes], folder: Path, kind: Path | str) -> int:
    """A private key in p8.pem; its key type (-kt)."""
    if isinstance(kind, Path):
        shutil.copy(kind, folder / "p8.pem")
        return 0
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{kind}", "-out", "p8.pem")
    return 3


def pkcs8(openssl: Callable[..., bytes], name: str) -> bytes:
    """The DER of PKCS#8, which `genpkey` and `pkey` write in PEM only."""
    return openssl("pkcs8", "-topk8", "-nocrypt", "-in", name, "-outform", "DER")


def keys(lab: Lab) -> int:
    cluster = lab.cluster()
    with lab.store.reading():
        return lab.store.count_objects(lab.store.containers(cluster.device.id)[0].id)


def check_value(folder: Path, name: str) -> str:
    return (folder / name).read_text().splitlines()[1]


@pytest.mark.parametrize("kind", [*RSA, *EC], ids=named)
@pytest.mark.parametrize("form", ["pkcs8", "traditional"])
def test_private_keys_of_openssl_come_in_and_go_out_the_same(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], kind: Path | str, form: str
) -> None:
    make(openssl, tmp_path, kind)
    openssl("pkey", "-in", "p8.pem", "-out", "key.pem", *(["-traditional"] if form == "traditional" else []))
    openssl("pkey", "-in", "p8.pem", "-pubout", "-out", "public.pem")
    ran = session(
        lab, tmp_path, "importPrivateKey -f key.pem -l private -w 407", "importPubKey -f public.pem -l public",
        "exportPrivateKey -k 409 -w 408 -out again.pem", "exportPubKey -k 410 -out again.pub",
        "getAttribute -o 409 -a 371 -out private.kcv", "getAttribute -o 410 -a 371 -out public.kcv",
    )  # fmt: skip
    assert "Private Key Unwrapped.  Key Handle: 409" in ran.text
    assert "Public Key Handle: 410" in ran.text
    again = pkcs8(openssl, "again.pem")
    assert again == pkcs8(openssl, "p8.pem")
    assert f"BER encoded key length is {len(again)}\n" in ran.text
    assert (tmp_path / "again.pub").read_bytes() == openssl("pkey", "-in", "p8.pem", "-pubout")
    assert (tmp_path / "again.pem").read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----\n")
    digest = openssl("dgst", "-sha1", "-r", _der(openssl, tmp_path))[:6].decode()
    assert check_value(tmp_path, "private.kcv") == check_value(tmp_path, "public.kcv") == f"0x{digest}"


def _der(openssl: Callable[..., bytes], folder: Path) -> str:
    (folder / "public.der").write_bytes(openssl("pkey", "-in", "p8.pem", "-pubout", "-outform", "DER"))
    return "public.der"


def test_dsa_keys_of_openssl(lab: Lab, tmp_path: Path, openssl: Callable[..., bytes]) -> None:
    openssl(
        "genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:2048",
        "-pkeyopt", "dsa_paramgen_q_bits:256", "-out", "dsa.params",
    )  # fmt: skip
    openssl("genpkey", "-paramfile", "dsa.params", "-out", "dsa.pem")
    openssl("pkey", "-in", "dsa.pem", "-traditional", "-out", "dsa.old")
    openssl("pkey", "-in", "dsa.pem", "-pubout", "-out", "dsa.pub")
    ran = session(
        lab, tmp_path, "importPrivateKey -f dsa.pem -l a -w 407", "importPrivateKey -f dsa.old -l b -w 407",
        "importPubKey -f dsa.pub -l c", "exportPrivateKey -k 410 -w 407 -out again.pem",
        "exportPubKey -k 411 -out again.pub", "getAttribute -o 411 -a 353 -out length",
    )  # fmt: skip
    assert "Public Key Handle: 411" in ran.text
    assert (tmp_path / "again.pem").read_bytes() == (tmp_path / "dsa.pem").read_bytes()
    assert (tmp_path / "again.pub").read_bytes() == (tmp_path / "dsa.pub").read_bytes()
    assert check_value(tmp_path, "length") == "0x00000100"


@pytest.mark.parametrize("curve", [13, 2, 14, 15, 16])
def test_openssl_reads_the_pairs_that_were_made(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], curve: int
) -> None:
    session(
        lab, tmp_path, f"genECCKeyPair -i {curve} -l ec", "exportPrivateKey -k 410 -w 407 -out private.pem",
        "exportPubKey -k 409 -out public.pem", "getAttribute -o 410 -a 289 -out nid",
        "getAttribute -o 410 -a 353 -out length",
    )  # fmt: skip
    openssl("pkey", "-in", "private.pem", "-noout", "-check")
    assert openssl("pkey", "-in", "private.pem", "-pubout") == (tmp_path / "public.pem").read_bytes()
    nid = {13: 713, 2: 415, 14: 715, 15: 716, 16: 714}[curve]
    assert check_value(tmp_path, "nid") == f"0x{nid:08x}"
    length = {13: 122, 2: 138, 14: 185, 15: 241, 16: 135}[curve]
    assert check_value(tmp_path, "length") == f"0x{length:08x}"


@pytest.mark.parametrize(
    ("algorithm", "option", "told"),
    [
        ("RSA", "rsa_keygen_bits:1024", "policy"),
        ("RSA", "rsa_keygen_bits:2056", "policy"),
        ("EC", "ec_paramgen_curve:prime192v1", "policy"),
        ("EC", "ec_paramgen_curve:brainpoolP256r1", "policy"),
        ("EC", "ec_paramgen_curve:secp192k1", "unreadable"),  # the library does not know this curve
    ],
)
def test_keys_that_fips_mode_refuses_stay_out(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], algorithm: str, option: str, told: str
) -> None:
    openssl("genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", "key.pem")
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
    ran = session(lab, tmp_path, "importPrivateKey -f key.pem -l a -w 407", "importPubKey -f public.pem -l b")
    expected = {
        "policy": "returned: 0xb3 : HSM Error: This operation violates the current configured/FIPS policies\n\n"
        "\tCluster Error Status\n\tNode id 0 and err state 0x30000085 : ",
        "unreadable": "Error: Failed to read key file ",
    }[told]
    assert ran.text.count(expected) == 2
    assert keys(lab) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("genpkey", "-algorithm", "RSA", "-aes256", "-pass", "pass:secret", "-out", "key.pem"),
        ("genrsa", "-aes128", "-passout", "pass:secret", "-traditional", "-out", "key.pem"),
        ("genpkey", "-algorithm", "ED25519", "-out", "key.pem"),
        ("genpkey", "-algorithm", "X25519", "-out", "key.pem"),
        ("genpkey", "-algorithm", "RSA", "-outform", "DER", "-out", "key.pem"),
    ],
)
def test_files_that_are_no_plain_key_are_refused(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], words: Sequence[str]
) -> None:
    openssl(*words)
    ran = session(lab, tmp_path, "importPrivateKey -f key.pem -l a -w 407", "importPubKey -f key.pem -l b")
    assert ran.text.count("Error: Failed to read key file key.pem\n") == 2
    assert keys(lab) == 2


def test_a_key_of_an_old_algorithm_is_refused_without_the_librarys_advice(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], recwarn: pytest.WarningsRecorder
) -> None:
    openssl("genpkey", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", "key.pem")
    ran = session(lab, tmp_path, "importPrivateKey -f key.pem -l a -w 407", "IsValidKeyHandlefile -f key.pem")
    assert "Error: Failed to read key file key.pem\n" in ran.text
    assert "Input key file has real private key\n" in ran.text
    assert recwarn.list == []


@pytest.mark.parametrize("key_type", [31, 21])
@pytest.mark.parametrize(
    ("number", "cipher"), [(4, "id-aes256-wrap"), (5, "id-aes256-wrap"), (6, "id-aes256-wrap-pad")]
)
def test_aes_wraps_of_secret_keys_cross_both_ways(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], number: int, cipher: str, key_type: int
) -> None:
    secret = SECRETS[key_type]
    padded = secret + bytes([8] * 8) if number == 4 else secret
    (tmp_path / "plain").write_bytes(padded)
    (tmp_path / "secret").write_bytes(secret)
    iv = "a65959a6" if number == 6 else "a6a6a6a6a6a6a6a6"
    openssl("enc", "-e", f"-{cipher}", "-K", KEK.hex(), "-iv", iv, "-in", "plain", "-out", "theirs")
    ran = session(
        lab, tmp_path, f"unWrapKey -f theirs -w 408 -m {number} -noheader -l theirs -kc 4 -kt {key_type}",
        f"wrapKey -k 409 -w 408 -m {number} -noheader -out ours", "exSymKey -k 409 -w 407 -out plain.again",
    )  # fmt: skip
    assert "Key Unwrapped.  Key Handle: 409" in ran.text
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    assert (tmp_path / "plain.again").read_bytes() == secret


@pytest.mark.parametrize("kind", [*RSA, *EC], ids=named)
def test_aes_wraps_of_private_keys_cross_both_ways(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], kind: Path | str
) -> None:
    key_type = make(openssl, tmp_path, kind)
    (tmp_path / "p8.der").write_bytes(pkcs8(openssl, "p8.pem"))
    openssl(
        "enc", "-e", "-id-aes256-wrap-pad", "-K", KEK.hex(), "-iv", "a65959a6", "-in", "p8.der", "-out", "theirs"
    )  # fmt: skip
    ran = session(
        lab, tmp_path, f"unWrapKey -f theirs -w 408 -m 6 -noheader -l theirs -kc 3 -kt {key_type}",
        "wrapKey -k 409 -w 408 -m 6 -noheader -out six", "wrapKey -k 409 -w 408 -m 4 -noheader -out four",
    )  # fmt: skip
    assert "Key Unwrapped.  Key Handle: 409" in ran.text
    plain = (tmp_path / "p8.der").read_bytes()
    for name, cipher, iv in (("six", "id-aes256-wrap-pad", "a65959a6"), ("four", "id-aes256-wrap", "a6a6a6a6a6a6a6a6")):
        openssl("enc", "-d", f"-{cipher}", "-K", KEK.hex(), "-iv", iv, "-in", name, "-out", f"{name}.der")
        data = (tmp_path / f"{name}.der").read_bytes()
        assert data[: len(data) - data[-1]] == plain if name == "four" else data == plain


@pytest.mark.parametrize("pair", RSA, ids=named)
@pytest.mark.parametrize("key_type", [31, 21])
def test_pkcs1_wraps_cross_both_ways(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], pair: Path, key_type: int
) -> None:
    shutil.copy(pair, tmp_path / "rsa.pem")
    openssl("pkey", "-in", "rsa.pem", "-pubout", "-out", "rsa.pub")
    (tmp_path / "secret").write_bytes(SECRETS[key_type])
    openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", "rsa.pub", "-in", "secret", "-out", "theirs")
    ran = session(
        lab, tmp_path, "importPrivateKey -f rsa.pem -l rsa -w 407",
        f"unWrapKey -f theirs -w 409 -m 12 -noheader -l theirs -kc 4 -kt {key_type}", "importPubKey -f rsa.pub -l pub",
        "wrapKey -k 410 -w 411 -m 12 -noheader -out ours", "exSymKey -k 410 -w 407 -out again",
    )  # fmt: skip
    assert "Key Unwrapped.  Key Handle: 410" in ran.text
    assert (tmp_path / "again").read_bytes() == SECRETS[key_type]
    assert openssl("pkeyutl", "-decrypt", "-inkey", "rsa.pem", "-in", "ours") == SECRETS[key_type]


@pytest.mark.parametrize("hash_number", ["2", "3", "4", "5", "6"])
@pytest.mark.parametrize("kind", [RSA[1], EC[1]], ids=named)
def test_rsa_aes_wraps_cross_both_ways(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], hash_number: str, kind: Path | str
) -> None:
    """PKCS#11 v3.0 2.1.21: a temporary AES key under OAEP, then the key under that one with RFC 5649."""
    name = {"2": "sha1", "3": "sha256", "4": "sha384", "5": "sha512", "6": "sha224"}[hash_number]
    oaep = f"rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{name} -pkeyopt rsa_mgf1_md:{name}".split()
    key_type = make(openssl, tmp_path, kind)
    (tmp_path / "p8.der").write_bytes(pkcs8(openssl, "p8.pem"))
    session(lab, tmp_path, "genRSAKeyPair -m 2048 -e 65537 -l pair", "exportPubKey -k 409 -out rsa.pub",
            "exportPrivateKey -k 410 -w 407 -out rsa.pem")  # fmt: skip
    (tmp_path / "temporary").write_bytes(KEK)
    openssl(
        "pkeyutl", "-encrypt", "-pubin", "-inkey", "rsa.pub", "-in", "temporary", "-out", "first", "-pkeyopt", *oaep
    )
    openssl("enc", "-e", "-id-aes256-wrap-pad", "-K", KEK.hex(), "-iv", "a65959a6", "-in", "p8.der", "-out", "second")
    (tmp_path / "theirs").write_bytes((tmp_path / "first").read_bytes() + (tmp_path / "second").read_bytes())
    ran = interactive(
        lab, tmp_path, LOGIN, f"unWrapKey -f theirs -w 410 -m 7 -t {hash_number} -noheader -l x -kc 3 -kt {key_type}",
        f"wrapKey -k 411 -w 409 -m 7 -t {hash_number} -noheader -out ours",
    )  # fmt: skip
    assert "Key Unwrapped.  Key Handle: 411" in ran.text
    ours = (tmp_path / "ours").read_bytes()
    (tmp_path / "first").write_bytes(ours[:256])
    (tmp_path / "second").write_bytes(ours[256:])
    temporary = openssl("pkeyutl", "-decrypt", "-inkey", "rsa.pem", "-in", "first", "-pkeyopt", *oaep)
    openssl(
        "enc", "-d", f"-id-aes{len(temporary) * 8}-wrap-pad", "-K", temporary.hex(), "-iv", "a65959a6", "-in", "second",
        "-out", "third",
    )  # fmt: skip
    assert (tmp_path / "third").read_bytes() == (tmp_path / "p8.der").read_bytes()


@pytest.mark.parametrize("number", [10, 11])
def test_gcm_ciphertext_is_what_openssl_makes_in_counter_mode(
    lab: Lab, tmp_path: Path, openssl: Callable[..., bytes], number: int
) -> None:
    """OpenSSL's command has no GCM; SP 800-38D 7.1 encrypts in counter mode from the IV's counter 2 on."""
    (tmp_path / "secret").write_bytes(SECRETS[31])
    iv_file = "-iv_file iv" if number == 10 else ""
    session(
        lab, tmp_path, "imSymKey -f secret -w 407 -t 31 -l secret",
        f"wrapKey -k 409 -w 408 -m {number} -noheader -out ours {iv_file}",
    )  # fmt: skip
    ours = (tmp_path / "ours").read_bytes()
    iv, rest = ((tmp_path / "iv").read_bytes(), ours) if number == 10 else (ours[:12], ours[12:])
    (tmp_path / "sealed").write_bytes(rest[:-16])
    opened = openssl("enc", "-d", "-aes-256-ctr", "-K", KEK.hex(), "-iv", iv.hex() + "00000002", "-in", "sealed")
    assert opened == SECRETS[31]
