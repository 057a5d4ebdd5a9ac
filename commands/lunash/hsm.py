"""``hsm``: the HSM of the appliance, its administrator and its policies."""

from __future__ import annotations

from collections.abc import Iterator

from commands.lunash import cautions
from commands.lunash.appliance_shell import FAILURE, SUCCESS, ApplianceShell
from commands.lunash.failures import ZEROIZED, failure
from hsmshell.console import Part
from hsmshell.console.values import Kind, Value, printable, serial
from hsmshell.engine.access import Role
from hsmshell.engine.appliance.administration import DESTRUCTIVE
from hsmshell.engine.appliance.policies import HsmPolicy, Profile
from hsmshell.engine.appliance.storage import hsm_storage
from hsmshell.engine.errors import SoLoginFailureThreshold
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Integer, Text

ADMINISTRATOR_QUESTION = "Please enter the HSM Administrators' password"
NEW_QUESTION = "Please enter a password for the HSM Administrator"
AGAIN_QUESTION = "Please re-enter password to confirm"
DOMAIN_QUESTION = "Please enter a cloning domain for this HSM"
DOMAIN_AGAIN_QUESTION = "Please re-enter domain to confirm"
"""All but the first are ours."""

SOFTWARE = {Profile.LUNA5: "5.3.0-11", Profile.LUNA7: "7.3.0"}
"""The appliance's software where the scenario names none; the first is that of a published listing."""

_WIDTHS = {"software": 33, "details": 36, "storage": 37}
"""Of the names in each block, as the published listing has them."""


def _login(shell: ApplianceShell, arguments: Arguments) -> int:
    administration = shell.administration
    if administration.is_zeroized:
        shell.write("\n", ZEROIZED)
        return FAILURE
    left = administration.attempts_left()
    if administration.role is None and left == 2:
        shell.write("\n", cautions.TWO_ATTEMPTS)
    elif administration.role is None and left == 1:
        shell.require_proceed(cautions.LAST_ATTEMPT)
    given = arguments.text("password")
    try:
        administration.login(Role.SECURITY_OFFICER, given or shell.secret(ADMINISTRATOR_QUESTION))
    except SoLoginFailureThreshold as problem:
        # The published session ends so, with a result that says success.
        shell.write("\n\n", failure("hsm login", problem), "\n", ZEROIZED, "\n")
        return SUCCESS
    shell.write("\n'hsm login' successful.\n")
    return SUCCESS


def _logout(shell: ApplianceShell, arguments: Arguments) -> int:
    shell.administration.logout()
    shell.write("\n'hsm logout' successful.\n")
    return SUCCESS


def _init(shell: ApplianceShell, arguments: Arguments) -> int:
    zeroized = shell.administration.is_zeroized
    if not zeroized:
        shell.administration.require_officer()
    password = arguments.text("password") or shell.new_secret(NEW_QUESTION, AGAIN_QUESTION)
    # Any other HSM keeps its domain.
    domain = arguments.text("domain") if zeroized else ""
    if zeroized and not domain:
        domain = shell.new_secret(DOMAIN_QUESTION, DOMAIN_AGAIN_QUESTION)
    if not arguments.flag("force"):
        shell.require_proceed(cautions.INITIALIZE)
    shell.administration.initialize(arguments.text("label"), password, domain)
    shell.write("\n'hsm init' successful.\n")
    return SUCCESS


def _factory_reset(shell: ApplianceShell, arguments: Arguments) -> int:
    if not shell.appliance.device.settings.get("serial_console", True):
        shell.write("\nError:  'hsm factoryReset' is possible at the serial console of the appliance only.\n")
        return FAILURE
    if not arguments.flag("force"):
        shell.require_proceed(cautions.FACTORY_RESET)
    shell.administration.factory_reset()
    shell.write("\n'hsm factoryReset' successful.\n")
    return SUCCESS


def _show(shell: ApplianceShell, arguments: Arguments) -> int:
    appliance = shell.appliance
    software = appliance.setting("software") or SOFTWARE[appliance.profile]
    shell.write("\n", *_block("Appliance Details:"))
    shell.write(*_row("Software Version:", Value(Kind.VARYING, software), "software"))
    shell.write("\n", *_block("HSM Details:"))
    for name, value in _details(shell):
        shell.write(*_row(name, value, "details"))
    shell.write("\n", *_block("Partitions created on HSM:"))
    shell.write(*partition_rows(shell))
    mode = "is NOT" if appliance.policy(HsmPolicy.NON_FIPS) else "is"
    shell.write("\n", *_block("FIPS 140-2 Operation:"))
    shell.write(f"   The HSM {mode} in FIPS 140-2 approved operation mode.\n")
    storage = hsm_storage(appliance)
    shell.write("\n", *_block("HSM Storage Information:"))
    shell.write(*_row("Maximum HSM Storage Space (Bytes):", str(storage.total), "storage"))
    shell.write(*_row("Space In Use (Bytes):", str(storage.used), "storage"))
    shell.write(*_row("Free Space Left (Bytes):", str(storage.free), "storage"))
    return SUCCESS


