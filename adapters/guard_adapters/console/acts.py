"""What a reviewer may do beside answering: look at a secret, suspend or end a session.

Each takes away or is written down; none says yes to anything. Only the console's own pages may send
them, and only with a login.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from guard.errors import Refused, Unusable
from guard.grant.seen import secret_part
from guard.model.legible import pieces
from guard.stepup.reviewing import Reviewing
from guard_adapters.console.app import Door, SignedIn
from guard_adapters.console.looking import Looking
from guard_adapters.console.origin import Origin
from guard_adapters.console.posts import Body, Taken, taking, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """The routes by which reviewers take away."""

    desk: Looking
    reviewing: Reviewing
    door: Door
    origin: Origin

    def routes(self) -> list[Route]:
        """Return the routes, below /console."""
        table: dict[str, Taken] = {
            "/api/approvals/{id}/reveal": self._reveal,
            "/api/approvals/{id}/suspend": self._suspend,
            "/api/sessions/{id}/end": self._end_session,
        }
        return [
            Route(path, taking(self.origin, answer), methods=["POST"])
            for path, answer in table.items()
        ]

    async def _reveal(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who, number = await self._who(asked), given.get("number")
        if not isinstance(number, int) or isinstance(number, bool):
            raise Unusable("number is no number of an argument.", code="request_unusable")
        ident = asked.path_params["id"]
        row = await self.reviewing.question(ident)
        groups = {name for one in row.requirements for name in one.groups}
        if not (groups & who.groups or row.requester == who.principal):
            raise Refused("You are not among those who are asked.", code="not_in_group")
        secret = await self.desk.reveal(ident, number, who.principal)
        mark = self.reviewing.marks(row, who.principal)[secret_part(number)]
        return {"runs": [[one.kind, one.text] for one in pieces(secret)], "mark": mark}

    async def _suspend(self, asked: Request, given: Body) -> Mapping[str, Any]:
        """Say no first, so that nobody who may not say no ends anything."""
        who, ident = await self._who(asked), asked.path_params["id"]
        row = await self.reviewing.deny(who.name, ident, text(given, "reason"))
        await self.desk.suspend(ident, who.principal)
        return {"id": ident, "status": row.status.value}

    async def _end_session(self, asked: Request, _: Body) -> Mapping[str, Any]:
        who = await self._who(asked)
        await self.desk.end_session(asked.path_params["id"], who.principal)
        return {}

    async def _who(self, asked: Request) -> SignedIn:
        who = await self.door.signed_in(asked)
        if who is None:
            raise Refused("Your login has ended.", code="login_needed", next_step="Sign in again.")
        return who
