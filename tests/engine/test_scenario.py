"""Scenario files: what is refused, and that a refusal leaves the old lab alone."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.engine.attributes import Attribute
from hsmshell.engine.errors import LabError, LabExists, LabForeign, ScenarioError
from hsmshell.engine.lab import DATABASE, Lab
from hsmshell.engine.mechanisms import Curve
from hsmshell.engine.scenario import DEFAULT, LARGEST, create_lab, shipped
from hsmshell.engine.services import Services
from tests.engine.driving import aes_key, login, open_partition

CLUSTER = """
[[cluster]]
  [[cluster.hsm]]
  id = "hsm-one"
  address = "10.0.0.1"
  [[cluster.user]]
  id = 1
  type = "CO"
  name = "admin"
  password = "admin1234"
"""

APPLIANCE = """
[[appliance]]
  [[appliance.partition]]
  slot = 1
  label = "p"
  crypto_officer_pin = "password"
"""

OBJECT = """
    [[appliance.partition.object]]
    handle = 5
"""


def scenario(folder: Path, text: str) -> str:
    path = folder / "own.toml"
    path.write_text(text, "utf-8")
    return str(path)


# what ships


@pytest.mark.parametrize("name", [description.name for description in shipped()])
def test_shipped_scenarios_load(name: str, tmp_path: Path, services: Services) -> None:
    lab = create_lab(str(tmp_path / "lab"), name, services=services)
    assert lab.scenario == name
    assert lab.clusters() or lab.appliances()
    lab.close()


def test_every_shipped_scenario_has_a_title_and_the_default_is_there() -> None:
    assert all(description.title and os.path.isfile(description.path) for description in shipped())
    assert DEFAULT in [description.name for description in shipped()]


def test_the_migrations_lab(lab: Lab) -> None:
    assert lab.client == "classic"
    assert login(lab.cluster(), "admin", "CO").user_name == "admin"
    application, session = open_partition(lab)
    labels = {item.handle: item.label for item in application.objects(session)}
    assert labels == {
        120: "Generated AES Key",
        131: "Master Key",
        137: "Generated RSA Public Key",
        138: "Generated RSA Private Key",
    }
    assert application.generate_secret_key(session, application.read(session, 120).key_type, 16, {}) == 149


@pytest.mark.parametrize(
    ("name", "client", "states"), [("outage", True, ["up", "down", "up"]), ("client-stopped", False, ["up"])]
)
def test_what_is_down_at_the_start(tmp_path: Path, name: str, client: bool, states: list[str]) -> None:
    lab = create_lab(str(tmp_path / "lab"), name)
    cluster = lab.cluster()
    assert cluster.client_up() is client
    assert [node.state for node in cluster.nodes()] == states
    lab.close()


def test_a_cluster_and_its_clone_are_of_one_lineage(tmp_path: Path, services: Services) -> None:
    lab = create_lab(str(tmp_path / "lab"), "clone", services=services)
    production, clone = lab.clusters()
    session = login(production)
    handle = aes_key(production, session, "travels")
    created = clone.masking.insert_masked_object(
        login(clone), production.masking.extract_masked_object(session, handle)
    )
    assert [node.number for node in created.nodes] == [0]
    regions = [cluster.device.settings["region"] for cluster in (production, clone)]
    assert regions == ["us-east-1", "us-west-2"]
    lab.close()


def test_clusters_without_a_common_lineage_have_masking_keys_of_their_own(tmp_path: Path, services: Services) -> None:
    second = CLUSTER.replace("hsm-one", "hsm-two").replace("10.0.0.1", "10.0.0.2")
    texts = [CLUSTER, second.replace("[[cluster]]", '[[cluster]]\nlineage = "other"')]
    lab = create_lab(str(tmp_path / "lab"), scenario(tmp_path, "\n".join(texts)), services=services)
    first, other = lab.clusters()
    assert first.device.secret != other.device.secret
    lab.close()


# own files


def test_a_file_of_ones_own(tmp_path: Path, services: Services) -> None:
    value = '    type = "AES"\n    value = "000102030405060708090a0b0c0d0e0f"\n    label = "known"\n'
    path = scenario(tmp_path, 'client = "late"\npassword_cost = 2\n' + CLUSTER + APPLIANCE + OBJECT + value)
    lab = create_lab(str(tmp_path / "lab"), path, services=services)
    assert (lab.scenario, lab.client) == ("own", "late")
    application, session = open_partition(lab)
    item = application.read(session, 5)
    with lab.store.reading():
        assert lab.store.material(item.material) == bytes(range(16))
    assert item.attributes[Attribute.LOCAL] is False
    lab.close()


BAD: dict[str, tuple[str, str]] = {
    "unknown entry at the top": ("clients = 1\n", "the scenario has no entry 'clients'"),
    "unknown entry of a cluster": ("[[cluster]]\nhsms = []\n", "a cluster has no entry 'hsms'"),
    "unknown entry of an hsm": (CLUSTER.replace("address", "adress"), "an hsm has no entry 'adress'"),
    "unknown entry of a user": (CLUSTER.replace("password", "pasword"), "a user has no entry 'pasword'"),
    "unknown entry of an appliance": ("[[appliance]]\npartitions = []\n", "an appliance has no entry 'partitions'"),
    "a number among the files of an appliance": (
        APPLIANCE.replace("[[appliance]]", "[[appliance]]\nuser_files = [1]"),
        "user_files is not a list of texts in quotes",
    ),
    "more logs than an appliance holds": (
        APPLIANCE.replace("[[appliance]]", "[[appliance]]\nlog_files = 1001"),
        "log_files is 1001, not from 0 to 1000",
    ),
    "unknown entry of a partition": (APPLIANCE + "    pin = 1\n", "a partition has no entry 'pin'"),
    "unknown entry of an object": (
        APPLIANCE + OBJECT + 'type = "AES"\nsize = 16\nwarp = true\n',
        "an object has no entry 'warp'",
    ),
    "an unknown state": (
        CLUSTER.replace("address", 'state = "off"\n    address'),
        "state is 'off', not one of up, down",
    ),
    "an unknown state of the client": ('[[cluster]]\nclient_daemon = "off"\nhsm = []\n', "client_daemon is 'off'"),
    "no hsm": ("[[cluster]]\n", "a cluster lacks the entry 'hsm'"),
    "an hsm too many": (
        "[[cluster]]\n" + "".join(f'[[cluster.hsm]]\nid = "h{n}"\naddress = "10.0.0.{n}"\n' for n in range(29)),
        "cluster1 has 29 HSMs, more than 28",
    ),
    "an hsm of a cluster that is not initialized": (
        CLUSTER.replace("[[cluster]]", "[[cluster]]\ninitialized = false"),
        "cluster1 is not initialized, and has neither",
    ),
    "a region": (CLUSTER.replace("[[cluster]]", '[[cluster]]\nregion = "US East"'), "region is 'US East'"),
    "no partition": ("[[appliance]]\n", "an appliance lacks the entry 'partition'"),
    "no id": (CLUSTER.replace('id = "hsm-one"', ""), "an hsm lacks the entry 'id'"),
    "no type of a user": (CLUSTER.replace('type = "CO"', ""), "a user lacks the entry 'type'"),
    "no slot": (APPLIANCE.replace("slot = 1", ""), "a partition lacks the entry 'slot'"),
    "no type of an object": (APPLIANCE + OBJECT, "an object lacks the entry 'type'"),
    "no size of an object": (APPLIANCE + OBJECT + 'type = "AES"\n', "takes either a size or a value"),
    "client": ('client = "modern"\n', "client is 'modern', not one of classic, late"),
    "client of another type": ("client = 5\n", "client is 5"),
    "cost": ("password_cost = 1000\n", "password_cost is 1000"),
    "cost that would take all memory": (
        "password_cost = 1099511627776\n",
        "password_cost is 1099511627776, not from 2 to 1048576",
    ),
    "kind of user": (CLUSTER.replace('"CO"', '"XX"'), "XX"),
    "number as a password": (CLUSTER.replace('"admin1234"', "1234"), "an entry is wrong"),
    "a table that is none": ("cluster = 5\n", "an entry is wrong"),
    "a number that is none": (CLUSTER.replace("id = 1", 'id = "one"'), "an entry is wrong"),
    "a number that is too large": (CLUSTER.replace("id = 1", "id = 99999999999999999999"), "an entry is wrong"),
    "curve": (APPLIANCE + OBJECT + 'type = "EC"\ncurve = "P-256"\n', "curve is 'P-256', not one of K256, P192"),
    "key type": (APPLIANCE + OBJECT + 'type = "SERPENT"\nsize = 16\n', "type is 'SERPENT', not RSA, "),
    "a number for a flag": (
        APPLIANCE.replace("slot", "allow_secret_key_wrapping = 1\nslot"),
        "is 1, not true or false",
    ),
    "a text for a flag": ('[[appliance]]\nfips = "no"\npartition = []\n', "fips is 'no', not true or false"),
    "a text for a count": (
        '[[appliance]]\nmaximum_failures = "abc"\npartition = []\n',
        "maximum_failures is 'abc', not a whole number",
    ),
    "a next handle of zero": (APPLIANCE + "    next_handle = 0\n", "next_handle is 0, not from 1"),
    "a next handle that is taken": (
        APPLIANCE + "    next_handle = 5\n" + OBJECT + 'type = "AES"\nsize = 16\n',
        "next_handle 5 of",
    ),
    "a next handle of another node": (CLUSTER.replace("address", "next_handle = 262150\naddress"), "range of node 0"),
    "the same handle twice": (APPLIANCE + (OBJECT + 'type = "AES"\nsize = 16\n') * 2, "object"),
    "an entry of a pair on a secret key": (APPLIANCE + OBJECT + 'type = "AES"\nsize = 16\nbits = 7\n', "'bits'"),
    "an unknown set of uses": (APPLIANCE + OBJECT + 'type = "AES"\nsize = 16\nusage = "some"\n', "usage is 'some'"),
    "size and value": (APPLIANCE + OBJECT + 'type = "AES"\nsize = 16\nvalue = "00"\n', "a size or a value"),
    "a name that is too long": (CLUSTER.replace('"admin"', '"' + "a" * 32 + '"'), "longer than 31 characters"),
    "a control character": (CLUSTER.replace("hsm-one", "hsm\\u001b"), "has a control character"),
    "key size": (APPLIANCE + OBJECT + 'type = "AES"\nsize = 5\n', "an entry is wrong"),
    "key bytes": (APPLIANCE + OBJECT + 'type = "AES"\nvalue = "xyz"\n', "an entry is wrong"),
    "the same user twice": (
        CLUSTER + CLUSTER.partition("[[cluster.user]]")[1] + CLUSTER.partition("user]]")[2],
        "user",
    ),
    "the same slot twice": (APPLIANCE + APPLIANCE.partition("[[appliance]]")[2], "slot 1 belongs to two partitions"),
    "the same name twice": (CLUSTER.replace("[[cluster]]", '[[cluster]]\nname = "c"') * 2, "device"),
    "not TOML": ("this is prose\n", "is not TOML"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_scenario_is_refused_with_a_sentence(name: str, tmp_path: Path, services: Services) -> None:
    text, expected = BAD[name]
    path = scenario(tmp_path, text)
    with pytest.raises(ScenarioError) as raised:
        create_lab(str(tmp_path / "lab"), path, services=services)
    message = str(raised.value)
    assert expected in message
    assert "own.toml" in message
    assert "\n" not in message
    assert "damaged" not in message
    assert list(tmp_path.glob("lab/*")) == []


OTHER_OBJECTS = """
[[appliance]]
[[appliance.partition]]
slot = 1
label = "p"
[[appliance.partition.object]]
handle = 10
type = "EC"
curve = "P384"
private.label = "signing"
private.sign = true
[[appliance.partition.object]]
handle = 20
type = "DSA"
public.label = "verifying"
[[appliance.partition.object]]
handle = 30
type = "DH"
[[appliance.partition.object]]
handle = 40
type = "DATA"
value = "6e6f7465"
label = "note"
application = "rehearsal"
[[appliance.partition.object]]
handle = 50
type = "CAST5"
size = 16
"""


def test_a_partition_starts_with_pairs_of_every_type_and_with_data(lab_from: Callable[[str], Lab]) -> None:
    lab = lab_from(OTHER_OBJECTS)
    partition = lab.appliance().partitions()[0]
    with lab.store.reading():
        items = {item.handle: item for item in lab.store.objects(partition.id)}
    assert sorted(items) == [10, 11, 20, 21, 30, 31, 40, 50]
    assert [items[handle].key_type.name for handle in (11, 20, 31, 50)] == ["EC", "DSA", "DH", "CAST5"]
    assert items[11].attributes[Attribute.EC_PARAMS] == Curve.P384.identifier
    assert (items[11].label, items[11].flag(Attribute.SIGN), items[20].label) == ("signing", True, "verifying")
    assert (items[40].label, items[40].attributes[Attribute.VALUE]) == ("note", b"note")


@pytest.mark.parametrize("name", ["nowhere", "./nowhere.toml", "nowhere.toml"])
def test_a_scenario_that_is_not_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="hsmshell lab scenarios"):
        create_lab(str(tmp_path / "lab"), name)
    assert not (tmp_path / "lab").exists()


def test_a_pipe_a_device_or_a_huge_file_is_no_scenario(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "huge.toml").write_bytes(b"#" * (LARGEST + 1))
    for path in (tmp_path / "pipe.toml", tmp_path / "huge.toml", tmp_path, Path("/dev/zero")):
        with pytest.raises(ScenarioError, match=r"is no file of at most [0-9]+ bytes; name the scenario's TOML file"):
            create_lab(str(tmp_path / "lab"), f"{path}/" if path == tmp_path else str(path))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="is not TOML"):
        create_lab(str(tmp_path / "lab"), str(tmp_path / "own.toml"))


# a lab that is there


def test_a_lab_is_replaced_only_with_force(lab_directory: Path, services: Services) -> None:
    before = (lab_directory / DATABASE).read_bytes()
    with pytest.raises(LabExists, match="hsmshell lab init --force"):
        create_lab(str(lab_directory), services=services)
    assert (lab_directory / DATABASE).read_bytes() == before
    lab = create_lab(str(lab_directory), services=services, force=True)
    lab.close()
    assert (lab_directory / DATABASE).read_bytes() != before


def test_a_failing_scenario_leaves_the_old_lab_alone(lab_directory: Path, tmp_path: Path, services: Services) -> None:
    before = {path.name: path.read_bytes() for path in lab_directory.iterdir()}
    with pytest.raises(ScenarioError):
        create_lab(str(lab_directory), scenario(tmp_path, "x = 1\n"), services=services, force=True)
    assert {path.name: path.read_bytes() for path in lab_directory.iterdir()} == before


def test_force_keeps_what_is_not_the_labs(lab_directory: Path, services: Services) -> None:
    ours = ["history-key_mgmt_util", "process-123-abcdef.lock"]
    theirs = ["history-notes.txt", "process-notes.txt", "lab.db-backup", "lab.dbx", "notes"]
    for name in [*ours, *theirs]:
        (lab_directory / name).write_text("x")
    create_lab(str(lab_directory), services=services, force=True).close()
    assert sorted(path.name for path in lab_directory.iterdir()) == sorted([DATABASE, *theirs])


def test_force_does_not_replace_another_programs_database(tmp_path: Path, services: Services) -> None:
    directory = tmp_path / "project"
    directory.mkdir()
    other = sqlite3.connect(directory / DATABASE)
    other.execute("CREATE TABLE precious (thing)")
    other.commit()
    other.close()
    before = (directory / DATABASE).read_bytes()
    with pytest.raises(LabForeign):
        create_lab(str(directory), services=services, force=True)
    assert (directory / DATABASE).read_bytes() == before


def test_force_replaces_a_damaged_lab(lab_directory: Path, services: Services) -> None:
    (lab_directory / DATABASE).write_bytes(b"what is left after a bad disk")
    lab = create_lab(str(lab_directory), services=services, force=True)
    assert lab.clusters()
    lab.close()


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LabError, match="choose another with --lab"):
        create_lab(str(tmp_path / "file" / "lab"))


FIRST_USE = """
import sys
from hsmshell.cli.settings import Settings, open_lab
sys.stdin.readline()
lab = open_lab(Settings(sys.argv[1]))
print(len(lab.appliances()))
lab.close()
"""


def test_two_first_uses_at_once_make_one_lab(tmp_path: Path) -> None:
    directory = tmp_path / "lab"
    command = [sys.executable, "-c", FIRST_USE, str(directory)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    results = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, results
    assert [output for output, _ in results] == ["1\n"] * 4
    assert sum("made a lab" in errors for _, errors in results) == 1
    assert os.listdir(directory) == [DATABASE]
    shutil.rmtree(directory)
