"""What a hostile user tried: files that keep the tool busy, sessions of the dead, changed headers, secrets."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from commands.key_mgmt_util.header import CHECK, SIZES
from hsmshell.engine.attributes import ObjectClass
from hsmshell.engine.lab import Lab
from hsmshell.engine.records import SessionRow
from tests.key_mgmt_util.driving import LOGIN, answer, interactive, single
from tests.key_mgmt_util.test_processes import SINGLE, environment, started

DATA = Path(__file__).parents[1] / "data"
FAILED = "Cfm3UnWrapKey returned: 0xe8 : HSM Error: Unwrap failed"


def foreign_sessions(lab: Lab) -> list[SessionRow]:
    with lab.store.transaction():
        return [row for row in lab.live_sessions() if not lab.is_own(row)]


def der(length: int) -> bytes:
    return b"\x82" + length.to_bytes(2, "big")


def integer(bits: int) -> bytes:
    content = b"\x7f" + os.urandom(bits // 8 - 2) + b"\x01"
    return b"\x02" + der(len(content)) + content


def pem(label: str, data: bytes) -> bytes:
    import base64

    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(data) + f"-----END {label}-----\n".encode()


def made_up(bits: int) -> bytes:
    """PKCS#1 with numbers of that size, of which none fits another."""
    numbers = b"\x02\x01\x00" + integer(bits) + b"\x02\x03\x01\x00\x01" + b"".join(integer(bits) for _ in range(6))
    return pem("RSA PRIVATE KEY", b"\x30\x83" + len(numbers).to_bytes(3, "big") + numbers)


def enormous(bits: int) -> bytes:
    """A DSA key with numbers of that size, behind parameters that a reader skips."""
    numbers = b"\x02\x01\x00" + b"".join(integer(bits) for _ in range(5))
    key = pem("DSA PRIVATE KEY", b"\x30\x83" + len(numbers).to_bytes(3, "big") + numbers)
    return pem("DSA PARAMETERS", b"\x30\x00") + key


@pytest.mark.parametrize("huge", [made_up(30_000), made_up(100_000), enormous(100_000)], ids=["30k", "100k", "DSA"])
def test_a_huge_key_is_refused_before_openssl_checks_it(
    lab: Lab, tmp_path: Path, huge: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "huge.pem").write_bytes(huge)

    def busy_for_a_minute(*_: object, **__: object) -> None:
        raise AssertionError("the key was given to the library")

    monkeypatch.setattr("cryptography.hazmat.primitives.serialization.load_pem_private_key", busy_for_a_minute)
    monkeypatch.setattr("cryptography.hazmat.primitives.serialization.load_pem_public_key", busy_for_a_minute)
    ran = interactive(
        lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek", "importPrivateKey -f huge.pem -l x -w 407",
        "importPubKey -f huge.pem -l x", "IsValidKeyHandlefile -f huge.pem", "findKey",
    )  # fmt: skip
    assert ran.text.count("Error: Failed to read key file huge.pem\n") == 3
    assert "Total number of keys present 1\n" in ran.text


def test_an_rsa_key_whose_numbers_do_not_fit_is_refused(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "wrong.pem").write_bytes(made_up(2048))
    ran = interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek", "importPrivateKey -f wrong.pem -l x -w 407")
    assert "Error: Failed to read key file wrong.pem\n" in ran.text
    assert "Key Handle: 408" not in ran.text


def test_a_key_longer_than_the_policy_permits_is_a_key(lab: Lab, tmp_path: Path) -> None:
    shutil.copy(DATA / "rsa-6144.pem", tmp_path / "long.pem")
    public = load_pem_private_key((tmp_path / "long.pem").read_bytes(), None).public_key()
    (tmp_path / "public.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    ran = interactive(
        lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek", "IsValidKeyHandlefile -f long.pem",
        "importPrivateKey -f long.pem -l x -w 407", "importPubKey -f public.pem -l x", "findKey",
    )  # fmt: skip
    assert "Input key file has real private key" in ran.text
    assert ran.text.count("returned: 0xb3 : ") == 2
    assert "Total number of keys present 1\n" in ran.text


def test_a_long_certificate_before_a_key_is_no_long_key(lab: Lab, tmp_path: Path) -> None:
    certificate = pem("CERTIFICATE", os.urandom(50_000))
    (tmp_path / "both.pem").write_bytes(certificate + (DATA / "rsa-4096.pem").read_bytes())
    lines = ["genSymKey -t 31 -s 32 -l kek", "importPrivateKey -f both.pem -l x -w 407"]
    assert "Key Handle: 408\n" in interactive(lab, tmp_path, LOGIN, *lines).text


