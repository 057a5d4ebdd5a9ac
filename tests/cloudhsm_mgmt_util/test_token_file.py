"""The file that getToken writes, byte by byte."""

from __future__ import annotations

import itertools
from pathlib import Path

from hsmshell.engine.cluster.quorum import QUORUM_SETTING
from hsmshell.engine.scenario import create_lab
from tests.conftest import NOON

from .conftest import OFFICER, SERVICES, Desk


def test_the_records_of_all_hsms_have_one_time(tmp_path: Path) -> None:
    seconds = itertools.count(int(NOON))
    lab = create_lab(str(tmp_path / "lab"), services=SERVICES._replace(clock=lambda: float(next(seconds))))
    desk = Desk(lab, tmp_path)
    with lab.store.transaction():
        for node in desk.nodes:
            lab.store.set_container_settings(node.id, {f"{QUORUM_SETTING}3": 2})
    assert desk.reply(OFFICER, "getToken 3 admin file").count("getToken success on server") == 2
    lab.close()
    data = (tmp_path / "file").read_bytes()
    first, second = data[:80], data[80:]
    assert len(second) == 80
    assert first[64:72] == second[64:72]
    assert int(NOON) < int.from_bytes(first[64:72], "big") < next(seconds)
    assert [record[:16].hex() for record in (first, second)] == [
        "0001" "0003" "00000000" "0000000000000000", "0001" "0003" "00000001" "0000000000000000",
    ]  # fmt: skip
    assert first[32:64] == b"admin".ljust(32, b"\0")
    assert first[72:] == bytes(8)
