"""Public fakes for people who test what they build on the guard: no clock, no disk, no person.

Each fake passes the contract suite of its port. They hold everything in memory, share it with
nobody, and must never stand in front of a real tool.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.approval import Approval
from guard.grant.votes import Vote, Voter
from guard.model.altered import altered
from guard.model.secevent import Subject
from guard.ports import Approvals, Change, Ending, Lost, Noted, unnoted
from guard.provenance.result.known import Known
from guard.session.calls import Wanted, nothing_wanted
from guard.session.state import Session, idle_since_ms
from guard.testing.approvals import MemoryApprovals as MemoryApprovals
from guard.testing.clock import CountedIds as CountedIds
from guard.testing.clock import FrozenClock as FrozenClock
from guard.testing.clock import StaleWaiter as StaleWaiter
from guard.testing.done import Done
from guard.testing.leases import MemoryLeases
from guard.testing.tallies import MemoryTallies
from guard.testing.tool import RecordingTool as RecordingTool


@dataclass(slots=True, kw_only=True)
class MemoryStore(MemoryLeases):
    """Sessions, tallies, leases, outcomes and audit in memory, with every event in `events`."""

    held: dict[str, Session] = field(default_factory=dict)
    tallies: MemoryTallies = field(default_factory=MemoryTallies)
    indexes: dict[str, Known] = field(default_factory=dict)
    approvals: MemoryApprovals | None = None

    async def open(self, session: Session) -> Session:
        """Insert a session, or return the one that is there."""
        return self.held.setdefault(session.id, session)

    async def get(self, session_id: str, wanted: Wanted = nothing_wanted) -> Session:
        """Return a session; `session_unknown` otherwise."""
        return self.tallies.lend(self._held(session_id), wanted)

    def _held(self, session_id: str) -> Session:
        if session_id not in self.held:
            raise Refused("This session is not known.", code="session_unknown")
        return self.held[session_id]

    async def update(
        self, session_id: str, change: Change, wanted: Wanted = nothing_wanted
    ) -> Session:
        """Apply a pure change."""
        session = await self.get(session_id, wanted)
        return self._changed(session, change)

    def _changed(self, session: Session, change: Change) -> Session:
        new = altered(change(session), version=session.version + 1)
        self.held[session.id] = self.tallies.keep(session, new)
        return new

    async def tell(
        self,
        about: Subject,
        change: Noted,
        lost: Lost = unnoted,  # noqa: ARG002  no row here can be damaged
    ) -> Sequence[Session]:
        """Change those that have not ended and that this is about."""
        fit = [one for one in await self.live() if about.fits(one.who, one.id)]
        made = [(one, *change(one)) for one in fit]
        for _, _, events in made:
            self.events.extend(events)
        return [
            self._changed(before, partial(_becomes, after)) if after != before else before
            for before, after, _ in made
        ]

    async def live(self) -> Sequence[Session]:
        """Return those that have not ended."""
        return [one for one in await self.all() if not one.ended_at_ms]

    async def all(self) -> Sequence[Session]:
        """Return every session."""
        return list(self.held.values())

    async def known(self, session_id: str) -> Known:
        """Return what the session's endings left behind."""
        self._held(session_id)
        if session_id not in self.indexes:
            self.indexes[session_id] = Known()
        return self.indexes[session_id]

    async def forget(self, idle_before_ms: int) -> int:
        """Drop sessions that nobody has used since."""
        idle = [one.id for one in self.held.values() if 0 < idle_since_ms(one) < idle_before_ms]
        for name in idle:
            del self.held[name]
            self.indexes.pop(name, None)
        return len(idle)

    async def write(self, events: Sequence[Event]) -> None:
        """Keep these events."""
        self.events.extend(events)

    def close(self, ending: Ending) -> Awaitable[None]:
        """Record the end of a call, before any suspension."""
        session = self.held.get(ending.session)
        if session is not None:
            self._changed(self.tallies.lend(session), ending.change)
            if ending.segment is not None:
                self.indexes.setdefault(ending.session, Known()).learn(ending.segment)
        row = self.leases.get(ending.lease)
        if row is not None and ending.lease_change is not None:
            self.leases[row.id] = ending.lease_change(row)
        if ending.approval and self.approvals is not None:
            self.approvals.settle(ending)
        self.events.extend(ending.events)
        return Done()


@dataclass(slots=True, kw_only=True)
class ScriptedApprover:
    """A reviewer who answers at once, in the order of a script; then nobody answers.

    Args:
        approvals: where the votes go.
        clock: when they are cast.
        script: the answers; "silence" leaves a question open.
        voter: who votes; None means the person that the agent acts for.
    """

    approvals: Approvals
    clock: FrozenClock
    script: list[Literal["approve", "deny", "silence"]] = field(default_factory=list)
    voter: Voter | None = None
    seen: list[Approval] = field(default_factory=list)

    async def announce(self, approval: Approval) -> None:
        """Take the next answer of the script and vote."""
        self.seen.append(approval)
        said = self.script.pop(0) if self.script else "silence"
        if said == "silence":
            return
        voter = self.voter or Voter(principal=approval.requester, uv=True)
        vote = Vote(
            approval_id=approval.id,
            voter=voter,
            decision=said,
            method="scripted",
            at_ms=self.clock.now_ms(),
        )
        await self.approvals.vote(vote, [])


def _becomes(after: Session, _: Session) -> Session:
    return after
