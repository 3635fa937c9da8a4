"""`guard leases`: list, show and revoke credentials, at the running guard. It shows no secret."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from guard_adapters._shown import shown
from guard_adapters.cli import FINDINGS, FINE, Commands
from guard_adapters.cli.listing import listing
from guard_adapters.cli.operator_client import OperatorClient, named
from guard_adapters.cli.place import add_place, place


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("leases", help="list, show and revoke credentials")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="those of which something may still live")
    listed.add_argument("--all", action="store_true", help="the last 1,000, ended ones as well")
    show = actions.add_parser("show", help="one lease")
    revoke = actions.add_parser("revoke", help="take it back at its target now; cuts live sessions")
    for one in (show, revoke):
        one.add_argument("id", metavar="ID")
    for one in (listed, show, revoke):
        add_place(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action; 1 where the lease to revoke is not gone yet."""
    guard = OperatorClient(place(args))
    match args.action:
        case "list":
            path = "leases" if args.all else "leases?open=1"
            leases = guard.ask("GET", path)["leases"]
            of = "lease" if args.all else "open lease"
            listing(leases, line, as_json=args.json, of=of)
            return FINE
        case "show":
            found = guard.ask("GET", f"leases/{named(args.id)}")
            print(json.dumps(found) if args.json else whole(found))
            return FINE
        case _:
            found = guard.ask("POST", f"leases/{named(args.id)}/revoke")
            print(json.dumps(found) if args.json else line(found))
            return FINDINGS if found["state"] in {"revoke_pending", "irrevocable"} else FINE


def line(found: Mapping[str, Any]) -> str:
    """Return one lease as one line."""
    server, tool = found["server"], found["tool"]
    what = f"{server}/{tool}" if tool else f"{server} (between calls)"
    level = f"L{found['binding']}"
    return shown(f"{found['id']}  {found['state']:<14}  {level}  {found['handle']}  {what}")


def whole(found: Mapping[str, Any]) -> str:
    """Return one lease, a line a field."""
    return "\n".join(shown(f"{name}: {json.dumps(value)}") for name, value in found.items())
