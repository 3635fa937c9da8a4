"""Enrolment: an invitation becomes one passkey of one reviewer, once.

The token of an invitation comes in the fragment of a link, which no server and no log sees, and is
sent by the page itself. Who may invite is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guard.audit.event import Event
from guard.errors import Refused
from guard.grant.people import Account, Invite, Passkey, token_sha256, usable_from
from guard_adapters.console.gate import Gate, no_ceremony
from guard_adapters.console.passkeys import Fresh, client_data, creation, fresh
from guard_adapters.console.posts import Body, taking, text
from guard_adapters.console.shapes import lasting


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """The page behind an invitation, and what it sends."""

    gate: Gate

    def routes(self) -> list[Route]:
        """Return the routes, below /console."""
        options = taking(self.gate.origin, self._options)
        return [
            Route("/enrol", self._page, methods=["GET"]),
            Route("/api/enrol/options", options, methods=["POST"]),
            Route("/api/enrol", taking(self.gate.origin, self._enrol), methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        return self.gate.frame.page(request, "enrol.html", life=lasting(self.gate.limits.invite_ms))

    async def _options(self, _: Request, given: Body) -> Mapping[str, Any]:
        invite = await self._invited(given)
        known = await self.gate.reviewers.account(invite.reviewer)
        account = known or self._account(invite, self.gate.ids.token(64))
        keys = await self.gate.reviewers.passkeys(invite.reviewer)
        living = [one for one in keys if not one.revoked_ms]
        most = self.gate.limits.keys
        if len(living) >= most:
            raise Refused(f"{most} passkeys are enrolled already.", code="too_many_keys")
        # The handle that the authenticator will keep, for the account that is yet to be.
        detail = f"{invite.token_sha256} {account.user_handle.hex()}"
        challenge = await self.gate.begun("enrol", reviewer=invite.reviewer, detail=detail)
        options = creation(account, living, challenge, self.gate.place, self.gate.models())
        return {"publicKey": options, "name": invite.reviewer}

    async def _enrol(self, _: Request, given: Body) -> Mapping[str, Any]:
        invite = await self._invited(given)
        credential = given.get("credential")
        challenge, ceremony = await self.gate.taken("enrol", client_data(credential))
        token, _unused, handle = ceremony.detail.partition(" ")
        if token != invite.token_sha256:
            raise no_ceremony()
        made = fresh(credential, challenge, self.gate.place, self.gate.models())
        known = await self.gate.reviewers.account(invite.reviewer)
        account = known or self._account(invite, bytes.fromhex(handle))
        key = self._key(invite, made, first=known is None)
        events = [self._event(key)]
        if not await self.gate.reviewers.enrol(invite.token_sha256, account, key, events):
            raise _no_invite()
        return {"name": invite.reviewer, "usable_from_ms": key.usable_from_ms}

    async def _invited(self, given: Body) -> Invite:
        invite = await self.gate.reviewers.invited(token_sha256(text(given, "token")))
        if invite is None or not invite.open(self.gate.clock.now_ms()):
            raise _no_invite()
        if invite.reviewer not in self.gate.directory().people:
            raise _no_invite()
        return invite

    def _account(self, invite: Invite, handle: bytes) -> Account:
        return Account(
            name=invite.reviewer,
            user_handle=handle,
            invited_by=invite.invited_by,
            created_ms=self.gate.clock.now_ms(),
        )

    def _key(self, invite: Invite, made: Fresh, *, first: bool) -> Passkey:
        now_ms = self.gate.clock.now_ms()
        return Passkey(
            credential_id=made.credential_id,
            reviewer=invite.reviewer,
            spki=made.spki,
            cose=made.cose,
            alg=made.alg,
            sign_count=made.sign_count,
            aaguid=made.aaguid,
            backup_eligible=made.backup_eligible,
            backed_up=made.backed_up,
            device_bound=made.device_bound,
            enrolled_by=invite.invited_by,
            created_ms=now_ms,
            usable_from_ms=usable_from(now_ms, self.gate.limits, first=first),
        )

    def _event(self, key: Passkey) -> Event:
        person = self.gate.directory().people[key.reviewer]
        return Event(
            kind="reviewer_enrolled",
            at_ms=key.created_ms,
            session="",
            leaf={
                "who": person.principal,
                "by": key.enrolled_by,
                "key": key.digest,
                "device_bound": key.device_bound,
            },
        )


def _no_invite() -> Refused:
    return Refused(
        "This invitation is not open: it was used, is too old, or was replaced.",
        code="invite_unknown",
        next_step="Ask for a new one.",
    )
