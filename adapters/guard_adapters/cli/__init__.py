"""The command `guard`: finds the subcommand's module and lets it answer.

A subcommand is a module here with `register(parser)` and `run(args) -> int`. Only the one that was
asked for is imported, so that `guard proxy` does not pay for the console of somebody else. Exit
codes: 0 fine, 1 findings, 2 usage, 3 something cannot be loaded.
"""

import argparse
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Protocol, TypeAlias

from guard.errors import GuardError, Unusable

COMMANDS = {
    "demo": "show the guard at work on built-in servers",
    "proxy": "stand in front of one stdio MCP server",
    "serve": "stand in front of MCP servers over HTTP",
    "hook": "settings by which coding agents ask the guard",
    "coverage": "tools that an agent reaches past the guard",
    "init": "ask a server for its tools and write guard.yaml",
    "doctor": "say what is wrong with this installation",
    "policy": "check, test, explain, replay and compare policies",
    "reviewers": "list, invite and reset who answers questions",
    "approvals": "list, show and deny open questions",
    "review": "the queue of open questions, in this terminal",
    "grants": "list, show and revoke scoped grants",
    "plans": "declare, list, deny and revoke plans of calls",
    "report": "figures of what people are asked",
    "audit": "verify, show and export the audit log",
    "leases": "list, show and revoke credentials",
    "labels": "propose labels of results from an audit log",
    "detectors": "learn from an audit log, show what is watched",
    "check": "measure what a server verifies of call tokens",
    "pin": "compare and accept tool definitions",
    "sessions": "list, resume and end sessions",
    "kill": "stop a tool, server, agent, person or everything",
    "tasks": "list tasks and mandates, end one",
    "signals": "listen to streams of security events",
    "intent": "propose a task for what a person said",
    "offline": "work without the control plane, by signed bundles",
    "keys": "make and show signing keys",
}
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse gives this type no public name
FINE, FINDINGS, USAGE, UNUSABLE = 0, 1, 2, 3


class Misused(Unusable):
    """The command line says something that no command takes: ends with 2, as argparse does."""


class Command(Protocol):
    """What a module of this folder offers."""

    def register(self, commands: "Commands") -> None:
        """Add the command's own parser, under its own name."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it and return the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        command, args = _parse(words)
        return command.run(args)
    except SystemExit as stop:  # argparse has said why, or has shown the help
        return stop.code if isinstance(stop.code, int) else FINE
    except Unusable as error:
        print(f"guard: {error}", file=sys.stderr)
        return USAGE if isinstance(error, Misused) else UNUSABLE
    except GuardError as error:
        print(f"guard: {error}", file=sys.stderr)
        return FINDINGS
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
            raise
        print(
            f"guard: {words[0]} needs mcp 2.3 or newer; a framework here pins an older one. "
            "Install guardcall into an environment of its own.",
            file=sys.stderr,
        )
        return UNUSABLE
    except BrokenPipeError:
        return FINE  # the reader of our output has seen enough


def _parse(words: list[str]) -> tuple[Command, argparse.Namespace]:
    parser = argparse.ArgumentParser(prog="guard", description="Authorize every tool call.")
    # Looked up when asked for: it takes 2 MB, which every relay of every agent would pay.
    text = f"guard {_version()}" if words[:1] == ["--version"] else "guard"
    parser.add_argument("--version", action="version", version=text)
    commands: Commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command: Command | None = None
    if words and words[0] in COMMANDS:
        with loading():
            command = import_module(f"guard_adapters.cli.{words[0]}")
        command.register(commands)  # the others are shown by the help of `guard` alone
    else:
        for name, text in COMMANDS.items():
            commands.add_parser(name, help=text)
    args = parser.parse_args(words)
    if command is None:
        parser.error("the command comes first")
    return command, args


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while modules are loaded: they stay, and looking takes a sixth of it."""
    known = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()  # or the next look would begin with all of them
        gc.enable()


def _version() -> str:
    metadata = import_module("importlib.metadata")
    try:
        return str(metadata.version("guardcall"))
    except metadata.PackageNotFoundError:
        return "(not installed)"
