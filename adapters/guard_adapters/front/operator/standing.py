"""The operator's routes about standing yeses: plans, scoped grants, and sessions that wait.

Declaring a plan asks people; taking back narrows. Nothing here says yes, except that an operator
lets a suspended session go on, which is written down.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from starlette.requests import Request
from starlette.routing import Route

from guard.grant.plan import Plan
from guard.grant.scoped import Grant
from guard.model.call import Json
from guard_adapters.front.operator.routes import Table, read_body, under, unusable

MAX_WHY: Final = 200


class StandingDesk(Protocol):
    """What the operator may do about standing yeses."""

    async def grants(self) -> Sequence[Grant]:
        """Return grants, oldest first, ended ones too."""

    async def grant(self, grant_id: str) -> Grant:
        """Return one grant."""

    async def revoke_grant(self, grant_id: str) -> Grant:
        """Take one grant back."""

    async def plans(self, *, open_only: bool) -> Sequence[Plan]:
        """Return plans, oldest first."""

    async def plan(self, plan_id: str) -> Plan:
        """Return one plan."""

    async def propose(self, session_id: str, said: Mapping[str, Json]) -> Plan:
        """Ask people about declared calls of a session."""

    async def deny_plan(self, plan_id: str, reason: str) -> Plan:
        """Say no to a plan."""

    async def revoke_plan(self, plan_id: str) -> Plan:
        """Take a plan back, with its grants."""

    async def resume(self, session_id: str) -> None:
        """Let a suspended session go on."""

    async def report(self, since_ms: int) -> Mapping[str, Json]:
        """Return figures of what people were asked since then."""

    def console(self) -> str:
        """Return where reviewers find the console."""

    def now_ms(self) -> int:
        """Return the moment."""


def standing_routes(desk: StandingDesk, token: str) -> list[Route]:
    """Return the routes, full paths, for the guard's own application.

    Args:
        desk: the guard.
        token: what a caller must bear, as text.
    """
    api = _Api(desk)
    table: Table = (
        ("GET", "/grants", api.grants),
        ("GET", "/grants/{id}", api.grant),
        ("POST", "/grants/{id}/revoke", api.revoke_grant),
        ("GET", "/plans", api.plans),
        ("GET", "/plans/{id}", api.plan),
        ("POST", "/plans/{id}/deny", api.deny_plan),
        ("POST", "/plans/{id}/revoke", api.revoke_plan),
        ("POST", "/sessions/{id}/plans", api.propose),
        ("POST", "/sessions/{id}/resume", api.resume),
        ("GET", "/report/step-up", api.report),
        ("GET", "/console", api.console),
    )
    return under(token, table)


class _Api:
    """Turns requests into questions to the guard, and what comes back into JSON."""

    def __init__(self, desk: StandingDesk) -> None:
        self._desk = desk

    async def grants(self, request: Request) -> Json:
        now_ms = self._desk.now_ms()
        some = [grant_json(one, now_ms) for one in await self._desk.grants()]
        active = request.query_params.get("active") == "1"
        return {"grants": [one for one in some if one["status"] == "active" or not active]}

    async def grant(self, request: Request) -> Json:
        return grant_json(await self._desk.grant(request.path_params["id"]), self._desk.now_ms())

    async def revoke_grant(self, request: Request) -> Json:
        ended = await self._desk.revoke_grant(request.path_params["id"])
        return grant_json(ended, self._desk.now_ms())

    async def plans(self, request: Request) -> Json:
        open_only = request.query_params.get("open") == "1"
        return {"plans": [plan_json(one) for one in await self._desk.plans(open_only=open_only)]}

    async def plan(self, request: Request) -> Json:
        return plan_json(await self._desk.plan(request.path_params["id"]))

    async def deny_plan(self, request: Request) -> Json:
        reason = (await read_body(request)).get("reason")
        if not isinstance(reason, str) or not reason.strip() or len(reason) > MAX_WHY:
            raise unusable(f"reason is not a text of 1 to {MAX_WHY} characters")
        return plan_json(await self._desk.deny_plan(request.path_params["id"], reason))

    async def revoke_plan(self, request: Request) -> Json:
        return plan_json(await self._desk.revoke_plan(request.path_params["id"]))

    async def propose(self, request: Request) -> Json:
        said = await read_body(request)
        return plan_json(await self._desk.propose(request.path_params["id"], said))

    async def resume(self, request: Request) -> Json:
        await self._desk.resume(request.path_params["id"])
        return {"resumed": request.path_params["id"]}

    async def console(self, _: Request) -> Json:
        return {"url": self._desk.console()}

    async def report(self, request: Request) -> Json:
        since = request.query_params.get("since_ms", "0")
        if not (since.isascii() and since.isdecimal() and len(since) <= 15):  # noqa: PLR2004  a date
            raise unusable(f"since_ms is {since[:40]!r}, expected milliseconds since 1970")
        return dict(await self._desk.report(int(since)))


def grant_json(grant: Grant, now_ms: int) -> dict[str, Json]:
    """Return a grant as an operator may see it, with its exact reach in words."""
    return {
        "id": grant.id,
        "plan": grant.plan,
        "status": grant.status(now_ms).value,
        "reason_code": grant.reason_code,
        "action": grant.reach.action,
        "reach": [*grant.reach.lines()],
        "session": grant.ground.session,
        "requester": grant.ground.requester,
        "agent": grant.ground.agent,
        "uses": grant.uses,
        "uses_left": grant.uses_left,
        "granted_ms": grant.granted_ms,
        "until_ms": grant.until_ms,
        "rules": [one.rule for one in grant.requirements],
    }


def plan_json(plan: Plan) -> dict[str, Json]:
    """Return a plan as an operator may see it, with its exact reach in words, no nonce."""
    return {
        "id": plan.id,
        "kind": plan.kind,
        "status": plan.status.value,
        "reason_code": plan.reason_code,
        "session": plan.session,
        "requester": plan.requester,
        "agent": plan.agent,
        "lines": [*plan.lines()],
        "rules": [one.rule for one in plan.requirements],
        "created_ms": plan.created_ms,
        "pending_until_ms": plan.pending_until_ms,
        "until_ms": plan.until_ms,
        "votes": [
            {"by": one.voter.principal, "decision": one.decision, "method": one.method}
            for one in plan.votes
        ],
    }
