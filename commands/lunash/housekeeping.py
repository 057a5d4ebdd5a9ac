"""``syslog``, ``my`` and ``sysconf``: what a deprovisioning empties beside the HSM. The outputs are ours."""

from __future__ import annotations

from collections.abc import Callable

from commands.lunash import cautions
from commands.lunash.appliance_shell import SUCCESS, ApplianceShell
from commands.lunash.hsm import FORCE
from hsmshell.console.values import path
from hsmshell.engine.appliance.housekeeping import PUBLIC_KEYS, USER_FILES
from hsmshell.grammar import Arguments, Command, Parameter, Provenance
from hsmshell.grammar.values import Word

Handler = Callable[[ApplianceShell, Arguments], int]


def _rotate(shell: ApplianceShell, arguments: Arguments) -> int:
    shell.house.rotate_logs()
    shell.write("\n'syslog rotate' successful.\n")
    return SUCCESS


def _clean(shell: ApplianceShell, arguments: Arguments) -> int:
    if not arguments.flag("force"):
        shell.require_proceed(cautions.CLEAN_LOGS)
    count = shell.house.clean_logs()
    shell.write(f"\n   {count} log files deleted.\n\n'syslog cleanup' successful.\n")
    return SUCCESS


def _list_logs(shell: ApplianceShell, arguments: Arguments) -> int:
    _write_names(shell, shell.house.log_files())
    return SUCCESS


def _listing(kind: str) -> Handler:
    def handler(shell: ApplianceShell, arguments: Arguments) -> int:
        _write_names(shell, shell.house.names(kind))
        return SUCCESS

    return handler


def _write_names(shell: ApplianceShell, names: list[str]) -> None:
    shell.write("\n")
    for name in names:
        shell.write("   ", path(name), "\n")
    if not names:
        shell.write("   There are none.\n")


def _clearing(command: str, kind: str, caution: str) -> Handler:
    def handler(shell: ApplianceShell, arguments: Arguments) -> int:
        if not arguments.flag("force"):
            shell.require_proceed(caution)
        count = shell.house.clear(kind)
        shell.write(f"\n   {count} deleted.\n\n'{command}' successful.\n")
        return SUCCESS

    return handler


def _reset_services(shell: ApplianceShell, arguments: Arguments) -> int:
    if not arguments.flag("force"):
        shell.require_proceed(cautions.RESET_SERVICES)
    shell.house.reset_configuration()
    shell.write("\n'sysconf config factoryReset' successful.\n")
    return SUCCESS


_SERVICE = Parameter("service", Word({"all": "all"}, fold=True), "all", "which services", required=True, verbatim=True)

COMMANDS: tuple[Command[ApplianceShell], ...] = tuple(
    Command(name, summary, handler, parameters, Provenance.RECOMMENDED)
    for name, summary, handler, parameters in (
        ("my file clear", "delete your files", _clearing("my file clear", USER_FILES, cautions.CLEAR_FILES), (FORCE,)),
        ("my file list", "list your files", _listing(USER_FILES), ()),
        (
            "my public-key clear",
            "delete your public keys",
            _clearing("my public-key clear", PUBLIC_KEYS, cautions.CLEAR_KEYS),
            (FORCE,),
        ),
        ("my public-key list", "list your public keys", _listing(PUBLIC_KEYS), ()),
        ("sysconf config factoryReset", "reset the appliance's services", _reset_services, (_SERVICE, FORCE)),
        ("syslog cleanup", "delete the rotated logs", _clean, (FORCE,)),
        ("syslog list", "list the rotated logs", _list_logs, ()),
        ("syslog rotate", "begin a new log", _rotate, ()),
    )
)
