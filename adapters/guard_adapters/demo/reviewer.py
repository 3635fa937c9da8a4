"""A scripted reviewer for runs without a terminal: says yes to the wanted payment only."""

import asyncio
import json
import os

from guard.audit.redact import SALT
from guard.audit.voted import voted
from guard.clock import Clock
from guard.grant.approval import Approval
from guard.grant.view import view_from
from guard.grant.votes import Vote, Voter
from guard.ports import Approvals
from guard_adapters.demo.scene import ACME
from guard_adapters.demo.transcript import Transcript

WANTED = {"amount_minor": 9870, "memo": "invoice 117", "recipient": ACME}


class ScriptedReviewer:
    """Reads what a person would read, and votes."""

    def __init__(self, approvals: Approvals, clock: Clock, transcript: Transcript) -> None:
        self._approvals = approvals
        self._clock = clock
        self._say = transcript
        self._votes: set[asyncio.Task[None]] = set()

    async def announce(self, approval: Approval) -> None:
        """Answer a moment later, as a person would: announcing never waits for an answer."""
        task = asyncio.create_task(self._answer(approval))
        self._votes.add(task)
        task.add_done_callback(self._votes.discard)

    async def _answer(self, approval: Approval) -> None:
        view = view_from(approval.view_json)
        wanted = json.loads(approval.call_bytes) == WANTED
        self._say.question(view, answer="approve" if wanted else "deny")
        vote = Vote(
            approval_id=approval.id,
            voter=Voter(principal=approval.requester, uv=True),
            decision="approve" if wanted else "deny",
            method="scripted",
            at_ms=self._clock.now_ms(),
            reason="" if wanted else "this is not what I asked for",
        )
        event = voted(approval, vote, salt=os.urandom(SALT))
        await self._approvals.vote(vote, [event])
