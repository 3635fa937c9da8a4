"""The page on which admins let others in, each time with a signature of their passkey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guard.errors import Refused
from guard.grant.directory import Person
from guard.grant.people import Passkey
from guard.stepup.admitting import Admitting
from guard_adapters.console.app import Door, SignedIn, Visit
from guard_adapters.console.fitting import RULES_ROOM, fitting
from guard_adapters.console.gate import Gate, no_ceremony
from guard_adapters.console.looking import SHOWN, Part
from guard_adapters.console.passkeys import answered, request
from guard_adapters.console.posts import Body, taking, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One reviewer, with their passkeys that are not revoked."""

    person: Person
    keys: Sequence[Passkey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invites:
    """Who is a reviewer, who has a passkey, and the invitations of admins."""

    gate: Gate
    door: Door
    admitting: Admitting

    def routes(self) -> list[Route]:
        """Return the routes, below /console."""
        options = taking(self.gate.origin, self._options)
        return [
            Route("/api/invites/options", options, methods=["POST"]),
            Route("/api/invites", taking(self.gate.origin, self._invite), methods=["POST"]),
            Route("/api/keys/revoke", taking(self.gate.origin, self._revoke), methods=["POST"]),
        ]

    async def page(self, visit: Visit) -> Response:
        """Return the page of reviewers and their passkeys."""
        part = await self._listed(visit.who.name, visit.number("skip"))
        return visit.page("reviewers.html", part=part, now_ms=self.gate.clock.now_ms())

    async def _listed(self, name: str, skip: int) -> Part[Listed]:
        """Return reviewers of the file by name, with living passkeys; first the one who looks."""
        people = self.gate.directory().people
        names = sorted(people, key=lambda one: (one != name, one))
        shown = Part(rows=names[skip:], skip=skip).first(SHOWN)
        found = await self.admitting.keys(*shown.rows) if shown.rows else []
        rows = [
            Listed(person=people[one], keys=[key for key in found if key.reviewer == one])
            for one in shown.rows
        ]
        return fitting(Part(rows=rows, skip=skip, more=shown.more), listed, RULES_ROOM)

    async def _options(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who, name = await self._who(asked), text(given, "name")
        self.admitting.may_invite(name, who.name)
        known = [one.credential_id for one in await self.admitting.keys(who.name)]
        challenge = await self.gate.begun("invite", reviewer=who.name, detail=name)
        return {"publicKey": request(challenge, self.gate.place, known=known)}

    async def _invite(self, asked: Request, given: Body) -> Mapping[str, Any]:
        who, name = await self._who(asked), text(given, "name")
        ident, assertion = answered(given.get("credential"))
        challenge, ceremony = await self.gate.taken("invite", assertion.client_data)
        if (ceremony.reviewer, ceremony.detail) != (who.name, name):
            raise no_ceremony()
        key = await self.gate.reviewers.passkey(ident)
        if key is None or key.reviewer != who.name or key.revoked_ms:
            raise Refused("Sign with a passkey of your own.", code="key_foreign")
        await self.gate.proven(assertion, key, challenge)
        token = await self.admitting.invite_by_admin(name, who.name)
        return {"link": link(self.gate.origin.url, token)}

    async def _revoke(self, asked: Request, given: Body) -> Mapping[str, Any]:
        """Take a key of one's own away: it only narrows, so the login is enough."""
        who = await self._who(asked)
        revoked = await self.admitting.revoke(who.name, text(given, "key"), who.principal)
        return {"revoked": revoked}

    async def _who(self, asked: Request) -> SignedIn:
        who = await self.door.signed_in(asked)
        if who is None:
            raise Refused("Your login has ended.", code="login_needed", next_step="Sign in again.")
        return who


def listed(one: Listed) -> Sequence[str]:
    """Return what a line about a reviewer holds: names, groups, and a button for each key."""
    return [one.person.name * 3, *one.person.groups, *(key.digest * 6 for key in one.keys)]


def link(origin: str, token: str) -> str:
    """Return the link of an invitation: the token is in the fragment, which no server sees."""
    return f"{origin}/console/enrol#{token}"
