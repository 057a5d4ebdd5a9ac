"""The migration as a person and as a script do it: separate processes, launchers, a terminal, a pipe."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pexpect
import pytest

from hsmshell.cli.main import main
from hsmshell.transcript.log import Section, parse

ROOT = Path(__file__).parent.parent
APPENDIX = ROOT / "transcripts" / "document" / "appendix2.transcript"
LOGIN = "loginHSM -u CU -s $HSM_USER -p $HSM_PASSWORD"
STEP_5 = "1\n1\n1\n3\n1\npassword\n25\n149\n1\n16\n1\n0\n27\n120\n60\n26\n0\n149\n120\n0\n"


@pytest.fixture
def launchers(tmp_path: Path, lab_directory: Path) -> Path:
    """Launchers with the real paths; they know their lab."""
    folder = tmp_path / "fake"
    assert main(["--lab", str(lab_directory), "shims", str(folder)]) == 0
    return folder


def run(line: str, folder: Path, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HSMSHELL_")}
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, input=typed, env={**environment, **variables}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_steps_1_to_7_each_line_in_its_own_process(launchers: Path, tmp_path: Path) -> None:
    kmu = f"{launchers}/opt/cloudhsm/bin/key_mgmt_util"
    luna = f"{launchers}/usr/safenet/lunaclient/bin"
    user = {"HSM_USER": "crypto_user", "HSM_PASSWORD": "user1234"}
    step_1 = run(f"{kmu} singlecmd {LOGIN} genRSAKeyPair -m 2048 -e 65537 -l classic_wrap", tmp_path, **user)
    assert "public key handle: 407    private key handle: 408" in step_1.stdout
    step_2 = run(f"{kmu} singlecmd {LOGIN} exportPubKey -k 407 -out wrapping_public.pem", tmp_path, **user)
    assert (step_2.returncode, step_2.stderr) == (0, "")
    step_4 = run(f"{luna}/cmu import -inputFile=wrapping_public.pem -label classic_wrap", tmp_path, "1\n")
    assert (step_4.returncode, step_4.stderr) == (0, "")
    listed = run(f"{luna}/cmu list -label classic_wrap", tmp_path, "1\n")
    assert listed.stdout.endswith("Enter choice: 1\nhandle=149\tlabel=classic_wrap\n")
    step_5 = run(f"{luna}/ckdemo", tmp_path, STEP_5)
    assert "Wrapped key was saved in file wrapped.key\n" in step_5.stdout
    shown = re.search(r"CKA_FINGERPRINT_SHA256=([0-9a-f]{64})\n", step_5.stdout)
    assert shown
    assert (tmp_path / "wrapped.key").stat().st_size == 256
    step_7 = run(
        f"{kmu} singlecmd {LOGIN} unWrapKey -f wrapped.key -w 408 -m 8 -noheader -l unwrapped_aes -kc 4 -kt 31",
        tmp_path, **user,
    )  # fmt: skip
    assert "Key Unwrapped.  Key Handle: 409" in step_7.stdout
    run(f"{kmu} singlecmd {LOGIN} genSymKey -t 31 -s 32 -l kek", tmp_path, **user)
    out = run(f"{kmu} singlecmd {LOGIN} exSymKey -k 409 -w 410 -out arrived.bin", tmp_path, **user)
    assert out.returncode == 0
    arrived = (tmp_path / "arrived.bin").read_bytes()
    assert len(arrived) == 32
    assert hashlib.sha256(arrived).hexdigest() == shown.group(1)


def test_a_user_made_in_one_tool_logs_in_to_the_other_at_once(launchers: Path, tmp_path: Path) -> None:
    cmu = f"{launchers}/bin/cloudhsm_mgmt_util"
    made = run(cmu, tmp_path, "loginHSM CO admin admin1234\ncreateUser CU carol carol1234\ny\nquit\n")
    assert "createUser success on server 1(10.0.3.11)" in made.stdout
    login = run(f"{launchers}/bin/key_mgmt_util singlecmd loginHSM -u CU -s carol -p carol1234 findKey", tmp_path)
    assert login.returncode == 0
    assert "Total number of keys present 0" in login.stdout


def section(tool: str) -> Section:
    document = parse(APPENDIX.read_text("utf-8"), str(APPENDIX))
    return next(part for part in document.sections if part.tool == tool)


def answers_and_words() -> tuple[list[str], list[str]]:
    """What the document's dialogue types into ckdemo, and all its words in order.

    The values of fingerprints and the OUID are the lab's own; `...` is the document's elision.
    """
    lines = [line.text for line in section("ckdemo").lines]
    prompts = re.compile(
        r"(Enter your choice :|Select a slot:|SO\[0\], normal user\[1\], or audit user\[2\]\?|Audit-User\s+\[3\]:"
        r"|Enter PIN\s+:|.*\(-1 to list available objects\) :|.*\(0\) Accept Template :|Select which one:"
        r"|Enter boolean value:|Select mechanism for wrapping:|Enter filename of OAEP Source Data \[0 for none\]:)(.*)"
    )
    typed = [match.group(2).strip() for line in lines if (match := prompts.fullmatch(line))]
    shown = [re.sub(r"^(CKA_OUID|CKA_FINGERPRINT_\w+)=.*", r"\1=", line) for line in lines if line.strip() != "..."]
    return typed, " ".join(shown).split()


def assert_in_order(words: list[str], output: str) -> None:
    """Every word of the document stands in the output, in order, blanks folded."""
    rest = iter(re.sub(r"(CKA_OUID|CKA_FINGERPRINT_\w+)=[0-9a-f]+", r"\1=", output).split())
    for number, word in enumerate(words):
        assert word in rest, f"after {' '.join(words[max(0, number - 8) : number])!r} comes no {word!r}"


@pytest.fixture
def imported(launchers: Path, tmp_path: Path) -> Path:
    """The launchers, when Steps 1 to 4 are done."""
    kmu = f"{launchers}/bin/key_mgmt_util singlecmd loginHSM -u CU -s crypto_user -p user1234"
    run(f"{kmu} genRSAKeyPair -m 2048 -e 65537 -l classic_wrap exportPubKey -k 407 -out wrapping_public.pem", tmp_path)
    run(f"{launchers}/bin/cmu import -slot 1 -inputFile=wrapping_public.pem -label classic_wrap", tmp_path)
    return launchers


def test_appendix_2_through_a_pipe(imported: Path, tmp_path: Path) -> None:
    typed, words = answers_and_words()
    assert len(typed) == 20
    ran = run(f"{imported}/bin/ckdemo", tmp_path, "".join(f"{line}\n" for line in typed))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert_in_order(words, ran.stdout)


@pytest.mark.parametrize("terminal", ["xterm", "dumb"])
def test_appendix_2_typed_on_a_terminal(imported: Path, tmp_path: Path, terminal: str) -> None:
    typed, words = answers_and_words()
    child = pexpect.spawn(
        f"{imported}/bin/ckdemo", cwd=str(tmp_path), env={**os.environ, "TERM": terminal}, encoding="utf-8", timeout=20
    )
    child.delaybeforesend = None
    seen = ""
    for line in typed:
        child.expect(r"(: |\? |:)(?=$)")
        seen += child.before + child.after
        child.sendline(line)
    child.expect(pexpect.EOF)
    seen += child.before
    child.close()
    assert child.exitstatus == 0
    assert "\x1b" not in seen
    assert_in_order(words, seen)


@pytest.mark.parametrize("tool", ["key_mgmt_util", "cloudhsm_mgmt_util", "ckdemo"])
def test_ctrl_c_ends_a_tool_with_130_and_leaves_the_lab(launchers: Path, tmp_path: Path, tool: str) -> None:
    prompts = {"key_mgmt_util": "Command:  ", "cloudhsm_mgmt_util": "aws-cloudhsm>", "ckdemo": "Enter your choice : "}
    before = run("hsmshell lab show --json", tmp_path, HSMSHELL_LAB=str(tmp_path / "lab")).stdout
    child = pexpect.spawn(f"{launchers}/bin/{tool}", cwd=str(tmp_path), encoding="utf-8", timeout=20)
    child.expect_exact(prompts[tool])
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert "Traceback" not in child.before
    assert run("hsmshell lab show --json", tmp_path, HSMSHELL_LAB=str(tmp_path / "lab")).stdout == before


@pytest.mark.parametrize(
    ("tool", "typed"),
    [
        ("cmu list", ""),
        ("cmu import -inputFile=x.pem", ""),
        ("cloudhsm_mgmt_util", "loginHSM CO admin -hpswd\n"),
        *(("ckdemo", "".join(f"{line}\n" for line in STEP_5.split()[:count])) for count in range(len(STEP_5.split()))),
    ],
)
def test_the_end_of_input_anywhere_ends_the_tool_without_a_traceback(
    launchers: Path, tmp_path: Path, tool: str, typed: str
) -> None:
    ran = run(f"{launchers}/bin/{tool}", tmp_path, typed)
    assert ran.returncode in (0, 1)
    assert ran.stderr == ""
