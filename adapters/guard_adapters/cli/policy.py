"""`guard policy`: look at a policy before it judges anything. Changes no file and asks nobody.

check says what is wrong, test runs the decision tables, explain one call, replay recorded
sessions, diff what a new policy would decide otherwise.
"""

import argparse
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from guard.errors import Unusable
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.cli.opened import Opened, add_source, opened


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("policy", help="check, test, explain, replay, diff policies")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="say what is wrong with a policy")
    check.add_argument("--strict", action="store_true", help="take warnings as errors")
    test = actions.add_parser("test", help="run the decision tables")
    test.add_argument("--mutate", action="store_true", help="try the tables on wrong policies")
    for one in (check, test):
        one.add_argument("dir", nargs="?", type=Path, default=None, metavar="DIR")
    explain = actions.add_parser("explain", help="explain the decision on one call")
    explain.add_argument("call", nargs="?", type=Path, metavar="CALL.json")
    explain.add_argument("--trace", metavar="FILE", help="explain a call of recorded sessions")
    explain.add_argument("--session", help="which of them, where there are several")
    explain.add_argument("--step", type=int, default=-1, help="which call, from 0 (the last one)")
    _add_course(explain)
    replay = actions.add_parser("replay", help="decide recorded sessions again")
    _add_replay(replay)
    replay.add_argument("traces", metavar="TRACES", help="JSON lines; - reads them from stdin")
    diff = actions.add_parser("diff", help="compare what two policies decide")
    diff.add_argument("old", type=Path, metavar="OLD")
    diff.add_argument("new", type=Path, metavar="NEW")
    diff.add_argument("--traces", required=True, help="recorded sessions to compare on")
    diff.add_argument("--allow-loosening", action="store_true")
    for one in (check, test, explain, replay):
        add_source(one)
    for one in (check, test, explain, replay, diff):
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--history", choices=("guarded", "recorded"), default="guarded")
    parser.add_argument("--approve", choices=("none", "all", "recorded"), default="none")


def _add_replay(parser: argparse.ArgumentParser) -> None:
    _add_course(parser)
    parser.add_argument("--no-timing", action="store_true", help="micros are null: equal runs")
    parser.add_argument("--keep-going", action="store_true", help="deny a bad line and go on")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    # Each action imports what it needs: `policy check` must not load the session code.
    match args.action:
        case "check":
            from guard_adapters.cli import policy_check  # noqa: PLC0415

            return policy_check.check(args, _place(args))
        case "test":
            from guard_adapters.cli import policy_check  # noqa: PLC0415

            return policy_check.test(args, _opened(args))
        case "explain":
            from guard_adapters.cli import policy_explain  # noqa: PLC0415

            with closing(trace_lines(args.trace) if args.trace else _nothing()) as lines:
                return policy_explain.explain(args, _opened(args), lines)
        case "replay":
            return _replayed(args)
        case _:
            from guard_adapters.cli import policy_replay  # noqa: PLC0415

            pair = (opened(args.old), opened(args.new))
            code = policy_replay.diff(args, *pair, list(trace_lines(args.traces)))
            return FINE if args.allow_loosening and code == FINDINGS else code


def _replayed(args: argparse.Namespace) -> int:
    from guard_adapters.cli import policy_replay  # noqa: PLC0415  as above

    with closing(trace_lines(args.traces)) as lines:  # a bad line must not leave the file open
        return policy_replay.replay(args, _opened(args), lines)


def _nothing() -> Generator[str, None, None]:
    yield from ()


def _place(args: argparse.Namespace) -> Path:
    given = args.config or getattr(args, "dir", None)
    return given if isinstance(given, Path) else Path()


def _opened(args: argparse.Namespace) -> Opened:
    return opened(_place(args), rules=args.rules, tables=args.tables)


def trace_lines(name: str) -> Generator[str, None, None]:
    """Yield the lines of a trace file.

    What is not UTF-8 becomes lone surrogates, which the reader of lines refuses by number.

    Raises:
        Unusable: trace_missing.
    """
    if name == "-":
        yield from (line.decode("utf-8", "surrogateescape") for line in sys.stdin.buffer)
        return
    try:
        with Path(name).open("rb") as source:
            yield from (line.decode("utf-8", "surrogateescape") for line in source)
    except OSError as error:
        raise Unusable(
            f"Traces {name!r} cannot be read: {error.strerror}.",
            code="trace_missing",
            next_step="Give a file of recorded sessions, or - for stdin.",
        ) from None
