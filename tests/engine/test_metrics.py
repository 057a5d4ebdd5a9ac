"""The published metrics of an HSM, and how ``lab show`` has them."""

from __future__ import annotations

import json
from pathlib import Path

from hsmshell.engine.cluster import Cluster
from hsmshell.engine.cluster.metrics import Metrics, measure
from hsmshell.engine.lab import Lab
from tests.cli.running import run
from tests.engine.driving import aes_key, login, set_state


def metrics(cluster: Cluster, number: int) -> Metrics:
    with cluster.lab.store.reading():
        return measure(cluster.lab.store, cluster.nodes()[number], cluster.lab.store.sessions())


def test_a_quiet_hsm(lab: Lab) -> None:
    assert metrics(lab.cluster(), 0) == Metrics(0, 56, 0, 0, 0, 0, 1020, 1024)


def test_sessions_and_keys_are_counted_where_they_are(lab: Lab) -> None:
    cluster = lab.cluster()
    session = login(cluster)
    cluster.login("CO", "admin", "admin1234", [cluster.nodes()[1]])
    aes_key(cluster, session)
    aes_key(cluster, session, session_only=True)
    assert metrics(cluster, 0) == Metrics(0, 56, 1, 1, 1, 1, 1020, 1024)
    assert metrics(cluster, 1) == Metrics(0, 56, 0, 1, 1, 2, 1020, 1024)


def test_an_hsm_that_is_down_tells_nothing_but_that(lab: Lab) -> None:
    set_state(lab, 1, "down")
    assert metrics(lab.cluster(), 1) == Metrics(1)
    assert metrics(lab.cluster(), 0).HsmUnhealthy == 0


def test_lab_show_has_them(tmp_path: Path, lab: Lab) -> None:
    set_state(lab, 1, "down")
    shown = run(tmp_path, "--lab", lab.directory, "lab", "show").out
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line.startswith("Hsm")}
    assert list(rows) == list(Metrics._fields)
    assert (rows["HsmUnhealthy"], rows["HsmUsersAvailable"]) == (["0", "1"], ["1020", "-"])
    document = json.loads(run(tmp_path, "--lab", lab.directory, "lab", "show", "--json").out)
    first, second = (hsm["metrics"] for hsm in document["clusters"][0]["hsms"])
    assert (first["HsmUsersMax"], second["HsmUsersMax"], second["HsmUnhealthy"]) == (1024, None, 1)
