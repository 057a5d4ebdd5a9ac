"""Officers with registered keys, the numbers of approvals, and the files that approvers make."""

from __future__ import annotations

from hsmshell.engine.cluster.tokens import Service
from hsmshell.engine.encodings import public_of
from tests.engine.driving import quorum_signature
from tests.engine.quorum import PRIVATE

from .conftest import Desk

SECOND = "loginHSM CO second user1234"


def appoint(desk: Desk) -> None:
    """A second officer, number 5; both officers have registered the keys of ``PRIVATE``."""
    officer = desk.login("CO", "admin", "admin1234")
    for node in desk.nodes:
        desk.cluster.create_user(officer, node, "CO", "second", "user1234")
    desk.cluster.logout(officer)
    with desk.lab.store.transaction():
        for number in (0, 1):
            for name in ("admin", "second"):
                user = desk.user(name, number)
                assert user is not None
                desk.lab.store.replace_user(user._replace(quorum_key=public_of(PRIVATE[name])))


def raise_service(desk: Desk, *services: Service, number: int | None = None) -> None:
    """Two approvals for these services, on one HSM or on all."""
    officer = desk.login("CO", "admin", "admin1234")
    for node in desk.nodes if number is None else [desk.nodes[number]]:
        for service in services:
            desk.cluster.quorum.set_quorum_value(officer, node, service, 2)
    desk.cluster.logout(officer)


def approve(desk: Desk, *names: str, token: str = "token", announced: int | None = None) -> None:
    """Write approval.txt for a token file that is there, and the signatures of these officers."""
    data = (desk.directory / token).read_bytes()
    lines = [
        f"Multi Token File Path = {token};",
        "Token File Path = ;",
        f"Number of Approvals = {len(names) if announced is None else announced};",
    ]
    for name in names:
        (desk.directory / f"{name}.sig").write_bytes(quorum_signature(PRIVATE[name], data))
        lines += ["Approver Type = 2;", f"Approver Name = {name};", f"Approval File = {name}.sig;"]
    (desk.directory / "approval.txt").write_text("\n".join(lines) + "\n")
