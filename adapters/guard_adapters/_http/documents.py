"""Small JSON documents: key sets of others, and the guard on this machine.

Only documents that are safe to fetch twice are retried. No redirects: they would carry what was
sent to other hosts.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)

from guard_adapters._http.bodies import start_of
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters._http.origins import is_loopback
from guard_adapters._http.sendable import check_sendable
from guard_adapters._http.trust import everybodys

_DOCUMENT_BYTES: Final = 2**20


async def get_json(url: str, *, tries: int = 3, timeout_s: float = 5) -> Mapping[str, Any]:
    """Fetch a small public JSON object, such as a key set; it is safe to fetch again.

    Raises:
        UpstreamFailed: not https (nor loopback), not there, too large, or no JSON object.
    """
    check_sendable(url)
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


async def get_text(
    url: str, *, most: int = 4 * 2**20, tries: int = 3, timeout_s: float = 10
) -> str:
    """Fetch a public ASCII text, such as a signed token; it is safe to fetch again.

    Raises:
        UpstreamFailed: not https (nor loopback), not there, too large, or no such text.
    """
    check_sendable(url)
    patience = AsyncRetrying(
        retry=retry_if_exception(_passes),
        stop=stop_after_attempt(tries),
        wait=wait_exponential(multiplier=0.2, max=2),
        reraise=True,
    )
    try:
        with _told():
            return (await patience(_raw, url, most, timeout_s)).decode("ascii")
    except ValueError:
        raise UpstreamFailed("no small text", sent=True) from None


@contextmanager
def _told() -> Iterator[None]:
    """Say of a request that failed its status, or what kept it from having one."""
    try:
        yield
    except httpx.HTTPStatusError as error:
        raise UpstreamFailed(f"status {error.response.status_code}", sent=True) from None
    except httpx.HTTPError as error:
        raise UpstreamFailed(type(error).__name__, sent=True) from None


def _client(timeout_s: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=timeout_s, follow_redirects=False, trust_env=False, verify=everybodys()
    )


def _bearing(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


async def _raw(url: str, most: int, timeout_s: float) -> bytes:
    async with _client(timeout_s) as client, client.stream("GET", url) as response:
        return await _whole(response, most)


def fetching(url: str) -> Callable[[], Awaitable[Mapping[str, Any]]]:
    """Return what fetches this document whenever it is called; OSError where it is not there."""

    async def fetch() -> Mapping[str, Any]:
        try:
            return await get_json(url)
        except UpstreamFailed as error:
            raise OSError(str(error)) from error

    return fetch


async def _document(url: str, timeout_s: float) -> Mapping[str, Any]:
    async with _client(timeout_s) as client, client.stream("GET", url) as response:
        return await _object(response)


async def _whole(response: httpx.Response, most: int) -> bytes:
    response.raise_for_status()
    raw = await start_of(response.aiter_bytes(), most)
    if len(raw) > most:
        raise ValueError("too large")
    return raw


async def _object(response: httpx.Response) -> Mapping[str, Any]:
    raw = await _whole(response, _DOCUMENT_BYTES)
    found = httpx.Response(200, content=raw).json()
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


async def post_json(
    url: str, body: Mapping[str, Any], *, token: str = "", tries: int = 3, timeout_s: float = 30
) -> Mapping[str, Any]:
    """Ask a question that changes nothing, so that it may be asked again; return a JSON object.

    Args:
        url: https, or on loopback.
        body: the question.
        token: the bearer token; empty = none is sent.
        tries: how often it is asked at most.
        timeout_s: how long one try may take (seconds).

    Raises:
        UpstreamFailed: not https (nor loopback), refused, no answer, too large, or no JSON object.
    """
    check_sendable(url)
    patience = AsyncRetrying(
        retry=retry_if_exception(_passes),
        stop=stop_after_attempt(tries),
        wait=wait_exponential(multiplier=0.1, max=2),
        reraise=True,
    )
    try:
        with _told():
            return await patience(_answer, url, body, token, timeout_s)
    except (ValueError, TypeError):
        raise UpstreamFailed("not a JSON object", sent=True) from None


async def change(
    method: str,
    url: str,
    body: Mapping[str, Any] | None = None,
    *,
    token: str,
    timeout_s: float = 10,
) -> None:
    """Ask once for a change at somebody's API; what it answers is not read.

    Raises:
        UpstreamFailed: not https (nor loopback), no answer, or another status than 2xx.
    """
    check_sendable(url)
    headers, client = _bearing(token), _client(timeout_s)
    with _told():
        async with client, client.stream(method, url, json=body, headers=headers) as response:
            response.raise_for_status()


async def said_back(
    url: str, body: Mapping[str, Any], *, timeout_s: float = 30
) -> tuple[int, Mapping[str, Any]]:
    """Send a JSON object once; return the status and the JSON object that came back, also of a no.

    Raises:
        UpstreamFailed: not https (nor loopback), no answer, or one that is no small JSON object.
    """
    check_sendable(url)
    with _told():
        async with (
            _client(timeout_s) as client,
            client.stream("POST", url, json=dict(body)) as response,
        ):
            raw = await start_of(response.aiter_bytes(), _DOCUMENT_BYTES)
    try:
        found = httpx.Response(200, content=raw).json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UpstreamFailed(f"status {response.status_code}, and no JSON object", sent=True)
    return response.status_code, found


def _passes(error: BaseException) -> bool:
    """Return whether asking again may help: a busy or broken server, a lost connection."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in {429, 500, 502, 503, 504}
    return isinstance(error, httpx.TransportError)


async def _answer(
    url: str, body: Mapping[str, Any], token: str, timeout_s: float
) -> Mapping[str, Any]:
    headers, client = _bearing(token), _client(timeout_s)
    async with client, client.stream("POST", url, json=dict(body), headers=headers) as response:
        return await _object(response)


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
    if not is_loopback(url):
        raise UpstreamFailed("the guard is not on this machine", sent=False)
    try:
        with httpx.Client(
            timeout=timeout_s, follow_redirects=False, trust_env=False, verify=everybodys()
        ) as client:
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
