"""`guard check upstream SERVER`: measure what a server verifies of a call token.

It calls a tool that no server has, with tokens that are missing, forged, late, for something else,
good, and shown twice. The level that this proves counts for a day; without it a server is L1.
Tokens of an authorization server are asked for there, and the one that is late is waited for.
"""

import argparse
import asyncio
from pathlib import Path

from guard.grant.proving import PASSED, POSSESSION, reached, row, wrong
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.cli.doctor_credentials import probes
from guard_adapters.wiring.load import load
from guard_adapters.wiring.proving.exchange import Asking
from guard_adapters.wiring.proving.measuring import measured

SENTENCES = {
    "without": "no token",
    "forged": "a token that somebody else signed",
    "elsewhere": "a token for another server",
    "late": "a token that has expired",
    "other_tool": "a token for another tool",
    "other_arguments": "a token for other arguments",
    "good": "a good token",
    "again": "the same token again",
    "without_proof": "a token that is bound to a key, without a proof",
    "other_key": "a proof by another key",
    "other_address": "a proof for another address",
    "old_proof": "a proof made an hour ago",
}


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("check", help="measure what a server verifies")
    parser.add_argument("--config", type=Path, default=Path("guard.yaml"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    upstream = actions.add_parser("upstream", help="measure what a server verifies of call tokens")
    upstream.add_argument("server", help="the server's name in guard.yaml")
    asked = upstream.add_argument_group("where an authorization server gives the tokens")
    asked.add_argument("--principal", default="guard", help="the person that they are for")
    asked.add_argument("--agent", default="guard-check", help="the agent that they are for")
    asked.add_argument(
        "--elsewhere", default="", metavar="URL", help="another resource that it gives tokens for"
    )
    asked.add_argument(
        "--unsafe-elsewhere",
        action="store_true",
        help="show the server a token that it can use there, where tokens are bound to no key",
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print one line a call, and keep the level."""
    asking = Asking(
        principal=args.principal,
        agent=args.agent,
        elsewhere=args.elsewhere,
        unsafe_elsewhere=args.unsafe_elsewhere,
    )
    loaded = load(args.config)
    try:
        shown = asyncio.run(measured(loaded, args.server, asking))
    finally:
        still_there = [said for _, said in probes(loaded)]
        print("".join(f"LEFT  {said}\n" for said in still_there), end="")
    expected = row(key_bound=bool(POSSESSION.keys() & shown.keys()))
    missed = wrong(shown, expected)
    for name in expected:
        answer = "taken" if shown.get(name, PASSED) == PASSED else f"refused ({shown[name]})"
        print(f"{'WRONG' if name in missed else 'ok':5} {SENTENCES[name]}: {answer}")
    level = reached(shown)
    print(f"{args.server}: L{int(level)} for a day")
    return FINDINGS if missed or still_there else FINE
