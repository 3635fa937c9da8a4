"""A declared list of calls -> a plan that people can say yes to once.

Rule 1: declaring gives nothing. Rule 2: what each kind of call would be asked is found by judging
calls at the edges of its range, now; one that policy denies, or that may never stand, refuses the
whole plan, so that nobody is asked for what would not run. Rule 3: these samples only choose whom
to ask. When a call comes, it is judged itself, and a rule that people did not answer asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guard.errors import Refused, Unusable
from guard.grant.plan import MAX_ITEMS, Item, Plan
from guard.grant.reach import Reach
from guard.grant.scoped import Ground, never_standing
from guard.grant.written import reach_from
from guard.judging import Judging
from guard.model.call import Json, ToolCall, argument_bytes
from guard.model.decision import Allow, Deny, Narrow, Requirement, StepUp
from guard.model.limits import Constraint, Equal, OneOf, Prefix, Range
from guard.ports import World
from guard.provenance.result.known import Known
from guard.session.state import Session, refuse_closed
from guard.stepup.granting import Granting, ground_of

SAMPLES = 60
"""Calls that are judged for one item: edges of every range and all values of every set."""


_ADVICE: Final = {
    "needs_no_yes": "Leave it out: it runs without a question.",
    "not_grantable": "Leave it out: people are asked about each such call anew.",
    "must_be_typed": "Leave it out: people type what they agree to, for one call at a time.",
}
"""What to do about a call that no plan may hold, by why; any other is one that policy refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One kind of call as a host wrote it, read."""

    reach: Reach
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """Turns declared calls into a question. `judging` judges by the policy in force."""

    world: World
    judging: Judging

    async def propose(
        self, session_id: str, planned: Sequence[Planned], *, ttl_s: int, by: str
    ) -> Plan:
        """Open a question about these calls.

        Args:
            session_id: the session that would make them.
            planned: the calls.
            ttl_s: how long the yes would hold (seconds).
            by: who declared them.

        Raises:
            Refused: `session_unknown`, `session_ended`, `session_suspended`, `plan_refused`,
                `plan_denied`.
        """
        session = await self.world.sessions.get(session_id)
        refuse_closed(session)
        known = await self.world.sessions.known(session_id)
        items = [await self._item(session, known, one) for one in planned]
        return await Granting(world=self.world).propose("plan", items, ttl_s=ttl_s, by=by)

    async def _item(self, session: Session, known: Known, planned: Planned) -> Item:
        requirements: dict[Requirement, None] = {}
        ground: Ground | None = None
        for arguments in samples(planned.reach):
            call = ToolCall(
                id=f"plan_{self.world.ids.token(8).hex()}",
                session=session.id,
                server=planned.reach.server,
                tool=planned.reach.tool,
                arguments=argument_bytes(arguments),
            )
            now = await self.world.sessions.get(session.id, self.judging.wanted(call))
            judged = await self.judging.judge(now, call, known)
            spec = self.judging.spec(call)
            ground = ground_of(judged.facts, spec, judged.answer.basis.slice)
            match judged.answer:
                case StepUp() as answer if wrong := never_standing(answer):
                    raise _denied(planned, wrong)
                case StepUp(requirements=asked):
                    requirements |= dict.fromkeys(asked)
                case Deny(code=code):
                    raise _denied(planned, code)
                case Allow() | Narrow():
                    pass  # this one would run without a question
        if ground is None or not requirements:
            raise _denied(planned, "needs_no_yes")
        return Item(
            reach=planned.reach,
            uses=planned.uses,
            ground=ground,
            requirements=tuple(requirements),
        )


def samples(reach: Reach) -> Iterator[dict[str, Json]]:
    """Yield arguments at the edges of a reach: every edge at least once, with the others low.

    Raises:
        Refused: `plan_refused`: there are more edges than are judged.
    """
    edges = {one.path: _edges(one) for one in reach.constraints}
    if sum(map(len, edges.values())) > SAMPLES:
        raise Refused(
            f"{reach.action} names more than {SAMPLES} values.",
            code="plan_refused",
            next_step="Split it into several items or plans.",
        )
    low = {path: some[0] for path, some in edges.items()}
    yield _nested(low)
    for path, some in edges.items():
        for value in some[1:]:
            yield _nested(low | {path: value})


def _edges(limit: Constraint) -> list[Json]:
    match limit:
        case Equal():
            return [limit.example()]
        case OneOf():
            return limit.examples()
        case Range(low=low, high=high):
            return [low] if low == high else [low, high]
        case Prefix(start=start):
            return [f"{start}x"]


def _nested(flat: Mapping[str, Json]) -> dict[str, Json]:
    whole: dict[str, Json] = {}
    for path, value in flat.items():
        *above, name = path.split(".")
        inner = whole
        for part in above:
            found = inner.setdefault(part, {})
            if not isinstance(found, dict):
                raise Refused(f"{path!r} is inside of a value.", code="plan_refused")
            inner = found
        inner[name] = value
    return whole


def planned_from(raw: object, *, uses: int) -> list[Planned]:
    """Return the calls that a host declared.

    Args:
        raw: a list of {tool: "server/tool", where: [constraints], uses}.
        uses: where an item names no number.

    Raises:
        Unusable: `plan_unusable`, `reach_unusable`.
    """
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_ITEMS:
        raise _unusable(f"expected a list of 1 to {MAX_ITEMS} calls")
    return [_planned(one, uses) for one in raw]


def _planned(raw: object, uses: int) -> Planned:
    match raw:
        case {"tool": str(action), "where": where, **more} if "/" in action and not set(more) - {
            "uses"
        }:
            times = more.get("uses", uses)
            if type(times) is not int:
                raise _unusable("uses is not a whole number")
            server, _, tool = action.partition("/")
            return Planned(reach=reach_from(server, tool, where), uses=times)
        case _:
            raise _unusable("a call is {tool: server/tool, where: [...]} and, at will, uses")


def _denied(planned: Planned, code: str) -> Refused:
    return Refused(
        f"Nobody is asked about this plan: {planned.reach.action} is no call for it ({code}).",
        code="plan_denied",
        next_step=_ADVICE.get(code, "Correct it or leave it out: such a call is refused."),
    )


def _unusable(wrong: str) -> Unusable:
    return Unusable(
        f"The plan cannot be used: {wrong}.",
        code="plan_unusable",
        next_step="See docs/ask-less.md for how a plan is written.",
    )
