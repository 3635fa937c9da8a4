"""What a page may send: JSON from the console's own pages, and from nowhere else.

A cookie is sent along by browsers whoever made the page; these checks tell who did. It reads bodies
and decides nothing about them.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from guard.errors import Refused, Unusable
from guard.grant.strict import NotStrictJson, storable_json
from guard_adapters._http.bodies import start_of
from guard_adapters.console.origin import Origin

MAX_BODY: Final = 64 * 1024

Body = dict[str, Any]
Taken = Callable[[Request, Body], Awaitable[Response] | Awaitable[Mapping[str, Any]]]


def taking(origin: Origin, answer: Taken) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a POST whose sender is a page of this console."""

    async def respond(request: Request) -> Response:
        said = await answer(request, await body(request, origin))
        return said if isinstance(said, Response) else JSONResponse(dict(said))

    return respond


async def body(request: Request, origin: Origin) -> Body:
    """Return the JSON object that a page of this console sent.

    Raises:
        Refused: `origin_refused`: another page, or no page, sent it.
        Unusable: `request_unusable`: it is no small JSON object.
    """
    said = request.headers
    own = said.getlist("origin") == [origin.url]
    # Every browser that knows passkeys says both; a form of another page cannot say them.
    if not own or said.getlist("sec-fetch-site") != ["same-origin"]:
        raise Refused(
            "This may be sent by the console's own pages only.",
            code="origin_refused",
            next_step=f"Open the console at {origin.url}/console/.",
        )
    if said.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _unusable("the body is not application/json")
    raw = await start_of(request.stream(), MAX_BODY)
    if len(raw) > MAX_BODY:
        raise _unusable(f"the body has more than {MAX_BODY} bytes")
    try:
        found = storable_json(raw)
    except NotStrictJson as wrong:
        raise _unusable(f"the body is not JSON that has one reading: {wrong.wrong}") from None
    if not isinstance(found, dict):
        raise _unusable("the body is not a JSON object")
    return found


def text(given: Body, name: str, *, most: int = 2_000) -> str:
    """Return one text of a body; absent is empty.

    Raises:
        Unusable: `request_unusable`.
    """
    found = given.get(name, "")
    if not isinstance(found, str) or len(found) > most:
        raise _unusable(f"{name} is not a text of at most {most} characters")
    return found


def texts(given: Body, name: str) -> tuple[str, ...]:
    """Return a list of texts of a body; absent is empty.

    Raises:
        Unusable: `request_unusable`.
    """
    found = given.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _unusable(f"{name} is not a list of texts")
    return tuple(found)


def _unusable(what: str) -> Unusable:
    return Unusable(f"The request cannot be used: {what}.", code="request_unusable")
