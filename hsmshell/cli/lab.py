"""``hsmshell lab``: make, show and remove labs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hsmshell.cli import lab_cluster
from hsmshell.cli.settings import Settings, WrongUsage, lab_directory, open_lab
from hsmshell.cli.start import FAILED, USAGE

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands."""
    parser.set_defaults(subcommand="", usage=parser.format_usage)
    verbs = parser.add_subparsers(metavar="COMMAND")

    def add(name: str, purpose: str) -> argparse.ArgumentParser:
        child: argparse.ArgumentParser = verbs.add_parser(name, help=purpose, description=purpose, allow_abbrev=False)
        child.set_defaults(subcommand=name)
        return child

    init = add("init", "make a lab from a scenario")
    init.add_argument(
        "--scenario", metavar="NAME|FILE.toml", default="", help="which one; hsmshell lab scenarios lists them"
    )
    init.add_argument("--force", action="store_true", help="replace the lab that is there, with everything in it")
    show = add("show", "show what is in the lab")
    show.add_argument("--json", action="store_true", help="one JSON document, with every attribute")
    add("scenarios", "list the scenarios that come with the program")
    fault = add("fault", "make something go wrong, or right again; without words: what is wrong")
    fault.add_argument(
        "target", nargs="?", default="", help="client, the daemon of key_mgmt_util; or an HSM's node, id or address"
    )
    fault.add_argument("state", nargs="?", default="", help="down or up; for an HSM also full or drop-sync")
    lab_cluster.configure(add("cluster", "create clusters, add and remove their HSMs, back them up and restore them"))
    audit = add("audit", "show the HSMs' audit logs")
    audit.add_argument("hsm", nargs="?", default="", help="one HSM's alone: its node, id or address")
    audit.add_argument("--json", action="store_true", help="one JSON document")
    destroy = add("destroy", "remove the lab with everything in it")
    destroy.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> int:
    """Do what was asked; the exit code. Raises ``LabError`` and ``WrongUsage``."""
    settings: Settings = options.settings
    if options.subcommand == "init":
        return _init(settings, options.scenario, force=options.force)
    if options.subcommand == "show":
        return _show(settings, as_json=options.json)
    if options.subcommand == "scenarios":
        return _scenarios()
    if options.subcommand == "fault":
        from hsmshell.cli import lab_fault

        return lab_fault.run(settings, options.target, options.state)
    if options.subcommand == "cluster":
        return lab_cluster.run(settings, options)
    if options.subcommand == "audit":
        return _audit(settings, options.hsm, as_json=options.json)
    if options.subcommand == "destroy":
        return _destroy(settings, sure=options.yes)
    sys.stderr.write(options.usage())
    sys.stderr.write("hsmshell: lab needs a command; hsmshell lab -h lists them\n")
    return USAGE


def _init(settings: Settings, scenario: str, *, force: bool) -> int:
    from hsmshell.engine.scenario import DEFAULT, create_lab

    directory = lab_directory(settings)
    lab = create_lab(directory, scenario or DEFAULT, force=force)
    name = lab.scenario
    lab.close()
    sys.stdout.write(f"hsmshell: made a lab from the scenario {name} at {directory}; see it with: hsmshell lab show\n")
    return 0


def _show(settings: Settings, *, as_json: bool) -> int:
    from hsmshell.engine.inventory import take

    lab = open_lab(settings)
    try:
        inventory = take(lab)
    finally:
        lab.close()
    if as_json:
        from hsmshell.cli.lab_json import document

        sys.stdout.write(document(inventory))
    else:
        from hsmshell.cli.lab_show import tables

        sys.stdout.write(tables(inventory))
    return 0


def _audit(settings: Settings, hsm: str, *, as_json: bool) -> int:
    from hsmshell import registry
    from hsmshell.cli.settings import context
    from hsmshell.console.plain import standard_console

    lab = open_lab(settings)
    try:
        own = standard_console()
        words = [word for word in (hsm, "--json" if as_json else "") if word]
        try:
            return registry.load("audit")(words, context(lab, own))
        finally:
            own.close()
    finally:
        lab.close()


def _scenarios() -> int:
    from hsmshell.engine.scenario import shipped

    for name, title, path in shipped():
        sys.stdout.write(f"{name:<16}{title}\n{'':<16}{path}\n")
    return 0


def _destroy(settings: Settings, *, sure: bool) -> int:
    from hsmshell.engine.lab import destroy, require_lab

    directory = lab_directory(settings)
    require_lab(directory)
    if not sure and not _agreed(directory):
        sys.stdout.write("hsmshell: nothing was removed\n")
        return FAILED
    left = destroy(directory)
    kept = f"; the directory stays, for it holds other files: {', '.join(sorted(left))}" if left else ""
    sys.stdout.write(f"hsmshell: removed the lab at {directory}{kept}\n")
    return 0


def _agreed(directory: str) -> bool:
    """What the person at the terminal says."""
    if not sys.stdin.isatty():
        raise WrongUsage(f"this would remove the lab at {directory}; without a terminal to ask, say so with --yes")
    from hsmshell.console.console import Ask
    from hsmshell.console.plain import standard_console

    console = standard_console()
    answer = console.ask(f"remove the lab at {directory} with everything in it? (y/n) ", Ask.CONFIRM)
    return answer.strip().lower() in ("y", "yes")
