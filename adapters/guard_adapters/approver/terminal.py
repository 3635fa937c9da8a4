"""Asks in the terminal of this process. UNSAFE: a terminal is no proof of a person.

Any program of this user can write into a terminal, so a yes from here says only that somebody on
this machine typed it; it is for demonstrations and for one's own desk. Rule 1: only the whole word
`yes` approves; Enter, silence, the end of input and everything else is no. Rule 2: announcing
returns at once; a thread waits for the keys, the event loop never does.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from guard.audit.event import Event
from guard.clock import Clock
from guard.errors import GuardError
from guard.grant.approval import Approval, ApprovalState
from guard.grant.votes import Vote, Voter
from guard.ports import Approvals
from guard_adapters._shown import shown

PROMPT = "Approve? Type yes to approve, anything else is no: "
_SAID = {ApprovalState.APPROVED: "Approved, once.", ApprovalState.DENIED: "Refused."}


@dataclass(slots=True)
class TerminalApprover:
    """The `Approver` port on a terminal, one question at a time.

    Args:
        approvals: where the votes go.
        clock: when they are cast.
        ask: shows a prompt and returns the line that was typed; blocks, in a thread of its own.
        tell: shows one line.
    """

    approvals: Approvals
    clock: Clock
    ask: Callable[[str], str] = input
    tell: Callable[[str], None] = print
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _open: set["asyncio.Task[None]"] = field(default_factory=set)

    async def announce(self, approval: Approval) -> None:
        """Queue the question and return; the answer becomes a vote later."""
        task = asyncio.create_task(self._asked(approval.id))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def settled(self) -> None:
        """Wait until every question so far is answered."""
        await asyncio.gather(*self._open)

    async def _asked(self, approval_id: str) -> None:
        async with self._turn:
            try:
                await self._answer(approval_id)
            except GuardError as ended:  # nothing was recorded, and the person must know
                self.tell(f"Not counted: {ended.message}")

    async def _answer(self, approval_id: str) -> None:
        row = await self.approvals.get(approval_id)
        if row is None or row.at(self.clock.now_ms()).status is not ApprovalState.PENDING:
            return  # it ended while another question was on the screen
        for line in lines(row):
            self.tell(line)
        said = await asyncio.to_thread(self._typed)
        decision: Literal["approve", "deny"] = "approve" if said == "yes" else "deny"
        now_ms = self.clock.now_ms()
        vote = Vote(
            approval_id=row.id,
            # `uv` is claimed, not proven: that is what makes this approver unsafe.
            voter=Voter(principal=row.requester, uv=True),
            decision=decision,
            method="terminal",
            at_ms=now_ms,
            reason="" if decision == "approve" else "a person at the terminal said no",
        )
        voted = await self.approvals.vote(vote, [_event(row, vote)])
        self.tell(_SAID.get(voted.status, "This yes alone is not enough: others must answer."))

    def _typed(self) -> str:
        try:
            return self.ask(PROMPT).strip().lower()
        except (EOFError, OSError, ValueError):
            return ""  # nobody is there


def lines(approval: Approval) -> list[str]:
    """Return what a person must see before answering: every argument, uncut, nothing hidden."""
    view = json.loads(approval.view_json)
    view = view if isinstance(view, dict) else {}
    said = [
        "",
        f"Question {shown(approval.id)} from {_text(view.get('agent'))}",
        f"  Effect     {_text(view.get('effect'))}",
        f"  Action     {_text(view.get('action'))}",
        *[f"  Because    {_text(w.get('rule'))}: {_text(w.get('reason'))}" for w in _why(view)],
        f"  Task       {_text(view.get('intent')) or '(none declared)'}",
        f"  Seen       {', '.join(map(_text, view.get('labels') or [])) or 'nothing unusual'}",
        f"  Risk       {_text(view.get('risk'))} of 3",
        "  Arguments, all of them, as they would be sent:",
        *_arguments(view),
        *_origins(view),
        *[f"  Narrowed   {_text(one)}" for one in view.get("narrowed") or []],
    ]
    if view.get("irreversible"):
        said.append("  This cannot be undone.")
    gives = f"this one call, with exactly these bytes, within {approval.grant_ttl_s} s"
    return [*said, f"  A yes gives {gives}. It gives nothing else."]


def _why(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in view.get("why") or [] if isinstance(one, dict)]


def _arguments(view: Mapping[str, Any]) -> list[str]:
    given = view.get("arguments")
    if not isinstance(given, dict):
        return ["    (not readable)"]
    return [
        f"    {_text(name)} = {_value(value)}  [{_origin(view, name)}]"
        for name, value in given.items()
    ]


def _origins(view: Mapping[str, Any]) -> list[str]:
    found = [_text(one) for one in view.get("origins") or []]
    head = ["  Where the values come from, the weakest first:"] if found else []
    return [*head, *(f"    {one}" for one in found)]


def _value(value: object) -> str:
    return shown(json.dumps(value, ensure_ascii=False, sort_keys=True))


def _origin(view: Mapping[str, Any], name: str) -> str:
    """Return where an argument came from; of several origins all, the worst first."""
    origin = view.get("origin")
    words = {
        "untrusted": "from untrusted text",
        "model": "made by the model",
        "task": "from the task",
    }
    found = [
        text
        for key, text in words.items()
        if isinstance(origin, dict)
        and any(path == name or str(path).startswith((f"{name}.", f"{name}["))
                for path in origin.get(key) or [])
    ]  # fmt: skip
    return ", ".join(found) or "origin unknown"


def _text(value: object) -> str:
    return "" if value is None else shown(str(value))


def _event(row: Approval, vote: Vote) -> Event:
    leaf = {"approval": row.id, "decision": vote.decision, "method": vote.method}
    return Event(
        kind="vote", at_ms=vote.at_ms, session=row.session, call=row.call_id, leaf=dict(leaf)
    )
