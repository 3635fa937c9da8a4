"""Transports for HTTP clients that carry the credential of the guarded call that runs.

Rule 1: outside a call, or to an address that the credential is not for, nothing is sent at all.
Rule 2: a credential follows no redirect. Rule 3: what comes back is scrubbed, headers and body,
across chunks; a compressed body cannot be looked through and is not asked for.

httpx and httpx2 have the same shapes, so one text makes the classes of both.
"""
# ruff: noqa: ANN401  requests and answers belong to one of two libraries

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from types import ModuleType
from typing import Any, Final, cast

from guard.errors import Refused
from guard.grant.scrub import Scrub
from guard_adapters._http.carrying import Answered, Current, Headers, Nonces, headers_for, unheard
from guard_adapters._http.trust import believed

_IDENTITY: Final = "identity"


class Carrying:
    """What both transports do alike with one request and its answer."""

    library: Any
    body: Any

    def __init__(self, current: Current, inner: Any, answered: Answered) -> None:
        self._current = current
        self._answered = answered
        self.inner = inner
        self._nonces = Nonces()
        self.echoed = 0
        """How often a server sent the credential back."""

    def dress(self, request: Any) -> tuple[Headers, Scrub]:
        """Put the credential on the request.

        Raises:
            Refused: `no_active_call`, or as `headers_for`; nothing was sent.
        """
        credential = self._current()
        own = headers_for(credential, self._nonces.sending(request))
        request.headers.update(own)
        request.headers["accept-encoding"] = _IDENTITY
        return own, Scrub(credential.secret)

    def undress(self, request: Any, own: Headers) -> None:
        """Take it off again: the caller keeps the request, may log it, and send it elsewhere."""
        for name, _ in own:
            request.headers.pop(name, None)

    def again(self, request: Any, response: Any) -> bool:
        """Return whether to send the request once more: its server wants a nonce in the proof."""
        status, headers = response.status_code, response.headers
        asked = self._nonces.asked_again(request.url, status, headers)
        # A body that is made while it is sent is gone.
        return asked and isinstance(request.stream, self.library.ByteStream)

    def wrong(self, response: Any) -> Refused | None:
        """Take in an answer; return why it is not handed over, or None."""
        self._answered(response.status_code)
        if response.is_redirect:
            return Refused(
                "The server answered with a redirect, and a credential follows none.",
                code="upstream_redirects",
                next_step="Call the final address.",
            )
        if response.headers.get("content-encoding", _IDENTITY).lower() != _IDENTITY:
            return Refused(
                "The server compressed its answer, so that it cannot be looked through.",
                code="answer_unreadable",
                next_step="Have it honour Accept-Encoding: identity.",
            )
        return None

    def shown(self, response: Any, scrub: Scrub) -> Any:
        """Return the answer without the secret, its body still to be read."""
        headers = [
            (key, scrub.whole(found))
            for key, found in response.headers.raw
            if key.lower() != b"content-length"  # what is taken out changes it
        ]
        body = self.body(self, response, scrub)
        return self.library.Response(response.status_code, headers=headers, stream=body)

    def rest(self, scrub: Scrub) -> bytes:
        """Return the last bytes of a body, and count it if the credential was in it."""
        last = scrub.rest()
        self.echoed += bool(scrub.hits)
        return last


class _PlainBody:
    def __init__(self, owner: Carrying, response: Any, scrub: Scrub) -> None:
        self._owner, self._response, self._scrub = owner, response, scrub

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._response.iter_raw():
            if clean := self._scrub.feed(chunk):
                yield clean
        if last := self._owner.rest(self._scrub):
            yield last

    def close(self) -> None:
        self._response.close()


class _Plain(Carrying):
    def handle_request(self, request: Any) -> Any:
        """Send one request with the credential, and return the scrubbed response.

        Raises:
            Refused: `no_active_call`, `destination_not_listed`, `credential_not_for_http`: nothing
                was sent; `upstream_redirects`, `answer_unreadable`.
        """
        response, scrub = self._sent(request)
        if self.again(request, response):
            response.close()
            response, scrub = self._sent(request)
        if no := self.wrong(response):
            response.close()
            raise no
        return self.shown(response, scrub)

    def _sent(self, request: Any) -> tuple[Any, Scrub]:
        own, scrub = self.dress(request)
        try:
            return self.inner.handle_request(request), scrub
        finally:
            self.undress(request, own)

    def close(self) -> None:
        """Close what sends."""
        self.inner.close()


class _AsyncBody:
    def __init__(self, owner: Carrying, response: Any, scrub: Scrub) -> None:
        self._owner, self._response, self._scrub = owner, response, scrub

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_raw():
            if clean := self._scrub.feed(chunk):
                yield clean
        if last := self._owner.rest(self._scrub):
            yield last

    async def aclose(self) -> None:
        await self._response.aclose()


class _Async(Carrying):
    async def handle_async_request(self, request: Any) -> Any:
        """Send one request with the credential; see `_Plain.handle_request`."""
        response, scrub = await self._sent(request)
        if self.again(request, response):
            await response.aclose()
            response, scrub = await self._sent(request)
        if no := self.wrong(response):
            await response.aclose()
            raise no
        return self.shown(response, scrub)

    async def _sent(self, request: Any) -> tuple[Any, Scrub]:
        own, scrub = self.dress(request)
        try:
            return await self.inner.handle_async_request(request), scrub
        finally:
            self.undress(request, own)

    async def aclose(self) -> None:
        """Close what sends."""
        await self.inner.aclose()


@lru_cache
def _classes(library: ModuleType) -> tuple[type[Any], type[Any]]:
    """Return the plain and the asynchronous transport of a library, as it wants them to be."""
    mod: Any = library
    plain = {"library": mod, "body": type("Body", (_PlainBody, mod.SyncByteStream), {})}
    asynchronous = {"library": mod, "body": type("Body", (_AsyncBody, mod.AsyncByteStream), {})}
    return (
        type("Transport", (_Plain, mod.BaseTransport), plain),
        type("AsyncTransport", (_Async, mod.AsyncBaseTransport), asynchronous),
    )


def plain_transport(
    library: ModuleType, current: Current, inner: Any = None, *, answered: Answered = unheard
) -> Any:
    """Return the transport for a `Client` of httpx or httpx2; see `async_transport`."""
    made, mod = _classes(library)[0], cast("Any", library)
    own = inner or mod.HTTPTransport(trust_env=False, verify=believed(library))
    return made(current, own, answered)


def async_transport(
    library: ModuleType, current: Current, inner: Any = None, *, answered: Answered = unheard
) -> Any:
    """Return the transport for an `AsyncClient` of httpx or httpx2.

    Args:
        library: the module `httpx` or `httpx2`.
        current: returns the credential of the call that runs, raises outside one.
        inner: what sends; None takes the library's own, which asks the environment nothing.
        answered: see `Answered`.
    """
    made, mod = _classes(library)[1], cast("Any", library)
    own = inner or mod.AsyncHTTPTransport(trust_env=False, verify=believed(library))
    return made(current, own, answered)
