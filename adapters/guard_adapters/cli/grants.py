"""`guard grants`: list, show and revoke scoped grants, at the running guard. It gives none."""

import argparse
from collections.abc import Mapping
from typing import Any

from guard_adapters._shown import shown
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.listing import listing
from guard_adapters.cli.operator_client import OperatorClient, named
from guard_adapters.cli.place import add_place, place


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("grants", help="list, show and revoke scoped grants")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="the grants that may be used now")
    listed.add_argument("--all", action="store_true", help="ended ones as well")
    show = actions.add_parser("show", help="one grant, with its exact reach")
    revoke = actions.add_parser("revoke", help="take it back; people are asked again")
    for one in (show, revoke):
        one.add_argument("id", metavar="ID")
    for one in (listed, show, revoke):
        add_place(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    match args.action:
        case "list":
            path = "grants" if args.all else "grants?active=1"
            found = list(guard.ask("GET", path)["grants"])
        case "show":
            found = [guard.ask("GET", f"grants/{named(args.id)}")]
        case _:
            found = [guard.ask("POST", f"grants/{named(args.id)}/revoke", {})]
    everything = args.action == "list" and args.all
    of = "grant" if everything else "active grant"
    listing(found, whole, as_json=args.json, of=of)
    return FINE


def whole(found: Mapping[str, Any]) -> str:
    """Return one grant with its exact reach, nothing cut."""
    why = f" ({found['reason_code']})" if found["reason_code"] else ""
    head = (
        f"{found['id']}  {found['status']}{why}  {found['uses_left']} of {found['uses']} uses left"
        f"  {found['agent']} for {found['requester']} in {found['session']}"
    )
    reach = [f"  {found['action']}, where", *(f"    {one}" for one in found["reach"])]
    return "\n".join(shown(one) for one in (head, *reach))
