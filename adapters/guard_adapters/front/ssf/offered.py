"""Where others find this transmitter, and where those fetch tokens who cannot be pushed to.

Metadata and keys are for everybody (SSF 1.0, 7.1); tokens for the receiver of the stream alone
(RFC 8936). A token is gone when its receiver has acknowledged it, or said that it never will.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from guard.model.call import Json
from guard_adapters.front.ssf.asked import BadRequest
from guard_adapters.front.ssf.management import STATUS, STREAMS, VERIFY, Desk, body_of, guarded
from guard_adapters.front.ssf.outgoing import KEYS, METADATA, POLL, PREFIX, PUSH, Receiver

MOST: Final = 50
"""Tokens in one answer."""

LONGEST_S: Final = 15.0
"""How long a poll waits for a token (seconds)."""

LOOK_S: Final = 0.5


def offered_routes(desk: Desk, *, longest_s: float = LONGEST_S) -> list[Route]:
    """Return the routes, full paths, for the guard's own application."""
    voice = desk.voice

    async def metadata(_request: Request) -> Response:
        return JSONResponse(_metadata(voice.issuer))

    async def keys(_request: Request) -> Response:
        found = {"keys": [dict(voice.signer.public())]}
        return JSONResponse(found, headers={"cache-control": "public, max-age=60"})

    async def poll(request: Request, receiver: Receiver) -> Response:
        said = await body_of(request)
        stream = await desk.stream(receiver, request.path_params["id"])
        if stream.url:
            raise BadRequest("tokens of this stream are pushed")
        most, at_once = _wanted(said)
        await desk.rows.done(stream.id, _acknowledged(said), taken=True)
        await desk.rows.done(stream.id, _given_up(said), taken=False)
        looks = 1 if at_once or not most else max(1, round(longest_s / LOOK_S))
        for left in range(looks, 0, -1):
            stream = await desk.stream(receiver, stream.id)  # it may have been paused, or ended
            found = await desk.rows.waiting(stream.id, most + 1) if most else ()
            found = found if stream.status == "enabled" else ()
            if found or left == 1:
                return JSONResponse(
                    {
                        "sets": {one.id: one.token for one in found[:most]},
                        "moreAvailable": len(found) > most,
                    }
                )
            await asyncio.sleep(LOOK_S)
        raise AssertionError("the last look answers")

    path = urlsplit(voice.issuer).path.rstrip("/")
    return [
        Route(METADATA + path, metadata, methods=["GET"]),
        Route(KEYS, keys, methods=["GET"]),
        Route(PREFIX + "/poll/{id}", guarded(desk, poll), methods=["POST"]),
    ]


def _metadata(issuer: str) -> dict[str, Json]:
    return {
        "spec_version": "1_0",
        "issuer": issuer,
        "jwks_uri": issuer + KEYS,
        "delivery_methods_supported": [PUSH, POLL],
        "configuration_endpoint": issuer + STREAMS,
        "status_endpoint": issuer + STATUS,
        "verification_endpoint": issuer + VERIFY,
        "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6750"}],
        "default_subjects": "ALL",
    }


def _wanted(said: Mapping[str, Any]) -> tuple[int, bool]:
    most, at_once = said.get("maxEvents", MOST), said.get("returnImmediately", False)
    if type(most) is not int or most < 0 or not isinstance(at_once, bool):
        raise BadRequest("maxEvents is no count, or returnImmediately neither true nor false")
    return min(most, MOST), at_once


def _acknowledged(said: Mapping[str, Any]) -> list[str]:
    found = said.get("ack", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadRequest("ack is no list of token ids")
    return found


def _given_up(said: Mapping[str, Any]) -> list[str]:
    found = said.get("setErrs", {})
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise BadRequest("setErrs is no object of errors")
    return [*found]
