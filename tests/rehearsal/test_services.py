"""The rehearsal shell's words around the client daemon and the host's own files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hsmshell.console import Context
from hsmshell.console.scripted import ScriptedConsole
from hsmshell.engine.lab import Lab
from hsmshell.rehearsal.shell import run
from tests.client_host import CUSTOMER_CA, MANAGEMENT, kept

Make = Callable[..., Context]


def replies(make: Make, *lines: str) -> list[str]:
    """What followed each line."""
    context = make([*lines, "exit"])
    assert isinstance(context.console, ScriptedConsole)
    run([], context)
    text = context.console.text
    found = []
    for line in [*lines, "exit"]:
        before, separator, text = text.partition(f"{line}\n")
        assert separator
        found.append(before.rpartition("\n")[0])
    return found[1:]


@pytest.mark.parametrize(
    "line",
    [
        "service cloudhsm-client {}", "sudo service cloudhsm-client {}", "systemctl {} cloudhsm-client",
        "sudo systemctl {} cloudhsm-client.service", "{} cloudhsm-client", "sudo {} cloudhsm-client",
        "sudo /opt/cloudhsm/bin/cloudhsm_client {}",
    ],
)  # fmt: skip
def test_the_daemon_as_a_service(context: Make, lab: Lab, line: str) -> None:
    said = replies(context, *(line.format(verb) for verb in ("stop", "status", "start", "restart")))
    assert said == [
        "cloudhsm_client: is stopped",
        "cloudhsm_client: is stopped; start it with: cloudhsm_client start",
        "cloudhsm_client: runs for cluster-migration",
        "cloudhsm_client: is stopped\ncloudhsm_client: runs for cluster-migration",
    ]
    assert lab.cluster().client_up()


@pytest.mark.parametrize(
    "line",
    ["service", "service cloudhsm-client", "service cloudhsm-client sideways", "service httpd start", "systemctl",
     "systemctl start", "systemctl daemon-reload", "start", "stop httpd", "stop cloudhsm-client now",
     "service cloudhsm-client stop now"],
)  # fmt: skip
def test_other_services_and_words(context: Make, lab: Lab, line: str) -> None:
    (said,) = replies(context, line)
    assert said.startswith("hsmshell: ")
    assert said.endswith("; write: service cloudhsm-client {restart|start|status|stop}")
    assert lab.cluster().client_up()


def test_the_other_host_has_no_such_service(context: Make, lab: Lab) -> None:
    said = replies(context, "ssh luna-client", "service cloudhsm-client stop", "help")
    assert "cloudhsm_client is not installed on luna-client" in said[1]
    assert "service cloudhsm-client" not in said[2]
    assert lab.cluster().client_up()
    assert "service cloudhsm-client" in replies(context, "help")[0]


def test_sudo_alone_does_nothing(context: Make) -> None:
    assert replies(context, "sudo", "sudo sudo") == [
        "",
        "hsmshell: sudo: no such command here; help lists what there is",
    ]


def test_files_with_a_fixed_path(context: Make, lab: Lab) -> None:
    said = replies(
        context,
        "sudo /opt/cloudhsm/bin/configure -a 10.0.2.9",
        f"cp {MANAGEMENT} mine.cfg",
        "sudo cp mine.cfg /opt/cloudhsm/etc/customerCA.crt",
        "ls",
        "ls -l /opt/cloudhsm/etc",
        f"rm {MANAGEMENT}",
        f"cat {MANAGEMENT}",
        "ssh luna-client",
        "scp cloudhsm-client:mine.cfg cloudhsm-client:/opt/cloudhsm/etc",
        "exit",
        "ls /opt/cloudhsm/etc/mine.cfg",
        "ls /opt/cloudhsm/nowhere",
    )
    assert said[3] == "mine.cfg"
    assert said[4].splitlines() == ["cloudhsm_client.cfg", "cloudhsm_mgmt_util.cfg", "customerCA.crt"]
    assert said[6] == f"cat: {MANAGEMENT}: No such file or directory"
    assert said[10] == "/opt/cloudhsm/etc/mine.cfg"
    assert said[11] == "ls: /opt/cloudhsm/nowhere: No such file or directory"
    assert kept(lab, CUSTOMER_CA).read_bytes() == kept(lab, "mine.cfg").read_bytes()
    assert kept(lab, CUSTOMER_CA).stat().st_mode & 0o777 == 0o600
    for folder in kept(lab, CUSTOMER_CA).parents:
        if folder == Path(lab.directory):
            break
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("line", ["cp", "cp x", "cp -r x y"])
def test_a_copy_that_is_none(context: Make, line: str) -> None:
    assert replies(context, line)[0].startswith("hsmshell: cp takes a file and where it goes")


def test_a_file_that_is_not_there_is_not_copied(context: Make) -> None:
    assert replies(context, "cp x y") == ["cp: x: No such file or directory"]
