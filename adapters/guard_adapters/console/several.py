"""A reviewer's answers about several calls, as they come from a page: plans and ticked questions.

A page sends picks and ids, never constraints: what may be picked is in the stored offer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from guard.errors import Refused, Unusable
from guard.grant.plan import Plan
from guard.stepup.answering import Answering
from guard_adapters.console.app import Door, SignedIn
from guard_adapters.console.origin import Origin
from guard_adapters.console.passkeys import answered, request
from guard_adapters.console.posts import Body, taking, text, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """The routes by which reviewers answer for more than one call.

    Args:
        answering: judges the answers.
        door: who is signed in.
        origin: where the console is.
        uses: uses of a standing yes, where the page names no number.
        ttl_s: its life, where the page names none (seconds).
    """

    answering: Answering
    door: Door
    origin: Origin
    uses: int
    ttl_s: int

    def routes(self) -> list[Route]:
        """Return the routes, below /console."""
        table = {
            "/api/approvals/{id}/standing": self._standing,
            "/api/plans/{id}/options": self._options,
            "/api/plans/{id}/approve": self._approve,
            "/api/plans/{id}/deny": self._deny,
            "/api/grants/{id}/revoke": self._revoke,
            "/api/batch/options": self._batch_options,
            "/api/batch/approve": self._batch_approve,
        }
        return [
            Route(path, taking(self.origin, answer), methods=["POST"])
            for path, answer in table.items()
        ]

    async def _standing(self, asked: Request, given: Body) -> Mapping[str, Any]:
        """Ask for a standing yes beside a question; saying yes to it is a signature of its own."""
        who = await self._who(asked)
        plan = await self.answering.granting.propose_grant(
            asked.path_params["id"],
            _picks(given),
            uses=_number(given, "uses", self.uses),
            ttl_s=_number(given, "ttl_s", self.ttl_s),
            by=who.name,
        )
        return _stands(plan)

    async def _options(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who, seen = await self._who(asked), texts(given, "seen")
        found = await self.answering.plan_to_sign(who.name, asked.path_params["id"], seen)
        place = self.answering.reviewing.place
        options = request(found.challenge, place, uv=found.uv, known=found.credential_ids)
        return {"publicKey": options}

    async def _approve(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who = await self._who(asked)
        ident, assertion = answered(given.get("credential"))
        plan_id, seen = asked.path_params["id"], texts(given, "seen")
        return _stands(await self.answering.approve_plan(who.name, plan_id, ident, assertion, seen))

    async def _deny(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who = await self._who(asked)
        plan_id, reason = asked.path_params["id"], text(given, "reason")
        return _stands(await self.answering.deny_plan(who.name, plan_id, reason))

    async def _revoke(self, asked: Request, _: Body) -> Mapping[str, Any]:
        who = await self._who(asked)
        grant = await self.answering.revoke_grant(who.name, asked.path_params["id"])
        return {"id": grant.id, "status": "revoked"}

    async def _batch_options(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who = await self._who(asked)
        ids, seen = texts(given, "ids"), texts(given, "seen")
        found = await self.answering.batch_to_sign(who.name, ids, seen)
        place = self.answering.reviewing.place
        options = request(found.challenge, place, uv=found.uv, known=found.credential_ids)
        return {"publicKey": options}

    async def _batch_approve(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who = await self._who(asked)
        ident, assertion = answered(given.get("credential"))
        ids, seen = texts(given, "ids"), texts(given, "seen")
        told = await self.answering.approve_batch(who.name, ids, ident, assertion, seen)
        rows = [
            {
                "id": one.approval,
                "status": one.status,
                "code": one.code,
                "message": one.message,
            }
            for one in told
        ]
        return {"answers": rows}

    async def _who(self, asked: Request) -> SignedIn:
        who = await self.door.signed_in(asked)
        if who is None:
            raise Refused("Your login has ended.", code="login_needed", next_step="Sign in again.")
        return who


def _stands(plan: Plan) -> Mapping[str, Any]:
    yes = sum(one.decision == "approve" for one in plan.votes)
    lines = [*plan.lines()]
    return {"id": plan.id, "status": plan.status.value, "yes": yes, "lines": lines}


def _picks(given: Body) -> dict[str, int]:
    found = given.get("picks", {})
    if not isinstance(found, dict) or any(type(one) is not int for one in found.values()):
        raise Unusable("picks names a place for each argument.", code="request_unusable")
    return found


def _number(given: Body, name: str, default: int) -> int:
    found = given.get(name, default)
    if type(found) is not int:
        raise Unusable(f"{name} is not a whole number.", code="request_unusable")
    return found
