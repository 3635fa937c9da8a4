"""Messages to addresses that an operator wrote down: sent again while that may help.

The body is fixed before the first try, so that a receiver can tell a repetition by its id. No
redirects: they would carry the message to other hosts.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential,
    wait_random,
)

from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.sendable import check_sendable
from guard_adapters._http.trust import everybodys

_TRY_S: Final = 5.0
_PASSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_SAID_BYTES: Final = 4096


class NotTaken(UpstreamFailed):
    """The receiver said that it will not take this message. `said` is the start of its answer."""

    def __init__(self, what: str, *, sent: bool, said: bytes = b"") -> None:
        super().__init__(what, sent=sent)
        self.said = said


async def deliver(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    within_s: float,
    tries: int = 3,
    first_s: float = 0.5,
) -> None:
    """Send a body, JSON if no header says otherwise; return once it is taken (2xx).

    Args:
        url: https, or on loopback.
        body: what is sent, the same bytes each time.
        headers: beside content type and length.
        within_s: no try begins later than this, and none takes longer (seconds).
        tries: how often it is sent at most.
        first_s: pause before the second try (seconds); it doubles, with jitter.

    Raises:
        NotTaken: refused for good, or not an address that may be written to.
        UpstreamFailed: it was not taken; another time it may be.
    """
    check_sendable(url, NotTaken)
    patience = AsyncRetrying(
        retry=retry_if_exception(_passes),
        stop=stop_after_attempt(tries) | stop_before_delay(within_s),
        wait=wait_exponential(multiplier=first_s, max=8) + wait_random(0, first_s),
        reraise=True,
    )
    try:
        whole = {"content-type": "application/json", **headers}
        await patience(_send, url, body, whole, min(_TRY_S, within_s))
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        if status in _PASSES:
            raise UpstreamFailed(f"status {status}", sent=True) from None
        raise NotTaken(f"status {status}", sent=True, said=error.response.content) from None
    except (httpx.HTTPError, TimeoutError) as error:
        raise UpstreamFailed(type(error).__name__, sent=True) from None


def _passes(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in _PASSES
    return isinstance(error, (httpx.TransportError, TimeoutError))


async def _send(url: str, body: bytes, headers: Mapping[str, str], most_s: float) -> None:
    client = httpx.AsyncClient(
        timeout=_TRY_S, follow_redirects=False, trust_env=False, verify=everybodys()
    )
    asking = client.stream("POST", url, content=body, headers=dict(headers))
    # Over all of it: the timeouts of the client begin anew with each byte that drips in.
    async with asyncio.timeout(most_s), client, asking as answer:
        if not answer.is_success:  # a redirect is no success either
            kept = httpx.Response(answer.status_code, content=await _start(answer))
            raise httpx.HTTPStatusError("not taken", request=answer.request, response=kept)


async def _start(answer: httpx.Response) -> bytes:
    raw = b""
    async for chunk in answer.aiter_bytes(_SAID_BYTES):
        raw += chunk
        if len(raw) >= _SAID_BYTES:
            break
    return raw[:_SAID_BYTES]
