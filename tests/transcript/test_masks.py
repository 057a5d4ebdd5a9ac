"""Masks in a transcript: what they stand for, and that they replay."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.console import Context
from hsmshell.console.values import handle
from hsmshell.engine.scenario import table_of
from hsmshell.engine.scenario_secrets import secrets_of
from hsmshell.transcript.log import parse
from hsmshell.transcript.masks import LONGEST, MOST, Mask, Masks, directive, read_mask, resolve
from tests.transcript.test_player import differences, echo, play


def made(*lengths: int) -> list[str]:
    masks = [Mask(f"***{number}", f"made:{length}") for number, length in enumerate(lengths)]
    resolved = resolve(masks, "migration")
    return [resolved.reveal(mask.name) for mask in masks]


def test_a_mask_is_read_as_it_is_written() -> None:
    for mask in (
        Mask("***1", "user:admin"),
        Mask("***20", "pin:my partition/crypto_user", True),
        Mask("***3", "made:8"),
    ):
        assert read_mask(directive(mask), ()) == mask


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x", "write it as: mask ***1 = user:NAME, pin:LABEL, hsm:NAME or made:LENGTH"),
        ("***1 = secret", "write it as: mask ***1 = user:NAME, pin:LABEL, hsm:NAME or made:LENGTH"),
        ("***1 = made:many", "made takes a number of characters, up to 1000"),
        (f"***1 = made:{LONGEST + 1}", "made takes a number of characters, up to 1000"),
        ("***7 = made:8", "***7 stands for something already; choose another number"),
    ],
)
def test_a_wrong_mask_is_a_finding(value: str, message: str) -> None:
    document = parse(f"#: tool cmu\n#: mask ***7 = made:1\n#: mask {value}\n", "x.transcript")
    assert [(finding.line, finding.message) for finding in document.findings] == [(3, f"mask: {message}")]


def test_masks_hold_for_the_rest_of_the_file() -> None:
    first, second = parse("#: tool cmu\n#: mask ***1 = made:1\n#: tool cmu\n#: mask ***2 = made:1\n", "x").sections
    assert [mask.name for mask in first.masks] == ["***1"]
    assert [mask.name for mask in second.masks] == ["***1", "***2"]


def test_the_addresses_of_a_scenario() -> None:
    known = secrets_of(table_of("migration"))
    assert known["user:admin"] == "admin1234"
    assert known["user:cluster-migration/bob"] == "user1234"
    assert known["pin:partition2"] == "password"
    assert "user:app_user" not in known


def test_the_first_of_two_users_of_one_name_has_the_short_address() -> None:
    def cluster(password: str) -> dict[str, object]:
        return {"user": [{"name": "bob", "password": password}]}

    roles = {"label": "par 1", "crypto_user_pin": "low", "security_officer_pin": "high"}
    known = secrets_of({"cluster": [cluster("one"), cluster("two"), 7], "appliance": [{"partition": [roles]}]})
    assert known == {
        "user:bob": "one",
        "user:cluster1/bob": "one",
        "user:cluster2/bob": "two",
        "pin:par 1/crypto_user": "low",
        "pin:par 1/security_officer": "high",
    }


@given(st.lists(st.integers(3, 40), max_size=30))
def test_made_up_secrets_have_their_length_and_differ(lengths: list[int]) -> None:
    secrets = made(*lengths)
    assert [len(secret) for secret in secrets] == lengths
    assert len(set(secrets)) == len(secrets)
    assert not set("".join(secrets)) & set("0123456789abcdefaeiou")


def test_there_are_only_so_many_short_ones() -> None:
    assert made(0) == [""]
    with pytest.raises(ValueError, match="too many masks of 1 characters"):
        made(*[1] * 40)


@given(st.lists(st.text("abX*1", max_size=6), max_size=6))
def test_a_secret_over_several_parts_is_hidden_and_all_else_stays(texts: list[str]) -> None:
    masks = Masks({"***1": "ab", "***2": "abX"}, {"ab": "***1", "abX": "***2"})
    assert "".join(masks.hide_all(texts)) == masks.hide("".join(texts))
    assert len(masks.hide_all(texts)) == len(texts)
    assert "ab" not in masks.hide("".join(texts))


def test_a_hidden_value_keeps_its_kind() -> None:
    masks = Masks({}, {"1234": "***1"})
    assert masks.hide_parts(["handle ", handle(51234), "!"]) == ("handle ", handle(0)._replace(text="5***1"), "!")


def test_masks_are_typed_and_looked_for_in_the_output() -> None:
    text = (
        "#: args -p ***2\n#: mask ***1 = user:admin\n#: mask ***2 = made:9\n#: secret ***2\nhello\n"
        "toy> say ***1 and x***2\nyou said say ***1 and x***2\ntoy> password\nPassword:\nsecret ***2\n"
        "toy> pin\nPIN : ***1\npin ***1\ntoy> bye\ngone\n"
    )
    assert differences(play(text, echo_of_arguments)) == []
    wrong = differences(play(text.replace("\nsecret ***2", "\nsecret ***1"), echo_of_arguments))
    assert wrong == [(10, ("-secret ***1", "+secret ***2"))]


def echo_of_arguments(arguments: Sequence[str], context: Context) -> int:
    flag, secret = arguments
    assert flag == "-p"
    assert len(secret) == 9
    assert "*" not in secret
    return echo(arguments, context)


def test_a_mask_for_what_is_typed_leaves_the_output_alone() -> None:
    text = "#: tool toy\n#: mask ***1 = typed user:admin\nhello\ntoy> ***1\nyou said admin1234\ntoy> bye\ngone\n"
    assert differences(play(text, echo)) == []


def test_a_file_has_only_so_many_masks_and_its_sections_share_them() -> None:
    directives = "".join(f"#: mask ***{number} = made:8\n" for number in range(MOST + 1))
    document = parse("#: tool toy\n" + directives + "#: tool toy\n#: tool toy\n", "x")
    assert document.findings == ((MOST + 2, f"mask: there are {MOST} masks already; take the session apart"),)
    first, *others = document.sections
    assert len(first.masks) == MOST
    assert all(section.masks is first.masks for section in others)


def test_a_mask_that_stands_for_nothing_is_told_once() -> None:
    text = "#: tool toy\n#: mask ***1 = user:nobody\nhello\ntoy> bye\ngone\n#: tool toy\nhello\ntoy> bye\ngone\n"
    report = play(text, echo)
    message = "mask: migration has no password for user:nobody; look at its users and partitions"
    assert [finding.message for finding in report.findings] == [message]
