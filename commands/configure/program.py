"""The program: one option says what to do, and either all of it is done or nothing is changed.

The options and the lines about the two files are published; what is said when something is wrong is ours.
"""

from __future__ import annotations

from collections.abc import Sequence

from commands.client_files import (
    CLIENT,
    CLIENT_CERTIFICATE,
    CLIENT_KEY,
    FIRST_DAEMON,
    ClientFileError,
    host_files,
    known_addresses,
    reachable,
    read,
    to_json,
    write,
)
from hsmshell.console import Context
from hsmshell.console.host_files import CUSTOMER_CA, MANAGEMENT
from hsmshell.console.values import path, printable
from hsmshell.grammar import (
    Arguments,
    DuplicateParameter,
    MissingValue,
    Parameter,
    UsageError,
    WrongValue,
    parse_options,
)
from hsmshell.grammar.values import BadValue, Integer, Path

GOOD, FAILED = 0, 1

SYNTAX = """\
configure -h | --help
          -a <ENI IP address>
          -m [-i <daemon_id>]
          --ssl --pkey <private key file> --cert <certificate file>
          --cmu <ENI IP address>
"""


class Address:
    """An IP address, as it is written."""

    role = ""

    def parse(self, text: str) -> str:
        """The text itself. Raises ``BadValue``."""
        import ipaddress

        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise BadValue("not an IP address") from None
        if "%" in text:
            raise BadValue("not an address of an HSM: it has a zone")
        return text


_HELP = "see the syntax with: configure -h"
_ADDRESS = "ENI IP address"
HELP = Parameter("h", aliases=("-help",), help="shows the syntax")
SINGLE = Parameter("a", Address(), _ADDRESS, "one HSM for both configuration files")
MEMBERS = Parameter("m", help="all HSMs that the client daemon knows, for cloudhsm_mgmt_util")
DAEMON = Parameter("i", Integer(1), "daemon_id", "which client daemon")
SSL = Parameter("-ssl", help="the host's own key and certificate")
KEY = Parameter("-pkey", Path(), "private key file", "the key, PEM")
CERTIFICATE = Parameter("-cert", Path(), "certificate file", "its certificate, PEM, signed by the trust anchor")
CLUSTER = Parameter("-cmu", Address(), _ADDRESS, "one HSM for the daemon, all of its cluster for cloudhsm_mgmt_util")

PARAMETERS = (HELP, SINGLE, MEMBERS, DAEMON, SSL, KEY, CERTIFICATE, CLUSTER)
_MAIN = {parameter.name for parameter in (HELP, SINGLE, MEMBERS, SSL, CLUSTER)}
_TOGETHER = (
    *({parameter.name} for parameter in (HELP, SINGLE, MEMBERS, CLUSTER)),
    {MEMBERS.name, DAEMON.name},
    {SSL.name, KEY.name, CERTIFICATE.name},
)


def run(words: Sequence[str], context: Context) -> int:
    """Do what the options say. 0 when it is done; 1 when something is wrong, and nothing is changed."""
    if not words:
        context.console.write(SYNTAX)
        return FAILED
    try:
        arguments = parse_options(PARAMETERS, words)
    except UsageError as problem:
        return _complain(context, _wrong(problem), _HELP)
    if set(arguments) not in _TOGETHER:
        return _complain(context, _missing(set(arguments)), _HELP)
    try:
        if HELP.name in arguments:
            context.console.write(SYNTAX)
        elif SSL.name in arguments:
            _identify(context, arguments)
        elif MEMBERS.name in arguments:
            _list_members(context, arguments.number(DAEMON.name, FIRST_DAEMON))
        else:
            _point(context, arguments)
    except ClientFileError as problem:
        return _complain(context, str(problem), problem.advice)
    return GOOD


def _point(context: Context, arguments: Arguments) -> None:
    """Both files: one HSM; with ``--cmu`` all HSMs of its cluster in that of cloudhsm_mgmt_util."""
    from commands.configure.documents import client, management

    files = host_files(context)
    address = arguments.text(SINGLE.name) or arguments.text(CLUSTER.name)
    addresses = [address]
    if CLUSTER.name in arguments:
        found = reachable(context, address)
        if found is None:
            raise ClientFileError(f"no HSM answers at {address}", "give the address of one of: hsmshell lab show")
        addresses = [node.address for node in found.cluster.nodes()]
    write(files, {CLIENT: to_json(client(files, address)), MANAGEMENT: to_json(management(files, addresses))})
    _updated(context, CLIENT, MANAGEMENT)


def _list_members(context: Context, daemon: int) -> None:
    """The HSMs that the daemon knows, for cloudhsm_mgmt_util."""
    from commands.configure.documents import management

    files = host_files(context)
    try:
        addresses = known_addresses(files, daemon)
    except ClientFileError as problem:
        raise ClientFileError(str(problem), "start the client, which writes that file") from None
    write(files, {MANAGEMENT: to_json(management(files, addresses))})
    _updated(context, MANAGEMENT)


def _identify(context: Context, arguments: Arguments) -> None:
    """The host's own key and certificate are replaced by these."""
    from commands.configure.identity import check

    files = host_files(context)
    key_path, certificate_path = arguments.text(KEY.name), arguments.text(CERTIFICATE.name)
    key, certificate, anchor = (read(files, name) for name in (key_path, certificate_path, CUSTOMER_CA))
    check(key_path, key, certificate_path, certificate, anchor)
    write(files, {CLIENT_KEY: key, CLIENT_CERTIFICATE: certificate})
    context.console.write("configure: wrote ", path(CLIENT_KEY), " and ", path(CLIENT_CERTIFICATE))
    context.console.write("; restart the client to use them\n")


def _updated(context: Context, *names: str) -> None:
    context.console.write(*(f"Updating server config in {name}\n" for name in names))


def _complain(context: Context, message: str, advice: str) -> int:
    context.console.write(f"configure: {printable(message)}; {advice}\n")
    return FAILED


def _wrong(problem: UsageError) -> str:
    parameter = problem.parameter
    if isinstance(problem, MissingValue) and parameter:
        return f"{problem.word} has no {parameter.placeholder}"
    if isinstance(problem, WrongValue) and parameter:
        return f"{problem.word} is no {parameter.placeholder}: {problem.reason}"
    if isinstance(problem, DuplicateParameter):
        return f"{problem.word} is given twice"
    return f"there is no option {problem.word}"


def _missing(given: set[str]) -> str:
    """What is wrong with options that do not go together."""
    if SSL.name in given and given < {SSL.name, KEY.name, CERTIFICATE.name}:
        return "--ssl needs --pkey and --cert"
    if not given & _MAIN:
        alone = " and ".join(f"-{parameter.name}" for parameter in PARAMETERS if parameter.name in given)
        return f"{alone}: one of -a, -m, --cmu and --ssl is missing"
    return "these options do not go together"
