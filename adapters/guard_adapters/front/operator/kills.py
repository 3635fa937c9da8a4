"""The part of the operator's API about the kill switch; and epochs, for whoever verifies tokens.

A stop is answered before anything is cut that could hang.
"""

from collections.abc import Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.errors import GuardError
from guard.model.call import Json
from guard.model.kill import SCOPES, Epoch, Kill, Scope
from guard_adapters.front.operator.routes import MAX_DIGITS, PREFIX, Answer, read_body, unusable

MAX_NAME = 512
MAX_WHY = 500


class KillOperating(Protocol):
    """What this part asks of a guard."""

    def kills(self) -> Sequence[Kill]:
        """Return what is stopped."""

    async def kill(self, scope: Scope, name: str, why: str, *, unlisted: bool = False) -> Kill:
        """Stop something that is listed, or anything; what runs is cut afterwards."""

    async def unmet(self, kill: Kill) -> str:
        """Return what to say of a stop that meets nobody; else nothing."""

    async def lift(self, scope: Scope, name: str) -> None:
        """Let it go on."""

    async def epochs(self, after: int) -> Sequence[Epoch]:
        """Return epochs of a later number."""


def kill_table(desk: KillOperating) -> tuple[tuple[str, str, Answer], ...]:
    """Return method, path and answer of each route."""

    async def kills(request: Request) -> Json:  # noqa: ARG001  the routes' shape
        return {"kills": [kill_json(one) for one in desk.kills()]}

    async def kill(request: Request) -> Json:
        body = await read_body(request)
        scope, name, why = _said(body, "why", "unlisted")
        unlisted = body.get("unlisted", False)
        if not isinstance(unlisted, bool):
            raise unusable("unlisted is true or false")
        stop = await desk.kill(scope, name, why, unlisted=unlisted)
        note = await desk.unmet(stop)
        return {**kill_json(stop), **({"note": note} if note else {})}

    async def lift(request: Request) -> Json:
        scope, name, _ = _said(await read_body(request))
        await desk.lift(scope, name)
        return {"scope": scope, "name": name, "lifted": True}

    return (("GET", "/kills", kills), ("POST", "/kills", kill), ("POST", "/kills/lift", lift))


def epoch_route(desk: KillOperating) -> Route:
    """Return where verifiers of call tokens ask which are void. It names nobody."""

    async def epochs(request: Request) -> Response:
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) <= MAX_DIGITS):
            return JSONResponse({"error": "request_unusable"}, status_code=400)
        try:
            found = await desk.epochs(int(after))
        except GuardError as error:
            return JSONResponse({"error": error.code}, status_code=503)
        rows = [[one.kind, one.id, one.at_ms] for one in found]
        return JSONResponse(
            {"seq": max((one.seq for one in found), default=int(after)), "epochs": rows}
        )

    return Route(PREFIX + "/epochs", epochs, methods=["GET"])


def _said(body: dict[str, Json], *more: str) -> tuple[Scope, str, str]:
    scope, name, why = body.get("scope"), body.get("name", ""), body.get("why", "")
    if set(body) - {"scope", "name", *more} or scope not in SCOPES:
        raise unusable(f"scope must be one of {', '.join(SCOPES)}")
    if not (isinstance(name, str) and isinstance(why, str)):
        raise unusable("name and why are texts")
    if bool(name) is (scope == "everything") or len(name) > MAX_NAME or len(why) > MAX_WHY:
        raise unusable("name what is stopped, shortly; everything has no name")
    return scope, name, why


def kill_json(kill: Kill) -> dict[str, Json]:
    """Return one stop."""
    return {
        "scope": kill.scope,
        "name": kill.name,
        "why": kill.why,
        "by": kill.by,
        "at_ms": kill.at_ms,
    }
