"""Headers for MCP clients that are made anew for each request, as proofs of possession have to be.

It makes none itself. A server that asks for a nonce (RFC 9449, 8) gets the request once more.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

import httpx2

from guard_adapters._http.carrying import Answered, Nonces, Sending, unheard
from guard_adapters._http.trust import believed

HeadersOf = Callable[[Sending], Sequence[tuple[str, str]]]
"""Returns the headers of one request, or raises: then nothing is sent."""


class ProvedAuth(httpx2.Auth):
    """Puts the headers that `headers` returns on each request."""

    def __init__(self, headers: HeadersOf, answered: Answered = unheard) -> None:
        self._headers = headers
        self._answered = answered
        self._nonces = Nonces()

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Yield the request with its headers, and once more if the server asks for a nonce."""
        await request.aread()  # overriding this method bypasses `requires_request_body`
        own = self._own(request)
        request.headers.update(own)
        response = yield request
        status, headers = response.status_code, response.headers
        if self._nonces.asked_again(request.url, status, headers) and own:
            request.headers.update(self._own(request))
            response = yield request
        if own:
            self._answered(response.status_code)

    def _own(self, request: httpx2.Request) -> Sequence[tuple[str, str]]:
        return self._headers(self._nonces.sending(request, request.content))


def mcp_http_client(
    headers: HeadersOf, *, wait_s: float, answered: Answered = unheard
) -> httpx2.AsyncClient:
    """Return a client for the MCP SDK that follows no redirect: they would carry headers along.

    Args:
        headers: see `HeadersOf`.
        wait_s: longest wait for bytes of an answer (seconds).
        answered: see `Answered`.
    """
    return httpx2.AsyncClient(
        auth=ProvedAuth(headers, answered),
        follow_redirects=False,
        trust_env=False,
        verify=believed(httpx2),
        timeout=httpx2.Timeout(30, read=wait_s),
    )


def agent_client(headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """Return the client that the MCP SDK speaks through, with these headers on every request.

    Redirects are off: they would carry the headers to other hosts.
    """
    return httpx2.AsyncClient(
        headers=dict(headers), verify=believed(httpx2), timeout=httpx2.Timeout(30, read=300)
    )
