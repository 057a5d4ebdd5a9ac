"""Where the secrets of a line are, and what a shell makes of it."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.export.text import NotExportable, Secrets, Text, Variable


def shown(text: Text) -> str:
    return "".join(f"<{part.name}>" if isinstance(part, Variable) else part for part in text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("loginHSM -u CU -s bob -p hunter22", "loginHSM -u CU -s bob -p <HSM_SECRET_1>"),
        ("loginHSM CU bob hunter22", "loginHSM CU bob <HSM_SECRET_1>"),
        ("createUser CO al hunter22 -2fa authdata", "createUser CO al <HSM_SECRET_1> -2fa authdata"),
        ("createUser CO al two words", "createUser CO al <HSM_SECRET_1>"),
        ("loginHSM -u CU -s bob -hpswd", "loginHSM -u CU -s bob -hpswd"),
        ("findKey -l p", "findKey -l p"),
        ("", ""),
    ],
)
def test_passwords_at_a_tools_prompt(line: str, expected: str) -> None:
    assert shown(Secrets().typed(line, 1)) == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cmu list -password='pass word'", ["cmu", "list", "-password=<HSM_SECRET_1>"]),
        ('export HSM_PASSWORD="user1234"', ["export", "HSM_PASSWORD=<HSM_SECRET_1>"]),
        (
            "key_mgmt_util singlecmd loginHSM -p $PASSWORD",
            ["key_mgmt_util", "singlecmd", "loginHSM", "-p", "<PASSWORD>"],
        ),
        ("cat 'a b' \"$X y\" '$Z'", ["cat", "a b", "<X> y", "$Z"]),
        ("cat \"it's $X\" 'it'\\''s $Y' \\$Z ${W}s", ["cat", "it's <X>", "it's $Y", "$Z", "<W>s"]),
        ('sh -c "x -p secret99"', ["sh", "-c", "x -p <HSM_SECRET_1>"]),
        ("tool loginHSM CU bob pass word", ["tool", "loginHSM", "CU", "bob", "<HSM_SECRET_1>", "<HSM_SECRET_2>"]),
        ("cat a | wc", []),
        ("", []),
    ],
)
def test_words_of_a_shells_line(line: str, words: list[str]) -> None:
    assert [shown(word) for word in Secrets().shell(line, 1).words] == words


@pytest.mark.parametrize("line", ["cat 'a", 'tool -p "x'])
def test_a_quotation_mark_that_is_not_closed_is_refused(line: str) -> None:
    with pytest.raises(NotExportable, match="line 7 has a quotation mark that is not closed; close it"):
        Secrets().shell(line, 7)


@given(st.one_of(st.text(st.characters(exclude_characters="$\ue000")), st.text("-p =\"'*loginHSM CU a\\|")))
def test_a_shells_line_with_its_values_has_the_same_words(line: str) -> None:
    secrets = Secrets()
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        found = secrets.shell(line, 1)
    except NotExportable:
        return
    values = secrets.values
    words = [
        "".join(values[part.name] if isinstance(part, Variable) else part for part in word) for word in found.words
    ]
    expected = list(lexer)
    assert words == ([] if any(word and not word.strip("();<>|&") for word in expected) else expected)


def test_a_secret_that_comes_again_has_the_same_name() -> None:
    secrets = Secrets()
    secrets.typed("loginHSM CU a first", 3)
    secrets.hidden("second", 5)
    secrets.shell("x -p 'first'", 9)
    assert secrets.values == {"HSM_SECRET_1": "first", "HSM_SECRET_2": "second"}
    assert secrets.lines == {"HSM_SECRET_1": 3, "HSM_SECRET_2": 5}
    assert secrets.hidden("", 10) == ()


@given(st.one_of(st.text(), st.text("-p =\"'*loginHSM CU a$")))
def test_with_its_values_the_line_is_the_same(line: str) -> None:
    secrets = Secrets()
    text = secrets.typed(line, 1)
    values = secrets.values
    assert "".join(values[part.name] if isinstance(part, Variable) else part for part in text) == line
