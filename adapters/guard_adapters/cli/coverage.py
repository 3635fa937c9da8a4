"""`guard coverage`: the tools that an agent can reach, and which of them are judged. For CI.

It imports what it is told to look at, and calls nothing of it but a factory that was named.
"""

import argparse
import asyncio
import inspect
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from guard.errors import Unusable
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.front.coverage.bodies import of_application
from guard_adapters.front.coverage.configs import covered
from guard_adapters.front.coverage.frameworks import FIRST, Table
from guard_adapters.front.coverage.others import MORE
from guard_adapters.front.coverage.reach import Reach
from guard_adapters.front.coverage.sources import called
from guard_adapters.front.coverage.walk import TooMuch, Walk

SERVE = "http://127.0.0.1:8470"


def register(commands: Commands) -> None:
    """Add the parser of `guard coverage`."""
    parser = commands.add_parser("coverage", help="tools that an agent reaches past the guard")
    parser.add_argument(
        "target",
        nargs="+",
        help="MODULE:NAME of an agent, of a factory, or of a table of functions; or settings files "
        "of one coding agent",
    )
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="TOOL",
        help="a tool, or a state such as provider-side, that may pass the guard by",
    )
    parser.add_argument("--serve", default=SERVE, help="where guard serve stands before servers")
    parser.add_argument("--json", action="store_true", help="one JSON object a tool")


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 if something is unguarded, 3 if it could not be looked at."""
    files = [Path(one) for one in args.target if ":" not in one]
    found = covered(files, args.serve) if files else []
    for one in args.target:
        if ":" in one:
            found += _reached(one)
    if not found:
        raise Unusable(
            "No tool was found.",
            code="coverage_nothing",
            next_step="Name an agent of a framework that docs/frameworks lists.",
        )
    bad = {"unguarded", "provider-side", "outside-process"} - set(args.allow)
    holes = [one for one in found if one.state in bad and one.tool not in args.allow]
    for one in found:
        print(json.dumps(asdict(one)) if args.json else _line(one))
    if not args.json:
        print(f"{len(found)} tools, {len(holes)} of them pass the guard by.")
    return FINDINGS if holes else FINE


def _line(one: Reach) -> str:
    return f"{one.state:<15} {one.tool:<24} {one.path}" + (f": {one.why}" if one.why else "")


def _reached(target: str) -> list[Reach]:
    module, _, name = target.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        root: object = import_module(module)
        for word in name.split("."):
            root = getattr(root, word)
        root = _made(root)
    except Exception as wrong:  # the application's own, whatever its module raises as it loads
        raise Unusable(
            f"{target!r} cannot be loaded ({type(wrong).__name__}: {wrong}).",
            code="coverage_unloadable",
            next_step="Run it where the application runs, with its environment.",
        ) from wrong
    finally:
        sys.path.pop(0)
    walk = Walk((*FIRST, *MORE))
    try:
        found = walk.run(root, name)
    except TooMuch as much:
        raise Unusable(
            f"{target!r} leads to too many objects.",
            code="coverage_unloadable",
            next_step="Name a factory that makes the agent alone.",
        ) from much
    return [*found, *called(walk.tools.values(), module.partition(".")[0])]


def _made(root: object) -> object:
    """Return the agent: a factory is called; tables and lists of functions stay what they are."""
    if of_application(root) and callable(root):
        root = root()
        if inspect.isawaitable(root):
            root = asyncio.run(_awaited(root))
    if isinstance(root, dict) and all(map(callable, root.values())):
        return Table(root)
    if isinstance(root, list | tuple) and root and all(map(inspect.isroutine, root)):
        return Table(_named(root))
    return root


async def _awaited(root: object) -> object:
    assert inspect.isawaitable(root)  # noqa: S101  the caller looked
    found: object = await root
    return found


def _named(functions: object) -> Iterator[tuple[str, object]]:
    assert isinstance(functions, list | tuple)  # noqa: S101  the caller looked
    return ((str(one.__name__), one) for one in functions)
