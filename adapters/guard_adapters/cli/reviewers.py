"""`guard reviewers`: list reviewers, invite the first ones, reset one: at the running guard."""

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
    parser = commands.add_parser("reviewers", help="list, invite and reset reviewers")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="who may answer, and with which passkeys")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    invite = actions.add_parser("invite", help="print a link by which one passkey is enrolled")
    reset = actions.add_parser("reset", help="revoke every passkey of a reviewer")
    for one in (invite, reset):
        one.add_argument("name", metavar="NAME", help="as the reviewers file has it")
    for one in (listed, invite, reset):
        add_place(one)


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    match args.action:
        case "list":
            found = guard.ask("GET", "reviewers")["reviewers"]
            listing(found, line, as_json=args.json, of="reviewer")
        case "invite":
            found = guard.ask("POST", f"reviewers/{named(args.name)}/invite", {})
            print(found["link"])
        case _:
            found = guard.ask("POST", f"reviewers/{named(args.name)}/reset", {})
            print(shown(f"{args.name}: {found['revoked']} passkeys revoked."))
    return FINE


def line(found: Mapping[str, Any]) -> str:
    """Return one reviewer as one line."""
    groups = ", ".join(found["groups"]) or "no group"
    admin = ", admin" if found["admin"] else ""
    return shown(f"{found['name']}  {len(found['keys'])} passkeys  {groups}{admin}")
