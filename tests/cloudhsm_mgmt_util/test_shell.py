"""Finding a command, its words, help, and the two modes."""

from __future__ import annotations

import pytest

from commands.cloudhsm_mgmt_util.listing import COMMANDS
from hsmshell.grammar import Provenance

from .conftest import OFFICER, USER, Desk

GLOBAL = """\
approveToken
changePswd
createUser
deleteUser
delToken
enable_e2e
findAllKeys
getAttribute
getClusterInfo
getHSMInfo
getKeyInfo
getMValue
getToken
help
info
listAttributes
listTokens
listUsers
loginHSM
logoutHSM
quit
registerMofnPubKey
registerQuorumPubKey
server
setAttribute
setMValue
shareKey
"""
SERVER = """\
approveToken
changePswd
createUser
deleteUser
delToken
enable_e2e
findAllKeys
getAttribute
getClusterInfo
getHSMInfo
getKeyInfo
getMValue
getToken
help
listAttributes
listTokens
listUsers
loginHSM
logoutHSM
registerMofnPubKey
registerQuorumPubKey
setAttribute
setMValue
shareKey
exit
getCert
syncKey
syncUser
"""
SYNTAX = {
    "changePswd": "changePswd <user-type> <user-name> <password |-hpswd> [-2fa </path/to/authdata>]",
    "createUser": "createUser <user-type> <user-name> <password |-hpswd> [-2fa </path/to/authdata>]",
    "deleteUser": "deleteUser <user-type> <user-name>",
    "delToken": "delToken <0|1>",
    "findAllKeys": "findAllKeys <user id> <key hash (0/1)> [<output file>]",
    "getToken": "getToken <service id> <user-name> <file>",
    "approveToken": "approveToken <approval file>",
    "setMValue": "setMValue <service id> <m value>",
    "getMValue": "getMValue <service id>",
    "getHSMInfo": "getHSMInfo",
    "registerMofnPubKey": "registerMofnPubKey <user-type> <key_match_string> <user-name> <private key file>",
    "enable_e2e": "enable_e2e",
    "getAttribute": "getAttribute <key handle> <attribute id> [<filename>]",
    "getKeyInfo": "getKeyInfo -k <key-handle> [<output file>]",
    "help": "help [<command-name>]",
    "info": "info [server <server ID>]",
    "listAttributes": "listAttributes [-h]",
    "listUsers": "listUsers",
    "loginHSM": "loginHSM <user-type> <user-name> <password |-hpswd> [-2fa </path/to/authdata>]",
    "logoutHSM": "logoutHSM",
    "quit": "quit",
    "registerQuorumPubKey": "registerQuorumPubKey <user-type> <user-name> <registration-token> "
    "<signed-registration-token> <public-key>",
    "server": "server <server-number>",
    "setAttribute": "setAttribute <key handle> <attribute id> <value>",
    "shareKey": "shareKey <key handle> <user id> <(share/unshare key?) 1/0>",
}


def test_help_lists_what_the_mode_has(desk: Desk) -> None:
    replies = desk.play("help", "server 0", "help", "exit", "help").replies
    assert [replies[0], replies[2], replies[4]] == [GLOBAL, SERVER, GLOBAL]


@pytest.mark.parametrize(("name", "line"), SYNTAX.items())
def test_help_shows_the_syntax(desk: Desk, name: str, line: str) -> None:
    assert desk.reply(f"help {name}") == f"{line}\n"


def test_every_command_says_what_it_does_and_how_well_it_is_known(desk: Desk) -> None:
    assert list(COMMANDS) == [*GLOBAL.split(), "exit", "getCert", "syncKey", "syncUser"]
    for command in COMMANDS.values():
        assert command.summary and not command.summary.endswith(".")
        assert isinstance(command.provenance, Provenance)
        assert all(parameter.help for parameter in command.parameters)
    assert COMMANDS["help"].provenance is Provenance.RECOMMENDED


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("frobnicate", "Unknown command: frobnicate. Type 'help' for the list of commands.\n"),
        ("LISTUSERS", "Unknown command: LISTUSERS. Type 'help' for the list of commands.\n"),
        ("exit", "Unknown command: exit. Type 'help' for the list of commands.\n"),
        ("a\x1b[2J", "Unknown command: a\\x1b[2J. Type 'help' for the list of commands.\n"),
        ("lo", "Ambiguous command: lo (loginHSM, logoutHSM)\n"),
        ("s 0", "Ambiguous command: s (server, setAttribute, setMValue, shareKey)\n"),
        ("help frobnicate", "Unknown command: frobnicate. Type 'help' for the list of commands.\n"),
        ("help listU", "listUsers\n"),
        ("listUsers now", "Usage: listUsers\n"),
        ("help listUsers now", "Usage: help [<command-name>]\n"),
        (
            "loginHSM CO admin",
            f"Usage: {SYNTAX['loginHSM']}\n",
        ),
        (
            'loginHSM CU bob "user 1234"',
            f"Usage: {SYNTAX['loginHSM']}\n",
        ),
        ("createUser CU x user1234 -2fa f", "createUser failed: Invalid option -2fa: 2FA is for officers only\n"),
        ("info server", "Usage: info [server <server ID>]\n"),
        ("info 0", "Usage: info [server <server ID>]\n"),
        ("info server x", "Usage: info [server <server ID>]\n"),
        ("info server 2", "Invalid server id\n"),
        ("server", "Usage: server <server-number>\n"),
        ("server -1", "Usage: server <server-number>\n"),
        ("server 2", "Invalid server id\n"),
        ("getAttribute 6 999", "Usage: getAttribute <key handle> <attribute id> [<filename>]\n"),
        ("getAttribute x 3", "Usage: getAttribute <key handle> <attribute id> [<filename>]\n"),
        ("getKeyInfo -k", "Usage: getKeyInfo -k <key-handle> [<output file>]\n"),
        ("setAttribute 6 260 2", "Usage: setAttribute <key handle> <attribute id> <value>\n"),
        ("setAttribute 6 260", "Usage: setAttribute <key handle> <attribute id> <value>\n"),
        ("setAttribute 6 512 1", "Usage: setAttribute <key handle> <attribute id> <value>\n"),
        ("setAttribute 6 3 two words", "Usage: setAttribute <key handle> <attribute id> <value>\n"),
        ("shareKey 6 4 2", "Usage: shareKey <key handle> <user id> <(share/unshare key?) 1/0>\n"),
        ("shareKey 6 4,x 1", "Usage: shareKey <key handle> <user id> <(share/unshare key?) 1/0>\n"),
        ("listAttributes -h", "listAttributes [-h]\n"),
        ("listAttributes now", "Usage: listAttributes [-h]\n"),
        ("", ""),
        (" \t ", ""),
        ("\thelp \t quit ", "quit\n"),
    ],
)
def test_one_line_and_nothing_done(desk: Desk, line: str, reply: str) -> None:
    before = desk.everything()
    assert desk.reply(line) == reply
    assert desk.everything() == before


