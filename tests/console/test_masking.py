"""What a history may keep of a line, as a table; and that nothing of a password survives in any form of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.console.masking import MASK, masked

MASKED = [
    # key_mgmt_util
    ("loginHSM -u CU -s bob -p pw123", "loginHSM -u CU -s bob -p ***"),
    ("loginHSM -p pw123 -u CU -s bob", "loginHSM -p *** -u CU -s bob"),
    ('loginHSM -u CU -s bob -p "pw 123"', "loginHSM -u CU -s bob -p ***"),
    ('loginHSM -u CU -s bob -p "pw 123', "loginHSM -u CU -s bob -p ***"),
    ('loginHSM -u CU -s bob -p pw"1 2"3', "loginHSM -u CU -s bob -p ***"),
    ("LOGINHSM -u CU -s bob -p pw123", "LOGINHSM -u CU -s bob -p ***"),
    ("  loginHSM\t-u CU -s bob  -p   pw123  ", "  loginHSM\t-u CU -s bob  -p   ***  "),
    (
        "/opt/cloudhsm/bin/key_mgmt_util singlecmd loginHSM -u CU -s bob -p pw123 findKey",
        "/opt/cloudhsm/bin/key_mgmt_util singlecmd loginHSM -u CU -s bob -p *** findKey",
    ),
    (
        "key_mgmt_util singlecmd loginHSM -u CU -s $HSM_USER p pw123 findKey",
        "key_mgmt_util singlecmd loginHSM -u CU -s $HSM_USER ***",
    ),
    (
        "key_mgmt_util singlecmd loginHSM -u CU -s b -p 'pw 123' findKey",
        "key_mgmt_util singlecmd loginHSM -u CU -s b -p *** findKey",
    ),
    # cloudhsm_mgmt_util
    ("loginHSM CU bob pw123", "loginHSM CU bob ***"),
    ("\u201cloginHSM\u201d CU bob pw123", "\u201cloginHSM\u201d CU bob ***"),
    ("loginHSM CO admin pw123 -2fa /tmp/data", "loginHSM CO admin ***"),
    ("login CU bob pw123", "login CU bob ***"),
    ("createUser CU bob pw123", "createUser CU bob ***"),
    ("createUser CU bob pw 123", "createUser CU bob ***"),
    ("createuser CU bob pw123", "createuser CU bob ***"),
    ("cr CU bob pw123", "cr CU bob ***"),
    ("changePswd CU bob pw123", "changePswd CU bob ***"),
    (' changePswd CO "ad min" "pw 123"', ' changePswd CO "ad min" ***'),
    # cmu
    ("cmu list -password=pw123", "cmu list -password=***"),
    ("cmu list -password=pw123 -label=x", "cmu list -password=*** -label=x"),
    ('cmu list -password="pw 123" -label=x', "cmu list -password=*** -label=x"),
    ("cmu list -PASSWORD=pw123", "cmu list -PASSWORD=***"),
    ("cmu list -pass=pw123", "cmu list -pass=***"),
    ("cmu list -pa=pw123", "cmu list -pa=***"),
    ("cmu list -password pw123 -slot 1", "cmu list -password *** -slot 1"),
    ("cmu list -passw 'pw 123' -slot 1", "cmu list -passw *** -slot 1"),
    # lunash
    ("hsm login -password pw123", "hsm login -password ***"),
    ("partition create -partition p9 -password pw123", "partition create -partition p9 -password ***"),
    ("hsm init -label x -domain pw123 -force", "hsm init -label x -domain *** -force"),
    ("par cr -part p9 -pas pw123", "par cr -part p9 -pas ***"),
    ("hsm changePolicy -policy 12 -value 0", "hsm changePolicy -policy 12 -value 0"),
    # a shell
    ("export HSM_PASSWORD=pw123", "export HSM_PASSWORD=***"),
    ("HSM_PASSWORD='pw 123' HSM_USER=bob", "HSM_PASSWORD=*** HSM_USER=bob"),
    ("PIN=pw123", "PIN=***"),
    # pasted with the prompt
    ("aws-cloudhsm>loginHSM CO bob pw123", "aws-cloudhsm>loginHSM CO bob ***"),
    ("Command:  loginHSM -u CU -s bob pw123", "Command:  loginHSM -u CU -s bob ***"),
    ("[ec2-user@host ~]$ export HSM_PASSWORD=pw123", "[ec2-user@host ~]$ export HSM_PASSWORD=***"),
    ("$ cr CU bob pw123", "$ cr CU bob ***"),
    # misspelt commands
    ("lognHSM CO bob pw123", "lognHSM CO bob ***"),
    ("lgoin CO bob pw123", "lgoin CO bob ***"),
    ("creatUser CU bob pw123", "creatUser CU bob ***"),
    ("changePswd CU bob x123", "changePswd CU bob ***"),
    ("ChangePasswd CU bob pw123", "ChangePasswd CU bob ***"),
    ("changePassword CU bob pw123", "changePassword CU bob ***"),
    ("key_mgmt_util singlecmd lognHSM -u CU -s bob pw123 findKey", "key_mgmt_util singlecmd lognHSM -u CU -s bob ***"),
    # options that are none, or no option where one belongs
    ("loginHSM CO bob -hpswd pw123", "loginHSM CO bob -hpswd ***"),
    ("loginHSM CO bob -hpswdpw123", "loginHSM CO bob -hpswd***"),
    ("loginHSM CO bob -x123", "loginHSM CO bob ***"),
    ("loginHSM bob x123", "loginHSM bob ***"),
    ("changePswd CO bob -hpswd -2fa x123", "changePswd CO bob -hpswd ***"),
    ("longinHSM -u CU -s bob -p pw123", "longinHSM -u CU -s bob -p ***"),
    ("loginHSM -u CU -s o'neil -p pw123", "loginHSM -u CU -s o'neil -p ***"),
    ("loginHSM -u CU -s bob -P pw123", "loginHSM -u CU -s bob -P ***"),
    ("loginHSM -u CU -s bob –p pw123", "loginHSM -u CU -s bob –p ***"),
    ("loginHSM -u CU -s bob --p pw123", "loginHSM -u CU -s bob --p ***"),
    ("loginHSM -u CU -s bob -ppw123", "loginHSM -u CU -s bob -p***"),
    ("loginHSM -u CU -s bob -p'w 123'", "loginHSM -u CU -s bob -p***"),
    ("loginHSM -u CU -s bob -p x 123", "loginHSM -u CU -s bob -p *** ***"),
    ("loginHSM -u CU -s bob -pswd x123", "loginHSM -u CU -s bob -pswd ***"),
    ("loginHSM -u CU -s bob -pin x123", "loginHSM -u CU -s bob -pin ***"),
    ("loginHSM -u CU -s bob x123", "loginHSM -u CU -s bob ***"),
    ("loginHSM -u CU bob x123", "loginHSM -u CU bob ***"),
    ("cmu list -p pw123", "cmu list -p ***"),
    ("cmu list --password pw123 -slot 1", "cmu list --password *** -slot 1"),
    ("cmu list -pasword=pw123", "cmu list -p***"),
    ("cmu list -pasword pw123", "cmu list -p*** ***"),
    ("cmu list -password= pw123", "cmu list -password= ***"),
    ("cmu list -password = pw123", "cmu list -password = ***"),
    ("cmu list --user-pin=pw123 -slot 1", "cmu list --user-pin=*** -slot 1"),
    ("cmu list password=pw123", "cmu list password=***"),
    ("cmu list -pa\\ w\\ 123", "cmu list -p***"),
    ("hsm init -label x -domain d123 -force", "hsm init -label x -domain *** -force"),
    # more of a shell
    ("export HSM_PIN=pw123 USER=bob", "export HSM_PIN=*** USER=bob"),
    ("aes_key=pw123", "aes_key=***"),
    ("CLIENT_SECRET=x123", "CLIENT_SECRET=***"),
    ("true;PASS=a\\ 123 cmu list", "true;PASS=*** cmu list"),
]

KEPT = [
    "",
    "loginHSM -u CU -s bob -hpswd",
    "loginHSM CU bob -hpswd",
    "createUser CU bob -hpswd",
    "loginHSM -u CU -hpswd -s bob",
    "loginHSM",
    "loginHSM CU bob",
    "genRSAKeyPair -m 2048 -e 65537 -l classic_wrap",
    "exportPubKey -k 407 -out wrapping_public.pem",
    "unWrapKey -f wrapped.key -w 408 -m 8 -noheader -l imported",
    "importPubKey -l x -f p.pem",
    "findAllKeys 3 0",
    "deleteUser CU bob",
    "getAttribute 407 512 out",
    "setAttribute 407 3 label",
    "quit",
    "cmu import -inputFile=wrapping_public.pem -label classic_wrap",
    "cmu importkey -PKCS8 -inputFile=key.der -keyalg=RSA",
    "cmu generatekeypair -modulusBits=2048 -publicExponent=65537 -labelPublic=a -labelPrivate=b",
    "key_mgmt_util singlecmd help",
    "scp -p wrapped.key luna-client:",
    "cat passwords.txt",
    "genRSAKeyPair -m 2048 -e 65537 -l p",
    "genSymKey -t 31 -s 32 -l pin -nex -sess",
    "findKey -l pair",
    "findKey -c 4 -l loginHSM -m 1 -k 2",
    "findKey -l pass -u 3",
    "imSymKey -f k -w 407 -t 31 -l x",
    "exSymKey -k 408 -out p.key -w 407",
    "wrapKey -k 408 -w 407 -out wrapped.key -m 7",
    "-k 407 -out public.pem",
    "getKeyInfo -k 407",
    "deleteKey -k 407",
    "listUsers",
    "logoutHSM",
    "help createUser",
    "aws-cloudhsm>listAttributes",
    "server 0",
    "shareKey CU 407 9 1",
    "cmu list -label=pin",
    "cmu list -label=private -class=public -keyType=RSA",
    "cmu list -display=label,class,keyType,id -handle 407",
    "cmu import -in=p.pem -private=T -priv F -pu 3",
    "cmu getattribute -handle=407",
    "cmu delete -handle=407 -force",
    "$ ckdemo",
    "ls -l pins",
    "HSM_USER=bob",
    "openssl pkeyutl -encrypt -pubin -inkey public.pem -pkeyopt rsa_padding_mode:oaep -wrapping x -in a -out b",
]


@pytest.mark.parametrize(("line", "expected"), MASKED)
def test_passwords_are_masked(line: str, expected: str) -> None:
    assert "123" not in expected
    assert masked(line) == expected


@pytest.mark.parametrize("line", KEPT)
def test_other_lines_are_kept(line: str) -> None:
    assert masked(line) == line


FORMS = [
    "loginHSM -u CU -s bob -p {}",
    "loginHSM CU bob {}",
    "createUser CU bob {}",
    "changePswd CU bob {}",
    "cmu list -password={}",
    "cmu list -password {}",
    "export HSM_PASSWORD={}",
    "aws-cloudhsm>loginHSM CO admin {}",
    "lognHSM CO admin {}",
    "loginHSM CO admin -hpswd {}",
    "loginHSM -u CU -s bob {}",
    "loginHSM -u CU -s bob -P {}",
    "loginHSM -u CU -s bob -pswd {}",
    "cmu list -pasword= {}",
    "PW={}",
]


@given(st.sampled_from(FORMS), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=7, max_size=32))
def test_no_password_survives(form: str, password: str) -> None:
    result = masked(form.format(password))
    assert MASK in result
    assert password not in result.replace(MASK, "", 1) or password in form


PIECES = ["loginHSM", "singlecmd", "createUser", "CU", "bob", "-u", "-s", "-p", "p", "-px", "-hpswd", "PW", "-password"]
PIECES += ["=", " ", "  ", '"', "'", "\\", ">", "-", "***", "\n"]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_masking_twice_changes_nothing_more(line: str) -> None:
    assert masked(masked(line)) == masked(line)
