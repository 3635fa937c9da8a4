"""Plans and scoped grants on PostgreSQL: what people approved for several calls, and what is left.

The state machines are in `guard.grant.plan` and `guard.grant.scoped`; here they are only asked,
under the row's lock. A use and the approved row that it leaves are one transaction, so no use is
without its record.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from guard.audit.asked import grants_made
from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.approval import Approval, ApprovalEvent, ApprovalState, granted
from guard.grant.plan import NewPlan, NoPlanTransition, Plan, PlanEvent, PlanState, proposed
from guard.grant.scoped import Grant, GrantState, NoGrantLeft
from guard.grant.votes import Vote
from guard.grant.written import grant_from, grant_text, plan_from, plan_text
from guard.ports.grants import Use
from guard_adapters.store.postgres.approval_rows import left_by, put, save
from guard_adapters.store.postgres.approval_rows import standing as standing_for
from guard_adapters.store.postgres.approvals import PostgresApprovals
from guard_adapters.store.postgres.audit import append
from guard_adapters.store.postgres.database import Connection, Database
from guard_adapters.store.postgres.outbox import write_notes
from guard_adapters.store.postgres.schema import later_ms
from guard_adapters.store.rows import picked, storable

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS plans (
    id text PRIMARY KEY, session text NOT NULL, status text NOT NULL, created_ms bigint NOT NULL,
    row text NOT NULL
);
CREATE INDEX IF NOT EXISTS plans_by_status ON plans (status, created_ms);
CREATE INDEX IF NOT EXISTS plans_ended ON plans (created_ms, id, status)
    WHERE status <> 'pending';
CREATE INDEX IF NOT EXISTS plans_of_session ON plans (session)
    WHERE status IN ('pending', 'approved');
CREATE TABLE IF NOT EXISTS scoped_grants (
    id text PRIMARY KEY, plan text NOT NULL, session text NOT NULL, granted_ms bigint NOT NULL,
    until_ms bigint NOT NULL, usable boolean NOT NULL, row text NOT NULL
);
CREATE INDEX IF NOT EXISTS grants_usable ON scoped_grants (session, until_ms) WHERE usable;
CREATE INDEX IF NOT EXISTS grants_by_plan ON scoped_grants (plan);
CREATE INDEX IF NOT EXISTS grants_listed ON scoped_grants (granted_ms, id, usable, until_ms);
"""
LAST: Final = 500
"""Rows of a list that also holds ended ones."""