def test_a_header_of_the_first_layout_opens(lab: Lab, tmp_path: Path) -> None:
    wrap = "wrapKey -k 407 -w 407 -m 6 -out w"
    interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek", wrap)
    data = bytearray((tmp_path / "w").read_bytes())
    data[31] = 1
    (tmp_path / "mixed").write_bytes(data)
    size = SIZES[ObjectClass.SECRET_KEY]
    data[size - CHECK : size] = bytes(CHECK)
    (tmp_path / "first").write_bytes(data)
    assert FAILED in interactive(lab, tmp_path, LOGIN, "unWrapKey -f mixed -w 407 -m 6").text
    assert "Key Handle: 408\n" in interactive(lab, tmp_path, LOGIN, "unWrapKey -f first -w 407 -m 6").text


def test_keys_of_a_killed_session_take_no_id(lab: Lab, tmp_path: Path) -> None:
    tool = started(lab, tmp_path)
    assert tool.stdin is not None
    assert tool.stdout is not None
    tool.stdin.write("loginHSM -u CU -s bob -p user1234\ngenSymKey -t 31 -s 32 -l x -id UNIQ -sess\n")
    tool.stdin.flush()
    own = lab.cluster()
    session = own.login("CU", "crypto_user", "user1234", own.nodes()).session
    seen, deadline = "", time.monotonic() + 30
    while "Key Handle: 407" not in seen and time.monotonic() < deadline:
        seen += os.read(tool.stdout.fileno(), 65536).decode()
    tool.send_signal(signal.SIGKILL)
    tool.wait()
    from hsmshell.engine.attributes import KeyType
    from hsmshell.engine.cluster import KeySpec

    assert own.generate_secret_key(session, KeyType.AES, 32, KeySpec("y", b"UNIQ")).handles == (408,)


@pytest.mark.parametrize(
    "damage",
    [(34, b"\x07"), (36, b"\xff\xff"), (37, b"\x01"), (38, b"\xff"), (50, b"x"), (250, b"junk"), (283, b"\x00")],
)
def test_a_changed_header_is_refused(lab: Lab, tmp_path: Path, damage: tuple[int, bytes]) -> None:
    wrap = "wrapKey -k 409 -w 407 -m 4 -out w"
    interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek", "genECCKeyPair -i 2 -l ec", wrap)
    place, other = damage
    data = bytearray((tmp_path / "w").read_bytes())
    assert bytes(data[place : place + len(other)]) != other
    data[place : place + len(other)] = other
    (tmp_path / "w").write_bytes(data)
    ran = interactive(lab, tmp_path, LOGIN, "unWrapKey -f w -w 407 -m 4", "findKey")
    assert FAILED in ran.text
    assert "Total number of keys present 3\n" in ran.text


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\x1b]0;title\x07b"])
def test_a_path_reaches_the_screen_without_what_a_terminal_obeys(lab: Lab, tmp_path: Path, name: str) -> None:
    lines = [
        f"exSymKey -k 407 -w 407 -out {name}", f"wrapKey -k 407 -w 407 -m 4 -out {name}", f"getCert -s 1 -f {name}",
        f"getAttribute -o 407 -a 512 -out {name}", f"extractMaskedObject -o 407 -out {name}",
        f"exportPrivateKey -k 409 -w 407 -out {name}", f"exportPubKey -k 408 -out {name}",
        f"getCaviumPrivKey -k 409 -out {name}", f"sign -f {name} -k 409 -m 17 -out {name}",
        f"aesWrapUnwrap -m 1 -f {name} -w 407 -out {name}", f"insertMaskedObject -f {name}x",
    ]  # fmt: skip
    ran = interactive(
        lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek", "genECCKeyPair -i 2 -l ec", *lines
    )  # fmt: skip
    output = ran.text
    for line in lines:
        output = output.replace(f"Command:  {line}\n", "")
    assert "\x1b" not in output
    assert "\x07" not in output
    assert (tmp_path / name).exists()


@pytest.mark.parametrize(
    "typed",
    [
        'loginHSM -u CU -s crypto_user -p "Zq7Xw9Kp',
        'loginHSM -u CU -s crypto_user -p Zq7Xw9Kp "',
    ],
)
def test_an_open_quote_repeats_nothing(lab: Lab, tmp_path: Path, typed: str) -> None:
    assert answer(interactive(lab, tmp_path, typed), typed) == '\nError: Invalid argument "\n'


def test_a_login_that_is_not_the_first_command_is_not_repeated_whole(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, "listUsers loginHSM -u CU -s crypto_user -p Zq7Xw9Kp")
    assert "Command: loginHSM  -u  CU  -s  crypto_user  -p  ***\n" in ran.text
    assert "Zq7Xw9Kp" not in ran.text


@pytest.mark.parametrize("second", ["loginHMS -u CU -s x -p", "getHSMInfo -p", "genPBEKey -l x -p"])
def test_what_may_be_a_password_is_not_repeated(lab: Lab, tmp_path: Path, second: str) -> None:
    ran = single(lab, tmp_path, f"{LOGIN} {second} Zq7Xw9Kp")
    assert f"Command: {second.split()[0]}" in ran.text
    assert "Zq7Xw9Kp" not in ran.text


