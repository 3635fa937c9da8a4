"""Logins: a passkey opens one, a cookie carries it, silence and a limit end it.

A login may look and say no. It never says yes: every yes is a signature of its own, elsewhere. Of
the cookie only a digest is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.errors import Refused
from guard.grant.people import Account, Login, Passkey, token_sha256
from guard_adapters.console.app import SignedIn
from guard_adapters.console.gate import Gate
from guard_adapters.console.passkeys import answered, request, user_handle
from guard_adapters.console.posts import Body, Taken, taking

TOUCH_MS: Final = 60_000
"""A login in use is written down at most this often (milliseconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """The door of the console, and the routes through it."""

    gate: Gate

    @property
    def cookie(self) -> str:
        """Return the cookie's name.

        Over HTTPS its prefix makes browsers keep it to this very host and to TLS. On this machine
        there is no TLS, and cookies do not know ports: the port in the name keeps two guards apart.
        """
        port = self.gate.origin.host.partition(":")[2]
        return "__Host-guard" if self.gate.origin.secure else f"guard-{port or 80}"

    async def signed_in(self, request: Request) -> SignedIn | None:
        """Return the reviewer whose login this cookie is, if it still holds."""
        token = request.cookies.get(self.cookie, "")
        login = await self.gate.reviewers.login(token_sha256(token)) if token else None
        now_ms = self.gate.clock.now_ms()
        if login is None or not login.alive(now_ms, self.gate.limits):
            return None
        person = self.gate.directory().people.get(login.reviewer)
        if person is None:  # left the reviewers file
            return None
        if now_ms - login.seen_ms >= TOUCH_MS:
            await self.gate.reviewers.seen(login.cookie_sha256, now_ms)
        return SignedIn(
            name=person.name, principal=person.principal, groups=person.groups, admin=person.admin
        )

    def routes(self) -> list[Route]:
        """Return the routes, below /console."""
        table: dict[str, Taken] = {
            "/api/login/options": self._options,
            "/api/login": self._login,
            "/api/logout": self._logout,
        }
        return [
            Route(path, taking(self.gate.origin, answer), methods=["POST"])
            for path, answer in table.items()
        ]

    async def _options(self, _: Request, __: Body) -> Mapping[str, Any]:
        return {"publicKey": request(await self.gate.begun("login"), self.gate.place)}

    async def _login(self, _: Request, given: Body) -> Response:
        credential = given.get("credential")
        ident, assertion = answered(credential)
        challenge, _unused = await self.gate.taken("login", assertion.client_data)
        key, account = await self._known(ident)
        if user_handle(credential) not in {account.user_handle, b""}:
            raise _nobody()
        await self.gate.proven(assertion, key, challenge)
        answer = JSONResponse({"name": account.name})
        self._set(answer, await self._opened(key))
        return answer

    async def _known(self, ident: str) -> tuple[Passkey, Account]:
        key = await self.gate.reviewers.passkey(ident)
        if key is None or key.revoked_ms or key.reviewer not in self.gate.directory().people:
            raise _nobody()
        account = await self.gate.reviewers.account(key.reviewer)
        if account is None:
            raise _nobody()
        return key, account

    async def _opened(self, key: Passkey) -> str:
        token, now_ms = self.gate.ids.token(32).hex(), self.gate.clock.now_ms()
        login = Login(
            cookie_sha256=token_sha256(token),
            reviewer=key.reviewer,
            credential_id=key.credential_id,
            opened_ms=now_ms,
            seen_ms=now_ms,
        )
        await self.gate.reviewers.open_login(login, now_ms)
        return token

    async def _logout(self, request: Request, _: Body) -> Response:
        token = request.cookies.get(self.cookie, "")
        await self.gate.reviewers.end_login(token_sha256(token))
        answer = JSONResponse({})
        self._set(answer, "", max_age=0)
        return answer

    def _set(self, answer: Response, token: str, *, max_age: int | None = None) -> None:
        answer.set_cookie(
            self.cookie,
            token,
            max_age=max_age,
            # `__Host-` wants the whole host; without TLS the fewer paths the better.
            path="/" if self.gate.origin.secure else "/console",
            secure=self.gate.origin.secure,
            httponly=True,
            samesite="lax",  # strict drops it on links from chats
        )


def _nobody() -> Refused:
    return Refused(
        "Nobody here signs in with this passkey.",
        code="login_refused",
        next_step="Use a passkey that you enrolled here, or ask for an invitation.",
    )
