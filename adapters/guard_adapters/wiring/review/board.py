"""One guard as its reviewers see it: fulfils `Looking`. What it changes, it writes down first."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.approval import Approval, ApprovalState
from guard.grant.plan import Plan
from guard.grant.report import StepUpReport, reported
from guard.grant.scoped import Grant
from guard.grant.view import view_from
from guard.policy.argued import value_at
from guard.policy.rule import Rule
from guard.session.risk import risk_facts
from guard.session.state import Session
from guard.stepup.granting import Granting
from guard_adapters.console.app import SignedIn
from guard_adapters.console.looking import SHOWN, Logged, Passage, Proof, Queue
from guard_adapters.console.looking import Part as Looked
from guard_adapters.store.board import Part
from guard_adapters.wiring.build import Wired

T = TypeVar("T")
LEAVES: Final = 300
COUNTED: Final = 1_000
"""Newest questions from which the use of rules is reckoned."""
BACK_MS: Final = 7 * 86_400_000
"""How old they are at most (milliseconds)."""
KEPT_MS: Final = 30_000
"""How long reckoned figures are shown before they are reckoned anew (milliseconds)."""


@dataclass(slots=True)
class _Reckoned:
    report: StepUpReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardDesk:
    """Reads for the pages, and takes away where a reviewer says so."""

    wired: Wired
    _reckoned: _Reckoned = field(default_factory=_Reckoned)

    def now_ms(self) -> int:
        """Return the guard's time."""
        return self.wired.world.clock.now_ms()

    async def queue(self, who: SignedIn, skip: int) -> Queue:
        """Return what waits, first what asks this person; what is late is not among it."""
        part = _part(who, skip=skip)
        (waiting, total), unknown = await asyncio.gather(self._waiting(part), self.unknown(0))
        more = skip + len(waiting) < total
        return Queue(
            unknown=unknown, waiting=Looked(rows=waiting, skip=skip, more=more), total=total
        )

    async def waiting(self, who: SignedIn, action: str) -> Sequence[Approval]:
        """Return questions of one tool, first those that ask this person."""
        return (await self._waiting(_part(who, action=action)))[0]

    async def _waiting(self, part: Part) -> tuple[Sequence[Approval], int]:
        now_ms = self.now_ms()
        waiting, total = await self.wired.store.board.waiting(part)
        live = [one for one in waiting if one.at(now_ms).status is ApprovalState.PENDING]
        return live, total - (len(waiting) - len(live))

    async def unknown(self, skip: int) -> Looked[Approval]:
        """Return calls that may have run, and nobody knows, newest first."""
        return _looked(await self.wired.store.board.unknown(SHOWN + 1, skip), skip)

    async def answered(self, skip: int, most: int = SHOWN) -> Looked[Approval]:
        """Return questions that no longer wait, newest first."""
        return _looked(await self.wired.store.board.answered(most + 1, skip), skip, most)

    async def approval(self, approval_id: str) -> Approval:
        """Return one approval; `approval_unknown` otherwise."""
        row = await self.wired.world.approvals.get(approval_id)
        if row is None:
            raise Refused("There is no such question.", code="approval_unknown")
        return row

    async def sessions(self, skip: int) -> Looked[Session]:
        """Return sessions, newest first, without those that cannot be read."""
        part = _looked(await self.wired.store.board.sessions(SHOWN + 1, skip), skip)
        return Looked(rows=[one for one in part.rows if one], skip=skip, more=part.more)

    async def session(self, session_id: str) -> Session:
        """Return one session; `session_unknown` otherwise."""
        return await self.wired.world.sessions.get(session_id)

    def level(self, session: Session) -> int:
        """Return a session's risk now, 0 to 3."""
        return risk_facts(session.signals, session.who.device, self.now_ms()).session

    async def passed(self, session_id: str, below: int) -> Passage:
        """Return what the log holds of a session below a number, its newest part."""
        board = self.wired.store.board
        rows = await board.of_session(session_id, LEAVES + 1, below)
        later = await board.later(session_id, LEAVES, below) if below < 2**53 else []
        return Passage(
            rows=[_logged(*row) for row in rows[-LEAVES:]],
            later=[_logged(*row) for row in later],
            older=len(rows) > LEAVES,
        )

    async def plans(self, skip: int, most: int = SHOWN) -> Looked[Plan]:
        """Return plans, those that wait first."""
        found = _looked(await self.wired.store.board.plans(most + 1, skip), skip, most)
        now_ms = self.now_ms()
        return replace(found, rows=[one.at(now_ms) for one in found.rows])

    async def plan(self, plan_id: str) -> Plan:
        """Return one plan; `plan_unknown` otherwise."""
        return await Granting(world=self.wired.world).plan(plan_id)

    async def grants(self, skip: int) -> Looked[Grant]:
        """Return grants, those that may be used first."""
        board = self.wired.store.board
        return _looked(await board.grants(self.now_ms(), SHOWN + 1, skip), skip)

    async def log(self, before: int) -> tuple[Sequence[Logged], int]:
        """Return leaves below a number, newest first, and how many there are."""
        rows, size = await self.wired.store.board.leaves(before, SHOWN)
        return [_logged(*row) for row in rows], size

    async def proof(self, seq: int) -> Proof | None:
        """Return the proof of one leaf, once a checkpoint covers it."""
        found = await self.wired.store.board.proof(seq)
        if found is None:
            return None
        leaf, size, path, note = found
        return Proof(seq=seq, leaf=leaf, size=size, path=path, note=note)

    async def checkpoint(self) -> str:
        """Return the newest signed checkpoint."""
        return await self.wired.store.log.checkpoint()

    def rules(self) -> Sequence[Rule]:
        """Return the rules in force, in file order."""
        return sorted(self.wired.bundle.rules.values(), key=lambda one: one.order)

    async def report(self) -> StepUpReport:
        """Return how people answered the newest questions."""
        kept, now_ms = self._reckoned, self.now_ms()
        if kept.report is None or now_ms - kept.report.until_ms >= KEPT_MS:
            found = await self.wired.store.board.answered(COUNTED)
            rows = [row for row in found if row.created_ms >= now_ms - BACK_MS]
            # Where some were left out, calls count from the oldest of them; else from a week ago.
            shown_ms = min((row.created_ms for row in rows), default=now_ms)
            since_ms = shown_ms if len(rows) == COUNTED else now_ms - BACK_MS
            asked = self.wired.world.asked
            calls = 0 if asked is None else await asked.calls(since_ms)
            kept.report = reported(rows, calls=calls, since_ms=since_ms, now_ms=now_ms)
        return kept.report

    async def reveal(self, approval_id: str, number: int, by: str) -> str:
        """Return a secret argument, once the log holds who looked at it."""
        row = await self.approval(approval_id)
        arguments = view_from(row.view_json).arguments
        if not 0 <= number < len(arguments) or arguments[number].hidden != "secret":
            raise Refused("There is no such secret.", code="argument_unknown")
        await self._write(
            Event(
                kind="secret_revealed",
                at_ms=self.now_ms(),
                session=row.session,
                call=row.call_id,
                leaf={"approval": row.id, "number": number, "by": by},
            )
        )
        return value_at(row.call_bytes, arguments[number].path)

    async def suspend(self, approval_id: str, by: str) -> None:
        """Let the session of a question rest until an operator looks at it."""
        row = await self.approval(approval_id)
        await self.wired.reauthorizing.suspend(row.session, f"reviewer:{by}")

    async def end_session(self, session_id: str, by: str) -> None:
        """End a session with everything that it holds."""
        await self.wired.reauthorizing.end(session_id, f"reviewer:{by}")

    async def _write(self, event: Event) -> None:
        await self.wired.world.sink.write([event])


def _looked(rows: Sequence[T], skip: int, most: int = SHOWN) -> Looked[T]:
    return Looked(rows=rows, skip=skip).first(most)


def _part(who: SignedIn, *, skip: int = 0, action: str = "") -> Part:
    return Part(principal=who.principal, groups=who.groups, limit=SHOWN, skip=skip, action=action)


def _logged(seq: int, leaf: bytes, side: str) -> Logged:
    return Logged(seq=seq, leaf=json.loads(leaf), side=json.loads(side) if side else {})
