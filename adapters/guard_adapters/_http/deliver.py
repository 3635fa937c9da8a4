"""Messages to addresses that an operator wrote down: sent again while that may help.

The body is fixed before the first try, so that a receiver can tell a repetition by its id. No
redirects: they would carry the message to other hosts.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_random,
)

from guard_adapters._http.pool import UpstreamFailed

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_TRY_S: Final = 5.0
_PASSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotTaken(UpstreamFailed):
    """The receiver said that it will not take this message, however often it is sent."""


async def deliver(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    within_s: float,
    tries: int = 3,
    first_s: float = 0.5,
) -> None:
    """Send a JSON body and return once the receiver has taken it (2xx).

    Args:
        url: https, or on loopback.
        body: what is sent, the same bytes each time.
        headers: beside content type and length.
        within_s: no try begins later than this (seconds).
        tries: how often it is sent at most.
        first_s: pause before the second try (seconds); it doubles, with jitter.

    Raises:
        NotTaken: refused for good, or not an address that may be written to.
        UpstreamFailed: it was not taken; another time it may be.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise NotTaken(f"{parts.scheme!r} is not https", sent=False)
    patience = AsyncRetrying(
        retry=retry_if_exception(_passes),
        stop=stop_after_attempt(tries) | stop_after_delay(within_s),
        wait=wait_exponential(multiplier=first_s, max=8) + wait_random(0, first_s),
        reraise=True,
    )
    try:
        await patience(_send, url, body, {"content-type": "application/json", **headers})
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        kind = UpstreamFailed if status in _PASSES else NotTaken
        raise kind(f"status {status}", sent=True) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UpstreamFailed(type(error).__name__, sent=True) from None


def _passes(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in _PASSES
    return isinstance(error, httpx.TransportError)


async def _send(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    client = httpx.AsyncClient(timeout=_TRY_S, follow_redirects=False, trust_env=False)
    async with client, client.stream("POST", url, content=body, headers=dict(headers)) as answer:
        if not answer.is_success:  # a redirect is no success either
            raise httpx.HTTPStatusError("not taken", request=answer.request, response=answer)
