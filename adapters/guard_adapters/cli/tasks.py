"""`guard tasks`: list what sessions were sent to do, start one, end it: at the running guard.

Access is born with a task and dies with it. A mandate is a task too, and its host signs it: this
command signs nothing. A purpose alone names no tool, so it is no task: it is what the person said,
and rules that read words judge by it.
"""

import argparse
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from guard.errors import GuardError, Unusable
from guard.model.identity import Principal
from guard.policy.duration import duration_ms
from guard_adapters._shown import shown
from guard_adapters._yaml.read import read_text
from guard_adapters.cli import FINE, Commands, Misused
from guard_adapters.cli.listing import listing
from guard_adapters.cli.operator_client import OperatorClient, named
from guard_adapters.cli.place import add_place, place
from guard_adapters.cli.sessions import line

MAX_DIGITS: Final = 15


def register(commands: Commands) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("tasks", help="list tasks and mandates, start one, end one")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="what open sessions were sent to do")
    listed.add_argument("--mandates", action="store_true", help="only signed mandates")
    start = actions.add_parser("start", help="open a session for a task, or give one its next task")
    _task_options(start)
    end = actions.add_parser("end", help="end it; what was approved or issued for it ends, too")
    end.add_argument("session", metavar="SESSION")
    for one in (listed, start, end):
        add_place(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line")


def _task_options(start: argparse.ArgumentParser) -> None:
    start.add_argument("--session", metavar="SESSION", help="an open one; its task so far ends")
    start.add_argument("--principal", metavar="ISSUER|SUBJECT", help="for whom a new one is opened")
    start.add_argument("--agent", help="by which agent")
    start.add_argument("--file", type=Path, help="the task as JSON; instead of the options below")
    start.add_argument(
        "--purpose", default="", help="what it is for, in a sentence; alone = the person's words"
    )
    start.add_argument("--tool", action="append", default=[], help="<server>/<tool> or a class")
    start.add_argument("--calls", action="append", default=[], metavar="TOOL=N", help="at most N")
    start.add_argument("--egress", action="append", default=[], metavar="DOMAIN")
    start.add_argument("--budget-minor", type=int, default=0, help="money, in minor units")
    start.add_argument("--lasts", default="", metavar="TIME", help="it expires after, such as 30m")
    start.add_argument(
        "--idle", default="", metavar="TIME", help="over after so long without a call"
    )


def run(args: argparse.Namespace) -> int:
    """Run one action and return its exit code."""
    guard = OperatorClient(place(args))
    match args.action:
        case "end":
            found = [guard.ask("POST", f"sessions/{named(args.session)}/task/end", {})]
        case "start":
            found = [_started(guard, args)]
        case _:
            found = list(guard.ask("GET", "tasks")["tasks"])
            found = [one for one in found if one["mandate"] or not args.mandates]
    of = "mandate" if args.action == "list" and args.mandates else "task"
    listing(found, _said, as_json=args.json, of=of)
    return FINE


def _said(one: Mapping[str, Any]) -> str:
    return whole(one) if "task" in one else line(one)


def _started(guard: OperatorClient, args: argparse.Namespace) -> Mapping[str, Any]:
    said: dict[str, Any] = {"intent": _task(args)}
    if args.lasts:
        said["lasts_s"] = _seconds(args.lasts)
    words = args.file is None and said == {"intent": {"purpose": args.purpose}}
    if args.session:
        return _given(guard, args.session, said, words=words)
    opened = guard.ask("POST", "sessions", {"principal": _person(args), "agent": args.agent})
    try:
        return _given(guard, opened["handle"], said, words=words)
    except GuardError:  # nobody would be told of a session without its task
        with suppress(GuardError):
            guard.ask("POST", f"sessions/{named(opened['handle'])}/revoke", {})
        raise


def _given(
    guard: OperatorClient, session: str, said: Mapping[str, Any], *, words: bool
) -> Mapping[str, Any]:
    path = f"sessions/{named(session)}"
    if words:
        return guard.ask("POST", f"{path}/words", {"words": said["intent"]["purpose"]})
    return guard.ask("POST", f"{path}/task", said)


def _person(args: argparse.Namespace) -> dict[str, str]:
    person = Principal.named(args.principal or "")
    if not (person.issuer and person.subject and args.agent):
        raise Misused(
            "A new session is for a person and an agent.",
            code="request_unusable",
            next_step="Give --principal 'ISSUER|SUBJECT' and --agent, or --session.",
        )
    return {"issuer": person.issuer, "subject": person.subject}


def _task(args: argparse.Namespace) -> dict[str, Any]:
    if args.file is not None:
        return _read(args.file)
    if not args.purpose.strip():
        raise _unreadable("it has no purpose", "Write --purpose 'pay the rent', or --file.")
    task = {
        "purpose": args.purpose,
        "tools": args.tool,
        "calls": dict(_count(one) for one in args.calls),
        "egress": args.egress,
        "budget_minor": args.budget_minor,
        "idle_s": _seconds(args.idle) if args.idle else 0,
    }
    return {name: one for name, one in task.items() if one}


def _count(text: str) -> tuple[str, int]:
    tool, _, most = text.rpartition("=")
    if not (tool and most.isascii() and most.isdecimal() and len(most) <= MAX_DIGITS):
        raise _unreadable(f"--calls {text} names no tool and number", "Write --calls bank/pay=3.")
    return tool, int(most)


def _seconds(text: str) -> int:
    try:
        return duration_ms(text) // 1000
    except ValueError as wrong:
        raise _unreadable(f"{wrong}", "Write --lasts 30m, --idle 10m.") from None


def _unreadable(wrong: str, instead: str) -> Misused:
    return Misused(f"The task cannot be read: {wrong}.", code="request_unusable", next_step=instead)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_text(file))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unusable(
            f"{file} holds no JSON object.",
            code="request_unusable",
            next_step='Write {"purpose": "...", "tools": ["bank/pay"]}.',
        )
    return found


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
    for tool, like in found.get("unlisted", {}).items():
        offered = f"; names like it: {', '.join(like)}" if like else ""
        rows.append(f"  not in the catalogue: {tool}{offered}")
    return "\n".join(shown(one) for one in (head, *rows))
