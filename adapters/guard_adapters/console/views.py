"""The pages that reviewers look at: queue, question, sessions, grants, audit, policy.

GET changes nothing. What is shown of a question is its stored view and nothing else; what others
wrote is escaped by the templates and spelled out in runs.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.responses import Response

from guard.errors import Refused, Unavailable
from guard.grant.approval import Approval, ApprovalState
from guard.grant.batch import alike
from guard.grant.offer import offer_from
from guard.grant.plan import Plan
from guard.grant.reach import said
from guard.grant.scoped import MAX_TTL_S, MAX_USES
from guard.grant.votes import values_at
from guard.model.review import Argument, Value
from guard.policy.argued import value_at
from guard_adapters.console.app import Answer, Page, SignedIn, Visit
from guard_adapters.console.looking import Looking
from guard_adapters.console.shapes import (
    BINDINGS,
    SAID_BY,
    amount,
    headline,
    lasting,
    moment,
    question,
    readable,
    shown,
    spelled,
    together,
)
from guard_adapters.console.timeline import timeline

LOG_PAGE: Final = 50
MAX_DIGITS: Final = 15
HELPERS: Final[dict[str, Callable[..., object]]] = {
    "headline": headline,
    "lasting": lasting,
    "moment": moment,
    "amount": amount,
    "spelled": spelled,
    "together": together,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The pages over one guard.

    Args:
        desk: what they show.
        marks: the mark of each part of a question, for the person who reads it.
        uses: uses of a standing yes that a page proposes first.
        ttl_s: its life (seconds).
    """

    desk: Looking
    marks: Callable[[Approval | Plan, str], Mapping[str, str]]
    uses: int = 10
    ttl_s: int = 1_800

    def pages(self) -> tuple[Page, ...]:
        """Return every page, those with a tab in the order of the navigation."""
        table: tuple[tuple[str, Answer, str], ...] = (
            ("/", self.queue, "Queue"),
            ("/approvals/{id}", self.question, ""),
            ("/approvals/{id}/arguments/{number}", self.blob, ""),
            ("/batch/{id}", self.batch, ""),
            ("/plans/{id}", self.plan, ""),
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
        return visit.page(template, status=status, **HELPERS, **now, **more)

    async def queue(self, visit: Visit) -> Response:
        """Return what waits for people, calls with an unknown outcome first."""
        found = await self.desk.queue(visit.who, passed(visit))
        answered = (await self.desk.answered())[:12]
        return self._page(visit, "queue.html", queue=found, answered=answered)

    async def question(self, visit: Visit) -> Response:
        """Return one question, whole."""
        row = await self.desk.approval(visit.request.path_params["id"])
        try:
            found = question(row, self.desk.now_ms())
        except Unavailable as wrong:
            return self._page(visit, "broken.html", 503, wrong=wrong, row=row)
        pending = found.row.status is ApprovalState.PENDING
        mine = any(one.voter.principal == visit.who.principal for one in found.row.votes)
        return self._page(
            visit,
            "question.html",
            q=found,
            pending=pending,
            mine=mine,
            asked=_is_asked(found.row, visit.who),
            match=_to_type(found.row),
            marks=self._marks([found.row], visit.who) if pending else {},
            alike=len(await self._alike(row, visit.who)) if pending else 0,
            offer=offer_from(row.offer) if pending else None,
            said=said,
            uses=self.uses,
            ttl_s=self.ttl_s,
            most_uses=MAX_USES,
            most_ttl_s=MAX_TTL_S,
            bindings=BINDINGS,
            said_by=SAID_BY,
        )

    async def blob(self, visit: Visit) -> Response:
        """Return an argument that its tool declared a blob, whole, on a page of its own."""
        row = await self.desk.approval(visit.request.path_params["id"])
        found = question(row, self.desk.now_ms())
        number = _number(visit.request.path_params["number"], len(found.arguments))
        argument = found.arguments[number].argument
        if argument.hidden != "blob":
            raise _unknown("argument")
        text = value_at(row.call_bytes, argument.path)
        one = shown(number, _whole(argument, text))
        return self._page(visit, "argument.html", q=found, one=one)

    async def batch(self, visit: Visit) -> Response:
        """Return the questions that may be answered together with this one, each whole."""
        row = await self.desk.approval(visit.request.path_params["id"])
        calls = [question(one, self.desk.now_ms()) for one in await self._alike(row, visit.who)]
        answerable = {one.row.id for one in calls if _is_asked(one.row, visit.who)}
        return self._page(
            visit,
            "batch.html",
            row=row,
            calls=calls,
            marks=self._marks([one.row for one in calls], visit.who),
            answerable=answerable,
            said_by=SAID_BY,
        )

    def _marks(
        self, asked: Sequence[Approval | Plan], who: SignedIn
    ) -> Mapping[str, Mapping[str, str]]:
        """Return the marks of questions by id and part, for those who are asked alone."""
        mine = [one for one in asked if _is_asked(one, who)]
        return {one.id: self.marks(one, who.principal) for one in mine}

    async def _alike(self, row: Approval, who: SignedIn) -> Sequence[Approval]:
        found = alike(
            row, await self.desk.waiting(who, row.action), who.principal, self.desk.now_ms()
        )
        return [one for one in found if readable(one)]

    async def plan(self, visit: Visit) -> Response:
        """Return one plan or standing yes that was asked for, whole, to be answered."""
        found = await self.desk.plan(visit.request.path_params["id"])
        mine = any(one.voter.principal == visit.who.principal for one in found.votes)
        asked = _is_asked(found, visit.who)
        marks = self._marks([found], visit.who)
        return self._page(visit, "plan.html", plan=found, mine=mine, asked=asked, marks=marks)

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
        before = _number(asked, 2**53) if asked else 2**53
        rows, size = await self.desk.log(before)
        note = await self.desk.checkpoint()
        return self._page(visit, "audit.html", rows=rows, size=size, note=note, most=LOG_PAGE)

    async def leaf(self, visit: Visit) -> Response:
        """Return one leaf with the proof that it is in the signed log."""
        seq = _number(visit.request.path_params["seq"], 2**53)
        found = await self.desk.proof(seq)
        return self._page(visit, "leaf.html", seq=seq, proof=found)


def _is_asked(asked: Approval | Plan, who: SignedIn) -> bool:
    """Return whether this person is among those who are asked; the guard decides when they sign."""
    groups = {name for one in asked.requirements for name in one.groups}
    return bool(groups & who.groups) or (asked.requester == who.principal and not groups)


def _whole(argument: Argument, text: str) -> Argument:
    """Return a blob with its content: a text as it is, anything else as JSON."""
    found = json.loads(text) if text else ""
    value = (
        Value(kind="text", text=found) if isinstance(found, str) else Value(kind="raw", text=text)
    )
    return replace(argument, hidden="", values=(value,), listed=False)


def _to_type(row: Approval) -> list[str]:
    """Return the path of each value that must be typed; a list has one for each element."""
    paths = sorted({path for one in row.requirements for path in one.match})
    arguments = json.loads(row.call_bytes) if row.call_bytes else {}
    return [path for path in paths for _ in values_at(arguments, path) or [""]]


def passed(visit: Visit) -> int:
    """Return how many waiting questions come before the part of the queue that is looked at."""
    return _number(visit.request.query_params.get("skip", "0"), 10**MAX_DIGITS)


def _number(text: str, below: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS and int(text) < below):
        raise _unknown("page")
    return int(text)


def _unknown(what: str) -> Refused:
    return Refused(f"There is no such {what}.", code=f"{what}_unknown")
