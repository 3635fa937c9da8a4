"""Puts a call's static key on a request to a listed address, and takes it out of what comes back.

Rule 1: scheme, host and port must be in the credential's list, letter for letter; else nothing is
sent at all. Rule 2: no redirects: they would carry the key along. Rule 3: the response is scrubbed,
headers and body, across chunks; a compressed body cannot be looked through and is not asked for.
"""

from collections.abc import AsyncIterator, Callable
from typing import Final

import httpx

from guard.errors import Refused
from guard.grant.credential import Credential
from guard.grant.scrub import Scrub

_IDENTITY: Final = "identity"
PORTS: Final = {"http": 80, "https": 443}

Current = Callable[[], Credential]


def header_for(credential: Credential, scheme: str, host: str, port: int | None) -> tuple[str, str]:
    """Return the header that carries the key to this address.

    Raises:
        Refused: `destination_not_listed`: the key is not for this address; nothing was sent.
    """
    name = f"[{host}]" if ":" in host else host
    where = f"{scheme}://{name}:{port or PORTS.get(scheme, 0)}"
    if where not in credential.parts.get("origins", "").split():
        raise Refused(
            f"The key of this call may not go to {where}.",
            code="destination_not_listed",
            next_step="List scheme, host and port under the issuer's origins, if it should.",
        )
    return credential.parts["header"], credential.parts["value"]


class InjectedTransport(httpx.AsyncBaseTransport):
    """The transport of an `httpx.AsyncClient` that sends the key of the guarded call that runs.

    Args:
        current: returns that call's credential, such as `current_credential`; raises outside one.
        inner: what sends; None takes httpx's own.
        echoed: told when a key came back.
    """

    def __init__(
        self,
        current: Current,
        inner: httpx.AsyncBaseTransport | None = None,
        echoed: Callable[[], None] = lambda: None,
    ) -> None:
        self._current = current
        self._inner = inner or httpx.AsyncHTTPTransport(trust_env=False)
        self._echoed = echoed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request with the key, and return the scrubbed response.

        Raises:
            Refused: `no_active_call` or `destination_not_listed`; nothing was sent.
        """
        credential, url = self._current(), request.url
        name, value = header_for(credential, url.scheme, url.host, url.port)
        request.headers[name] = value
        request.headers["accept-encoding"] = _IDENTITY
        try:
            response = await self._inner.handle_async_request(request)
        finally:
            del request.headers[name]  # the caller keeps the request, and may log it
        scrub = Scrub(credential.secret)
        headers = [
            (key, scrub.whole(found))
            for key, found in response.headers.raw
            if key.lower() != b"content-length"  # what is taken out changes it
        ]
        if response.is_redirect:
            await response.aclose()
            raise Refused(
                "The server answered with a redirect, and a key follows none.",
                code="upstream_redirects",
                next_step="Call the final address.",
            )
        if response.headers.get("content-encoding", _IDENTITY).lower() != _IDENTITY:
            await response.aclose()
            raise Refused(
                "The server compressed its answer, so that it cannot be looked through.",
                code="answer_unreadable",
                next_step="Have it honour Accept-Encoding: identity.",
            )
        body = _Scrubbed(response, scrub, self._echoed)
        return httpx.Response(response.status_code, headers=headers, stream=body)

    async def aclose(self) -> None:
        """Close what sends."""
        await self._inner.aclose()


class _Scrubbed(httpx.AsyncByteStream):
    def __init__(self, response: httpx.Response, scrub: Scrub, echoed: Callable[[], None]) -> None:
        self._response = response
        self._scrub = scrub
        self._echoed = echoed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_raw():
            if clean := self._scrub.feed(chunk):
                yield clean
        if last := self._scrub.rest():
            yield last
        if self._scrub.hits:
            self._echoed()

    async def aclose(self) -> None:
        await self._response.aclose()
