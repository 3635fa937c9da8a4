"""`guard sessions`: list, tell of words or risks, take back a yes, end: at the running guard."""

import argparse
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from guard_adapters._shown import shown
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.listing import listing
from guard_adapters.cli.operator_client import OperatorClient, named
from guard_adapters.cli.place import add_place, place


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("sessions", help="list, resume and end sessions")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="every session")
    show = actions.add_parser("show", help="one session")
    tell = actions.add_parser("tell", help="hand over what the person said meanwhile")
    withdraw = actions.add_parser("withdraw", help="take back an approved destination")
    declassify = actions.add_parser("declassify", help="clear the secrets that it has read")
    signal = actions.add_parser("signal", help="record a risk; open questions of it are void")
    signal.add_argument("--kind", required=True, help="such as operator_narrow or risk_level_high")
    revoke = actions.add_parser("revoke", help="end it for good; its credentials are revoked")
    narrow = actions.add_parser("narrow", help="let it do less; only `restore` gives it back")
    narrow.add_argument("--access", required=True, help="read_only, reduced, stopped, or a name")
    narrow.add_argument("--reason", default="operator", help="a code that the agent reads")
    restore = actions.add_parser("restore", help="give back what narrowings took")
    restore.add_argument("--narrowing", default="", metavar="NARROWING", help="one of `show`")
    resume = actions.add_parser("resume", help="let it go on after too many denials")
    named_one = (show, tell, withdraw, declassify, signal, narrow, restore, resume, revoke)
    for one in named_one:
        one.add_argument("id", metavar="ID")
    tell.add_argument("words", metavar="WORDS", help="the person's own, and nobody else's")
    withdraw.add_argument("value", metavar="VALUE", help="as `show` lists it")
    for one in (listed, *named_one):
        add_place(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    found = _asked(guard, args)
    listing(found, line, as_json=args.json, of="session")
    if args.action == "revoke" and not args.json:
        for one in found:
            print(*way_back(one), sep="", end="")
    return FINE


def _asked(guard: OperatorClient, args: argparse.Namespace) -> list[Mapping[str, Any]]:
    if args.action == "list":
        return list(guard.ask("GET", "sessions")["sessions"])
    path = f"sessions/{named(args.id)}"
    if args.action == "show":
        return [_whole(guard, path)]
    route = "words" if args.action == "tell" else args.action
    found = guard.ask("POST", f"{path}/{route}", _body(args))
    # These answer with a part of the session alone.
    partly = args.action in {"narrow", "restore", "resume"}
    return [_whole(guard, path) if partly else found]


def _whole(guard: OperatorClient, path: str) -> Mapping[str, Any]:
    return {**guard.ask("GET", path), **guard.ask("GET", f"{path}/tallies")}


def way_back(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield how work goes on after the session ended that calls without one share; else nothing."""
    if not found.get("default"):
        return
    agent, person = found["agent"], found["principal"]
    yield (
        shown(f"Calls of {agent} for {person} that name no session are refused from now on.") + "\n"
    )
    words = shlex.join(["guard", "tasks", "start", "--principal", person, "--agent", agent])
    yield shown(f"To let them work again: {words} --purpose WHAT,") + "\n"
    yield "and give its handle to the client: guard proxy --session, or the header Guard-Session.\n"


def _body(args: argparse.Namespace) -> dict[str, str]:
    match args.action:
        case "signal":
            return {"kind": args.kind}
        case "tell":
            return {"words": args.words}
        case "withdraw":
            return {"value": args.value}
        case "narrow":
            return {"access": args.access, "reason": args.reason}
        case "restore":
            return {"narrowing": args.narrowing}
        case _:
            return {}


def line(found: Mapping[str, Any]) -> str:
    """Return one session as one line."""
    state = "suspended" if found["suspended_at_ms"] else "open"
    state = "ended" if found["ended_at_ms"] else state
    access = "" if found["access"] == "full" else f" ({found['access']})"
    labels = ",".join(found["labels"]) or "-"
    said = (
        f"{found['id']}  {state:<5}  risk {found['risk']}{access}  {found['steps']} steps,"
        f" {found['in_flight']} running  {found['agent']} for {found['principal']}"
        f"  labels {labels}  {found['purpose']}"
    )
    kept = [shown(f"  approved {one['role']} {one['value']}") for one in found.get("approved", ())]
    counted = [shown(_tally(one)) for one in found.get("tallies", ())]
    return "\n".join([shown(said.rstrip()), *map(shown, trusted(found)), *kept, *counted])


def trusted(found: Mapping[str, Any]) -> list[str]:
    """Return what the score is made of and what was taken away, a line each."""
    signals = [
        f"  signal {one['kind']} from {one['source']}: {one['weight']} of {one['weighed']}"
        for one in found.get("signals", ())
    ]
    narrowings = [
        f"  narrowed {one['id']} ({one['reason']}, {one['cause']}): {', '.join(one['leaves'])};"
        f" given back by {one['restore']}"
        for one in found.get("narrowings", ())
    ]
    return signals + narrowings


def _tally(one: Mapping[str, Any]) -> str:
    """Return one tally as one line."""
    what = f"{one['ledger']} of {one['action']}" if one["action"] else one["ledger"]
    window = f" in {one['window_ms'] // 1000} s" if one["window_ms"] else ""
    running = f", {one['running']} running" if one["running"] else ""
    return f"  counted by {one['by']}: {what} {one['amount']}{window}{running}"
