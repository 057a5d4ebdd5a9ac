"""The rehearsal: hosts, the shell on them, procedures, playing one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.cli.main import main
from hsmshell.console import Context
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from hsmshell.rehearsal import procedure, proof
from hsmshell.rehearsal.play import play
from hsmshell.rehearsal.shell import run

Make = Callable[..., Context]


def shell(make: Make, *lines: str) -> tuple[int, str]:
    context = make(lines)
    assert isinstance(context.console, ScriptedConsole)
    return run([], context), context.console.text


def test_files_travel_between_hosts(context: Make) -> None:
    status, text = shell(
        context,
        "HSM_USER=crypto_user",
        "export HSM_PASSWORD=user1234",
        "/opt/cloudhsm/bin/key_mgmt_util singlecmd loginHSM -u CU -s $HSM_USER -p ${HSM_PASSWORD} "
        "genRSAKeyPair -m 2048 -e 65537 -l w",
        'key_mgmt_util singlecmd loginHSM -u CU -s "$HSM_USER" -p $HSM_PASSWORD exportPubKey -k 407 -out p.pem',
        "ls",
        "scp p.pem root@luna-client:copy.pem",
        "ssh luna-client",
        "ls",
        "cat copy.pem",
        "scp cloudhsm-client:p.pem .",
        "ls",
        "exit",
        "exit",
    )
    assert status == 0
    assert "$ ls\np.pem\n" in text
    assert "# ls\ncopy.pem\n" in text
    assert "# cat copy.pem\n-----BEGIN PUBLIC KEY-----\n" in text
    assert "# ls\ncopy.pem\np.pem\n" in text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("frobnicate", "hsmshell: frobnicate: no such command here; help lists what there is\n"),
        ("ckdemo", "hsmshell: ckdemo is not installed on cloudhsm-client; go there with: ssh luna-client\n"),
        ("shell", "hsmshell: shell is not installed on cloudhsm-client; help lists what there is\n"),
        ("/usr/bin/frobnicate", "hsmshell: /usr/bin/frobnicate: no such command here; help lists what there is\n"),
        ("ssh nowhere", "hsmshell: there is no host nowhere; help lists them\n"),
        ("ssh", "hsmshell: ssh takes one host; help lists them\n"),
        ("scp", "hsmshell: scp takes a file and where it goes, as in: scp FILE luna-client:\n"),
        ("scp x luna-client:", "scp: x: No such file or directory\n"),
        ("scp x nowhere:", "hsmshell: there is no host nowhere; help lists them\n"),
        ("cat x", "cat: x: No such file or directory\n"),
        ("ls; ls", "hsmshell: ; is a real shell's; for that write launchers with: hsmshell shims DIR\n"),
        ("A=x; B=y", "hsmshell: ; is a real shell's; for that write launchers with: hsmshell shims DIR\n"),
        ("ls | wc", "hsmshell: | is a real shell's; for that write launchers with: hsmshell shims DIR\n"),
        ("echo 'open", "hsmshell: a quotation mark is not closed; close it and try again\n"),
    ],
)
def test_mistakes_are_told_and_give_a_status(context: Make, line: str, message: str) -> None:
    status, text = shell(context, line)
    assert text == f"$ {line}\n{message}$ \n"
    assert status != 0


def test_variables_are_not_expanded_in_single_quotes_and_empty_when_unset(context: Make) -> None:
    _, text = shell(context, "A=x", "cat '$A'", "cat $A$B.y", "B='q;|\"'", 'cat "$B" ', "cat 'a;b' $C")
    assert 'cat: q;|": No such file' in text
    assert "cat: a;b: No such file" in text
    assert "cat: $A: No such file" in text
    assert "cat: x.y: No such file" in text


def test_a_failed_tool_is_the_shells_status(context: Make) -> None:
    assert shell(context, "key_mgmt_util singlecmd findKey", "exit")[0] == 1
    assert shell(context, "key_mgmt_util singlecmd help", "exit")[0] == 0


def test_every_shipped_procedure_has_steps_a_title_and_a_known_scenario() -> None:
    assert procedure.shipped() == ["migration"]
    for name in procedure.shipped():
        parsed = procedure.load(name)
        assert parsed.front["title"]
        assert len(parsed.steps) > 2
        assert all(step.prose or step.title for step in parsed.steps)


def test_the_migration_holds_and_is_proved(lab: Lab) -> None:
    written: list[str] = []
    assert play(procedure.load("migration"), lab, written.append)
    text = "".join(written)
    for number in range(1, 8):
        assert f"\n== Step {number}: " in text
    assert "same type, same length, same key material at both ends, on 2 of 2 HSMs" in text
    assert text.endswith("played to the end; every step came as written\n")


def test_the_proof_is_the_fingerprint_that_ckdemo_shows(lab: Lab) -> None:
    written: list[str] = []
    play(procedure.load("migration"), lab, written.append)
    text = "".join(written)
    shown = text.split("CKA_FINGERPRINT_SHA256=")[1].split("\n")[0]
    assert len(shown) == 64
    assert text.count(f"SHA-256 of the key  {shown}\n") == 3


def test_a_key_that_did_not_arrive_fails_the_play(lab: Lab, tmp_path: Path) -> None:
    whole = procedure.load("migration").text
    short = tmp_path / "short.md"
    short.write_text(whole[: whole.index("## Step 7")])
    written: list[str] = []
    assert not play(procedure.load(str(short)), lab, written.append)
    assert "the key is on 0 of 2 HSMs" in "".join(written)


def test_another_key_under_the_same_label_is_no_proof(lab: Lab, context: Make) -> None:
    shell(context, "key_mgmt_util singlecmd loginHSM -u CU -s bob -p user1234 genSymKey -t 31 -s 32 -l unwrapped_aes")
    found = proof.prove(lab, "partition1/Generated AES Key", "unwrapped_aes")
    assert len(found.arrivals) == 2
    assert not found.holds
    assert not proof.prove(lab, "partition1/no such key", "unwrapped_aes").holds


def test_a_wrong_expectation_fails_the_play_with_file_and_line(lab: Lab, tmp_path: Path) -> None:
    changed = tmp_path / "changed.md"
    changed.write_text(procedure.load("migration").text.replace("public key handle: 407", "public key handle: 7"))
    written: list[str] = []
    assert not play(procedure.load(str(changed)), lab, written.append)
    assert f"{changed}:" in "".join(written)


def test_rehearse_plays_in_a_lab_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HSMSHELL_LAB", str(tmp_path / "mine"))
    assert main(["rehearse", "migration", "--auto"]) == 0
    assert "same key material at both ends" in capsys.readouterr().out
    assert not (tmp_path / "mine").exists()


def test_rehearse_keeps_the_lab_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = tmp_path / "kept"
    assert main(["--lab", str(directory), "rehearse", "--auto"]) == 0
    assert (directory / "lab.db").exists()
    assert main(["--lab", str(directory), "rehearse", "--auto"]) == 1
    assert "there is a lab at" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status"), [(["rehearse", "nothing", "--auto"], 1), (["rehearse"], 2), (["rehearse", "--no"], 2)]
)
def test_rehearse_refuses_what_it_cannot_do(words: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == status
    assert capsys.readouterr().err


def test_ctrl_c_ends_a_play_and_only_a_line_at_a_prompt(
    lab: Lab, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(arguments: object, context: Context) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("hsmshell.registry.load", lambda name: interrupted)
    with pytest.raises(KeyboardInterrupt):
        play(procedure.load("migration"), lab, lambda text: None)
    typed = context(["key_mgmt_util", "ls", "exit"])
    assert isinstance(typed.console, ScriptedConsole)
    typed.console.interactive = True
    assert run([], typed) == 0
    assert typed.console.text == "$ key_mgmt_util\n\n$ ls\n$ exit\n"


def test_a_path_that_can_be_none_is_told(context: Make) -> None:
    assert shell(context, "cat a\0b") == (1, "$ cat a\0b\ncat: a\\x00b: Invalid argument\n$ \n")


def test_front_matter_with_an_unknown_entry_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_text("---\ntitel: x\n---\n## Step\n")
    with pytest.raises(procedure.ProcedureError, match=r"x\.md:2: not one of arrival, scenario, source, title"):
        procedure.load(str(file))


@pytest.mark.parametrize(
    ("front", "directive", "status"),
    [
        ("", "#: lab ../x.toml", 1),
        ("---\nscenario: migration\n---\n", "#: lab other", 1),
        ("", "#: tool key_mgmt_util\n#: tool key_mgmt_util\n#: lab other", 1),
        ("", "#: client older", 1),
        ("", "#: lab migration", 0),
        ("---\nscenario: migration\n---\n", "#: lab migration", 0),
    ],
)
def test_a_directive_that_cannot_be_honoured_fails_the_rehearsal(
    front: str, directive: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.md"
    file.write_text(f"{front}## Step\n```console\n{directive}\n#: match fold\n...\n```\n")
    assert main(["rehearse", str(file), "--auto"]) == status
    out = capsys.readouterr().out
    assert (f"\n{file}:" in out) is bool(status)
    assert ("every step came as written" in out) is not bool(status)
    assert ("but migration is played; name it in the front matter" in out) is bool(status and "lab" in directive)


def test_a_procedure_that_is_not_utf_8_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "inv.md"
    file.write_bytes(b"# T\n\xff\n")
    assert main(["rehearse", str(file), "--auto"]) == 1
    assert capsys.readouterr().err == f"hsmshell: {file}:2: this is not UTF-8 text; save the file as UTF-8\n"
