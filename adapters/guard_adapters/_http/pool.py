"""Messages to upstream servers: one pool of connections for the whole process.

Rule 1: no redirects (they would carry credentials to other hosts), no cookies, nothing added to
the headers but what HTTP itself needs. Rule 2: a message is sent once. It knows nothing of MCP.
"""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final
from urllib.parse import urlsplit

import httpcore2

from guard.grant.credential import Credential
from guard.grant.scrub import Scrub
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.streams import Network

Headers = Sequence[tuple[bytes, bytes]]

_NOT_SENT: Final = (
    httpcore2.ConnectError,
    httpcore2.ConnectTimeout,
    httpcore2.PoolTimeout,
    httpcore2.UnsupportedProtocol,
    httpcore2.LocalProtocolError,
)
_FAILED: Final = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)


@dataclass(slots=True, kw_only=True)
class Upstream:
    """An answer whose head has come. Read it or not, but close it."""

    status: int
    headers: Headers
    scrub: Scrub | None = field(default=None, repr=False)  # takes a secret out of the body
    _response: httpcore2.Response = field(repr=False)

    def named(self) -> dict[str, str]:
        """Return the headers by their names in small letters; one that came twice is left out."""
        names = [name.lower() for name, _ in self.headers]
        return {
            name.lower().decode("latin-1"): value.strip().decode("latin-1")
            for name, value in self.headers
            if names.count(name.lower()) == 1
        }

    async def aiter_raw(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes.

        Raises:
            UpstreamFailed: the connection broke before the end.
        """
        stream = self._response.stream
        assert isinstance(stream, AsyncIterable)  # noqa: S101 - the pool is an async one
        try:
            async for chunk in stream:
                yield chunk if self.scrub is None else self.scrub.feed(chunk)
            if self.scrub is not None:
                yield self.scrub.rest()
        except _FAILED as error:
            raise UpstreamFailed(type(error).__name__, sent=True) from error

    async def read(self, limit: int) -> bytes:
        """Return the whole body of at most `limit` bytes.

        Raises:
            UpstreamFailed: it is larger, or the connection broke before the end.
        """
        parts = bytearray()
        async for chunk in self.aiter_raw():
            parts += chunk
            if len(parts) > limit:
                raise UpstreamFailed(f"more than {limit} bytes", sent=True)
        return bytes(parts)

    async def aclose(self) -> None:
        """Give the connection back if the body was read to its end, else close it."""
        with suppress(*_FAILED):
            await self._response.aclose()


@cache
def _system() -> ssl.SSLContext:
    """Return what believes the system's certificates: read once, for that takes tens of CPU-ms."""
    return httpcore2.default_ssl_context()


class HttpClient:
    """One pool of connections; one per process is enough."""

    def __init__(
        self,
        *,
        connections: int = 1000,
        connect_s: float = 5,
        idle_s: float = 4,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        # Servers commonly close idle connections after 5 s. A message on one that is just being
        # closed is lost, and it may not be sent twice: let go of the connection first.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=trust or _system(),
            max_connections=connections,
            keepalive_expiry=idle_s,
            network_backend=Network(),
        )
        self._connect_s = connect_s

    async def open_upstream(
        self, method: str, url: str, headers: Headers, body: bytes, *, read_s: float | None = None
    ) -> Upstream:
        """Send one request, return when the head of its answer has come.

        `read_s` bounds each wait for bytes of the answer (seconds); None waits forever, as a
        stream of notifications needs. Cancelling closes the connection: the upstream sees it.

        Raises:
            UpstreamFailed: nobody answered.
        """
        target, host = _target(url)
        wait = {"connect": self._connect_s, "pool": self._connect_s, "write": 30, "read": read_s}
        length = [(b"content-length", str(len(body)).encode())] if body else []
        request = httpcore2.Request(
            method.encode(),
            target,
            headers=[(b"host", host), *length, *headers],
            content=body,
            extensions={"timeout": wait},
        )
        try:
            response = await self._pool.handle_async_request(request)
        except _FAILED as error:
            sent = not isinstance(error, _NOT_SENT)
            raise UpstreamFailed(type(error).__name__, sent=sent) from error
        return Upstream(status=response.status, headers=response.headers, _response=response)

    def lending(
        self, credential: Credential | None, session: str
    ) -> AbstractAsyncContextManager[None]:
        """Let the upstream pull this credential during a block: one at a URL pulls none."""
        del credential, session
        return nullcontext()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


@lru_cache(maxsize=256)
def _target(url: str) -> tuple[httpcore2.URL, bytes]:
    parts = urlsplit(url)
    return httpcore2.URL(url), parts.netloc.rpartition("@")[2].encode("ascii")
