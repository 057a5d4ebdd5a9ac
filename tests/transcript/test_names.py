"""What a log calls handles and users, learned from its lines, put into what is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.console.values import Kind, Part, Value, address, check_value, handle, node, object_handle, user_id
from hsmshell.transcript.compare import EXACT, FOLD, compare
from hsmshell.transcript.lines import lines_of
from hsmshell.transcript.log import numbered
from hsmshell.transcript.names import Names

PAIR = ["public key handle: ", handle(407), "    private key handle: ", handle(408), "\n"]


def block(names: Names, expected: str, *actual: Part, mode: str = FOLD) -> bool:
    return compare(numbered(expected.split("\n")), lines_of(actual), mode, names).same


@pytest.mark.parametrize(
    "shown",
    [
        "public key handle: 262150    private key handle: 262151",
        "public key handle: 262150    private\nkey handle: 262151",
        "...\npublic key handle: 262150    private key handle: 262151",
        "public key handle: 262150 (?)\n...\npublic key handle: 262150    private key handle: 262151",
    ],
)
def test_names_are_learned_where_the_values_stand(shown: str) -> None:
    names = Names()
    assert block(names, shown, *PAIR)
    assert names.typed(Kind.HANDLE, "262151") == ("408", True)
    assert names.typed(Kind.HANDLE, "262150") == ("407", True)


@pytest.mark.parametrize(
    ("shown", "first", "second"),
    [
        ("public [..] handle: 262150    private key handle: 262151", "407", "408"),
        ("public key handle: 262150 [..]", "407", None),
        ("public key handle: [..]    private key handle: 262151", None, "408"),
        ("* handle: 262150    private key handle: 262151 (glob)", "407", "408"),
        ("[..]", None, None),
    ],
)
def test_names_are_learned_beside_wildcards(shown: str, first: str | None, second: str | None) -> None:
    names = Names()
    assert block(names, shown, *PAIR)
    known = [names.known(Kind.HANDLE, log) for log in ("262150", "262151")]
    assert [one.run if one else None for one in known] == [first, second]


def test_a_name_means_one_thing_all_through() -> None:
    names = Names()
    assert block(names, "handle: 5", "handle: ", handle(407))
    assert block(names, "handle: 5", "handle: ", handle(407))
    assert not block(names, "handle: 6", "handle: ", handle(407))
    assert not block(names, "handle: 5", "handle: ", handle(408))
    assert names.typed(Kind.HANDLE, "5") == ("407", True)


def test_digits_that_the_log_uses_otherwise_are_not_the_same() -> None:
    names = Names()
    assert block(names, "handle: 408", "handle: ", handle(407))
    assert not block(names, "label 408 x", "label ", handle(408), " y")
    assert not block(names, "408", "not learned\n", handle(408))


def test_a_handle_of_a_cluster_and_one_of_a_partition_are_two_things() -> None:
    names = Names()
    assert block(names, "key 120", "key ", handle(407))
    assert block(names, "object 120", "object ", object_handle(149))
    assert names.typed(Kind.HANDLE, "120") == ("407", True)
    assert names.typed(Kind.OBJECT, "120") == ("149", True)


@pytest.mark.parametrize("text", ["0", "-1", "x", ""])
def test_nobody_is_never_renamed(text: str) -> None:
    assert Names().typed(Kind.HANDLE, text) == (text, True)


def test_an_unknown_name_is_typed_as_it_is_unless_that_means_something_else() -> None:
    names = Names()
    assert names.typed(Kind.HANDLE, "407") == ("407", False)
    names.bind(Kind.HANDLE, "5", "407")
    run, known = names.typed(Kind.HANDLE, "407")
    assert not known
    assert run != "407"


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        ("9, 7, 8", [handle(407), ", ", handle(408), ", ", handle(409)]),
        ("7, 8,\n9", [handle(407), ", ", handle(408), ", ", handle(409)]),
        ("8(o),7(s)", [handle(407), "(s),", handle(408), "(o)"]),
    ],
)
def test_lists_match_as_sets(shown: str, actual: list[Part]) -> None:
    names = Names()
    names.bind(Kind.HANDLE, "7", "407")
    assert block(names, shown, *actual)
    assert names.typed(Kind.HANDLE, "8") == ("408", True)
    names = Names()
    for log, run in (("7", "409"), ("8", "408"), ("9", "407")):
        names.bind(Kind.HANDLE, log, run)
    assert block(names, "7, 8, 9", handle(407), ", ", handle(408), ", ", handle(409))
    assert not block(names, "7, 8, 10", handle(407), ", ", handle(408), ", ", handle(409))


def test_owner_and_sharer_are_told_apart_in_a_list() -> None:
    assert not block(Names(), "7(o),8(o)", handle(407), "(o),", handle(408), "(s)")


def test_lists_of_other_lengths_are_not_the_same() -> None:
    names = Names()
    assert not block(names, "7, 8", handle(407), ", ", handle(408), ", ", handle(409))
    assert names.known(Kind.HANDLE, "7") is None


def test_the_check_value_of_a_new_key_is_a_name_and_any_other_is_checked() -> None:
    names = Names(lambda text: text == "0xaaaaaa")
    assert block(names, "kcv 0x111111", "kcv ", check_value("0xaaaaaa"))
    assert block(names, "kcv 0x111111", "kcv ", check_value("0xaaaaaa"))
    assert not block(names, "kcv 0x222222", "kcv ", check_value("0xaaaaaa"))
    assert not block(names, "kcv 0x333333", "kcv ", check_value("0xbbbbbb"))
    assert block(names, "kcv 0xbbbbbb", "kcv ", check_value("0xbbbbbb"))


def test_a_node_is_the_same_unless_it_was_bound() -> None:
    lines: list[Part] = ["\tNode id ", node(0), " : SUCCESS\n\tNode id ", node(1), " : SUCCESS\n"]
    shown = "\tNode id 0 : SUCCESS\n\tNode id 1 : SUCCESS\n\tNode id 2 : SUCCESS"
    names = Names()
    assert not block(names, shown, *lines)
    names.leave_out(Kind.NODE, "2")
    assert block(names, shown, *lines)
    assert not block(names, shown.replace("2 : SUCCESS", "2 : FAILURE"), *lines)
    names = Names()
    names.bind(Kind.NODE, "7", "1")
    assert block(names, "Node id 0 : SUCCESS\nNode id 7 : SUCCESS", *lines)


def test_ignored_values_beside_a_name_do_not_hide_it() -> None:
    names = Names()
    actual: list[Part] = ["key ", handle(407), " on server 0(", address("10.0.2.9"), ")"]
    assert block(names, "key 262150 on server 0(10.1.1.1)", *actual)
    assert names.typed(Kind.HANDLE, "262150") == ("407", True)


def test_blanks_count_where_all_is_compared_exactly() -> None:
    names = Names()
    assert block(names, "a  5  b", "a  ", handle(7), "  b", mode=EXACT)
    assert not block(Names(), "a 5  b", "a  ", handle(7), "  b", mode=EXACT)


def test_a_difference_tells_what_the_names_stand_for() -> None:
    names = Names()
    block(names, "\nhandle: 262150", "\nhandle: ", handle(407))
    result = compare(numbered(["handle: 262151"]), lines_of(["handle: ", handle(407)]), FOLD, names)
    assert result.difference == ("-handle: 262151", "+handle: 262150")
    assert result.notes == ("handle 262150 is 407 in this run, since line 2",)


HANDLES = st.lists(st.integers(1, 999_999), min_size=1, max_size=12, unique=True)


@given(runs=HANDLES, data=st.data())
def test_every_one_to_one_renaming_passes_and_a_broken_one_does_not(runs: list[int], data: st.DataObject) -> None:
    logs = data.draw(st.lists(st.integers(1, 999_999), min_size=len(runs), max_size=len(runs), unique=True))
    order = data.draw(st.permutations(range(len(runs))))
    names = Names()
    for log, run in zip(logs, runs, strict=True):
        assert block(names, f"Key Handle: {log}", "Key Handle: ", handle(run))
    listed: list[Part] = [part for run in sorted(runs) for part in (", ", handle(run))][1:]
    assert block(names, ", ".join(str(logs[place]) for place in order), *listed)
    for place in order:
        assert names.typed(Kind.HANDLE, str(logs[place])) == (str(runs[place]), True)
        assert block(names, f"user 3 of {logs[place]}", "user ", user_id(3), " of ", handle(runs[place]))
        assert not block(names, f"of {logs[place]}0000000", "of ", handle(runs[place]))


@given(
    text=st.text(max_size=40), parts=st.lists(st.sampled_from(["a", " ", "\n", "(", handle(7), Value(Kind.TIME, "1")]))
)
def test_nothing_that_a_log_may_show_stops_the_learning(text: str, parts: list[Part]) -> None:
    block(Names(), text, *parts)
