"""``hsmshell lab cluster``: what the service does to clusters: create, initialize, add and remove HSMs, back up."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hsmshell.cli.settings import Settings, WrongUsage, open_lab
from hsmshell.cli.start import USAGE
from hsmshell.console.values import printable
from hsmshell.engine.errors import LabError

if TYPE_CHECKING:
    import argparse

    from hsmshell.engine.cluster import Cluster
    from hsmshell.engine.lab import Lab
    from hsmshell.engine.records import Container

_HERE = "hsmshell lab cluster"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs."""
    parser.set_defaults(verb="", usage=parser.format_usage)
    verbs = parser.add_subparsers(metavar="VERB")

    def add(verb: str, purpose: str, *names: str) -> argparse.ArgumentParser:
        child: argparse.ArgumentParser = verbs.add_parser(verb, help=purpose, description=purpose, allow_abbrev=False)
        child.set_defaults(verb=verb)
        for name in names:
            child.add_argument(name.lower(), metavar=name)
        return child

    add("create", "make a cluster without HSMs", "NAME").add_argument("--region", default="", help="where it is")
    initialize = add("initialize", "get a cluster's certificate signing request, or hand in what was signed", "NAME")
    initialize.add_argument("--csr", metavar="FILE", default="", help="write the request to this file, as PEM")
    initialize.add_argument("--signed-cert", metavar="FILE", default="", help="the cluster's certificate, PEM")
    initialize.add_argument("--trust-anchor", metavar="FILE", default="", help="the certificate that signed it, PEM")
    for child in (
        add("add-hsm", "add an HSM to a cluster", "NAME"),
        add("restore", "make a cluster with one HSM from a backup", "BACKUP", "NAME"),
    ):
        child.add_argument("--address", metavar="IP", default="", help="of the new HSM; else the next free one")
    add("remove-hsm", "back up an HSM and remove it", "NAME").add_argument("hsm", help="its node, id or address")
    add("backup", "back up a cluster", "NAME")
    backups = add("backups", "list the backups of one cluster, or of all")
    backups.add_argument("name", metavar="NAME", nargs="?", default="")
    backups.add_argument("--json", action="store_true", help="one JSON document")
    add("copy-backup", "copy a backup to another region", "BACKUP", "REGION")


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Do what was asked; the exit code. Raises ``LabError`` and ``WrongUsage``."""
    if not options.verb:
        sys.stderr.write(options.usage())
        sys.stderr.write(f"hsmshell: lab cluster needs a verb; {_HERE} -h lists them\n")
        return USAGE
    if options.verb == "initialize":
        _check_initialize(options)
    lab = open_lab(settings)
    try:
        text = _VERBS[options.verb](lab, options)
    finally:
        lab.close()
    sys.stdout.write(text)
    return 0


def _create(lab: Lab, options: argparse.Namespace) -> str:
    from hsmshell.engine.cluster.lifecycle import create
    from hsmshell.engine.cluster.phase import DEFAULT_REGION

    region = options.region or DEFAULT_REGION
    name = printable(create(lab, options.name, region).name)
    return _said(f"created the cluster {name} in {region}; add an HSM with: {_HERE} add-hsm {name}")


def _check_initialize(options: argparse.Namespace) -> None:
    """Raise ``WrongUsage`` unless one of the two steps is asked for, whole."""
    handed_in = bool(options.signed_cert), bool(options.trust_anchor)
    if bool(options.csr) == any(handed_in) or (any(handed_in) and not all(handed_in)):
        raise WrongUsage("initialize takes --csr FILE, or --signed-cert FILE together with --trust-anchor FILE")


def _initialize(lab: Lab, options: argparse.Namespace) -> str:
    from hsmshell.console.files import Files

    cluster = _cluster(lab, options.name)
    name = printable(cluster.name)
    if not options.csr:
        certificate, anchor = (_read(path) for path in (options.signed_cert, options.trust_anchor))
        cluster.lifecycle.initialize(certificate, anchor)
        from hsmshell.console.host_files import CUSTOMER_CA, HostFiles

        files = HostFiles("", lab.directory)
        files.prepare()
        place = files.kept(CUSTOMER_CA)
        from shlex import quote

        copy = f"cp {printable(quote(options.trust_anchor))} {printable(quote(place))}"
        return _said(
            f"initialized {name}; let the client have the trust anchor ({copy}), "
            "then change the password of the first officer (PRECO admin)"
        )
    from hsmshell.engine.customer import request_pem

    data = request_pem(cluster.lifecycle.request())
    there = os.path.lexists(options.csr)
    try:
        Files().write(options.csr, data)
    except OSError as problem:
        raise LabError(f"{printable(options.csr)}: {problem.strerror}; name a file that can be written") from None
    instead = ", in the place of what was there" if there else ""
    again = f"{_HERE} initialize {name} --signed-cert FILE --trust-anchor FILE"
    return _said(f"wrote the request of {name} to {printable(options.csr)}{instead}; once signed: {again}")


def _read(path: str) -> bytes:
    from hsmshell.console.files import Files

    try:
        return Files().read(path)
    except OSError as problem:
        raise LabError(f"{printable(path)}: {problem.strerror}; name a PEM file that can be read") from None


def _add_hsm(lab: Lab, options: argparse.Namespace) -> str:
    cluster = _cluster(lab, options.name)
    known = _keep_configuration(lab, cluster)
    node = cluster.lifecycle.add_hsm(options.address)
    told = f"; tell the client's tools of it with: hsmshell configure --cmu {node.address}" if known else ""
    return _said(f"added {_hsm(node)} at {node.address} to {printable(cluster.name)}{told}")


def _keep_configuration(lab: Lab, cluster: Cluster) -> bool:
    """Write the client's configuration down as it is, where there is none yet: nobody tells the client of an HSM that
    comes or goes, so that its files keep what they had. Whether there is one.
    """
    from hsmshell import registry
    from hsmshell.console.context import Context
    from hsmshell.console.host_files import MANAGEMENT, HostFiles
    from hsmshell.console.scripted import ScriptedConsole

    if cluster.device.id != lab.cluster().device.id:
        return False
    files, node = HostFiles("", lab.directory), cluster.first_up()
    if node is not None and not files.has(MANAGEMENT):
        registry.load("configure")(["--cmu", node.address], Context(lab, ScriptedConsole(), files))
    return files.has(MANAGEMENT)


def _remove_hsm(lab: Lab, options: argparse.Namespace) -> str:
    cluster = _cluster(lab, options.name)
    node = _node(cluster, options.hsm)
    _keep_configuration(lab, cluster)
    backup = cluster.lifecycle.remove_hsm(node)
    kept = f"what it held is in {backup.id}" if backup else "it held nothing to back up"
    return _said(f"removed {_hsm(node)} from {printable(cluster.name)}; {kept}")


def _backup(lab: Lab, options: argparse.Namespace) -> str:
    backup = _cluster(lab, options.name).lifecycle.backup()
    held = f"users: {backup.users}, keys: {backup.keys}"
    return _said(f"backed up {printable(backup.cluster)} as {backup.id}; {held}")


def _backups(lab: Lab, options: argparse.Namespace) -> str:
    from hsmshell.engine.cluster.backups import backups

    if options.name:
        _cluster(lab, options.name)
    found = backups(lab, options.name)
    if options.json:
        from hsmshell.cli.lab_json import backups_document

        return backups_document(found)
    from hsmshell.cli.lab_show import backups_section

    return backups_section(found) + "\n"


def _restore(lab: Lab, options: argparse.Namespace) -> str:
    from hsmshell.engine.cluster.lifecycle import restore

    cluster = restore(lab, options.backup, options.name, address=options.address)
    (node,) = cluster.nodes()
    name = printable(cluster.name)
    phase = cluster.lifecycle.phase().value
    return _said(f"restored {options.backup} as the cluster {name}, {phase}, with {_hsm(node)} at {node.address}")


def _copy_backup(lab: Lab, options: argparse.Namespace) -> str:
    from hsmshell.engine.cluster.backups import copy_backup

    copy = copy_backup(lab, options.backup, options.region)
    return _said(f"copied {copy.copied_from} to {copy.region} as {copy.id}")


_VERBS = {
    "create": _create,
    "initialize": _initialize,
    "add-hsm": _add_hsm,
    "remove-hsm": _remove_hsm,
    "backup": _backup,
    "backups": _backups,
    "restore": _restore,
    "copy-backup": _copy_backup,
}


def _cluster(lab: Lab, name: str) -> Cluster:
    """The cluster of that name. Raises ``LabError``."""
    for cluster in lab.clusters():
        if cluster.name == name:
            return cluster
    raise LabError(f'there is no cluster "{printable(name)}" in this lab; hsmshell lab show lists them')


def _node(cluster: Cluster, word: str) -> Container:
    """The HSM of that node id, HSM id or address. Raises ``LabError``."""
    for node in cluster.nodes():
        if word in (str(node.number), node.name, node.address):
            return node
    where = printable(cluster.name)
    raise LabError(f'there is no HSM "{printable(word)}" in {where}; hsmshell lab show lists them')


def _hsm(node: Container) -> str:
    return f"node {node.number}, {printable(node.name)},"


def _said(sentence: str) -> str:
    return f"hsmshell: {sentence}\n"
