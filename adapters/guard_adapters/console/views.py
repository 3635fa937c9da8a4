"""The lists that reviewers look through: queue, sessions, grants, audit, policy.

GET changes nothing. What others wrote is escaped by the templates and spelled out.
"""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from guard.grant.plan import Plan
from guard.grant.scoped import Grant
from guard.policy.rule import Rule
from guard_adapters.console.app import Answer, Page, Visit, nowhere, numbered
from guard_adapters.console.fitting import (
    DONE_ROOM,
    RULES_ROOM,
    WAITING_ROOM,
    asked_of,
    fitted,
    fitting,
)
from guard_adapters.console.looking import Looking, Part
from guard_adapters.console.shapes import said_sheet
from guard_adapters.console.timeline import timeline

LOG_PAGE: Final = 50
DONE, PLANS = 12, 10
"""Lines that a page shows which is about something else first."""
GRANTS_ROOM, PLANS_ROOM = 55_000, 25_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The pages over one guard. `desk`: what they show."""

    desk: Looking

    def pages(self) -> tuple[Page, ...]:
        """Return every page, those with a tab in the order of the navigation."""
        table: tuple[tuple[str, Answer, str], ...] = (
            ("/", self.queue, "Queue"),
            ("/unknown", self.unknown, ""),
            ("/answered", self.answered, ""),
            ("/sessions", self.sessions, "Sessions"),
            ("/sessions/{id}", self.session, ""),
            ("/sessions/{id}/said", self.said, ""),
            ("/grants", self.grants, "Grants"),
            ("/plans", self.plans, ""),
            ("/policy", self.policy, "Policy"),
            ("/audit", self.audit, "Audit"),
            ("/audit/{seq}", self.leaf, ""),
        )
        return tuple(Page(path=path, answer=answer, tab=tab) for path, answer, tab in table)

    def _page(self, visit: Visit, template: str, status: int = 200, **more: object) -> Response:
        return visit.page(template, status=status, now_ms=self.desk.now_ms(), **more)

    async def queue(self, visit: Visit) -> Response:
        """Return what waits for people, calls with an unknown outcome first."""
        found = fitted(await self.desk.queue(visit.who, visit.number("skip")))
        answered = fitting(await self.desk.answered(0, DONE), asked_of, DONE_ROOM)
        return self._page(visit, "queue.html", queue=found, answered=answered)

    async def unknown(self, visit: Visit) -> Response:
        """Return the calls that may have run, and nobody knows."""
        part = fitting(await self.desk.unknown(visit.number("skip")), asked_of, WAITING_ROOM)
        return self._page(visit, "unknown.html", part=part)

    async def answered(self, visit: Visit) -> Response:
        """Return questions that no longer wait, newest first."""
        part = fitting(await self.desk.answered(visit.number("skip")), asked_of, RULES_ROOM)
        return self._page(visit, "answered.html", part=part)

    async def sessions(self, visit: Visit) -> Response:
        """Return sessions, newest first."""
        part = await self.desk.sessions(visit.number("skip"))
        rows = [(one, self.desk.level(one)) for one in part.rows]
        return self._page(visit, "sessions.html", rows=rows, part=part)

    async def session(self, visit: Visit) -> Response:
        """Return one session: what it did, and where its values came from."""
        found = await self.desk.session(visit.request.path_params["id"])
        before = visit.number("before", 2**53)
        passage = await self.desk.passed(found.id, before or 2**53)
        line = timeline(passage, {one.call for one in found.steps})
        level = self.desk.level(found)
        return self._page(
            visit, "session.html", one=found, level=level, line=line, newest=not before
        )

    async def said(self, visit: Visit) -> Response:
        """Return all that the person of a session said, sheet by sheet."""
        found = await self.desk.session(visit.request.path_params["id"])
        texts = [(f"Said {number}", one) for number, one in enumerate(found.words, 1)]
        part = said_sheet(texts, visit.number("sheet"))
        if part is None:
            raise nowhere("page")
        return self._page(
            visit,
            "sheet.html",
            sheet=part,
            title="All that was said",
            lead="The person's words, as the guard received them, in their order.",
            named=True,
            back=f"/console/sessions/{found.id}",
            back_to="Back to the session",
        )

    async def grants(self, visit: Visit) -> Response:
        """Return plans and the standing yes that came of them."""
        grants = fitting(await self.desk.grants(visit.number("skip")), granted, GRANTS_ROOM)
        plans = fitting(await self.desk.plans(0, PLANS), planned, PLANS_ROOM)
        return self._page(visit, "grants.html", plans=plans, grants=grants)

    async def plans(self, visit: Visit) -> Response:
        """Return what was asked for beside single calls, what waits first."""
        part = fitting(await self.desk.plans(visit.number("skip")), planned, RULES_ROOM)
        return self._page(visit, "plans.html", plans=part)

    async def policy(self, visit: Visit) -> Response:
        """Return the rules in force, and how people answer those that ask."""
        report = await self.desk.report()
        figures = {one.rule: one for one in report.rules}
        skip, every = visit.number("skip"), self.desk.rules()
        part = fitting(Part(rows=every[skip:], skip=skip), ruled, RULES_ROOM)
        rules = [(one, figures.get(one.id)) for one in part.rows]
        return self._page(visit, "policy.html", rules=rules, part=part, report=report)

    async def audit(self, visit: Visit) -> Response:
        """Return one page of the log, newest first, and its newest checkpoint."""
        asked = visit.request.query_params.get("before", "")
        before = numbered(asked, 2**53) if asked else 2**53
        rows, size = await self.desk.log(before)
        note = await self.desk.checkpoint()
        return self._page(visit, "audit.html", rows=rows, size=size, note=note, most=LOG_PAGE)

    async def leaf(self, visit: Visit) -> Response:
        """Return one leaf with the proof that it is in the signed log."""
        seq = numbered(visit.request.path_params["seq"], 2**53)
        found = await self.desk.proof(seq)
        return self._page(visit, "leaf.html", seq=seq, proof=found)


def granted(one: Grant) -> list[str]:
    """Return what a line about a grant holds of others' texts."""
    return [*one.reach.lines(), one.ground.agent, one.ground.requester]


def planned(one: Plan) -> list[str]:
    """Return what a line about a plan holds of others' texts."""
    return [*one.lines(), one.agent, one.requester]


def ruled(one: Rule) -> list[str]:
    """Return what a line about a rule holds: its text above all."""
    return [one.text, one.id, one.reason, one.where]
