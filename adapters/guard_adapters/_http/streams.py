"""Connections for the pool, on asyncio's own streams: head and body leave in one piece."""

import asyncio
import select
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2


class Stream(httpcore2.AsyncNetworkStream):
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


class Network(httpcore2.AsyncNetworkBackend):
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
        return Stream(reader, writer)
