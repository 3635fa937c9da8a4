"""`guard proxy`: stand in front of one stdio MCP server, in the place of its command.

Attached to a running `guard serve`, this process only carries messages, and loads little more than
that; with `--standalone` the whole guard lives in it.
"""

import argparse
import sys
from pathlib import Path

from guard.errors import Unusable
from guard_adapters.cli import Commands, loading
from guard_adapters.front.mcp.stdio.child import child_environment
from guard_adapters.wiring.state.places import environment, socket_path


def register(commands: Commands) -> None:
    """Add the parser of `guard proxy`."""
    parser = commands.add_parser("proxy", help="stand in front of one stdio MCP server")
    parser.add_argument("--upstream", required=True, help="the server's name in guard.yaml")
    parser.add_argument("--agent", required=True, help="the agent that will call it")
    parser.add_argument("--socket", type=Path, help="socket of the running guard")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--standalone", action="store_true", help="judge in this process")
    parser.add_argument("--config", type=Path, default=Path("guard.yaml"), help="for --standalone")
    parser.add_argument("--session", default="", help="handle of the session to work in")
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")


def run(args: argparse.Namespace) -> int:
    """Run the server behind the guard and return its exit code."""
    command = args.words[1:] if args.words[:1] == ["--"] else args.words
    if not command and not args.standalone:
        raise Unusable(
            "No server command was given.",
            code="command_missing",
            next_step="Write it after two dashes: guard proxy ... -- COMMAND ARGS.",
        )
    env = child_environment(environment(), _pairs(args.env))
    if args.standalone:
        from guard_adapters.wiring.process.slim import unplugged  # noqa: PLC0415  not beside a guard

        unplugged()
        with loading():
            from guard_adapters.wiring.alone import run_alone  # noqa: PLC0415  the whole guard

        whose = (args.config, args.upstream, args.agent, args.session)
        return run_alone(*whose, command, env, tell=_told)
    from guard_adapters.front.mcp.stdio.run import run_attached  # noqa: PLC0415  not with --help

    path = args.socket or socket_path("guardcall")
    if not path.exists():
        print(f"guard: no guard listens on {str(path)!r}; every call is refused.", file=sys.stderr)
    return run_attached(command, args.agent, args.upstream, str(path), env, session=args.session)


def _told(text: str) -> None:
    print(f"guard: {text}", file=sys.stderr)  # stdout is the pipe


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise Unusable(
                f"--env {name!r} has no value.",
                code="env_malformed",
                next_step="Write --env NAME=VALUE.",
            )
        pairs[name] = value
    return pairs
