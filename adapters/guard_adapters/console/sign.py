"""A reviewer's yes and no as a page sends them: taken apart here, judged by the guard.

A yes comes with the signature of a passkey, made for it; a no needs the login alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from guard.errors import Refused
from guard.grant.approval import Approval
from guard.grant.batch import MAX_BATCH
from guard.stepup.reaching import on_screen
from guard.stepup.reviewing import Reviewing
from guard_adapters.console.app import Door, SignedIn
from guard_adapters.console.origin import Origin
from guard_adapters.console.passkeys import answered, request
from guard_adapters.console.posts import Body, Taken, taking, text, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The routes by which reviewers answer."""

    reviewing: Reviewing
    door: Door
    origin: Origin

    def routes(self) -> list[Route]:
        """Return the routes, below /console."""
        table: dict[str, Taken] = {
            "options": self._options,
            "approve": self._approve,
            "deny": self._deny,
        }
        return [
            Route("/api/approvals/seen", taking(self.origin, self._seen), methods=["POST"]),
            *self._answers(table),
        ]

    def _answers(self, table: Mapping[str, Taken]) -> list[Route]:
        return [
            Route(f"/api/approvals/{{id}}/{name}", taking(self.origin, answer), methods=["POST"])
            for name, answer in table.items()
        ]

    async def _seen(self, asked: Request, given: Body) -> Mapping[str, Any]:
        """Note when questions were on the screen of somebody who is asked. It answers nothing."""
        who = await self._who(asked)
        await on_screen(self.reviewing, who.name, texts(given, "ids")[:MAX_BATCH])
        return {}

    async def _options(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who, seen = await self._who(asked), texts(given, "seen")
        found = await self.reviewing.to_sign(who.name, asked.path_params["id"], seen)
        place = self.reviewing.place
        options = request(found.challenge, place, uv=found.uv, known=found.credential_ids)
        return {"publicKey": options}

    async def _approve(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who = await self._who(asked)
        ident, assertion = answered(given.get("credential"))
        row = await self.reviewing.approve(
            who.name,
            asked.path_params["id"],
            ident,
            assertion,
            texts(given, "seen"),
            texts(given, "typed"),
        )
        return _stands(row)

    async def _deny(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who = await self._who(asked)
        reason = text(given, "reason")
        return _stands(await self.reviewing.deny(who.name, asked.path_params["id"], reason))

    async def _who(self, asked: Request) -> SignedIn:
        who = await self.door.signed_in(asked)
        if who is None:
            raise Refused("Your login has ended.", code="login_needed", next_step="Sign in again.")
        return who


def _stands(row: Approval) -> Mapping[str, Any]:
    yes = sum(one.decision == "approve" for one in row.votes)
    return {"id": row.id, "status": row.status.value, "yes": yes}
