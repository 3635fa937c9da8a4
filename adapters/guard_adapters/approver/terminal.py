"""Asks in the terminal of this process. UNSAFE: a terminal is no proof of a person.

Any program of this user can write into a terminal, so a yes from here says only that somebody on
this machine typed it; it is for demonstrations and for one's own desk. Rule 1: only the whole word
`yes` approves; Enter, silence, the end of input and everything else is no. Rule 2: announcing
returns at once; a thread waits for the keys, the event loop never does.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from guard.audit.event import Event
from guard.clock import Clock
from guard.errors import GuardError
from guard.grant.approval import Approval, ApprovalState
from guard.grant.view import view_from
from guard.grant.votes import Vote, Voter
from guard.ports import Approvals
from guard_adapters._shown import shown
from guard_adapters._shown.question import question

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
    """Return what a person must see before answering: every argument, uncut, nothing hidden.

    Raises:
        Unavailable: `view_unreadable`: what cannot be shown cannot be approved.
    """
    view = view_from(approval.view_json)
    who = shown(view.standing.agent)
    return ["", f"Question {shown(approval.id)} from {who}", *question(view)]


def _event(row: Approval, vote: Vote) -> Event:
    leaf = {"approval": row.id, "decision": vote.decision, "method": vote.method}
    return Event(
        kind="vote", at_ms=vote.at_ms, session=row.session, call=row.call_id, leaf=dict(leaf)
    )
