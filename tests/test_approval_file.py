"""The approval file that two tools read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.approval_file import ApprovalFile, ApprovalFileError, Approver, parse
from hsmshell.engine.access import UserType

GUIDE = b"""\
Multi Token File Path = officer1.token;
Token File Path = ;

Number of Approvals = 2;

Approver Type = 2; # 2 for CO, 1 for CU
Approver Name = officer1;
Approval File = officer1.token.sig1;

Approver Type = 2; # 2 for CO, 1 for CU
Approver Name = officer2;
Approval File = officer1.token.sig2;
"""
OFFICERS = tuple(
    Approver(UserType.CRYPTO_OFFICER, f"officer{number}", f"officer1.token.sig{number}") for number in (1, 2)
)


def test_the_guides_own() -> None:
    assert parse(GUIDE) == ApprovalFile("officer1.token", "", 2, OFFICERS)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b" = ", b"="),
        lambda text: text.replace(b" = ", b"\t =  ").replace(b";", b" ; "),
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.removesuffix(b"\n"),
        lambda text: b"# a; b = c\n\n" + text + b"#",
        lambda text: text.replace(b";\nApproval File", b"; Approval File"),
        lambda text: text.replace(b"Approvals = 2;", b"Approvals = 2;#;"),
    ],
)
def test_blanks_and_comments_do_not_count(change) -> None:  # type: ignore[no-untyped-def]
    assert change(GUIDE) != GUIDE
    assert parse(change(GUIDE)) == parse(GUIDE)


def test_one_token_file_may_stand_for_the_other() -> None:
    both = parse(GUIDE.replace(b"Path = ;", b"Path = officer1.token;"))
    assert (both.tokens, both.token) == ("officer1.token", "officer1.token")
    one = parse(GUIDE.replace(b"Multi Token File Path = officer1.token;\nToken File Path = ;", b"Token File Path = x;"))
    assert (one.tokens, one.token) == ("", "x")


def test_a_name_with_an_equals_sign_and_bytes_that_are_no_text() -> None:
    approval = parse(GUIDE.replace(b"officer1.token;", b"a=\xff b;"))
    assert approval.tokens == "a=\udcff b"


@pytest.mark.parametrize(("number", "count"), [(b"1", 1), (b"0", 0), (b"3", 2)])
def test_as_many_approvers_as_announced_or_fewer(number: bytes, count: int) -> None:
    approval = parse(GUIDE.replace(b"Approvals = 2", b"Approvals = " + number))
    assert approval.announced == int(number)
    assert approval.approvers == OFFICERS[:count]


def test_a_crypto_user() -> None:
    assert parse(GUIDE.replace(b"= 2; #", b"= 1; #")).approvers[0].user_type is UserType.CRYPTO_USER


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"Token File Path = ;", b"", "Token File Path is missing"),
        (b"officer1.token;\n", b";\n", "no token file is named"),
        (b"Number of Approvals = 2;\n", b"", "Number of Approvals is missing"),
        (b"Approvals = 2;", b"Approvals = two;", "Number of Approvals is no number"),
        (b"Approvals = 2;", b"Approvals = -1;", "Number of Approvals is no number"),
        (b"Approvals = 2;", b"Approvals = ;", "line 4: Number of Approvals has no value"),
        (b"Approvals = 2;", b"Approvals = 2", "line 4: no ; at the end"),
        (b"Approvals = 2;", b"Approvals 2;", "line 4: no ="),
        (b"Approvals = 2;", b"approvals = 2;", "line 4: there is no 'Number of approvals'"),
        (b"Name = officer1;", b"Name = ;", "line 7: Approver Name has no value"),
        (b"Approver Name = officer1;", b"Approver Type = 2;", "line 7: Approver Type stands there twice"),
        (b"Approver Name = officer1;\n", b"", "line 9: Approver Type stands there twice"),
        (b"Approval File = officer1.token.sig2;\n", b"", "Approval File is missing"),
        (b"Path = ;", b"Path = ; Token File Path = ;", "line 2: Token File Path stands there twice"),
        (b"Type = 2; #", b"Type = 3; #", "Approver Type is not one of 1, 2"),
    ],
)
def test_what_is_none(old: bytes, new: bytes, message: str) -> None:
    assert old in GUIDE
    with pytest.raises(ApprovalFileError) as raised:
        parse(GUIDE.replace(old, new, 1))
    assert str(raised.value) == message


@given(
    data=st.binary(max_size=200) | st.lists(st.sampled_from([*GUIDE.split(b"\n"), b"=", b";", b"#"])).map(b"\n".join)
)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        approval = parse(data)
    except ApprovalFileError:
        return
    assert len(approval.approvers) <= approval.announced
    assert approval.token or approval.tokens
