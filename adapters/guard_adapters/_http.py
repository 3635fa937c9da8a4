"""The one HTTP client of the house: messages to upstream servers, and small JSON documents.

Rule 1: no redirects (they would carry credentials to other hosts), no cookies, nothing added to
the headers but what HTTP itself needs. Rule 2: a message to an upstream is sent once; only
documents that are safe to fetch twice are retried. It knows nothing of MCP.
"""

import asyncio
import select
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore2
import httpx
import httpx2
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

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
_DOCUMENT_BYTES: Final = 2**20
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class UpstreamFailed(Exception):
    """No whole answer came. `sent` is False only if the request surely never left."""

    def __init__(self, what: str, *, sent: bool) -> None:
        super().__init__(what)
        self.sent = sent


@dataclass(slots=True, kw_only=True)
class Upstream:
    """An answer whose head has come. Read it or not, but close it."""

    status: int
    headers: Headers
    _response: httpcore2.Response = field(repr=False)

    async def aiter_raw(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes.

        Raises:
            UpstreamFailed: the connection broke before the end.
        """
        stream = self._response.stream
        assert isinstance(stream, AsyncIterable)  # noqa: S101 - the pool is an async one
        try:
            async for chunk in stream:
                yield chunk
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


class HttpClient:
    """One pool of connections; one per process, because a TLS context costs tens of CPU-ms."""

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
            ssl_context=trust or httpcore2.default_ssl_context(),
            max_connections=connections,
            keepalive_expiry=idle_s,
            network_backend=_Network(),
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

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


class _Stream(httpcore2.AsyncNetworkStream):
    """A connection on asyncio's own streams.

    The pool's default stream yields to the loop on each write and stops and restarts reading
    around each read: 0.5 ms a call. Here head and body leave in one piece when the answer is read.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._unsent: list[bytes] = []

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Send what was written, return the next bytes."""
        unsent, self._unsent = self._unsent, []
        try:
            async with asyncio.timeout(timeout):
                if unsent:
                    self._writer.write(b"".join(unsent))
                    await self._writer.drain()
                return await self._reader.read(max_bytes)
        except TimeoutError as error:
            raise httpcore2.ReadTimeout from error
        except OSError as error:
            raise httpcore2.ReadError from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
        """Keep the bytes until the answer is asked for."""
        if buffer:
            self._unsent.append(buffer)

    async def aclose(self) -> None:
        """Close without waiting: a peer that does not read must not hold a cancel up."""
        self._writer.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the pool's own signature
    ) -> httpcore2.AsyncNetworkStream:
        """Turn the connection into an encrypted one."""
        try:
            async with asyncio.timeout(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout from error
        except OSError as error:
            self._writer.close()
            raise httpcore2.ConnectError from error
        return self

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the pool's own signature
        """Tell the pool whether an idle connection was closed by the peer."""
        if info == "is_readable":
            return self._reader.at_eof() or self._writer.is_closing() or self._has_input()
        return self._writer.get_extra_info(info)

    def _has_input(self) -> bool:
        # The peer may have closed since the loop last looked.
        sock = self._writer.get_extra_info("socket")
        if sock is None or sock.fileno() < 0:
            return True
        probe = select.poll()
        probe.register(sock.fileno(), select.POLLIN)
        return bool(probe.poll(0))


class _Network(httpcore2.AsyncNetworkBackend):
    """Opens connections for the pool."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the pool's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.AsyncNetworkStream:
        """Connect within `timeout` seconds."""
        local = (local_address, 0) if local_address else None
        try:
            async with asyncio.timeout(timeout):
                reader, writer = await asyncio.open_connection(host, port, local_addr=local)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout from error
        except OSError as error:
            raise httpcore2.ConnectError from error
        return _Stream(reader, writer)


@lru_cache(maxsize=256)
def _target(url: str) -> tuple[httpcore2.URL, bytes]:
    parts = urlsplit(url)
    return httpcore2.URL(url), parts.netloc.rpartition("@")[2].encode("ascii")


async def get_json(url: str, *, tries: int = 3, timeout_s: float = 5) -> Mapping[str, Any]:
    """Fetch a small public JSON object, such as a key set; it is safe to fetch again.

    Raises:
        UpstreamFailed: not https (nor loopback), not there, too large, or no JSON object.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise UpstreamFailed(f"{parts.scheme!r} is not https", sent=False)
    patience = AsyncRetrying(
        retry=retry_if_exception_type((httpx.TransportError, httpx.HTTPStatusError)),
        stop=stop_after_attempt(tries),
        wait=wait_exponential(multiplier=0.1, max=1),
        reraise=True,
    )
    try:
        return await patience(_document, url, timeout_s)
    except httpx.HTTPError as error:
        raise UpstreamFailed(type(error).__name__, sent=True) from error
    except (ValueError, TypeError) as error:
        raise UpstreamFailed("not a JSON object", sent=True) from error


async def _document(url: str, timeout_s: float) -> Mapping[str, Any]:
    client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)
    async with client, client.stream("GET", url) as response:
        response.raise_for_status()
        raw = bytearray()
        async for chunk in response.aiter_bytes():
            raw += chunk
            if len(raw) > _DOCUMENT_BYTES:
                raise ValueError("too large")
    found = httpx.Response(200, content=bytes(raw)).json()
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


def agent_client(headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """Return the client that the MCP SDK speaks through, with these headers on every request.

    Redirects are off: they would carry the headers to other hosts.
    """
    return httpx2.AsyncClient(headers=dict(headers), timeout=httpx2.Timeout(30, read=300))


def ask_json(
    method: str,
    url: str,
    *,
    token: str,
    body: Mapping[str, Any] | None = None,
    timeout_s: float = 5,
) -> tuple[int, Mapping[str, Any]]:
    """Ask a guard on this machine, once; return the status and the JSON object of its answer.

    Raises:
        UpstreamFailed: it is not on loopback, nobody answered, or the answer is no JSON object.
    """
    # The token can end sessions: it leaves this machine under no circumstances.
    if urlsplit(url).hostname not in _LOOPBACK:
        raise UpstreamFailed("the guard is not on this machine", sent=False)
    try:
        with httpx.Client(timeout=timeout_s, follow_redirects=False, trust_env=False) as client:
            headers = {"authorization": f"Bearer {token}"}
            response = client.request(method, url, headers=headers, json=body)
        found = response.json()
    except httpx.HTTPError as error:
        raise UpstreamFailed(type(error).__name__, sent=True) from error
    except ValueError as error:
        raise UpstreamFailed("the answer is not JSON", sent=True) from error
    if not isinstance(found, dict):
        raise UpstreamFailed("the answer is not a JSON object", sent=True)
    return response.status_code, found
