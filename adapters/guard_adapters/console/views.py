"""The lists that reviewers look through: queue, sessions, grants, audit, policy.

GET changes nothing. What others wrote is escaped by the templates and spelled out.
"""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from guard_adapters.console.app import Answer, Page, Visit, numbered
from guard_adapters.console.looking import Looking
from guard_adapters.console.shapes import FUNCTIONS, SAID_BY
from guard_adapters.console.timeline import timeline

LOG_PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The pages over one guard. `desk`: what they show."""

    desk: Looking

    def pages(self) -> tuple[Page, ...]:
        """Return every page, those with a tab in the order of the navigation."""
        table: tuple[tuple[str, Answer, str], ...] = (
            ("/", self.queue, "Queue"),
            ("/sessions", self.sessions, "Sessions"),
            ("/sessions/{id}", self.session, ""),
            ("/grants", self.grants, "Grants"),
            ("/policy", self.policy, "Policy"),
            ("/audit", self.audit, "Audit"),
            ("/audit/{seq}", self.leaf, ""),
        )
        return tuple(Page(path=path, answer=answer, tab=tab) for path, answer, tab in table)

    def _page(self, visit: Visit, template: str, status: int = 200, **more: object) -> Response:
        now = {"now_ms": self.desk.now_ms()}
        return visit.page(template, status=status, **FUNCTIONS, **now, **more)

    async def queue(self, visit: Visit) -> Response:
        """Return what waits for people, calls with an unknown outcome first."""
        found = await self.desk.queue(visit.who, visit.number("skip"))
        answered = (await self.desk.answered())[:12]
        return self._page(visit, "queue.html", queue=found, answered=answered)

    async def sessions(self, visit: Visit) -> Response:
        """Return the newest sessions."""
        some = await self.desk.sessions()
        rows = [(one, self.desk.level(one)) for one in some]
        return self._page(visit, "sessions.html", rows=rows)

    async def session(self, visit: Visit) -> Response:
        """Return one session: what it did, and where its values came from."""
        found = await self.desk.session(visit.request.path_params["id"])
        line = timeline(await self.desk.passed(found.id))
        level = self.desk.level(found)
        return self._page(visit, "session.html", one=found, level=level, line=line, said_by=SAID_BY)

    async def grants(self, visit: Visit) -> Response:
        """Return plans and the standing yes that came of them."""
        plans, grants = await self.desk.plans(), await self.desk.grants()
        return self._page(visit, "grants.html", plans=plans, grants=grants)

    async def policy(self, visit: Visit) -> Response:
        """Return the rules in force, and how people answer those that ask."""
        report = await self.desk.report()
        figures = {one.rule: one for one in report.rules}
        rules = [(one, figures.get(one.id)) for one in self.desk.rules()]
        return self._page(visit, "policy.html", rules=rules, report=report)

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
