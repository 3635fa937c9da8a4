"""`guard plans`: declare, list, show, deny and revoke plans, at the running guard.

Declaring one asks people; nothing here says yes.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guard_adapters._shown import shown
from guard_adapters._yaml.read import read_yaml
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.listing import listing
from guard_adapters.cli.operator_client import OperatorClient, named
from guard_adapters.cli.place import add_place, place


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("plans", help="declare, list, deny and revoke plans of calls")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    propose = actions.add_parser("propose", help="ask people about a list of calls, once")
    propose.add_argument("file", metavar="FILE", type=Path, help="calls and, at will, ttl_s")
    propose.add_argument("--session", required=True, help="the session that will make them")
    listed = actions.add_parser("list", help="the plans that wait or give something")
    listed.add_argument("--all", action="store_true", help="ended ones as well")
    show = actions.add_parser("show", help="one plan, with everything that it would give")
    deny = actions.add_parser("deny", help="say no")
    deny.add_argument("--reason", required=True)
    revoke = actions.add_parser("revoke", help="take it back, with every grant it gave")
    for one in (show, deny, revoke):
        one.add_argument("id", metavar="ID")
    for one in (propose, listed, show, deny, revoke):
        add_place(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    everything = args.action == "list" and args.all
    of = "plan" if everything else "open plan"
    listing(_asked(guard, args), whole, as_json=args.json, of=of)
    return FINE


def _asked(guard: OperatorClient, args: argparse.Namespace) -> list[Mapping[str, Any]]:
    match args.action:
        case "propose":
            path = f"sessions/{named(args.session)}/plans"
            return [guard.ask("POST", path, read_yaml(args.file).value)]
        case "list":
            return list(guard.ask("GET", "plans" if args.all else "plans?open=1")["plans"])
        case "show":
            return [guard.ask("GET", f"plans/{named(args.id)}")]
        case "deny":
            body = {"reason": args.reason}
            return [guard.ask("POST", f"plans/{named(args.id)}/deny", body)]
        case _:
            return [guard.ask("POST", f"plans/{named(args.id)}/revoke", {})]


def whole(found: Mapping[str, Any]) -> str:
    """Return one plan with everything that it would give, nothing cut."""
    why = f" ({found['reason_code']})" if found["reason_code"] else ""
    head = f"{found['id']}  {found['status']}{why}  {found['kind']} of {found['session']}"
    return "\n".join(shown(one) for one in (head, *(f"  {line}" for line in found["lines"])))
