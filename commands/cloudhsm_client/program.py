"""Starting and stopping the daemon. Nothing keeps running: that the daemon is up is a state of the lab.

What the real one writes to its log is not emulated; all lines are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from commands.client_files import (
    CLIENT,
    FIRST_DAEMON,
    ClientFileError,
    cluster_info,
    host_files,
    known_hsms,
    reachable,
    read_object,
    write,
)
from hsmshell.console import Context
from hsmshell.console.host_files import HostFiles
from hsmshell.console.values import printable
from hsmshell.engine.cluster import Cluster

GOOD, FAILED = 0, 1

_USAGE = """\
usage: cloudhsm_client [CONFIGURATION-FILE]
       cloudhsm_client start | stop | restart | status
Starting returns at once. The file says which HSM to ask first; without one, the lab's own cluster is served.
"""


def run(words: Sequence[str], context: Context) -> int:
    """Start the daemon, or do what the word says. 0 when it is done, or the daemon runs; 1 when not."""
    if list(words) in (["-h"], ["--help"]):
        context.console.write(_USAGE)
        return GOOD
    if len(words) > 1 or (words and words[0].startswith("-")):
        context.console.write(_USAGE)
        return FAILED
    word = words[0] if words else "start"
    actions: Mapping[str, Callable[[Context], int]] = {
        "start": start,
        "stop": stop,
        "restart": lambda context: stop(context) or start(context),
        "status": status,
    }
    return actions[word](context) if word in actions else start(context, word)


def start(context: Context, path: str = "") -> int:
    """Serve the cluster of the HSM that the configuration names. The daemon is down when that cannot be.

    One that runs goes on as it is: a changed configuration counts when it is started anew. Raises ``LabMissing``.
    """
    served = context.lab.cluster()
    if served.client_up() and host_files(context).has(cluster_info(FIRST_DAEMON)):
        return _say(context, f"runs already, for {printable(served.name)}", GOOD)
    try:
        cluster = _serve(host_files(context), context, path)
    except ClientFileError as problem:
        served.faults.set_client(up=False)
        return _say(context, f"{printable(str(problem))}; write another with: configure -a IP", FAILED)
    return _say(context, f"runs for {printable(cluster.name)}", GOOD)


def stop(context: Context) -> int:
    """End the daemon, and with it all sessions through it."""
    context.lab.cluster().faults.set_client(up=False)
    return _say(context, "is stopped", GOOD)


def status(context: Context) -> int:
    """Whether it runs, and for which cluster."""
    served = context.lab.cluster()
    if served.client_up():
        return _say(context, f"runs for {printable(served.name)}", GOOD)
    return _say(context, "is stopped; start it with: cloudhsm_client start", FAILED)


def _serve(files: HostFiles, context: Context, path: str) -> Cluster:
    """The cluster that is served from now on. A configuration of the host counts when the lab has it, since a real
    one knows nothing of the lab. Raises ``ClientFileError``."""
    cluster, daemon, minimum = context.lab.cluster(), FIRST_DAEMON, 1
    if path or files.has(CLIENT):
        document = read_object(files, path or CLIENT)
        server, settings = document.get("server"), document.get("client")
        address = server.get("hostname") if isinstance(server, dict) else None
        found = reachable(context, address) if isinstance(address, str) else None
        if found is None:
            named = f"at {address}" if address else "there"
            raise ClientFileError(f"{path or CLIENT}: no HSM answers {named}")
        cluster, daemon = found.cluster, _number(settings, "daemon_id", FIRST_DAEMON)
        minimum = _number(settings, "create_object_minimum_nodes", minimum)
    write(files, {cluster_info(daemon): known_hsms(cluster.nodes())})
    cluster.faults.serve(minimum)
    return cluster


def _number(settings: object, name: str, default: int) -> int:
    """A positive number of the client's settings; anything else stands for the default."""
    number = settings.get(name) if isinstance(settings, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else default


def _say(context: Context, message: str, code: int) -> int:
    context.console.write(f"cloudhsm_client: {message}\n")
    return code
