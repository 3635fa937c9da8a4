"""The pages of what people are asked: a question, its sheets, several alike, a plan.

GET changes nothing. What is shown of a question is its stored view and nothing else; what others
wrote is escaped by the templates and spelled out in runs. What is too long for one page comes in
sheets: nothing is cut.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup
from starlette.responses import Response

from guard.errors import Unavailable
from guard.grant.approval import Approval, ApprovalState
from guard.grant.batch import alike
from guard.grant.offer import offer_from
from guard.grant.plan import Plan
from guard.grant.reach import said
from guard.grant.scoped import MAX_TTL_S, MAX_USES
from guard.grant.view import whole_from
from guard.grant.votes import values_at
from guard.model.review import Argument, Value
from guard.model.sheets import name_of
from guard.policy.argued import value_at
from guard_adapters.console.app import Answer, Page, SignedIn, Visit, nowhere, numbered
from guard_adapters.console.looking import Looking
from guard_adapters.console.shapes import (
    BINDINGS,
    ENDED,
    SAID_BY,
    Sheet,
    on_one_sheet,
    question,
    said_sheet,
    sheet,
    value_sheet,
)

BATCH_ROOM = 88_000
"""What the calls of one page that answers several may weigh together (bytes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
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
        """Return every page; none has a tab."""
        table: dict[str, Answer] = {
            "/approvals/{id}": self.question,
            "/approvals/{id}/sheets/{number}": self.sheet,
            "/approvals/{id}/arguments/{number}": self.blob,
            "/approvals/{id}/said": self.said,
            "/batch/{id}": self.batch,
            "/plans/{id}": self.plan,
        }
        return tuple(Page(path=path, answer=answer) for path, answer in table.items())

    def _page(self, visit: Visit, template: str, status: int = 200, **more: object) -> Response:
        return visit.page(template, status=status, now_ms=self.desk.now_ms(), **more)

    async def question(self, visit: Visit) -> Response:
        """Return one question, with the first sheet of its arguments."""
        row = await self._row(visit)
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
            ended=ENDED,
        )

    async def sheet(self, visit: Visit) -> Response:
        """Return a further sheet of a question's arguments, for its page to put in."""
        row = (await self._row(visit)).at(self.desk.now_ms())
        number = numbered(visit.request.path_params["number"], 10**6)
        found = _there(sheet(row, number))
        pending = row.status is ApprovalState.PENDING
        marks = self._marks([row], visit.who) if pending else {}
        return self._page(
            visit, "sheet_rows.html", sheet=found, row=row, pending=pending, marks=marks
        )

    async def blob(self, visit: Visit) -> Response:
        """Return an argument that its tool declared a blob, sheet by sheet."""
        row = await self._row(visit)
        found = question(row, self.desk.now_ms())
        arguments = found.view.arguments
        number = numbered(visit.request.path_params["number"], len(arguments))
        argument = arguments[number]
        if argument.hidden != "blob":
            raise nowhere("argument")
        whole = _whole(argument, value_at(row.call_bytes, argument.path))
        part = _there(value_sheet(whole, visit.number("sheet")))
        title, lead = name_of(argument.path), "The whole content, as it would be sent."
        return self._sheet(visit, row, part, title=title, lead=lead, named=False)

    async def said(self, visit: Visit) -> Response:
        """Return all that was said of the task, and all that the agent says of itself."""
        row = await self._row(visit)
        chain = question(row, self.desk.now_ms()).view.chain
        texts = [(f"Declared by {SAID_BY.get(one.by, one.by)}", one.text) for one in chain.task]
        texts += [("The agent says", one) for one in chain.prose]
        part = _there(said_sheet(texts, visit.number("sheet")))
        lead = "In the order in which it was said; what the agent says comes last."
        return self._sheet(visit, row, part, title="All of the task", lead=lead, named=True)

    def _sheet(
        self, visit: Visit, row: Approval, part: Sheet, *, title: str, lead: str, named: bool
    ) -> Response:
        return self._page(
            visit,
            "sheet.html",
            sheet=part,
            title=title,
            lead=lead,
            named=named,
            back=f"/console/approvals/{row.id}",
            back_to="Back to the question",
        )

    async def batch(self, visit: Visit) -> Response:
        """Return the questions that may be answered together with this one, each whole."""
        row, now_ms = await self._row(visit), self.desk.now_ms()
        calls = [question(one, now_ms) for one in await self._alike(row, visit.who)]
        asked = {one.row.id for one in calls if _is_asked(one.row, visit.who)}
        marks = self._marks([one.row for one in calls], visit.who)
        rendered, room = [], BATCH_ROOM
        known = {"marks": marks, "answerable": asked, "said_by": SAID_BY, "now_ms": now_ms}
        for one in calls:
            text = visit.render("batch_call.html", q=one, pending=True, **known)
            room -= len(text.encode())
            if room < 0:
                break
            rendered.append(Markup(text))  # noqa: S704  a template made it
        return self._page(
            visit, "batch.html", row=row, calls=calls[: len(rendered)], rendered=rendered
        )

    async def plan(self, visit: Visit) -> Response:
        """Return one plan or standing yes that was asked for, whole, to be answered."""
        found = await self.desk.plan(visit.request.path_params["id"])
        mine = any(one.voter.principal == visit.who.principal for one in found.votes)
        asked = _is_asked(found, visit.who)
        marks = self._marks([found], visit.who)
        return self._page(visit, "plan.html", plan=found, mine=mine, asked=asked, marks=marks)

    async def _row(self, visit: Visit) -> Approval:
        return await self.desk.approval(visit.request.path_params["id"])

    def _marks(
        self, asked: Sequence[Approval | Plan], who: SignedIn
    ) -> Mapping[str, Mapping[str, str]]:
        """Return the marks of questions by id and part, for those who are asked alone."""
        mine = [one for one in asked if _is_asked(one, who)]
        return {one.id: self.marks(one, who.principal) for one in mine}

    async def _alike(self, row: Approval, who: SignedIn) -> Sequence[Approval]:
        """Return what one signature may answer; what takes several sheets is read on its own.

        Raises:
            Unavailable: `view_unreadable`.
        """
        if len(whole_from(row.view_json).sheets) > 1:
            return []
        waiting = await self.desk.waiting(who, row.action)
        found = alike(row, waiting, who.principal, self.desk.now_ms())
        return [*filter(on_one_sheet, found)]


def _there(found: Sheet | None) -> Sheet:
    if found is None:
        raise nowhere("page")
    return found


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
