"""The rehearsal shell: a prompt on a simulated host, with the emulated tools under their real names and paths.

It knows a few of a real shell's words, enough for the guide: variables, scp, ssh, cat, ls. It is no shell: pipes and
loops belong to the launchers that ``hsmshell shims`` writes.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hsmshell import registry
from hsmshell.console import Ask, Context, EndOfInput, System
from hsmshell.console.values import path, printable
from hsmshell.rehearsal.hosts import HOSTS, Network, UnknownHost, find
from hsmshell.rehearsal.words import NotHere, split

_ASSIGNMENT = re.compile(r"(\w+)=(.*)", re.DOTALL)
_APPLIANCE_TOOL = "lunash"
"""What ssh opens on an appliance."""

_SERVICE, _SERVICE_TOOL = "cloudhsm-client", "cloudhsm_client"
"""The one service that a host has, and the tool that runs as this service."""
_SERVICE_VERBS = ("restart", "start", "status", "stop")
_SERVICE_HELP = f"  service {_SERVICE} start (stop, restart, status), with or without sudo: the client daemon"

NOT_FOUND = 127
"""A shell's exit status for a command that is not there."""


def run(arguments: Sequence[str], context: Context) -> int:
    """Read commands until ``exit`` on the first host or the end of input; the last command's exit status."""
    return Shell(context).loop()


def _without_prompt(line: str) -> str:
    """A line that was pasted together with the prompt before it."""
    for host in HOSTS:
        line = line.removeprefix(host.prompt)
    return line


def _is_tool(word: str) -> bool:
    try:
        registry.find(word)
    except registry.UnknownTool:
        return False
    return True