@pytest.mark.parametrize("program", ["-m hsmshell key_mgmt_util", "-c 'import hsmshell.cli.start as s; s.shim(X)'"])
@pytest.mark.parametrize("typed", ["", "loginHSM -u CU -s crypto_user -hpswd\r"])
def test_a_terminal_that_is_closed_leaves_no_traceback(lab: Lab, tmp_path: Path, program: str, typed: str) -> None:
    program = program.replace("X", '"key_mgmt_util"')
    script = f"exec {sys.executable} {program} 2>{tmp_path}/err"
    own = {**environment(lab), "TERM": "xterm"}
    child = pexpect.spawn("sh", ["-c", script], env=own, cwd=str(tmp_path), encoding="utf-8", timeout=30)
    child.expect_exact("Command:")
    if typed:
        child.send(typed)
        child.expect_exact("password:")
    time.sleep(0.3)
    os.close(child.child_fd)
    _, status = os.waitpid(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) in (1, 128 + signal.SIGHUP)
    assert (tmp_path / "err").read_text() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_nothing_behind(lab: Lab, tmp_path: Path, number: signal.Signals) -> None:
    os.mkfifo(tmp_path / "pipe")
    interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 32 -l kek")
    words = ["wrapKey", "-k", "407", "-w", "407", "-m", "10", "-noheader", "-iv_file", "iv", "-out", "pipe"]
    tool = subprocess.Popen(
        [*SINGLE, "-p", "user1234", *words], cwd=tmp_path, env=environment(lab), stdout=subprocess.DEVNULL
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not foreign_sessions(lab) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    tool.send_signal(number)
    assert tool.wait(20) == 128 + number
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".part")]
    assert not foreign_sessions(lab)


def test_the_terminal_shows_again_what_is_typed(lab: Lab, tmp_path: Path) -> None:
    tool = f"sh -c 'echo pid=$$; exec {sys.executable} -m hsmshell key_mgmt_util'"
    script = f"{tool}; stty -a | tr ' ' '\\n' | grep -x -e -echo -e echo; echo over"
    own = {**environment(lab), "TERM": "dumb"}
    child = pexpect.spawn("sh", ["-c", script], env=own, cwd=str(tmp_path), encoding="utf-8", timeout=30)
    child.expect(r"pid=(\d+)")
    pid = int(child.match[1])
    child.expect_exact("Command:  ")
    child.send("loginHSM -u CU -s crypto_user -hpswd\r")
    child.expect_exact("Enter password: ")
    os.kill(pid, signal.SIGTERM)
    child.expect_exact("over")
    assert "\necho\r\n" in f"\n{child.before}"


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_file_name_in_a_locale_that_has_no_such_letters(lab: Lab, tmp_path: Path, locale: str) -> None:
    own = {**environment(lab), "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    typed = f"{LOGIN}\ngenSymKey -t 31 -s 32 -l x\nfindKey -m é€\nexSymKey -k 407 -w 407 -out é€\n"
    ran = subprocess.run(
        [sys.executable, "-m", "hsmshell", "key_mgmt_util"],
        cwd=tmp_path, env=own, input=typed.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0
    assert ran.stderr == b""
    assert (tmp_path / "é€").stat().st_size == 32


def test_a_file_name_among_the_arguments_in_another_locale(lab: Lab, tmp_path: Path) -> None:
    own = {**environment(lab), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = ["genSymKey", "-t", "31", "-s", "32", "-l", "x", "exSymKey", "-k", "407", "-w", "407", "-out"]
    words.append(os.fsdecode(b"\xe9\xc3\xa9"))
    subprocess.run([*SINGLE, "-p", "user1234", *words], cwd=tmp_path, env=own, capture_output=True, check=True)
    assert b"\xe9\xc3\xa9" in os.listdir(os.fsencode(tmp_path))


def test_a_device_that_never_ends_is_no_input(lab: Lab, tmp_path: Path) -> None:
    with Path("/dev/zero").open("rb") as zero:
        ran = subprocess.run(
            [sys.executable, "-m", "hsmshell", "key_mgmt_util"],
            cwd=tmp_path, env=environment(lab), stdin=zero, capture_output=True, check=False, timeout=60,
        )  # fmt: skip
    assert ran.returncode == 1
    assert b"a line of the input has more than" in ran.stderr
    assert len(ran.stdout) < 10_000


def test_a_dsa_subprime_has_a_length_of_the_standard(lab: Lab, tmp_path: Path) -> None:
    from hsmshell.engine.attributes import Attribute
    from hsmshell.engine.cluster.keys import check_policy
    from hsmshell.engine.errors import PolicyViolation

    check_policy({Attribute.PRIME: bytes(256), Attribute.SUBPRIME: bytes(32)})
    with pytest.raises(PolicyViolation):
        check_policy({Attribute.PRIME: bytes(256), Attribute.SUBPRIME: bytes(256)})
