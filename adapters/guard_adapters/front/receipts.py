"""Where sites send their receipts: proven by the site's own signature, or refused.

Rule 1: no bearer token: what is not signed by a site that is known here, or does not follow what
came before, changes nothing, and without a checkpoint of a known site nothing else is read. Rule 2:
nothing that a stranger sends closes a site; a doubtful file is looked into by a person (`guard
offline collect`). It decides nothing about calls.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.errors import GuardError, Unavailable, Unusable
from guard.grant.strict import NotStrictJson, storable_json
from guard.model.call import Json
from guard_adapters._http.bodies import start_of

PATH: Final = "/guard/v1/sites/receipts"
MOST: Final = 16 * 2**20
"""Largest request (bytes): what a site did in a second, and much more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of receipts.

    `size`: how many records of the site are proven by now; `wrong`: why these were not taken;
    `closed`: they were, and why the site is given nothing until somebody has looked.
    """

    size: int
    wrong: str = ""
    closed: str = ""


Take = Callable[[Mapping[str, Json]], Awaitable[Taken]]
"""Takes receipts."""

Known = Callable[[str], bool]
"""Whether a site that is known here signed this checkpoint, whatever it is over."""

_NAME: Final = b'"note"'
_NOTE: Final = 4_096
"""Longest checkpoint (bytes) as it stands in the request: some 25 witnesses signed it, too."""

_STATUS: Final = {"receipts_gap": 409, "site_unknown": 404}


def receipt_route(take: Take, known: Known) -> Route:
    """Return the route, full path, for the guard's own application."""
    turn = asyncio.Lock()  # one is read at a time: many at once would take the guard's time

    async def read(raw: bytes) -> Mapping[str, Json]:
        if not await asyncio.to_thread(lambda: known(_note(raw))):
            raise Unusable("No site that is known here signed it.", code="receipts_forged")
        try:
            async with turn:
                said = await asyncio.to_thread(storable_json, raw)
        except NotStrictJson:
            said = None
        if not isinstance(said, dict):
            raise Unusable("It is no JSON object of one reading.", code="request_unusable")
        return said

    async def came(request: Request) -> Response:
        raw = await start_of(request.stream(), MOST)
        if len(raw) > MOST:
            return _no(413, "request_unusable")
        try:
            found = await take(await read(raw))
        except GuardError as error:
            return _no(503 if isinstance(error, Unavailable) else 400, error.code)
        code = found.wrong or found.closed
        body: dict[str, Json] = {"size": found.size}
        if code:
            body["error"] = code
        return JSONResponse(body, status_code=_STATUS.get(code, 400) if found.wrong else 200)

    return Route(PATH, came, methods=["POST"])


def _note(raw: bytes) -> str:
    """Return the checkpoint in a request that nobody has read yet; empty: there is none.

    In the records, which are texts, the quotes of a name have a backslash: it is not found there.
    What is found decides only whether the rest is read, and that is proven by its own checkpoint.
    """
    start = raw.rfind(_NAME)
    if start < 0:
        return ""
    start += len(_NAME)
    value = raw[start : start + _NOTE].lstrip().removeprefix(b":").lstrip()
    if not value.startswith(b'"'):
        return ""
    try:
        note, _ = json.JSONDecoder().raw_decode(value.decode(errors="replace"))
        note.encode()  # half of a surrogate pair is no text
    except ValueError:
        return ""
    return str(note)


def _no(status: int, code: str) -> Response:
    return JSONResponse({"error": code}, status_code=status)