class PostgresGrants:
    """The `Grants` port on one database, beside the approvals that uses of grants leave."""

    def __init__(self, database: Database, approvals: PostgresApprovals) -> None:
        self._database = database
        self._approvals = approvals

    async def propose(self, new: NewPlan, events: Sequence[Event]) -> Plan:
        """Insert a plan that people are asked about."""

        async def work(db: Connection) -> Plan:
            row = proposed(new)
            await _save_plan(db, row)
            if new.tells:
                await write_notes(db, row, self._approvals.channels)
            await append(db, events)
            return row

        return await self._database.run(work)

    async def plan(self, plan_id: str) -> Plan | None:
        """Return one plan."""
        return await self._database.run(lambda db: _plan(db, plan_id), again=True)

    async def plans(self, *, open_only: bool, session: str = "") -> Sequence[Plan]:
        """Return plans, oldest first: all of a session, or the last 500."""
        clause, given = picked("$", session, open_only=open_only)

        async def work(db: Connection) -> list[Plan]:
            rows = await db.fetch(
                f"SELECT row FROM plans WHERE {clause}"  # noqa: S608  fixed words
                f" ORDER BY created_ms DESC, id DESC LIMIT {'ALL' if session else LAST}",
                *given,
            )
            return [plan_from(row[0]) for row in reversed(rows)]

        return await self._database.run(work, again=True)

    async def vote(self, vote: Vote, events: Sequence[Event]) -> Plan:
        """Count one person's answer; the yes that completes the quorum makes the grants."""
        return await self._changed(
            vote.approval_id, lambda plan: plan.voted(vote), vote.at_ms, events
        )

    async def end(
        self, plan_id: str, event: PlanEvent, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Plan:
        """End a plan and the grants that it gave."""
        return await self._changed(
            plan_id, lambda plan: plan.after(event, now_ms, reason=reason), now_ms, events
        )

    async def grant(self, grant_id: str) -> Grant | None:
        """Return one grant."""
        return await self._database.run(lambda db: _grant(db, grant_id), again=True)

    async def grants(self) -> Sequence[Grant]:
        """Return the last 500 grants, oldest first, ended ones too."""

        async def work(db: Connection) -> list[Grant]:
            rows = await db.fetch(
                "SELECT row FROM scoped_grants ORDER BY granted_ms DESC, id DESC LIMIT $1", LAST
            )
            return [grant_from(row[0]) for row in reversed(rows)]

        return await self._database.run(work, again=True)

    async def active(self, session: str, now_ms: int) -> Sequence[Grant]:
        """Return the grants of one session that may be used now."""

        async def work(db: Connection) -> list[Grant]:
            rows = await db.fetch(
                "SELECT row FROM scoped_grants WHERE usable AND session = $1 AND until_ms > $2"
                " ORDER BY id",
                session,
                await later_ms(db, now_ms),
            )
            return [grant_from(row[0]) for row in rows]

        return await self._database.run(work, again=True)

    async def revoke(
        self, grant_id: str, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Grant:
        """End one grant and void the rows that it left unused."""

        async def work(db: Connection) -> Grant:
            grant = await _grant(db, grant_id, lock=True)
            if grant is None:
                raise Refused(f"There is no grant {grant_id!r}.", code="grant_unknown")
            try:
                ended = grant.revoked(now_ms, reason)
            except NoGrantLeft as error:
                raise Refused(str(error), code=error.code) from error
            await _save_grant(db, ended)
            await _void(db, {grant_id}, reason, now_ms)
            await append(db, events)
            return ended

        return await self._database.run(work)

    async def use(self, use: Use, events: Sequence[Event]) -> Approval | None:
        """Take one use and leave an approved row, or return the yes that stands already."""

        async def work(db: Connection) -> Approval | None:
            # The grant first, as whoever revokes it does: two that wait for each other would fail.
            grant = await _grant(db, use.grant, lock=True)
            now_ms = await later_ms(db, use.new.created_ms)
            asked = await standing_for(db, use.asked)
            standing = asked.at(now_ms) if asked is not None else None
            if standing is not None and standing.status is ApprovalState.APPROVED:
                return standing
            if grant is None or grant.status(now_ms) is not GrantState.ACTIVE:
                return None
            if standing is not None and standing.open:
                over = standing.after(ApprovalEvent.CANCEL, now_ms, reason="granted")
                await put(db, over, now_ms)
            await _save_grant(db, grant.used(now_ms))
            row = granted(use.new, grant.id)
            await save(db, row)
            await append(db, events)
            return row

        return await self._database.run(work)

    async def _changed(
        self,
        plan_id: str,
        change: Callable[[Plan], Plan],
        now_ms: int,
        events: Sequence[Event],
    ) -> Plan:
        async def work(db: Connection) -> Plan:
            plan = await _plan(db, plan_id, lock=True)
            if plan is None:
                raise Refused(f"There is no plan {plan_id!r}.", code="plan_unknown")
            try:
                changed = change(plan)
            except NoPlanTransition as error:
                raise error.refused from error
            await _save_plan(db, changed)
            await append(db, events)
            if changed.status is PlanState.APPROVED and plan.status is not PlanState.APPROVED:
                for grant in changed.grants():
                    await _save_grant(db, grant)
                await append(db, grants_made(changed))
            elif changed.status is not PlanState.APPROVED:
                await self._ended(db, changed, now_ms)
            return changed

        return await self._database.run(work)

    async def _ended(self, db: Connection, plan: Plan, now_ms: int) -> None:
        """End the grants of a plan that has ended."""
        rows = await db.fetch(
            "SELECT row FROM scoped_grants WHERE plan = $1 ORDER BY id FOR UPDATE", plan.id
        )
        grants = [grant_from(row[0]) for row in rows]
        for one in grants:
            if one.status(now_ms) is GrantState.ACTIVE:
                await _save_grant(db, one.revoked(now_ms, plan.reason_code))
        names = {one.id for one in grants}  # also used up ones: their last row may wait
        await _void(db, names, plan.reason_code, now_ms)


async def _void(db: Connection, grants: Collection[str], reason: str, now_ms: int) -> None:
    for row in await left_by(db, grants):
        if row.at(now_ms).open:
            await put(db, row.after(ApprovalEvent.VOID, now_ms, reason=reason), now_ms)


async def _plan(db: Connection, plan_id: str, *, lock: bool = False) -> Plan | None:
    if not storable(plan_id):
        return None
    query = f"SELECT row FROM plans WHERE id = $1{' FOR UPDATE' if lock else ''}"  # noqa: S608
    text = await db.fetchval(query, plan_id)
    return None if text is None else plan_from(text)


async def _grant(db: Connection, grant_id: str, *, lock: bool = False) -> Grant | None:
    if not storable(grant_id):
        return None
    query = f"SELECT row FROM scoped_grants WHERE id = $1{' FOR UPDATE' if lock else ''}"  # noqa: S608
    text = await db.fetchval(query, grant_id)
    return None if text is None else grant_from(text)


async def _save_plan(db: Connection, plan: Plan) -> None:
    await db.execute(
        "INSERT INTO plans VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET"
        " status = excluded.status, row = excluded.row",
        plan.id,
        plan.session,
        plan.status.value,
        plan.created_ms,
        plan_text(plan),
    )


async def _save_grant(db: Connection, grant: Grant) -> None:
    await db.execute(
        "INSERT INTO scoped_grants VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE"
        " SET usable = excluded.usable, row = excluded.row",
        grant.id,
        grant.plan,
        grant.ground.session,
        grant.granted_ms,
        grant.until_ms,
        not grant.ended_ms and grant.uses_left > 0,
        grant_text(grant),
    )
