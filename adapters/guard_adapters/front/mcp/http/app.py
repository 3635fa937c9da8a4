"""The ASGI application of the HTTP front: all upstreams, and beside them what has a route.

Beside them stand the metadata of each upstream, the key set of call tokens, and health.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from guard.errors import GuardError
from guard_adapters.front.mcp.auth.access_token import metadata_path, resource_metadata
from guard_adapters.front.mcp.client.stream import Receive, Scope, Send
from guard_adapters.front.mcp.http.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The ASGI application: the endpoint of all upstreams, and beside it what has a route."""

    endpoint: Endpoint
    beside: Starlette

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        # Straight to the endpoint: a router and its two layers cost 0.1 ms a call.
        if scope["type"] == "http" and scope["path"].startswith("/mcp/"):
            await self.endpoint(scope, receive, send)
        else:
            await self.beside(scope, receive, send)


Ready = Callable[[], Awaitable[bool]]
Keys = Callable[[], Awaitable[Mapping[str, Any]]]


def build_app(
    endpoint: Endpoint, *, keys: Keys, ready: Ready, more: Sequence[BaseRoute] = ()
) -> Application:
    """Return the ASGI application: the endpoint, metadata of each upstream, keys and health.

    `keys` returns the public key set of call tokens, `ready` whether calls can be judged; `more`
    are further routes, such as the operator's and the console's.
    """
    url = endpoint.access.public_url
    routes: list[BaseRoute] = [
        *(Route(metadata_path(url, name), _metadata(endpoint, name)) for name in endpoint.servers),
        Route("/.well-known/jwks.json", _jwks(keys)),
        Route("/healthz", _health),
        Route("/readyz", _ready(ready)),
        *more,
    ]
    return Application(endpoint=endpoint, beside=Starlette(routes=routes))


def _metadata(endpoint: Endpoint, name: str) -> Callable[[Request], Awaitable[Response]]:
    async def metadata(_: Request) -> Response:
        access = endpoint.access
        return JSONResponse(resource_metadata(access.public_url, name, issuers=access.issuers))

    return metadata


def _jwks(keys: Keys) -> Callable[[Request], Awaitable[Response]]:
    async def jwks(_: Request) -> Response:
        try:
            found = await keys()
        except GuardError as error:
            return JSONResponse({"error": error.code}, status_code=503)
        return JSONResponse(dict(found), headers={"cache-control": "public, max-age=60"})

    return jwks


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "alive"})


def _ready(ready: Ready) -> Callable[[Request], Awaitable[Response]]:
    async def readiness(_: Request) -> Response:
        good = await ready()
        return JSONResponse({"ready": good}, status_code=200 if good else 503)

    return readiness
