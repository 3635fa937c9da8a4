"""Plans and scoped grants: what people approved for several calls, and what is left of it.

The state machines are in `guard.grant.plan` and `guard.grant.scoped`; here they are only asked. A
use and the approved row that it leaves are one transaction, so no use is without its record.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from guard.audit.asked import grants_made, plan_ended
from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.approval import Approval, ApprovalEvent, ApprovalState, granted
from guard.grant.plan import NewPlan, NoPlanTransition, Plan, PlanEvent, PlanState, proposed
from guard.grant.scoped import Grant, GrantState, NoGrantLeft
from guard.grant.votes import Vote
from guard.grant.written import grant_from, grant_text, plan_from, plan_text
from guard.ports.grants import Use
from guard_adapters.store.rows import picked
from guard_adapters.store.sqlite.approvals import SqliteApprovals
from guard_adapters.store.sqlite.audit import Journal
from guard_adapters.store.sqlite.database import Database
from guard_adapters.store.sqlite.outbox import write_notes

SCHEMA = """
CREATE TABLE IF NOT EXISTS plans (
    id TEXT PRIMARY KEY, session TEXT NOT NULL, status TEXT NOT NULL, created_ms INTEGER NOT NULL,
    row TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS plans_by_status ON plans (status, created_ms);
CREATE INDEX IF NOT EXISTS plans_ended ON plans (created_ms, id, status)
    WHERE status <> 'pending';
CREATE INDEX IF NOT EXISTS plans_of_session ON plans (session)
    WHERE status IN ('pending', 'approved');
CREATE TABLE IF NOT EXISTS scoped_grants (
    id TEXT PRIMARY KEY, plan TEXT NOT NULL, session TEXT NOT NULL, granted_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL, usable INTEGER NOT NULL, row TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS grants_usable ON scoped_grants (session, until_ms) WHERE usable = 1;
CREATE INDEX IF NOT EXISTS grants_by_plan ON scoped_grants (plan);
CREATE INDEX IF NOT EXISTS grants_listed ON scoped_grants (granted_ms, id, usable, until_ms)
"""

LAST: Final = 500
"""Rows of a list that also holds ended ones."""


class SqliteGrants:
    """The `Grants` port on one file, beside the approvals that uses of grants leave."""

    def __init__(self, database: Database, journal: Journal, approvals: SqliteApprovals) -> None:
        self._database = database
        self._journal = journal
        self._approvals = approvals

    async def propose(self, new: NewPlan, events: Sequence[Event]) -> Plan:
        """Insert a plan that people are asked about."""

        def work(db: sqlite3.Connection) -> Plan:
            row = proposed(new)
            _save_plan(db, row)
            if new.tells:
                write_notes(db, row, self._approvals.channels)
            self._journal.append(db, events)
            return row

        return await self._database.run(work)

    async def plan(self, plan_id: str) -> Plan | None:
        """Return one plan."""
        return await self._database.run(lambda db: _plan(db, plan_id))

    async def plans(self, *, open_only: bool, session: str = "") -> Sequence[Plan]:
        """Return plans, oldest first: all of a session, or the last 500."""
        most = -1 if session else LAST
        return await self._database.run(
            lambda db: _plans(db, session, open_only=open_only, most=most)
        )

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
        return await self._database.run(lambda db: _grant(db, grant_id))

    async def grants(self) -> Sequence[Grant]:
        """Return the last 500 grants, oldest first, ended ones too."""

        def work(db: sqlite3.Connection) -> list[Grant]:
            rows = db.execute(
                "SELECT row FROM scoped_grants ORDER BY granted_ms DESC, id DESC LIMIT ?", (LAST,)
            ).fetchall()
            return [grant_from(row[0]) for row in reversed(rows)]

        return await self._database.run(work)

    async def active(self, session: str, now_ms: int) -> Sequence[Grant]:
        """Return the grants of one session that may be used now."""

        def work(db: sqlite3.Connection) -> list[Grant]:
            rows = db.execute(
                "SELECT row FROM scoped_grants WHERE usable = 1 AND session = ? AND until_ms > ?",
                (session, now_ms),
            ).fetchall()
            return [grant_from(row[0]) for row in rows]

        return await self._database.run(work)

    async def revoke(
        self, grant_id: str, reason: str, now_ms: int, events: Sequence[Event]
    ) -> Grant:
        """End one grant and void the rows that it left unused."""
        voided: list[str] = []

        def work(db: sqlite3.Connection) -> Grant:
            grant = _grant(db, grant_id)
            if grant is None:
                raise Refused(f"There is no grant {grant_id!r}.", code="grant_unknown")
            try:
                ended = grant.revoked(now_ms, reason)
            except NoGrantLeft as error:
                raise Refused(str(error), code=error.code) from error
            _save_grant(db, ended)
            voided.extend(self._approvals.void_granted(db, {grant_id}, reason, now_ms))
            self._journal.append(db, events)
            return ended

        ended = await self._database.run(work)
        self._wake(voided)
        return ended

    async def use(self, use: Use, events: Sequence[Event]) -> Approval | None:
        """Take one use and leave an approved row, or return the yes that stands already."""
        ended: list[str] = []

        def work(db: sqlite3.Connection) -> Approval | None:
            now_ms = use.new.created_ms
            asked = self._approvals.standing(db, use.asked)
            standing = asked.at(now_ms) if asked is not None else None
            if standing is not None and standing.status is ApprovalState.APPROVED:
                return standing
            grant = _grant(db, use.grant)
            if grant is None or grant.status(now_ms) is not GrantState.ACTIVE:
                return None
            if standing is not None and standing.open:
                over = standing.after(ApprovalEvent.CANCEL, now_ms, reason="granted")
                self._approvals.put(db, over, now_ms)
                ended.append(over.id)
            _save_grant(db, grant.used(now_ms))
            row = granted(use.new, grant.id)
            self._approvals.put(db, row, now_ms)
            self._journal.append(db, events)
            return row

        row = await self._database.run(work)
        self._wake(ended)
        return row

    async def lost_count(self, now_ms: int) -> None:
        """End every plan that may still give something: nobody knows how much time went by."""
        for plan in await self._database.run(lambda db: _plans(db, "", open_only=True, most=-1)):
            with suppress(Refused):  # it ended by itself
                event = plan_ended(plan, "clock_lost", now_ms)
                await self.end(plan.id, PlanEvent.VOID, "clock_lost", now_ms, [event])

    async def _changed(
        self,
        plan_id: str,
        change: Callable[[Plan], Plan],
        now_ms: int,
        events: Sequence[Event],
    ) -> Plan:
        voided: list[str] = []

        def work(db: sqlite3.Connection) -> Plan:
            plan = _plan(db, plan_id)
            if plan is None:
                raise Refused(f"There is no plan {plan_id!r}.", code="plan_unknown")
            try:
                changed = change(plan)
            except NoPlanTransition as error:
                raise error.refused from error
            _save_plan(db, changed)
            self._journal.append(db, events)
            if changed.status is PlanState.APPROVED and plan.status is not PlanState.APPROVED:
                for grant in changed.grants():
                    _save_grant(db, grant)
                self._journal.append(db, grants_made(changed))
            elif changed.status is not PlanState.APPROVED:
                voided.extend(self._ended(db, changed, now_ms))
            return changed

        changed = await self._database.run(work)
        self._wake(voided)
        return changed

    def _ended(self, db: sqlite3.Connection, plan: Plan, now_ms: int) -> list[str]:
        """End the grants of a plan that has ended."""
        rows = db.execute("SELECT row FROM scoped_grants WHERE plan = ?", (plan.id,)).fetchall()
        grants = [grant_from(row[0]) for row in rows]
        live = [one for one in grants if one.status(now_ms) is GrantState.ACTIVE]
        for one in live:
            _save_grant(db, one.revoked(now_ms, plan.reason_code))
        names = {one.id for one in grants}  # also used up ones: their last row may wait
        return self._approvals.void_granted(db, names, plan.reason_code, now_ms)

    def _wake(self, approvals: Sequence[str]) -> None:
        for approval_id in approvals:
            self._approvals.wake(approval_id)


def _plan(db: sqlite3.Connection, plan_id: str) -> Plan | None:
    row = db.execute("SELECT row FROM plans WHERE id = ?", (plan_id,)).fetchone()
    return None if row is None else plan_from(row[0])


def _plans(db: sqlite3.Connection, session: str, *, open_only: bool, most: int) -> list[Plan]:
    clause, given = picked("?", session, open_only=open_only)
    rows = db.execute(
        f"SELECT row FROM plans WHERE {clause}"  # noqa: S608  fixed words
        f" ORDER BY created_ms DESC, id DESC LIMIT {most}",
        given,
    ).fetchall()
    return [plan_from(row[0]) for row in reversed(rows)]


def _grant(db: sqlite3.Connection, grant_id: str) -> Grant | None:
    row = db.execute("SELECT row FROM scoped_grants WHERE id = ?", (grant_id,)).fetchone()
    return None if row is None else grant_from(row[0])


def _save_plan(db: sqlite3.Connection, plan: Plan) -> None:
    db.execute(
        "INSERT INTO plans VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " status = excluded.status, row = excluded.row",
        (plan.id, plan.session, plan.status.value, plan.created_ms, plan_text(plan)),
    )


def _save_grant(db: sqlite3.Connection, grant: Grant) -> None:
    usable = not grant.ended_ms and grant.uses_left > 0
    db.execute(
        "INSERT INTO scoped_grants VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " usable = excluded.usable, row = excluded.row",
        (
            grant.id,
            grant.plan,
            grant.ground.session,
            grant.granted_ms,
            grant.until_ms,
            int(usable),
            grant_text(grant),
        ),
    )