class Shell:
    """One person's terminal: which host it is on, and the variables that were set.

    ``told`` is given each line's exit status.
    """

    def __init__(self, context: Context, told: Callable[[int], object] | None = None) -> None:
        self._context = context
        self._told = told or (lambda status: None)
        self._network = Network(context.lab.directory, confined=context.files.confined)
        self._hosts = [HOSTS[0]]
        self._variables = dict(context.environment)
        self._status = 0
        self._builtins: Mapping[str, Callable[[Sequence[str]], int]] = {
            "cat": self._cat,
            "cp": self._cp,
            "export": self._export,
            "help": self._help,
            "ls": self._ls,
            "rm": self._rm,
            "scp": self._scp,
            "service": self._service,
            "ssh": self._ssh,
            "systemctl": self._systemctl,
            **{verb: partial(self._upstart, verb) for verb in _SERVICE_VERBS},
        }

    def loop(self) -> int:
        """The prompt. Ctrl-C gives up what is being typed or done, as in a shell."""
        while self._hosts:
            try:
                line = self._context.console.ask(self._hosts[-1].prompt, Ask.COMMAND, registry.shell_marks)
                self._status = self._execute(line)
                self._told(self._status)
            except EndOfInput:
                return self._status
            except KeyboardInterrupt:
                if not self._context.console.interactive:
                    raise
                self._context.console.write("\n")
                self._status = 130
        return self._status

    def _execute(self, line: str) -> int:
        try:
            words = split(_without_prompt(line), self._variables)
        except NotHere as problem:
            if (system := self._system_for(_without_prompt(line).split()[0])) is not None:
                return self._host_command(system, line)
            return self._say(f"{problem}; for that write launchers with: hsmshell shims DIR", 2)
        except ValueError:
            return self._say("a quotation mark is not closed; close it and try again", 2)
        while words and (assignment := _ASSIGNMENT.fullmatch(words[0])):
            self._variables[assignment.group(1)] = assignment.group(2)
            words = words[1:]
        if words[:1] == ["sudo"]:
            words = words[1:]  # nobody is anybody in particular here
        if not words:
            return self._status
        if words[0] == "exit":
            self._hosts.pop()
            return self._status
        if words[0] in self._builtins:
            return self._builtins[words[0]](words[1:])
        if (system := self._system_for(words[0])) is not None:
            # Without the shell's own variables the line is a real shell's as it stands.
            return self._host_command(system, shlex.join(words) if "$" in line else line)
        return self._tool(words)

    def _system_for(self, program: str) -> System | None:
        """What runs a program that is none of this shell's words and no emulated tool."""
        system = self._context.system
        return system if system is not None and not _is_tool(program) and system.starts(program) else None

    def _host_command(self, system: System, line: str) -> int:
        """A line that is none of this shell's, run in the host's folder."""
        here = self._hosts[-1]
        try:
            files = self._network.files(here)
        except OSError as problem:
            return self._say(f"{here.name}: {problem.strerror}; check the lab's directory", 1)
        done = system(_without_prompt(line), files)
        self._context.console.write(done.output)
        return done.status

    def _tool(self, words: Sequence[str]) -> int:
        try:
            name = registry.find(words[0])
        except registry.UnknownTool:
            return self._say(f"{words[0]}: no such command here; help lists what there is", NOT_FOUND)
        here = self._hosts[-1]
        if name not in here.tools:
            home = next((host.name for host in HOSTS if name in host.tools), "")
            advice = f"go there with: ssh {home}" if home else "help lists what there is"
            return self._say(f"{name} is not installed on {here.name}; {advice}", NOT_FOUND)
        try:
            files = self._network.files(here)
        except OSError as problem:
            return self._say(f"{here.name}: {problem.strerror}; check the lab's directory", 1)
        context = self._context._replace(files=files, environment=dict(self._variables))
        return registry.load(name)(words[1:], context)

    def _say(self, message: str, status: int) -> int:
        self._context.console.write(f"hsmshell: {printable(message)}\n")
        return status

    # the few words of a real shell

    def _help(self, words: Sequence[str]) -> int:
        here = self._hosts[-1]
        rows = [f"  {name:<20}{registry.TOOLS[name].purpose}" for name in here.tools]
        rows += [
            f"  {'scp FILE HOST:':<20}copy a file to another host, or HOST:FILE . from there",
            f"  {'ssh HOST':<20}go to another host; exit returns",
            f"  {'cat FILE, ls, rm':<20}look at this host's files, remove one; cp FILE TARGET copies one here",
            f"  {'export NAME=VALUE':<20}set a variable",
            *([_SERVICE_HELP] if _SERVICE_TOOL in here.tools else []),
            f"  {'exit':<20}leave this host",
            "hosts:",
            *(f"  {host.name:<20}has {', '.join(host.tools)}" for host in HOSTS),
            *(
                f"  {printable(name):<20}is a Luna appliance; ssh opens its {_APPLIANCE_TOOL}"
                for name in self._appliances()
            ),
        ]
        self._context.console.write("\n".join([f"on {here.name}:", *rows, ""]))
        return 0

    def _export(self, words: Sequence[str]) -> int:
        for word in words:
            assignment = _ASSIGNMENT.fullmatch(word)
            if assignment:
                self._variables[assignment.group(1)] = assignment.group(2)
        return 0

    def _appliances(self) -> list[str]:
        return [appliance.name for appliance in self._context.lab.appliances()]

    def _ssh(self, words: Sequence[str]) -> int:
        if len(words) != 1:
            return self._say("ssh takes one host; help lists them", 2)
        if (name := words[0].rpartition("@")[2]) in self._appliances():
            return registry.load(_APPLIANCE_TOOL)([name], self._context)
        try:
            self._hosts.append(find(words[0]))
        except UnknownHost:
            return self._say(f"there is no host {words[0]}; help lists them", 255)
        return 0

    def _scp(self, words: Sequence[str]) -> int:
        if len(words) < 2:
            return self._say("scp takes a file and where it goes, as in: scp FILE luna-client:", 2)
        for source in words[:-1]:
            try:
                self._network.copy(self._hosts[-1], source, words[-1])
            except UnknownHost as problem:
                return self._say(f"there is no host {problem}; help lists them", 1)
            except OSError as problem:
                self._context.console.write("scp: ", path(printable(source)), f": {problem.strerror}\n")
                return 1
        if any(host.name == words[-1] for host in HOSTS):
            name = words[-1]
            return self._say(f"made a file named {name} here; to copy to the host, write {name}: with a colon", 0)
        return 0

    def _cp(self, words: Sequence[str]) -> int:
        if len(words) < 2 or words[0].startswith("-"):
            return self._say("cp takes a file and where it goes, as in: cp FILE COPY", 2)
        here = self._hosts[-1]
        for source in words[:-1]:
            try:
                self._network.copy_file(here, source, here, words[-1])
            except OSError as problem:
                self._context.console.write("cp: ", path(printable(source)), f": {problem.strerror}\n")
                return 1
        return 0

    def _service(self, words: Sequence[str]) -> int:
        return self._daemon("service", words[0] if words else "", words[1:])

    def _systemctl(self, words: Sequence[str]) -> int:
        return self._daemon("systemctl", words[1] if len(words) > 1 else "", [*words[:1], *words[2:]])

    def _upstart(self, verb: str, words: Sequence[str]) -> int:
        return self._daemon(verb, words[0] if words else "", [verb, *words[1:]])

    def _daemon(self, word: str, service: str, verbs: Sequence[str]) -> int:
        """A service manager's command: what to do, and with which service."""
        advice = f"write: service {_SERVICE} {{{'|'.join(_SERVICE_VERBS)}}}"
        if len(verbs) != 1 or verbs[0] not in _SERVICE_VERBS:
            return self._say(f"{word} takes a service and what to do with it; {advice}", 2)
        if service.removesuffix(".service") != _SERVICE:
            return self._say(f'there is no service "{service}"; {advice}', 1)
        return self._tool([_SERVICE_TOOL, verbs[0]])

    def _rm(self, words: Sequence[str]) -> int:
        for word in words:
            try:
                os.unlink(self._network.place(self._hosts[-1], word))
            except OSError as problem:
                self._context.console.write("rm: ", path(printable(word)), f": {problem.strerror}\n")
                return 1
        return 0

    def _cat(self, words: Sequence[str]) -> int:
        for word in words:
            try:
                data = self._network.files(self._hosts[-1]).read(word)
            except OSError as problem:
                self._context.console.write("cat: ", path(printable(word)), f": {problem.strerror}\n")
                return 1
            text = data.decode("utf-8", "replace")
            self._context.console.write(
                "".join(letter if letter.isprintable() or letter in "\n\t" else "." for letter in text)
            )
        return 0

    def _ls(self, words: Sequence[str]) -> int:
        for word in [word for word in words if not word.startswith("-")] or [""]:
            try:
                names = self._network.names(self._hosts[-1], word)
            except OSError as problem:
                self._context.console.write("ls: ", path(printable(word)), f": {problem.strerror}\n")
                return 1
            self._context.console.write(*(f"{printable(name)}\n" for name in names))
        return 0
