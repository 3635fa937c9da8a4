"""Where sites send their receipts: proven by the site's own signature, or refused.

Rule 1: no bearer token: what is not signed by a site that is known here, or does not follow what
came before, changes nothing. Rule 2: nothing that a stranger sends closes a site; a doubtful file
is looked into by a person (`guard offline collect`). It decides nothing about calls.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.errors import GuardError, Unavailable
from guard.grant.strict import NotStrictJson, storable_json
from guard.model.call import Json
from guard_adapters._http.bodies import start_of

PATH: Final = "/guard/v1/sites/receipts"
MOST: Final = 16 * 2**20
"""Largest request (bytes): what a site did in a second, and much more."""

Take = Callable[[Mapping[str, Json]], Awaitable[tuple[int, str]]]
"""Takes receipts; returns how many records are proven by now, and the code of what is wrong."""

_STATUS: Final = {"receipts_gap": 409, "site_unknown": 404, "receipts_overrun": 200}


def receipt_route(take: Take) -> Route:
    """Return the route, full path, for the guard's own application."""

    async def came(request: Request) -> Response:
        raw = await start_of(request.stream(), MOST)
        if len(raw) > MOST:
            return _no(413, "request_unusable")
        try:
            said = storable_json(raw)
        except NotStrictJson:
            return _no(400, "request_unusable")
        if not isinstance(said, dict):
            return _no(400, "request_unusable")
        try:
            size, wrong = await take(said)
        except GuardError as error:
            return _no(503 if isinstance(error, Unavailable) else 400, error.code)
        body: dict[str, Json] = {"size": size} | ({"error": wrong} if wrong else {})
        return JSONResponse(body, status_code=_STATUS.get(wrong, 400) if wrong else 200)

    return Route(PATH, came, methods=["POST"])


def _no(status: int, code: str) -> Response:
    return JSONResponse({"error": code}, status_code=status)
