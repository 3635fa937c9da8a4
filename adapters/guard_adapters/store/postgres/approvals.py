"""Approvals for several guards: the row decides, and PostgreSQL lets one at a time change it.

The state machine is in `guard.grant.approval`; here it is only asked, under the row's lock, in the
transaction that writes what follows. Time is the database's, or the caller's if that is later: a
guard that stood still cannot use what is over.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from guard.audit.asked import approvals_ended
from guard.audit.event import Event
from guard.errors import Refused, SessionMoved, Unavailable
from guard.grant.approval import (
    Approval,
    ApprovalEvent,
    ApprovalState,
    NewApproval,
    NoApprovalTransition,
    opened,
)
from guard.grant.votes import Vote
from guard.model.call import Outcome
from guard.ports import Attempt, Waiter
from guard_adapters.store.postgres.approval_rows import (
    INSERT,
    LATE,
    LISTED,
    TIMELINE,
    locked,
    note,
    put,
    row_of,
    save,
    standing,
    values,
)
from guard_adapters.store.postgres.audit import append
from guard_adapters.store.postgres.board import last_same, last_used
from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.postgres.hints import Hints
from guard_adapters.store.postgres.outbox import write_notes
from guard_adapters.store.postgres.replicas import Replica
from guard_adapters.store.postgres.schema import later_ms
from guard_adapters.store.postgres.session_rows import unmoved
from guard_adapters.store.rows import approval_from, picked


class PostgresApprovals:
    """The `Approvals` port on one database. `cooldown_ms`: how long a no refuses the same call."""

    channels: Sequence[str] = ()  # names of those that are told of each question

    def __init__(
        self, database: Database, hints: Hints, replica: Replica, *, cooldown_ms: int
    ) -> None:
        self._database = database
        self._hints = hints
        self._replica = replica
        self._cooldown_ms = cooldown_ms

    def waiter(self, approval_id: str) -> AbstractAsyncContextManager[Waiter]:
        """Register before opening or reading, so that no answer falls in between."""
        return self._hints.on(approval_id)

    async def open(self, new: NewApproval, events: Sequence[Event]) -> Approval:
        """Insert the question, or join the open one with the same binding."""

        async def work(db: Connection) -> Approval:
            for _ in range(5):
                row = opened(new)
                if await db.fetchval(INSERT, *values(row, "")) is not None:
                    await write_notes(db, row, self.channels)
                    await append(db, events)
                    return row
                joined = await self._joined(db, new)
                if joined is not None:
                    return joined
            raise Unavailable("The same call is already open.", code="state_conflict")

        return await self._database.run(work, again=True)

    async def _joined(self, db: Connection, new: NewApproval) -> Approval | None:
        """Return the open question that this one joins, or None where its place is free again."""
        there = await standing(db, new.binding)
        if there is None:
            return await row_of(db, new.id)  # our own, where nobody knew how the commit ended
        if there.id == new.id:
            return there
        late = there.at(await later_ms(db, new.created_ms))
        joined = replace(there, waiting=there.waiting + 1) if late.open else late
        await put(db, joined, new.created_ms)
        return joined if late.open else None

    async def get(self, approval_id: str) -> Approval | None:
        """Return one row."""
        return await self._database.run(lambda db: row_of(db, approval_id), again=True)

    async def listed(
        self, *, open_only: bool, session: str = "", requester: str = ""
    ) -> Sequence[Approval]:
        """Return rows, oldest first: the open ones, or the last 500 of all."""
        clause, given = picked("$", session, requester, open_only=open_only)

        async def work(db: Connection) -> list[Approval]:
            rows = await db.fetch(
                f"SELECT row FROM approvals WHERE {clause}"  # noqa: S608  fixed words
                f" ORDER BY created_ms DESC, id DESC LIMIT {'ALL' if open_only else LISTED}",
                *given,
            )
            return [approval_from(row[0]) for row in reversed(rows)]

        return await self._database.run(work, again=True)

    async def last_used(self, action: str, requester: str) -> Approval | None:
        """Return the approval that this person's last approved call of a tool used."""
        return await self._database.run(lambda db: last_used(db, action, requester), again=True)

    async def last_same(self, cooldown_key: str) -> Approval | None:
        """Return the approval that the same call used last."""
        return await self._database.run(lambda db: last_same(db, cooldown_key), again=True)

    async def delivered(self, approval_id: str, now_ms: int) -> None:
        """Note that a waiting question reached somebody; the first time counts."""
        await self._database.run(lambda db: note(db, approval_id, now_ms, Approval.delivered))

    async def told(self, approval_id: str, now_ms: int) -> None:
        """Note that the agent knows how the call that used it ended; the first time counts."""
        await self._database.run(lambda db: note(db, approval_id, now_ms, Approval.told))

    async def vote(self, vote: Vote, events: Sequence[Event]) -> Approval:
        """Count one person's answer.

        Raises:
            Refused: `approval_transition`: it has ended; `approval_unknown`.
        """

        async def work(db: Connection) -> Approval:
            row = await locked(db, vote.approval_id)
            said = replace(vote, at_ms=await later_ms(db, vote.at_ms))
            changed = await self._changed(db, row, vote.approval_id, lambda row: row.voted(said))
            if vote.decision == "deny" and changed.cooldown_key:
                await db.execute(
                    "INSERT INTO cooldowns VALUES ($1, $2)"
                    " ON CONFLICT (key) DO UPDATE SET until_ms = excluded.until_ms",
                    changed.cooldown_key,
                    said.at_ms + self._cooldown_ms,
                )
            await append(db, events)
            return changed

        return await self._database.run(work)

    async def end(
        self, approval_id: str, event: str, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Approval:
        """End an approval that is still open: deadline, cancel or void."""

        async def work(db: Connection) -> Approval:
            row = await locked(db, approval_id)
            at_ms, kind = await later_ms(db, now_ms), ApprovalEvent(event)
            changed = await self._changed(
                db, row, approval_id, lambda row: row.after(kind, at_ms, reason=reason)
            )
            await append(db, [*events, *approvals_ended([changed], at_ms)])
            return changed

        return await self._database.run(work)

    async def consume(
        self, approval_id: str, attempt: Attempt, events: Sequence[Event]
    ) -> Approval | None:
        """Use an approval up; None if it is not approved, not for this call, or already used.

        Where nobody knows how the commit ended it is tried again: the row tells this attempt by
        its id.

        Raises:
            SessionMoved: the session is not what the call was judged on.
        """

        async def work(db: Connection) -> Approval | None:
            # The session first, as endings do: two locks in two orders would wait for each other.
            holds = await unmoved(db, attempt.judged)
            row = await locked(db, approval_id)
            wanted = (attempt.binding, attempt.policy_version)
            if row is None or (row.binding, row.policy_version) != wanted:
                return None
            now_ms = await later_ms(db, attempt.now_ms)
            late_ms = now_ms - attempt.now_ms
            try:
                used = row.consumed(attempt.consume_id, now_ms, attempt.outcome_due_ms + late_ms)
            except NoApprovalTransition:
                return None
            first = row.status is not ApprovalState.CONSUMED
            if first and not await self._same_timeline(db, approval_id):
                await put(db, row.after(ApprovalEvent.VOID, now_ms, reason="failover"), now_ms)
                return None
            if first and not holds:
                raise SessionMoved(attempt.judged.id)
            await save(db, used, self._replica.id)
            if first:
                await append(db, events)
            return used

        return await self._database.run(work, again=True)

    async def _same_timeline(self, db: Connection, approval_id: str) -> bool:
        same: bool = await db.fetchval(
            f"SELECT timeline = {TIMELINE} FROM approvals WHERE id = $1",  # noqa: S608  fixed
            approval_id,
        )
        return same

    async def cooling(self, cooldown_key: str, now_ms: int) -> int:
        """Return for how long the same call is still refused after a no (milliseconds)."""

        async def work(db: Connection) -> int:
            until_ms = await db.fetchval(
                "SELECT until_ms FROM cooldowns WHERE key = $1", cooldown_key
            )
            return 0 if until_ms is None else max(0, until_ms - now_ms)

        return await self._database.run(work, again=True)

    async def unknown(self) -> Sequence[Approval]:
        """Return the runs that nobody knows the end of, oldest first."""

        async def work(db: Connection) -> list[Approval]:
            rows = await db.fetch(
                "SELECT row FROM approvals WHERE outcome = 'unknown'"
                " ORDER BY created_ms, id LIMIT $1",
                LISTED,
            )
            return [approval_from(row[0]) for row in rows]

        return await self._database.run(work, again=True)

    async def resolve(
        self, approval_id: str, outcome: Outcome, events: Sequence[Event]
    ) -> Approval:
        """Write down how an unknown run ended.

        Raises:
            Refused: `approval_transition`: it is not unknown; `approval_unknown`.
        """

        async def work(db: Connection) -> Approval:
            row = await locked(db, approval_id)
            changed = await self._changed(db, row, approval_id, lambda row: row.resolved(outcome))
            await append(db, events)
            return changed

        return await self._database.run(work)

    async def sweep(self, now_ms: int) -> Sequence[Approval]:
        """Expire what is late; turn runs without an ending into unknown ones. Return both.

        A run whose guard is gone has no ending to wait for: it is unknown at once.
        """

        async def work(db: Connection) -> list[Approval]:
            at_ms = await later_ms(db, now_ms)
            swept = []
            for (text,) in await db.fetch(LATE, at_ms):
                row = approval_from(text)
                lost = row.outcome is Outcome.RUNNING
                late = row.settled(Outcome.UNKNOWN) if lost else row.at(at_ms)
                if late != row:
                    await save(db, late)
                    swept.append(late)
            await append(db, approvals_ended(swept, at_ms))
            return swept

        return await self._database.run(work)

    async def _changed(
        self,
        db: Connection,
        row: Approval | None,
        approval_id: str,
        change: Callable[[Approval], Approval],
    ) -> Approval:
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        try:
            changed = change(row)
        except NoApprovalTransition as error:
            raise error.refused from error
        await save(db, changed)
        return changed
