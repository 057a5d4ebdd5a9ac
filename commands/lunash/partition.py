"""``partition``: the partitions of the HSM."""

from __future__ import annotations

from commands.lunash import cautions
from commands.lunash.appliance_shell import FAILURE, SUCCESS, ApplianceShell
from commands.lunash.hsm import AGAIN_QUESTION, FORCE, partition_rows
from hsmshell.console import Part
from hsmshell.console.values import Kind, Value, printable, serial
from hsmshell.engine.appliance.partition_rules import change_erases, require_resettable, require_room
from hsmshell.engine.appliance.policies import PartitionPolicy
from hsmshell.engine.appliance.storage import partition_storage
from hsmshell.engine.records import Container
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Integer, Text

NEW_QUESTION = "Please enter a password for the partition"

_WIDTH = 40
"""Of the names, as the published lines have them."""


def _create(shell: ApplianceShell, arguments: Arguments) -> int:
    shell.administration.require_officer()
    require_room(shell.appliance, arguments.text("partition"))
    password = arguments.text("password")
    if not password and not shell.appliance.profile.has_partition_officer:
        password = shell.new_secret(NEW_QUESTION, AGAIN_QUESTION)
    shell.administration.create_partition(arguments.text("partition"), password)
    shell.write("\n'partition create' successful.\n")
    return SUCCESS


def _list(shell: ApplianceShell, arguments: Arguments) -> int:
    shell.write("\n", *partition_rows(shell))
    return SUCCESS


def _show(shell: ApplianceShell, arguments: Arguments) -> int:
    name = arguments.text("partition")
    parts = [shell.administration.partition(name)] if name else shell.appliance.partitions()
    for part in parts:
        shell.write("\n", *_details(shell, part))
    if not parts:
        shell.write("\n", *partition_rows(shell))
    return SUCCESS


def _details(shell: ApplianceShell, part: Container) -> list[Part]:
    owner = shell.administration.owner(part)
    left = owner.left if owner else shell.appliance.policy(PartitionPolicy.MAXIMUM_FAILURES, part)
    attempts = f"{left} before Partition Owner is Locked Out" if left else "None - Owner is Locked Out"
    storage = partition_storage(shell.appliance, part)
    rows: list[tuple[str, Part]] = [
        ("Partition Name:", printable(part.name)),
        ("Partition SN:", serial(part.serial)),
        ("Partition Owner Initialized:", "yes" if owner else "no"),
        ("Partition Owner Login Attempts Left:", attempts),
        ("Partition Owner Locked Out:", "no" if left else "yes"),
        ("Partition Objects:", str(shell.administration.count_objects(part))),
        ("Maximum Storage Space (Bytes):", str(storage.total)),
        # A key's encoding may be a byte longer than another's of its length.
        ("Space In Use (Bytes):", Value(Kind.VARYING, str(storage.used))),
        ("Free Space Left (Bytes):", Value(Kind.VARYING, str(storage.free))),
    ]
    return [item for title, value in rows for item in (f"   {title.ljust(_WIDTH)}", value, "\n")]


def _delete(shell: ApplianceShell, arguments: Arguments) -> int:
    name = arguments.text("partition")
    shell.administration.require_officer()
    shell.administration.partition(name)
    if not arguments.flag("force"):
        shell.require_proceed(cautions.DELETE_PARTITION)
    shell.administration.delete_partition(name)
    shell.write("\n'partition delete' successful.\n")
    return SUCCESS


def _reset_password(shell: ApplianceShell, arguments: Arguments) -> int:
    name = arguments.text("partition")
    shell.administration.require_officer()
    shell.administration.partition(name)
    require_resettable(shell.appliance)
    password = shell.new_secret(NEW_QUESTION, AGAIN_QUESTION)
    shell.administration.reset_partition_pin(name, password)
    shell.write("\n'partition resetPw' successful.\n")
    return SUCCESS


def _show_policies(shell: ApplianceShell, arguments: Arguments) -> int:
    part = shell.administration.partition(arguments.text("partition"))
    shell.write(f"\n   {'Description':<40}{'Code':<6}Value\n")
    for policy in PartitionPolicy:
        shell.write(f"   {policy.text:<40}{policy.number:<6}{_shown(policy, shell.appliance.policy(policy, part))}\n")
    return SUCCESS


def _change_policy(shell: ApplianceShell, arguments: Arguments) -> int:
    policy = next((one for one in PartitionPolicy if one.number == arguments.number("policy")), None)
    if policy is None:
        shell.write("\nError:  There is no partition policy of that number; 'partition showPolicies' lists them.\n")
        return FAILURE
    name, value = arguments.text("partition"), arguments.number("value")
    shell.administration.require_officer()
    erases = change_erases(shell.appliance, shell.administration.partition(name), policy, value)
    if erases and not arguments.flag("force"):
        shell.require_proceed(cautions.CHANGE_PARTITION_POLICY)
    shell.administration.change_partition_policy(name, policy, value)
    shell.write(f"\n'partition changePolicy' successful.\n\n   {policy.text} is now {_shown(policy, value)}.\n")
    return SUCCESS


def _shown(policy: PartitionPolicy, value: int) -> str:
    if policy is PartitionPolicy.MAXIMUM_FAILURES:
        return str(value)
    return "On" if value else "Off"


_NAME = Parameter("partition", Text(), "<name>", "the partition's name or serial number", required=True)

COMMANDS: tuple[Command[ApplianceShell], ...] = (
    Command(
        "partition changePolicy",
        "change a policy of a partition",
        _change_policy,
        (
            _NAME,
            Parameter("policy", Integer(0), "<code>", "the policy's code", required=True),
            Parameter("value", Integer(0), "<value>", "1 for on, 0 for off; of policy 20 a number", required=True),
            FORCE,
        ),
        Provenance.RECOMMENDED,
    ),
    Command(
        "partition create",
        "make a partition",
        _create,
        (
            _NAME._replace(help="the new partition's name"),
            Parameter("password", Text(), "<password>", "its owner's; it is asked for otherwise", secret=True),
        ),
        Provenance.RECOMMENDED,
    ),
    Command("partition delete", "erase a partition", _delete, (_NAME, FORCE), Provenance.RECOMMENDED),
    Command("partition list", "list the partitions", _list, (), Provenance.RECOMMENDED),
    Command(
        "partition resetPw",
        "give a partition's owner another password, which ends a lock",
        _reset_password,
        (_NAME,),
        Provenance.RECOMMENDED,
    ),
    Command(
        "partition show",
        "tell the state of one partition, or of all",
        _show,
        (_NAME._replace(required=False),),
        Provenance.DEDUCED,
        "published are the two lines about the owner's lock",
    ),
    Command("partition showPolicies", "list a partition's policies", _show_policies, (_NAME,), Provenance.RECOMMENDED),
)
