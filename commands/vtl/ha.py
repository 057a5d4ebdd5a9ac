"""``vtl haAdmin``: the client's high-availability groups.

The commands, the group's number and the headings of ``show`` are published (Avi, Luna 5 client), the sentences ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commands.vtl.client import Client
from hsmshell.console import Ask, Part
from hsmshell.console.values import printable, serial
from hsmshell.engine.access import Role
from hsmshell.engine.appliance import groups
from hsmshell.engine.appliance.synchronization import synchronize
from hsmshell.engine.errors import GroupError
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Text

GOOD, FAILED = 0, 1

SETTINGS_HEAD = "================ HA Global Configuration Settings ===============\n\n"
GROUPS_HEAD = "\n================ HA Group and Member Information ================\n\n"
MEMBER_HEAD = "Slot #    Member S/N          Member Label                     Status\n"
MEMBER_RULE = "======    ==========          ============                     ======\n"
NAME_WIDTH, SERIAL_WIDTH = 32, 20
PASSWORD_PROMPT = "Enter the password: "  # noqa: S105
NO_GROUPS = "No HA group is configured.\n"
ENABLED = {True: "yes", False: "no"}

SERIAL = Parameter("serialNum", Text(), "<serial number>", "the partition's serial number", required=True)
GROUP = Parameter("group", Text(), "<group>", "the group's number or label", required=True)
LABEL = Parameter("label", Text(), "<label>", "the new group's label", required=True)
PASSWORD = Parameter("password", Text(), "<password>", "the crypto officer's PIN", secret=True)


def _new_group(client: Client, arguments: Arguments) -> int:
    member = arguments.text(SERIAL.name)
    _require_password(client, [member], arguments)
    group = groups.create(client.lab, arguments.text(LABEL.name), member)
    client.write(
        f'New group with label "{printable(group.label)}" created at group number ', serial(group.number), ".\n"
    )
    return GOOD


def _add_member(client: Client, arguments: Arguments) -> int:
    group = groups.find(client.lab, arguments.text(GROUP.name))
    member = arguments.text(SERIAL.name)
    _require_password(client, [member], arguments)
    groups.add_member(client.lab, group, member)
    client.write("Member ", serial(member), f' added to group "{printable(group.label)}".\n')
    return GOOD


def _remove_member(client: Client, arguments: Arguments) -> int:
    group = groups.find(client.lab, arguments.text(GROUP.name))
    member = arguments.text(SERIAL.name)
    left = groups.remove_member(client.lab, group, member)
    client.write("Member ", serial(member), f' removed from group "{printable(group.label)}".\n')
    if left is None:
        client.write(f'Group "{printable(group.label)}" deleted.\n')
    return GOOD


def _delete_group(client: Client, arguments: Arguments) -> int:
    group = groups.find(client.lab, arguments.text(GROUP.name))
    groups.delete(client.lab, group)
    client.write(f'Group "{printable(group.label)}" deleted.\n')
    return GOOD


def _synchronize(client: Client, arguments: Arguments) -> int:
    group = groups.find(client.lab, arguments.text(GROUP.name))
    _require_password(client, [part.serial for part in groups.reached(client.lab, group)], arguments)
    touched = synchronize(client.lab, group)
    client.write(f'Group "{printable(group.label)}" synchronized: {touched} objects brought up to date.\n')
    return GOOD


def _ha_only(client: Client, arguments: Arguments) -> int:
    chosen = [name for name in ("enable", "disable") if arguments.flag(name)]
    if len(chosen) > 1:
        raise GroupError("either -enable or -disable")
    if chosen:
        groups.set_ha_only(client.lab, chosen == ["enable"])
    client.write(f"Only Show HA Slots: {ENABLED[groups.is_ha_only(client.lab)]}\n")
    return GOOD


def _show(client: Client, arguments: Arguments) -> int:
    client.write(SETTINGS_HEAD)
    _report(
        client,
        (
            ("HA Proxy", "disabled"),
            ("HA Auto Recovery", "disabled"),
            ("Maximum Auto Recovery Retry", "0"),
            ("Auto Recovery Poll Interval", "60 seconds"),
            ("HA Logging", "disabled"),
            ("HA Log File", ""),
            ("Maximum HA Log File Length", "0"),
            ("Only Show HA Slots", ENABLED[groups.is_ha_only(client.lab)]),
        ),
    )
    client.write(GROUPS_HEAD)
    known = groups.groups(client.lab)
    if not known:
        client.write(NO_GROUPS)
    for group in known:
        _show_group(client, group)
    return GOOD


def _show_group(client: Client, group: groups.Group) -> None:
    _report(
        client,
        (
            ("HA Group Label", printable(group.label)),
            ("HA Group Number", serial(group.number)),
            ("HA Group Slot #", str(group.slot)),
            ("Synchronization", "disabled" if group.failed else "enabled"),
            ("Group Members", serial(", ".join(group.members))),
            ("Standby Members", "<none>"),
        ),
    )
    client.write("\n", MEMBER_HEAD, MEMBER_RULE)
    known = groups.partitions_by_serial(client.lab)
    answering = {part.serial for part in groups.answering(client.lab, group)}
    for number in group.members:
        part = known[number][1] if number in known else None
        slot, label = (str(part.number), printable(part.name)) if part else ("-", "-")
        gap = " " * max(1, SERIAL_WIDTH - len(number))
        state = "alive" if number in answering else "down"
        client.write(f"{slot:>6}    ", serial(number), gap, f"{label:<{NAME_WIDTH}} {state}\n")
    client.write("\n")


def _report(client: Client, pairs: Iterable[tuple[str, Part]]) -> None:
    for name, value in pairs:
        client.write(f"{name:>{NAME_WIDTH}}: ", value, "\n")


def _require_password(client: Client, members: Sequence[str], arguments: Arguments) -> None:
    """Log in to each of the members, as the real one does before it trusts it: keys go from one to the other.

    Raises ``GroupError``, or what a login raises.
    """
    partitions = [groups.partition(client.lab, member) for member in members]
    if not partitions:
        return
    password = arguments.text(PASSWORD.name) or client.console.ask(PASSWORD_PROMPT, Ask.SECRET)
    for partition in partitions:
        session = client.application.open_session(partition.number)
        client.application.login(session, Role.CRYPTO_OFFICER, password)
        client.application.close_session(session)


_OURS = "the sentence that it prints is ours"
COMMANDS: tuple[Command[Client], ...] = (
    Command("newGroup", "makes a group of one partition", _new_group, (SERIAL, LABEL, PASSWORD), notes=_OURS),
    Command("addMember", "adds a partition to a group", _add_member, (GROUP, SERIAL, PASSWORD), notes=_OURS),
    Command(
        "removeMember", "takes a partition out of a group", _remove_member, (GROUP, SERIAL), Provenance.RECOMMENDED
    ),
    Command(
        "deleteGroup",
        "forgets a group; its members keep their objects",
        _delete_group,
        (GROUP,),
        Provenance.RECOMMENDED,
    ),
    Command("synchronize", "makes the members alike", _synchronize, (GROUP, PASSWORD), notes=_OURS),
    Command(
        "HAOnly",
        "shows the groups' slots alone, or all",
        _ha_only,
        (Parameter("enable"), Parameter("disable"), Parameter("show")),
        notes=_OURS,
    ),
    Command("show", "shows settings and groups", _show, notes="the layout between the published headings is ours"),
)
