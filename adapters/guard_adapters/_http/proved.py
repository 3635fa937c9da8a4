"""Headers for MCP clients that are made anew for each request, as proofs of possession have to be.

It makes none itself. A server that asks for a nonce (RFC 9449, 8) gets the request once more.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Final

import httpx2

HeadersOf = Callable[[str, str, str], Sequence[tuple[str, str]]]
"""Takes method, address and nonce (or ''), returns the headers of one request."""

_REFUSED: Final = 401


class ProvedAuth(httpx2.Auth):
    """Puts the headers that `headers` returns on each request."""

    def __init__(self, headers: HeadersOf) -> None:
        self._headers = headers
        self._nonce = ""

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Yield the request with its headers, and once more if the server asks for a nonce."""
        own = self._headers(request.method, str(request.url), self._nonce)
        request.headers.update(own)
        response = yield request
        before, self._nonce = self._nonce, response.headers.get("dpop-nonce", self._nonce)
        if own and response.status_code == _REFUSED and self._nonce != before:
            request.headers.update(self._headers(request.method, str(request.url), self._nonce))
            yield request


def mcp_http_client(headers: HeadersOf, *, wait_s: float) -> httpx2.AsyncClient:
    """Return a client for the MCP SDK that follows no redirect: they would carry headers along."""
    return httpx2.AsyncClient(auth=ProvedAuth(headers), follow_redirects=False, timeout=wait_s)
