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
        "key_mgmt_util singlecmd loginHSM -u CU -s $HSM_USER p *** findKey",
    ),
    ("key_mgmt_util singlecmd loginHSM -u CU -s b -p 'pw 123' findKey", None),
    # cloudhsm_mgmt_util
    ("loginHSM CU bob pw123", "loginHSM CU bob ***"),
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
    # a shell
    ("export HSM_PASSWORD=pw123", "export HSM_PASSWORD=***"),
    ("HSM_PASSWORD='pw 123' HSM_USER=bob", "HSM_PASSWORD=*** HSM_USER=bob"),
    ("PIN=pw123", "PIN=***"),
]

KEPT = [
    "",
    "loginHSM -u CU -s bob -hpswd",
    "loginHSM CU bob -hpswd",
    "createUser CU bob -hpswd",
    "changePswd CO admin -hpswd -2fa /tmp/data",
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
    "cmu generatekeypair -modulusBits=2048 -publicExponent=65537 -labelPublic=a -labelPrivate=b",
    "key_mgmt_util singlecmd help",
    "scp -p wrapped.key luna-client:",
    "cat passwords.txt",
]


@pytest.mark.parametrize(("line", "expected"), MASKED)
def test_passwords_are_masked(line: str, expected: str | None) -> None:
    result = masked(line)
    assert "123" not in result
    assert "pw" not in result
    if expected is not None:
        assert result == expected


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
]


@given(st.sampled_from(FORMS), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=7, max_size=32))
def test_no_password_survives(form: str, password: str) -> None:
    if password.startswith("-hpswd"):
        return
    result = masked(form.format(password))
    assert MASK in result
    assert password not in result.replace(MASK, "", 1) or password in form


@given(st.text())
def test_masking_twice_changes_nothing_more(line: str) -> None:
    assert masked(masked(line)) == masked(line)
