"""`guard sessions`: list, tell of words or risks, take back a yes, end: at the running guard."""

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
    parser = commands.add_parser("sessions", help="list, resume and end sessions")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="every session")
    show = actions.add_parser("show", help="one session")
    tell = actions.add_parser("tell", help="hand over what the person said meanwhile")
    tell.add_argument("words", metavar="WORDS", help="the person's own, and nobody else's")
    withdraw = actions.add_parser("withdraw", help="take back an approved destination")
    withdraw.add_argument("value", metavar="VALUE", help="as `show` lists it")
    signal = actions.add_parser("signal", help="record a risk; open questions of it are void")
    signal.add_argument("--kind", required=True, help="such as operator_narrow or risk_level_high")
    revoke = actions.add_parser("revoke", help="end it; its credentials are revoked")
    resume = actions.add_parser("resume", help="let it go on after too many denials")
    for one in (show, tell, withdraw, signal, resume, revoke):
        one.add_argument("id", metavar="ID")
    for one in (listed, show, tell, withdraw, signal, resume, revoke):
        add_place(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    for one in _asked(guard, args):
        print(json.dumps(one) if args.json else line(one))
    return FINE


def _asked(guard: OperatorClient, args: argparse.Namespace) -> list[Mapping[str, Any]]:
    match args.action:
        case "signal":
            body = {"kind": args.kind}
            return [guard.ask("POST", f"sessions/{named(args.id)}/signal", body)]
        case "tell":
            return [guard.ask("POST", f"sessions/{named(args.id)}/words", {"words": args.words})]
        case "withdraw":
            body = {"value": args.value}
            return [guard.ask("POST", f"sessions/{named(args.id)}/withdraw", body)]
        case "revoke":
            return [guard.ask("POST", f"sessions/{named(args.id)}/revoke")]
        case "show" | "resume":
            if args.action == "resume":
                guard.ask("POST", f"sessions/{named(args.id)}/resume", {})
            name = named(args.id)
            return [
                {
                    **guard.ask("GET", f"sessions/{name}"),
                    **guard.ask("GET", f"sessions/{name}/tallies"),
                }
            ]
        case _:
            return list(guard.ask("GET", "sessions")["sessions"])


def line(found: Mapping[str, Any]) -> str:
    """Return one session as one line."""
    state = "suspended" if found["suspended_at_ms"] else "open"
    state = "ended" if found["ended_at_ms"] else state
    labels = ",".join(found["labels"]) or "-"
    said = (
        f"{found['id']}  {state:<5}  risk {found['risk']}  {found['steps']} steps,"
        f" {found['in_flight']} running  {found['agent']} for {found['principal']}"
        f"  labels {labels}  {found['purpose']}"
    )
    kept = [shown(f"  approved {one['role']} {one['value']}") for one in found.get("approved", ())]
    counted = [shown(_tally(one)) for one in found.get("tallies", ())]
    return "\n".join([shown(said.rstrip()), *kept, *counted])


def _tally(one: Mapping[str, Any]) -> str:
    """Return one tally as one line."""
    what = f"{one['ledger']} of {one['action']}" if one["action"] else one["ledger"]
    window = f" in {one['window_ms'] // 1000} s" if one["window_ms"] else ""
    running = f", {one['running']} running" if one["running"] else ""
    return f"  counted by {one['by']}: {what} {one['amount']}{window}{running}"