def test_a_prefix_is_enough_when_it_is_the_only_one(desk: Desk) -> None:
    played = desk.play("loginH CO admin admin1234", "listU", "en", "q")
    assert played.replies[0].startswith("loginHSM success")
    assert played.replies[1].startswith("Users on server 0(10.0.2.9):\n")
    assert played.replies[2].startswith("E2E enabled on server 0(10.0.2.9)\n")
    assert played.text.endswith("disconnecting from servers, please wait...\n")


def test_server_mode_talks_to_one_and_is_short(desk: Desk) -> None:
    played = desk.play("server 1", OFFICER, "createUser CU carol carol1234", "y", "logoutHSM", "exit", "help quit")
    assert played.replies[0] == "\nServer is in 'E2E' mode...\n"
    assert played.replies[1] == "loginHSM success\n"
    assert played.replies[2].endswith("Do you want to continue(y/n)?y\ncreateUser success\n")
    assert played.replies[3:6] == ["logoutHSM success\n", "", "quit\n"]
    assert "server1>loginHSM" in played.text and "aws-cloudhsm>help quit" in played.text
    assert desk.user("carol", 0) is None
    assert desk.user("carol", 1) is not None


@pytest.mark.parametrize("line", ["quit", "info", "server 0"])
def test_what_server_mode_lacks(desk: Desk, line: str) -> None:
    word = line.split()[0]
    assert desk.reply("server 0", line) == f"Unknown command: {word}. Type 'help' for the list of commands.\n"


def test_server_mode_refuses_in_short_lines(desk: Desk) -> None:
    replies = desk.play("server 0", "loginHSM CO admin wrong1234", "getKeyInfo 6").replies
    assert replies[1] == "loginHSM failed: HSM Error: RET_USER_LOGIN_FAILURE\nloginHSM failed\n"
    assert replies[2] == "getKeyInfo failed: HSM Error: User is not logged in\ngetKeyInfo failed\n"


def test_no_server_mode_with_a_server_that_is_down(desk: Desk) -> None:
    desk.power(1, "down")
    played = desk.play("server 1", "help help")
    assert played.replies[:2] == ["Server 1(10.0.3.11) is not connected\n", "help [<command-name>]\n"]
    assert "server1>" not in played.text


def test_info(desk: Desk) -> None:
    assert desk.play("info", USER, "info server 1").replies[0::2] == [
        "Id      Name                    Hostname         Port   State           Partition        LoginState\n"
        "0       10.0.2.9                10.0.2.9         2225   Connected       hsm-udw0tkfg1ab  Not logged in\n"
        "1       10.0.3.11               10.0.3.11        2225   Connected       hsm-lgavqitns2a  Not logged in\n",
        "Id      Name                    Hostname         Port   State           Partition        LoginState\n"
        "1       10.0.3.11               10.0.3.11        2225   Connected       hsm-lgavqitns2a  "
        "Logged in as 'crypto_user(CU)'\n",
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("getCert", "getCert <file-name> <certificate-type>"),
        ("syncKey", "syncKey <key handle> <destination hsm>"),
        ("syncUser", "syncUser <user ID> <server ID>"),
    ],
)
def test_help_shows_the_syntax_of_what_only_server_mode_has(desk: Desk, name: str, line: str) -> None:
    assert desk.reply("server 0", f"help {name}") == f"{line}\n"
    assert desk.reply(f"help {name}") == f"Unknown command: {name}. Type 'help' for the list of commands.\n"
