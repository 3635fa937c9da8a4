"""`guard hook`: judge the tool calls of Claude Code, Codex and Gemini CLI at the running guard.

The agent itself runs `hook.py`, not this command: that one starts in a few milliseconds.
"""

import argparse
import json
import sys
from pathlib import Path

from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.hook_selftest import selftest
from guard_adapters.front.coding.agents import DIALECTS
from guard_adapters.front.coding.settings import FILES, merged, settings
from guard_adapters.wiring.state.places import socket_path


def register(commands: Commands) -> None:
    """Add the parser of `guard hook`."""
    parser = commands.add_parser("hook", help="settings by which coding agents ask the guard")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    install = acts.add_parser("install", help="print the hooks of an agent, or write them")
    selftest = acts.add_parser("selftest", help="say whether the installed hook really refuses")
    for one, does in (
        (install, "write to this file; others' hooks stay"),
        (selftest, "where it is"),
    ):
        one.add_argument("agent", choices=sorted(DIALECTS))
        one.add_argument("--settings", type=Path, help=does)
    install.add_argument("--socket", type=Path, help="socket of the running guard")
    install.add_argument(
        "--proxied",
        action="append",
        default=[],
        metavar="SERVER",
        help="an MCP server behind guard proxy or guard serve: it is judged there, and not twice",
    )


def run(args: argparse.Namespace) -> int:
    """Print or write the settings, or look whether what was written refuses."""
    if args.act == "selftest":
        return selftest(args.agent, args.settings)
    pipe = (args.socket or socket_path("guardcall")).absolute()
    ours = settings(args.agent, sys.executable, pipe, args.proxied)
    if args.settings is None:
        print(json.dumps({"hooks": ours}, indent=2))
        print(f"guard: put this into {FILES[args.agent]}.", file=sys.stderr)
        return FINE
    file: Path = args.settings.expanduser()
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    after = merged(before, ours, where=str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(after, encoding="utf-8")
    print(f"guard: {file} has the hooks of {args.agent}.", file=sys.stderr)
    return FINE
