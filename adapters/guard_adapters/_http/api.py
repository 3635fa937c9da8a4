"""Requests to the HTTP API of a target: one connection pool each, no redirects, answers kept small.

Nothing is sent twice: whether a request may be repeated is for whoever asks.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from guard_adapters._http.bodies import start_of
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.trust import everybodys

LARGEST: Final = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: status, headers by their names in small letters, and the body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    raw: bytes = field(repr=False)

    def object(self) -> dict[str, Any]:
        """Return the JSON object of the body; empty where it is none."""
        try:
            found = json.loads(self.raw)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Api:
    """One API.

    Args:
        base: its URL, without the path of a request.
        timeout_s: longest wait for an answer (seconds).
        ca_file: certificates that the server's own must chain to; empty takes the system's.
    """

    def __init__(self, base: str, *, timeout_s: float, ca_file: str = "") -> None:
        self._base = base.rstrip("/")
        self._timeout_s = timeout_s
        self._verify = httpx.create_ssl_context(verify=ca_file) if ca_file else everybodys()
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def _opened(self) -> httpx.AsyncClient:
        """Return the client of the loop that runs: plain functions bring one each."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._loop = loop
            self._client = httpx.AsyncClient(
                timeout=self._timeout_s,
                follow_redirects=False,
                trust_env=False,
                verify=self._verify,
            )
        return self._client

    async def send(
        self, method: str, path: str, *, headers: Mapping[str, str], content: bytes = b""
    ) -> tuple[int, bytes]:
        """Send one request and return status and body; raises as `answer`."""
        found = await self.answer(method, path, headers=headers, content=content)
        return found.status, found.raw

    async def post_form(
        self, path: str, form: Mapping[str, str], *, headers: Mapping[str, str]
    ) -> Answer:
        """Send one form and return what came back; raises as `answer`."""
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        return await self.answer("POST", path, headers=sent, content=urlencode(form).encode())

    async def answer(
        self, method: str, path: str, *, headers: Mapping[str, str], content: bytes = b""
    ) -> Answer:
        """Send one request and return what came back.

        Raises:
            UpstreamFailed: nobody answered in time, or the answer is too large.
        """
        url = f"{self._base}/{path}"
        try:
            async with self._opened().stream(
                method, url, headers=dict(headers), content=content
            ) as got:
                raw = await start_of(got.aiter_bytes(), LARGEST)
                if len(raw) > LARGEST:
                    raise UpstreamFailed(f"more than {LARGEST} bytes", sent=True)
                return Answer(status=got.status_code, headers=got.headers, raw=raw)
        except httpx.HTTPError as error:
            raise UpstreamFailed(type(error).__name__, sent=True) from None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Send one JSON request and return status and object; no body is an empty object.

        Raises:
            UpstreamFailed: as `send`, or the answer is no JSON object.
        """
        content = b"" if body is None else json.dumps(body).encode()
        status, raw = await self.send(method, path, headers=headers, content=content)
        try:
            found = json.loads(raw) if raw else {}
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise UpstreamFailed("not a JSON object", sent=True)
        return status, found

    async def aclose(self) -> None:
        """Close what is open."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
