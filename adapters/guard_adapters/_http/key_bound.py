"""Makes any OAuth login of an MCP client key-bound: proofs on its requests and its tokens (DPoP).

The login asks for tokens and puts them on requests as it always does; each of these requests gets a
proof of one key (RFC 9449, 5 and 7), and is sent once more where its server wants a nonce (8 and
9). A token that comes back unbound is refused, and the login never has it. It keeps no token.
"""

import json
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs

import httpx2

from guard.errors import Unavailable
from guard.grant.credential import Prover
from guard_adapters._http.carrying import Nonces

_BEARER: Final = "Bearer "
_FORM: Final = "application/x-www-form-urlencoded"


class KeyBound(httpx2.Auth):
    """An `Auth` around another one.

    Args:
        login: such as the OAuth providers of the MCP SDK.
        prover: holds the key.
    """

    def __init__(self, login: httpx2.Auth, prover: Prover) -> None:
        self._login = login
        self._prover = prover
        self._nonces = Nonces()

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Yield what the login yields, with proofs.

        Raises:
            Unavailable: `token_unbound`: the authorization server bound its token to no key.
        """
        flow = self._login.async_auth_flow(request)
        try:
            outgoing = await anext(flow)
            while True:
                asks, token = await _asks_for_token(outgoing), _token_of(outgoing)
                proves = asks or token != ""
                self._prove(outgoing, token, proves=proves)
                response = yield outgoing
                if await self._again(outgoing, response) and proves:
                    self._prove(outgoing, token, proves=proves)
                    response = yield outgoing
                outgoing = await flow.asend(await _as_bearer(response) if asks else response)
        except StopAsyncIteration:
            return
        finally:
            await flow.aclose()

    def _prove(self, request: httpx2.Request, token: str, *, proves: bool) -> None:
        if not proves:
            return
        if token:
            request.headers["Authorization"] = f"DPoP {token}"
        nonce, url = self._nonces.of(request.url), str(request.url)
        request.headers["DPoP"] = self._prover.proof(request.method, url, token=token, nonce=nonce)

    async def _again(self, request: httpx2.Request, response: httpx2.Response) -> bool:
        status, headers = response.status_code, response.headers
        refused = status == HTTPStatus.BAD_REQUEST and "dpop-nonce" in headers
        error = str(_object(await response.aread()).get("error", "")) if refused else ""
        return self._nonces.asked_again(request.url, status, headers, error)


async def _asks_for_token(request: httpx2.Request) -> bool:
    if request.method != "POST" or not request.headers.get("content-type", "").startswith(_FORM):
        return False
    return b"grant_type" in parse_qs(await request.aread())


def _token_of(request: httpx2.Request) -> str:
    carried = request.headers.get("authorization", "")
    return carried.removeprefix(_BEARER) if carried.startswith(_BEARER) else ""


async def _as_bearer(response: httpx2.Response) -> httpx2.Response:
    """Return a token response in the one form that logins know; the token itself is as it was."""
    if response.status_code != HTTPStatus.OK:
        return response
    found = _object(await response.aread())
    if str(found.get("token_type", "")).lower() != "dpop":
        raise Unavailable(
            "The authorization server gave a token that is bound to no key.",
            code="token_unbound",
            next_step="Register the client for DPoP there, or log in without `key_bound`.",
        )
    bearer = {**found, "token_type": _BEARER.strip()}
    return httpx2.Response(response.status_code, json=bearer, request=response.request)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
