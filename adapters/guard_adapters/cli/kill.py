"""`guard kill`: stop a tool, a server, an agent, a person, a device, a key or everything, at once.

At the running guard. It takes away only; `lift` ends a stop and allows nothing by itself.
"""

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from guard.model.kill import SCOPES
from guard_adapters._shown import shown
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.listing import listing
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import add_place, place

_WHAT = {
    "everything": "every call of everybody",
    "server": "every tool of a server",
    "tool": "one tool, as <server>/<tool>",
    "agent": "every call of an agent",
    "principal": "every call for a person, as <issuer>|<subject> or <subject>",
    "device": "every call from a device",
    "key": "what a signing key has signed; rotate it first: guard keys rotate",
}


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("kill", help="stop a tool, server, agent, person or everything")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for scope in SCOPES:
        one = actions.add_parser(scope, help=_WHAT[scope])
        if scope != "everything":
            one.add_argument("name", metavar="NAME")
        one.add_argument("--why", default="", help="for the log; kept beside it, not in it")
        if scope in {"server", "tool"}:
            text = f"also where the catalogue lists no such {scope}"
            one.add_argument("--unlisted", action="store_true", help=text)
        _common(one)
    _common(actions.add_parser("list", help="what is stopped"))
    lift = actions.add_parser("lift", help="let it go on; tokens made before stay void")
    lift.add_argument("scope", choices=SCOPES)
    lift.add_argument("name", metavar="NAME", nargs="?", default="")
    _common(lift)


def _common(parser: argparse.ArgumentParser) -> None:
    add_place(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    match args.action:
        case "list":
            found = list(guard.ask("GET", "kills")["kills"])
        case "lift":
            found = [guard.ask("POST", "kills/lift", {"scope": args.scope, "name": args.name})]
        case scope:
            said = {"scope": scope, "name": getattr(args, "name", "") or "", "why": args.why}
            if getattr(args, "unlisted", False):
                said["unlisted"] = True
            found = [guard.ask("POST", "kills", said)]
    listing(found, lambda one: shown(line(one)), as_json=args.json, of="stop")
    return FINE


def line(found: Mapping[str, Any]) -> str:
    """Return one stop as one line."""
    what = f"{found['scope']} {found['name']}".rstrip()
    if found.get("lifted"):
        return f"{what}  goes on"
    since = datetime.fromtimestamp(found["at_ms"] / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = f"{what}  stopped since {since} by {found['by']}  {found['why']}".rstrip()
    return f"{said}  ({found['note']})" if found.get("note") else said
