"""The listing: every stream of every cluster, or one, as records or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from commands.audit.record import fields, record
from hsmshell.console import Context
from hsmshell.console.values import printable, serial
from hsmshell.engine.cluster import Cluster
from hsmshell.engine.records import AuditRow

_USAGE = "usage: hsmshell lab audit [HSM] [--json]\n"
JSON = "--json"


def run(arguments: Sequence[str], context: Context) -> int:
    """Show the log; ``HSM`` is an id, or the node or the address of one that is there. 0, or 1 for a wrong word."""
    words = [word for word in arguments if word != JSON]
    if len(words) > 1:
        context.console.write(_USAGE)
        return 1
    logs = streams = [
        (cluster, stream, list(rows))
        for cluster in context.lab.clusters()
        for stream, rows in groupby(cluster.audit(), lambda row: row.hsm)
    ]
    if words:
        names = _names(context, words[0])
        streams = [one for one in streams if one[1] in names]
        if not streams and len(names) == 1:
            known = ", ".join(dict.fromkeys(printable(stream) for _, stream, _ in logs)) or "none yet"
            context.console.write(f'hsmshell: there is no log of an HSM "{printable(words[0])}"; there are: {known}\n')
            return 1
    write = _write_json if JSON in arguments else _write_text
    write(context, streams)
    return 0


def _names(context: Context, word: str) -> set[str]:
    """The ids of the HSMs that the word may mean; the word itself for one that is gone."""
    nodes = [node for cluster in context.lab.clusters() for node in cluster.nodes()]
    return {word, *(node.name for node in nodes if word in (str(node.number), node.address))}


Stream = tuple[Cluster, str, list[AuditRow]]


def _write_text(context: Context, streams: Sequence[Stream]) -> None:
    for cluster, stream, rows in streams:
        context.console.write("log stream ", serial(printable(stream)), f" of {printable(cluster.name)}\n\n")
        for row in rows:
            context.console.write(*record(row), "\n")
    context.console.write("" if streams else "hsmshell: no HSM has logged anything yet; use a tool first\n")


def _write_json(context: Context, streams: Sequence[Stream]) -> None:
    import json

    document = [
        {
            "cluster": cluster.name,
            "hsm": stream,
            "events": [{"usecs": row.time, **dict(fields(row))} for row in rows],
        }
        for cluster, stream, rows in streams
    ]
    context.console.write(json.dumps(document, indent=2) + "\n")
