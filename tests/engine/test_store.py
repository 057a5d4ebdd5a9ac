"""The database: all or nothing, files that are not ours, a full disk, and bytes that must be gone."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsmshell.engine.attributes import (
    Attribute,
    AttributeValue,
    KeyType,
    Shape,
    decode_attributes,
    encode_attributes,
    matches_shape,
)
from hsmshell.engine.cluster import Criteria, KeySpec
from hsmshell.engine.errors import LabError, LabForeign, LabMissing, ObjectHandleInvalid, ShareListInvalid
from hsmshell.engine.lab import DATABASE, Lab
from hsmshell.engine.schema import VERSION
from hsmshell.engine.services import Services
from hsmshell.engine.store import Store


class Unlucky(Exception):
    pass


def test_a_failing_transaction_leaves_nothing(lab: Lab) -> None:
    with pytest.raises(Unlucky), lab.store.transaction():
        lab.store.set_meta("note", "half")
        raise Unlucky
    with lab.store.reading():
        assert lab.store.meta("note", "nothing") == "nothing"


def test_a_transaction_inside_another_is_part_of_it(lab: Lab) -> None:
    with pytest.raises(Unlucky), lab.store.transaction():
        with lab.store.transaction():
            lab.store.set_meta("inner", "written")
        raise Unlucky
    with lab.store.reading():
        assert lab.store.meta("inner") == ""
    with lab.store.transaction():
        with lab.store.transaction():
            lab.store.set_meta("inner", "written")
        with lab.store.reading():
            assert lab.store.meta("inner") == "written"
    with lab.store.reading():
        assert lab.store.meta("inner") == "written"


def test_what_was_committed_is_seen_by_another_opening(lab: Lab) -> None:
    with lab.store.transaction():
        lab.store.set_meta("note", "seen")
    other = Lab.open(lab.directory)
    with other.store.reading():
        assert other.store.meta("note") == "seen"
    other.close()


def test_a_reader_sees_one_moment(lab: Lab) -> None:
    other = Lab.open(lab.directory)
    with lab.store.reading():
        assert lab.store.meta("note") == ""
        with other.store.transaction():
            other.store.set_meta("note", "later")
        assert lab.store.meta("note") == ""
    with lab.store.reading():
        assert lab.store.meta("note") == "later"
    other.close()


def test_counters_never_repeat(lab: Lab) -> None:
    with lab.store.transaction():
        assert [lab.store.next_number("here", "thing", 6) for _ in range(3)] == [6, 7, 8]
    with pytest.raises(Unlucky), lab.store.transaction():
        lab.store.next_number("here", "thing", 6)
        raise Unlucky
    with lab.store.transaction():
        assert lab.store.next_number("here", "thing", 6) == 9


def test_modes_of_directory_and_files(tmp_path: Path) -> None:
    lab = Lab.create(str(tmp_path / "lab"))
    with lab.store.transaction():
        lab.store.set_meta("note", "a write, so that the log is there")
    assert stat.S_IMODE((tmp_path / "lab").stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "lab").iterdir()}
    assert DATABASE in modes
    assert set(modes.values()) == {0o600}
    lab.close()


# files that cannot be used


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(LabMissing, match="hsmshell lab init"):
        Store.open(str(tmp_path / DATABASE))


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE precious (thing)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(LabForeign, match="is not a lab of hsmshell; choose another"):
        Store.open(str(path))
    assert path.read_bytes() == before


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()
    with pytest.raises(LabError, match="is empty; make a new one with: hsmshell lab init --force"):
        Store.open(str(tmp_path / DATABASE))


def test_a_newer_schema(lab_directory: Path) -> None:
    path = lab_directory / DATABASE
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version={VERSION + 1}")
    newer.close()
    with pytest.raises(LabError, match=rf"newer hsmshell \(schema {VERSION + 1}\); upgrade"):
        Lab.open(str(lab_directory))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(LabError, match="is damaged"):
        Store.open(str(tmp_path / DATABASE))


def test_a_damaged_page(lab_directory: Path) -> None:
    path = lab_directory / DATABASE
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(LabError, match="hsmshell lab init --force"), closing(Lab.open(str(lab_directory))) as lab:
        lab.clusters()


def test_a_full_disk(lab: Lab) -> None:
    cluster = lab.cluster()
    session = cluster.login("CU", "crypto_user", "user1234", cluster.nodes()).session
    pages = lab.store._db.execute("PRAGMA page_count").fetchone()[0]
    lab.store._db.execute(f"PRAGMA max_page_count={pages + 2}")
    made: list[int] = []
    with pytest.raises(LabError, match="disk is full; free some space"):
        for number in range(100):
            made += cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec(f"key {number}")).handles
    lab.store._db.execute("PRAGMA max_page_count=1000000")
    assert [key.handle for key in cluster.find(session)] == made
    following = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("there is room again"))
    assert following.handles == (made[-1] + 1,)
    assert len(following.nodes) == 2


# secrets


def test_a_deleted_keys_bytes_are_gone(lab_directory: Path) -> None:
    secret = bytes.fromhex("c0ffee5ecde7") * 5 + b"\x01\x02"
    lab = Lab.open(str(lab_directory), Services(random_bytes=lambda size: secret[:size]))
    cluster = lab.cluster()
    session = cluster.login("CU", "crypto_user", "user1234", cluster.nodes()).session
    (handle,) = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("short-lived")).handles
    cluster.delete_key(session, handle)
    lab.close()
    for path in lab_directory.iterdir():
        assert secret[:16] not in path.read_bytes(), path.name


def test_a_keys_bytes_are_there_before(lab_directory: Path) -> None:
    """The test above would prove nothing if the bytes were stored in some other form."""
    secret = bytes.fromhex("c0ffee5ecde7") * 5 + b"\x01\x02"
    lab = Lab.open(str(lab_directory), Services(random_bytes=lambda size: secret[:size]))
    cluster = lab.cluster()
    session = cluster.login("CU", "crypto_user", "user1234", cluster.nodes()).session
    cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("stays"))
    lab.close()
    assert secret in (lab_directory / DATABASE).read_bytes()


def test_material_of_two_copies_goes_with_the_last(lab: Lab) -> None:
    cluster = lab.cluster()
    session = cluster.login("CU", "crypto_user", "user1234", cluster.nodes()).session
    (handle,) = cluster.generate_secret_key(session, KeyType.AES, 32, KeySpec("on both HSMs")).handles
    first, second = cluster.nodes()
    with lab.store.transaction():
        stored = lab.store.object(second.id, handle)
        assert stored is not None
        lab.store.delete_object(first.id, handle)
        assert len(lab.store.material(stored.material)) == 32
        lab.store.delete_object(second.id, handle)
        assert lab.store.material(stored.material) == b""


# text, numbers and attributes


def test_numbers_that_no_database_holds(lab: Lab) -> None:
    cluster = lab.cluster()
    session = cluster.login("CU", "bob", "user1234", cluster.nodes()).session
    huge = 9_999_999_999_999_999_999
    with pytest.raises(ShareListInvalid):
        cluster.generate_secret_key(session, KeyType.AES, 16, KeySpec("shared", shares=(huge,)))
    with pytest.raises(ObjectHandleInvalid):
        cluster.read_key(session, huge)
    assert cluster.find(session, Criteria(object_class=huge)) == []
    assert cluster.find(session, Criteria(key_type=-huge)) == []


def test_names_and_labels_that_are_no_text(lab: Lab) -> None:
    """A terminal may send any byte; it arrives as a lone surrogate."""
    cluster = lab.cluster()
    outcome = cluster.login("CU", "b\udcff", "user\udcfe", cluster.nodes())
    assert outcome.session is None
    session = cluster.login("CU", "bob", "user1234", cluster.nodes()).session
    (handle,) = cluster.generate_secret_key(session, KeyType.AES, 16, KeySpec("l\udcff")).handles
    assert cluster.read_key(session, handle).label == "l\udcff"


_VALUES: dict[Shape, st.SearchStrategy[AttributeValue]] = {
    Shape.BOOLEAN: st.booleans(),
    Shape.NUMBER: st.integers(0, (1 << 32) - 1),
    Shape.TEXT: st.text(),
    Shape.BYTES: st.binary(),
    Shape.DATE: st.from_regex(r"([0-9]{8})?", fullmatch=True),
}


@given(st.data())
def test_attributes_come_back_as_they_were(data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(Attribute)))
    attributes = {attribute: data.draw(_VALUES[attribute.shape]) for attribute in chosen}
    assert all(matches_shape(attribute, value) for attribute, value in attributes.items())
    assert decode_attributes(encode_attributes(attributes)) == attributes
