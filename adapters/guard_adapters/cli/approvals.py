"""`guard approvals`: list, show, deny, open and resolve what people were asked.

Nothing here approves: a command line proves no person.
"""

import argparse
import json
import webbrowser
from collections.abc import Iterator, Mapping
from typing import Any

from guard.grant.view import view_from
from guard_adapters._shown import shown
from guard_adapters._shown.question import at, question
from guard_adapters.cli import FINE, Commands
from guard_adapters.cli.listing import listing
from guard_adapters.cli.operator_client import OperatorClient, named
from guard_adapters.cli.place import add_place, place


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("approvals", help="list, show, deny, open, resolve questions")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="the open questions")
    listed.add_argument("--all", action="store_true", help="ended ones as well")
    show = actions.add_parser("show", help="one question, with all its arguments")
    deny = actions.add_parser("deny", help="say no; the agent is told the reason")
    deny.add_argument("--reason", required=True)
    page = actions.add_parser("open", help="open its page, where a passkey says yes")
    resolve = actions.add_parser("resolve", help="say how a run ended that nobody knew the end of")
    resolve.add_argument("--outcome", required=True, choices=("ok", "error"))
    resolve.add_argument("--evidence", required=True, help="where that was seen; kept in the log")
    for one in (show, deny, page, resolve):
        one.add_argument("id", metavar="ID")
    for one in (listed, show, deny, page, resolve):
        add_place(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    match args.action:
        case "list":
            lost = guard.ask("GET", "runs/unknown")["approvals"]
            path = "approvals" if args.all else "approvals?open=1"
            ids = {one["id"] for one in lost}
            rest = guard.ask("GET", path)["approvals"]
            # Runs that nobody knows the end of come first: somebody must look at the target.
            rows = [*lost, *(one for one in rest if one["id"] not in ids)]
            of = "question" if args.all else "open question"
            listing(rows, line, as_json=args.json, of=of)
        case "show":
            found = guard.ask("GET", f"approvals/{named(args.id)}")
            print(json.dumps(found) if args.json else whole(found))
        case "open":
            link = f"{guard.ask('GET', 'console')['url']}/a/{named(args.id)}"
            opened = webbrowser.open(link)
            print(f"Opened {link}" if opened else f"Open {link} in a browser.")
        case "resolve":
            body = {"outcome": args.outcome, "evidence": args.evidence}
            found = guard.ask("POST", f"approvals/{named(args.id)}/resolve", body)
            print(json.dumps(found) if args.json else line(found))
        case _:
            body = {"reason": args.reason}
            found = guard.ask("POST", f"approvals/{named(args.id)}/deny", body)
            print(json.dumps(found) if args.json else line(found))
    return FINE


def line(found: Mapping[str, Any]) -> str:
    """Return one approval as one line."""
    lost = found["outcome"] == "unknown"
    state = "UNKNOWN" if lost else found["status"]
    return shown(f"{found['id']}  {state:<9}  {found['agent']}  {_headline(found)}")


def whole(found: Mapping[str, Any]) -> str:
    """Return one approval: first what a person signs, nothing cut, then what it is called.

    Raises:
        Unavailable: `view_unreadable`.
    """
    asked = question(view_from(json.dumps(found["view"]).encode()))
    return "\n".join([*_standing(found), *asked, *_rows(found)])


def _standing(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield who asks, and until when, or how it ended."""
    who = f"asked by agent {found['agent']} for {found['requester']}"
    if found["status"] == "pending":
        state = f"Open until {at(found['pending_until_ms'])}"
    else:
        told = found["reason_code"] not in {"", None, found["status"]}
        why = f" ({found['reason_code']})" if told else ""
        state = f"{str(found['status']).capitalize()}{why}"
    yield shown(f"{state}, {who}")
    if found["outcome"]:
        lost = ": somebody must look at its target" if found["outcome"] == "unknown" else ""
        yield shown(f"Its run ended {found['outcome']}{lost}")


def _rows(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the answers so far, the moments and the ids."""
    votes = [f"{one['decision']} by {one['by']} ({one['method']})" for one in found["votes"]]
    moments = (("Asked", "created_ms"), ("Delivered", "delivered_ms"), ("Agent told", "told_ms"))
    rows = [
        ("Answers", "; ".join(votes) or "(none)"),
        *((label, at(found[name])) for label, name in moments if found[name]),
        ("Waiting", "1 call" if found["waiting"] == 1 else f"{found['waiting']} equal calls"),
        ("Rules", ", ".join(found["rules"])),
        ("Id", found["id"]),
        ("In session", found["session"]),
        ("Call", found["call"]),
    ]
    for label, value in rows:
        yield shown(f"  {label:<10} {value}")


def _headline(found: Mapping[str, Any]) -> str:
    view = found["view"]
    return str(view.get("effect") or f"Calls {view.get('server')}/{view.get('tool')}")
