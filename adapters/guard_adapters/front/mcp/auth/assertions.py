"""Programs that act for nobody: each request with an assertion of its own key (RFC 7523, 3).

For jobs without a person, whose authorization server would only repeat what their key says. Rule 1:
only clients that the operator lists, each with its own keys. Rule 2: an assertion is short, names
this guard, and is good once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guard.grant.dpop import Proof
from guard.grant.replay import MemoryReplay, ReplayUnavailable, replay_key
from guard_adapters.front.mcp.auth.access_token import (
    Caller,
    Misused,
    TokenCheck,
    refuse_token,
    refuse_unbound,
)
from guard_adapters.front.mcp.auth.jwks import KeySource
from guard_adapters.front.mcp.auth.jws import (
    check_audience,
    check_times,
    instant_ms,
    parts_of,
    text_of,
    verified,
)
from guard_adapters.front.mcp.protocol.wire import GUARD_UNAVAILABLE, REFUSED, WireRefused, refuse

ISSUER: Final = "client"
"""Who vouches for such a caller: the operator's own list of clients."""

LONGEST_MS: Final = 300_000
MOST: Final = 100_000
_TYPES: Final = frozenset({"jwt", "client-authentication+jwt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One listed program: its keys, and what it may open."""

    keys: KeySource
    scopes: frozenset[str]


class Assertions:
    """Takes the assertions of listed clients, and leaves every other token to another check.

    Args:
        clients: by client id.
        audiences: how assertions may name this guard.
        start_ms: when this memory began: what was made before may have been shown (Unix ms).
        others: checks what is no assertion of a listed client; None: nothing else is taken.
        shown: remembers assertions; shared by the checks of all upstreams of one guard.
    """

    def __init__(
        self,
        clients: Mapping[str, Client],
        audiences: frozenset[str],
        *,
        shown: MemoryReplay,
        others: TokenCheck | None = None,
    ) -> None:
        self._clients = clients
        self._audiences = audiences
        self._shown = shown
        self._others = others

    async def check(
        self, token: str, *, now_ms: int, proof: Proof | None = None, certificate: str = ""
    ) -> Caller:
        """Return the caller, or raise WireRefused (401; 503 without keys or memory).

        Raises:
            Misused: the assertion is genuine and was shown before.
        """
        client = self._named(token)
        if client is None:
            if self._others is None:
                refuse_token("token_issuer_wrong", "No client of this name is listed here.")
            return await self._others.check(
                token, now_ms=now_ms, proof=proof, certificate=certificate
            )
        if proof is not None:
            refuse_unbound()
        return await self._client(token, client, now_ms)

    def _named(self, token: str) -> Client | None:
        """Return the listed client that a token says to be of; nothing of it is believed yet."""
        if "." not in token:  # a key of a file
            return None
        _, unbelieved, _ = parts_of(token)
        ident, issuer = unbelieved.get("sub"), unbelieved.get("iss")
        known = isinstance(issuer, str) and ident == issuer
        return self._clients.get(issuer) if known and isinstance(issuer, str) else None

    async def _client(self, token: str, client: Client, now_ms: int) -> Caller:
        claims = await verified(token, client.keys, types=_TYPES, now_ms=now_ms)
        check_audience(claims, self._audiences)
        ends_ms = check_times(claims, now_ms, most_ms=LONGEST_MS)
        ident, jti = text_of(claims, "sub"), text_of(claims, "jti")
        made_ms = instant_ms(claims, "iat")
        if made_ms is None or made_ms < self._shown.start_ms:
            text = (
                "The assertion has no iat, or was made before this guard started. Make a new one."
            )
            refuse_token("token_claims_bad", text)
        caller = Caller(ISSUER, ident, ident, client.scopes)
        try:
            key = replay_key(ident, jti)
            first = self._shown.first(key, ends_ms + LONGEST_MS, now_ms)
        except ReplayUnavailable:
            text = "Too many assertions came in the last minutes. Try again soon."
            refuse(GUARD_UNAVAILABLE, "proofs_too_many", text, status=503)
        if not first:
            text = "This assertion came before. Make one for each request."
            raise Misused.by(caller, WireRefused(REFUSED, text, 401, "assertion_replayed"))
        return caller
