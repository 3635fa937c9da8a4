"""Asks in the terminal of this process. UNSAFE: a terminal is no proof of a person.

Any program of this user can write into a terminal, so a yes from here says only that somebody on
this machine typed it; it is for demonstrations and for one's own desk. Rule 1: only the whole word
`yes` approves; Enter, silence and everything else is no, and at the end of input nobody is there.
Rule 2: announcing returns at once; a thread waits for the keys, the event loop never does. Rule 3:
what was typed before the question was on the screen answers nothing.
"""

import asyncio
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

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
NOBODY: Final = "nobody_there"
_SAID = {ApprovalState.APPROVED: "Approved, once.", ApprovalState.DENIED: "Refused."}


def typed(prompt: str) -> str:
    """Show a prompt and return the line that is typed from here on; earlier keys are dropped."""
    if sys.stdin is not None and sys.stdin.isatty():
        sys.stdout.flush()  # the question
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    return input(prompt)


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
    ask: Callable[[str], str] = typed
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
        if said is None:
            await self._unanswered(row.id)
            return
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

    async def _unanswered(self, approval_id: str) -> None:
        row, now_ms = await self.approvals.get(approval_id), self.clock.now_ms()
        if row is not None and row.at(now_ms).status is ApprovalState.PENDING:
            await self.approvals.end(row.id, "cancel", NOBODY, now_ms, [])
        self.tell("Nobody is at this terminal: the question has ended without an answer.")

    def _typed(self) -> str | None:
        """Return what was typed; None: the input has ended, or there is none."""
        try:
            return self.ask(PROMPT).strip().lower()
        except UnicodeError:
            return ""  # somebody typed, and it is no yes
        except (EOFError, OSError, ValueError, RuntimeError, termios.error):
            return None


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
