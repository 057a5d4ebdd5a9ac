"""The program around the commands: chains, exit statuses, ends of input, help made from declarations."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.key_mgmt_util import run
from commands.key_mgmt_util.explain import help_block, syntax
from commands.key_mgmt_util.listing import HOMES, every_command, listing
from commands.key_mgmt_util.program import split_chain
from commands.return_codes import Code
from hsmshell.console import Context, Files
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from tests.key_mgmt_util.driving import LOGIN, answer, interactive, single


def handles(lab: Lab) -> list[int]:
    with lab.store.reading():
        node = lab.store.containers(lab.store.devices("cluster")[0].id)[0]
        return [item.handle for item in lab.store.objects(node.id)]


@pytest.mark.parametrize(
    ("line", "chain"),
    [
        ("help", [["help"]]),
        ("loginHSM -u CU -s a -p b findKey", [["loginHSM", "-u", "CU", "-s", "a", "-p", "b"], ["findKey"]]),
        ("loginHSM -u CU -s findKey -p help findKey -l sign", [
            ["loginHSM", "-u", "CU", "-s", "findKey", "-p", "help"], ["findKey", "-l", "sign"],
        ]),
        ("loginHSM -hpswd findKey findKey", [["loginHSM", "-hpswd"], ["findKey"], ["findKey"]]),
        ("unWrapKey -noheader -l sign -kc 4 findKey", [
            ["unWrapKey", "-noheader", "-l", "sign", "-kc", "4"], ["findKey"],
        ]),
        ("nonsense findKey", [["nonsense"], ["findKey"]]),
        ("loginHSM -hpswd genSymkey -t 31", [["loginHSM", "-hpswd"], ["genSymkey", "-t", "31"]]),
        ("genSymKey -l key nex findKey", [["genSymKey", "-l", "key", "nex"], ["findKey"]]),
        ("genSymKey -l key –nex", [["genSymKey", "-l", "key", "–nex"]]),
        ("deleteKey -k 408 409", [["deleteKey", "-k", "408", "409"]]),
        ("", []),
    ],
)  # fmt: skip
def test_chain_is_cut_at_names_that_are_no_values(line: str, chain: list[list[str]]) -> None:
    assert split_chain(line.split()) == chain


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("help", 0),
        ("Error2String -r 0xdb", 0),
        (f"{LOGIN} findKey", 0),
        (f"{LOGIN} genSymKey -t 31 -s 32 -l x findKey -l x", 0),
        (f"{LOGIN} deleteKey -k 9", 1),
        (f"{LOGIN} deleteKey", 1),
        (f"{LOGIN} genECCKeyPair -i 1 -l x", 1),
        ("findKey", 1),
        ("loginHSM -u CU -s crypto_user -p wrong_pass findKey", 1),
        ("nonsense", 1),
        ("", 1),
        (f"{LOGIN} exit findKey", 0),
        ("loginHSM -u CU -s crypto_user -hpswd findKey", 1),
    ],
)
def test_exit_status_of_singlecmd(lab: Lab, tmp_path: Path, line: str, status: int) -> None:
    assert single(lab, tmp_path, line).status == status


@pytest.mark.parametrize(
    "line",
    ["genSymKey -t 31 -s 32 -l x –nex", "genSymKey -t 31 -s 32 -l x nex", "genSymKey -t 31 -s 32 -l two words",
     "genSymKey -t 31 -s 32 -l x exportPubkey -k 7"],
)  # fmt: skip
def test_a_command_with_a_wrong_word_is_not_carried_out(lab: Lab, tmp_path: Path, line: str) -> None:
    ran = single(lab, tmp_path, f"{LOGIN} {line}")
    assert ran.status == 1
    assert "Error: Invalid argument " in ran.text
    assert handles(lab) == []


def test_the_chain_goes_on_after_a_failure(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, f"{LOGIN} deleteKey -k 9 genSymKey -t 31 -s 32 -l x")
    assert ran.status == 1
    assert "Key Handle: 407" in ran.text


def test_failed_login_stops_the_chain(lab: Lab, tmp_path: Path) -> None:
    ran = single(lab, tmp_path, "loginHSM -u CU -s crypto_user -p wrong_pass genSymKey -t 31 -s 16 -l x")
    assert "genSymKey" not in ran.text
    assert handles(lab) == []


def test_word_before_singlecmd_is_a_configuration_file(lab: Lab, tmp_path: Path) -> None:
    console = ScriptedConsole()
    status = run(["/opt/cloudhsm/etc/x.cfg", "singlecmd", "Error2String", "-r", "0xdb"], Context(lab, console, Files()))
    assert status == 0
    assert "maps to HSM Error: Invalid User Type." in console.text


def test_end_of_input_at_the_prompt_and_at_the_password(lab: Lab, tmp_path: Path) -> None:
    assert interactive(lab, tmp_path).status == 0
    assert interactive(lab, tmp_path, "loginHSM -u CU -s crypto_user -hpswd").status == 0
    with lab.store.reading():
        assert lab.store.sessions() == []


def test_session_ends_with_the_program_and_takes_its_keys(lab: Lab, tmp_path: Path) -> None:
    interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 16 -l x -sess", "genSymKey -t 31 -s 16 -l y")
    assert handles(lab) == [408]
    interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 16 -l x -sess", "logoutHSM")
    assert handles(lab) == [408]


def test_interrupt_logs_out_and_leaves_the_lab_as_it_was(lab: Lab, tmp_path: Path) -> None:
    class Interrupted(ScriptedConsole):
        def ask(self, prompt, kind=None, answer=None):  # type: ignore[no-untyped-def]
            line = super().ask(prompt)
            if line == "^C":
                raise KeyboardInterrupt
            return line

    with pytest.raises(KeyboardInterrupt):
        run([], Context(lab, Interrupted([LOGIN, "genSymKey -t 31 -s 16 -l x -sess", "^C"]), Files(str(tmp_path))))
    with lab.store.reading():
        assert lab.store.sessions() == []
    assert handles(lab) == []


@pytest.mark.parametrize("name", sorted(every_command()))
def test_help_of_each_command_is_its_declaration(lab: Lab, tmp_path: Path, name: str) -> None:
    command = every_command()[name]
    ran = interactive(lab, tmp_path, f"{name} -h", "")
    assert answer(ran, f"{name} -h") == help_block(command)
    assert f"Syntax: {syntax(command)}\n" in ran.text
    for parameter in command.parameters:
        assert f"-{parameter.name} " in ran.text
        assert parameter.help
        if parameter.required:
            assert parameter.title


@pytest.mark.parametrize("name", sorted(every_command()))
def test_a_help_text_fits_a_terminal(name: str) -> None:
    lines = help_block(every_command()[name]).splitlines()
    assert max(len(line) for line in lines if not line.startswith("Syntax: ")) <= 80


def test_listing_names_every_command_once() -> None:
    words = [line.split()[0] for line in listing().splitlines() if line.startswith("   ") and line[3] != " "]
    names = [word for word in words if word not in ("Command", "=======")]
    assert sorted(names) == sorted({*HOMES} - {"quit"})


@pytest.mark.parametrize("code", list(Code))
def test_error_to_string_knows_every_code(lab: Lab, tmp_path: Path, code: Code) -> None:
    ran = single(lab, tmp_path, f"Error2String -r 0x{code.value:x}")
    assert f"\tError Code {code.value:x} maps to {code.text}\n" in ran.text


def test_a_label_reaches_the_screen_without_its_control_characters(lab: Lab, tmp_path: Path) -> None:
    ran = interactive(lab, tmp_path, "\x1b]0;title\x07", "deleteKey \x1b[2J")
    output = ran.text.replace("Command:  \x1b]0;title\x07", "").replace("Command:  deleteKey \x1b[2J", "")
    assert "\x1b" not in output
    assert "\x07" not in output


@given(line=st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_line_breaks_the_tool(lab: Lab, tmp_path: Path, line: str) -> None:
    ran = interactive(lab, tmp_path, line, *(f"{name} {line}" for name in ("findKey", "genSymKey", "Error2String")))
    assert ran.status == 0
    assert handles(lab) == []


def test_a_file_that_cannot_be_written_is_told(lab: Lab, tmp_path: Path) -> None:
    ran = interactive(
        lab, tmp_path, LOGIN, "genRSAKeyPair -m 2048 -e 65537 -l x", "exportPubKey -k 407 -out no/such/folder.pem",
        "getAttribute -o 407 -a 512 -out no/such", "wrapKey -k 408 -w 407 -out no/such -m 7",
    )  # fmt: skip
    assert ran.text.count("Error: Failed to write file no/such") == 3
    assert "PEM formatted" not in ran.text
    assert "Key Wrapped" not in ran.text


def test_output_files_are_replaced(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "public.pem").write_text("old")
    interactive(lab, tmp_path, LOGIN, "genRSAKeyPair -m 2048 -e 65537 -l x", "exportPubKey -k 407 -out public.pem")
    assert (tmp_path / "public.pem").read_text().startswith("-----BEGIN PUBLIC KEY-----\n")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".db"].count("public.pem") == 1


def test_a_node_that_is_down_misses_the_key_and_is_named(lab: Lab, tmp_path: Path) -> None:
    with lab.store.transaction():
        first, second = lab.store.containers(lab.store.devices("cluster")[0].id)
        lab.store.set_container_state(second.id, "down")
    ran = interactive(lab, tmp_path, LOGIN, "genSymKey -t 31 -s 16 -l x", "genSymKey -t 31 -s 16 -l y -min_srv 2")
    login = answer(ran, LOGIN)
    assert "Cfm3LoginHSM returned: 0x00" in login
    assert "Node id 1 and err state 0x30000085 : HSM CLUSTER ERROR: Server in cluster is unavailable" in login
    made = answer(ran, "genSymKey -t 31 -s 16 -l x")
    assert "Node id 0 and err state 0x00000000" in made
    assert "Node id 1" not in made
    assert "returned: 0x30000085" in answer(ran, "genSymKey -t 31 -s 16 -l y -min_srv 2")
    with lab.store.reading():
        assert [len(lab.store.objects(node.id)) for node in (first, second)] == [1, 0]
