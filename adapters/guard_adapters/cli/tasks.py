"""`guard tasks`: list what sessions were sent to do, and end it: at the running guard.

A mandate is a task here. This gives none: its host signs it.
"""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from guard_adapters._shown import shown
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.operator_client import OperatorClient, named
from guard_adapters.cli.place import add_place, place


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("tasks", help="list tasks and mandates, end one")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="what open sessions were sent to do")
    listed.add_argument("--mandates", action="store_true", help="only signed mandates")
    end = actions.add_parser("end", help="end it; what was approved or issued for it ends, too")
    end.add_argument("session", metavar="SESSION")
    for one in (listed, end):
        add_place(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    if args.action == "end":
        found = [guard.ask("POST", f"sessions/{named(args.session)}/task/end", {})]
    else:
        found = list(guard.ask("GET", "tasks")["tasks"])
        found = [one for one in found if one["mandate"] or not args.mandates]
    for one in found:
        print(json.dumps(one) if args.json else whole(one))
    return FINE


def whole(found: Mapping[str, Any]) -> str:
    """Return one task with its exact bounds, nothing cut."""
    kind = "mandate" if found["mandate"] else "task"
    state = "ended" if found["ended"] else "stands"
    head = (
        f"{found['session']}  {kind}  {state}  {found['agent']} for {found['principal']}"
        f"  {found['purpose']}"
    )
    bounds = {name: one for name, one in found["task"].items() if one and name != "purpose"}
    rows = [f"  {name}: {json.dumps(one)}" for name, one in bounds.items()]
    return "\n".join(shown(one) for one in (head, *rows))