def _details(shell: ApplianceShell) -> Iterator[tuple[str, Part]]:
    administration, appliance = shell.administration, shell.appliance
    yield "HSM Label:", printable(appliance.setting("label")) or "no label"
    yield "Serial #:", serial(appliance.serial)
    yield "Firmware:", Value(Kind.VARYING, appliance.setting("firmware"))
    yield "Hardware Model:", appliance.setting("model")
    yield "Authentication Method:", "Password"
    yield "HSM Admin login status:", "Logged In" if administration.role is Role.SECURITY_OFFICER else "Not Logged In"
    left = administration.attempts_left()
    yield "HSM Admin login attempts left:", f"{left} before HSM zeroization!" if left else "HSM IS ZEROIZED !!!!"
    settings = appliance.device.settings
    yield "RPV Initialized:", _yes(bool(settings.get("rpv_initialized", False)))
    yield "Audit Role Initialized:", _yes(administration.has_role(Role.AUDITOR))
    yield "Remote Login Initialized:", "No"
    yield "Manually Zeroized:", "No"


def partition_rows(shell: ApplianceShell) -> list[Part]:
    """The partitions, one a line."""
    parts: list[Part] = []
    for part in shell.appliance.partitions():
        parts += ["   Partition: ", serial(part.serial), f",     Name: {printable(part.name)}\n"]
    return parts or ["   There are no partitions.\n"]


def _show_policies(shell: ApplianceShell, arguments: Arguments) -> int:
    appliance = shell.appliance
    shell.write("\n", *_block("HSM Policies:"), f"   {'Description':<40}{'Code':<6}{'Value':<7}Destructive\n")
    for policy in HsmPolicy:
        value = "On" if appliance.policy(policy) else "Off"
        shell.write(f"   {policy.text:<40}{policy.number:<6}{value:<7}{_yes(policy in DESTRUCTIVE)}\n")
    return SUCCESS


def _change_policy(shell: ApplianceShell, arguments: Arguments) -> int:
    policy = next((one for one in HsmPolicy if one.number == arguments.number("policy")), None)
    if policy is None:
        shell.write("\nError:  There is no HSM policy of that number; 'hsm showPolicies' lists them.\n")
        return FAILURE
    shell.administration.require_officer()
    value = arguments.number("value")
    changes = value != shell.appliance.policy(policy)
    if policy in DESTRUCTIVE and changes and value in (0, 1) and not arguments.flag("force"):
        shell.require_proceed(cautions.CHANGE_POLICY)
    shell.administration.change_policy(policy, value)
    shell.write(f"\n'hsm changePolicy' successful.\n\n   {policy.text} is now {'On' if value else 'Off'}.\n")
    return SUCCESS


def _block(title: str) -> list[Part]:
    return [f"   {title}\n   {'=' * len(title)}\n"]


def _row(name: str, value: Part, block: str) -> list[Part]:
    return [f"   {name.ljust(_WIDTHS[block])}", value, "\n"]


def _yes(value: bool) -> str:
    return "Yes" if value else "No"


FORCE = Parameter("force", help="do not ask")
PASSWORD = Parameter("password", Text(), "<password>", "the password; it is asked for otherwise", secret=True)

COMMANDS: tuple[Command[ApplianceShell], ...] = (
    Command(
        "hsm changePolicy",
        "switch a policy of the HSM on (1) or off (0)",
        _change_policy,
        (
            Parameter("policy", Integer(0), "<code>", "the policy's code", required=True),
            Parameter("value", Integer(0), "<value>", "1 for on, 0 for off", required=True),
            FORCE,
        ),
        Provenance.RECOMMENDED,
    ),
    Command("hsm factoryReset", "erase everything on the HSM", _factory_reset, (FORCE,), Provenance.DEDUCED),
    Command(
        "hsm init",
        "give the HSM a label, an administrator and a cloning domain",
        _init,
        (
            Parameter("label", Text(), "<label>", "the HSM's label", required=True),
            PASSWORD,
            Parameter("domain", Text(), "<domain>", "the cloning domain of a zeroized HSM; asked for otherwise"),
            FORCE,
        ),
        Provenance.RECOMMENDED,
        "published are that it asks for both twice, the caution's first line and the last line",
    ),
    Command("hsm login", "log in as the HSM's administrator", _login, (PASSWORD,)),
    Command("hsm logout", "log the HSM's administrator out", _logout, (), Provenance.DEDUCED),
    Command("hsm show", "tell the state of the HSM", _show),
    Command("hsm showPolicies", "list the HSM's policies", _show_policies, (), Provenance.RECOMMENDED),
)
