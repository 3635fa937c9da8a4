"""`guard reviewers`: list reviewers, invite the first ones, reset one: at the running guard."""

import argparse
import json

from guard_adapters._shown import shown
from guard_adapters.cli import FINE, Commands
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
            for one in guard.ask("GET", "reviewers")["reviewers"]:
                groups = ", ".join(one["groups"]) or "no group"
                admin = ", admin" if one["admin"] else ""
                line = f"{one['name']}  {len(one['keys'])} passkeys  {groups}{admin}"
                print(json.dumps(one) if args.json else shown(line))
        case "invite":
            found = guard.ask("POST", f"reviewers/{named(args.name)}/invite", {})
            print(found["link"])
        case _:
            found = guard.ask("POST", f"reviewers/{named(args.name)}/reset", {})
            print(shown(f"{args.name}: {found['revoked']} passkeys revoked."))
    return FINE
