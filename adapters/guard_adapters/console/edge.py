"""What stands around every page: the right host only, and the same headers on every answer.

The policy lets scripts in by a nonce that is fresh for each response, and by nothing else; the page
can be framed by nobody and is kept in no cache. It decides nothing about people.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guard_adapters.console.origin import Origin

POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx"
)
HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "publickey-credentials-get=(self), publickey-credentials-create=(self)",
}
HSTS: Final = "max-age=31536000"


class Edge:
    """Wraps the console's pages.

    Args:
        pages: the application behind it.
        origin: where browsers reach it.
        token: so many random bytes.
    """

    def __init__(self, pages: ASGIApp, origin: Origin, token: Callable[[int], bytes]) -> None:
        self._pages = pages
        self._origin = origin
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        nonce = urlsafe_b64encode(self._token(18)).decode()
        scope.setdefault("state", {})["nonce"] = nonce

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._seal(MutableHeaders(scope=message), nonce)
            await send(message)

        app = self._wrong_host(Request(scope)) or self._pages
        await app(scope, receive, sealed)

    def _seal(self, headers: MutableHeaders, nonce: str) -> None:
        headers["content-security-policy"] = POLICY.format(nonce=nonce)
        headers.update(HEADERS)
        headers.setdefault("cache-control", "no-store")
        if self._origin.secure:
            headers["strict-transport-security"] = HSTS

    def _wrong_host(self, request: Request) -> ASGIApp | None:
        """Return what to answer to a request for another name: names can be rebound."""
        named = request.headers.getlist("host")
        if named == [self._origin.host]:
            return None
        path = request.url.path
        if len(named) == 1 and named[0] in self._origin.aliases and request.method == "GET":
            return RedirectResponse(f"{self._origin.url}{path}", status_code=307)
        return PlainTextResponse(f"Open the console at {self._origin.url}/console/\n", 421)
