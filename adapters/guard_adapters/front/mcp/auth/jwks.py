"""The public keys of an authorization server, fetched and kept for a while.

Rule 1: a key is used for the one algorithm that its type allows, and only if its id names it
alone. Rule 2: strangers' key ids cannot make us fetch more often than every ten seconds. The
fetching itself is an argument.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from guard_adapters.front.mcp.protocol.wire import GUARD_UNAVAILABLE, WireRefused, refuse

FetchKeys: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]

FETCH_PAUSE_MS: Final = 10_000
FRESH_MS: Final = 300_000
USABLE_MS: Final = 3_600_000  # an issuer may be down for an hour; a withdrawn key dies with it
FETCH_SECONDS: Final = 5.0
_RSA_BITS: Final = 2048  # RFC 7518, 3.3
_MOST_KEYS: Final = 100
_KEY_TYPES: Final = ("EC", "OKP", "RSA")


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """One public key: its id, or None, the algorithm family it serves, and the key."""

    kid: str | None
    family: str
    key: Key


class KeySource(Protocol):
    """Finds the key that a token names."""

    async def find(self, kid: str | None, family: str, *, now_ms: int) -> Key | None:
        """Return the only key with that id and family, or None. Raises WireRefused (503)."""
        ...


def read_keys(document: Mapping[str, Any]) -> tuple[VerifyKey, ...]:
    """Return the usable signature keys of a JWK set; keys of other uses are passed over."""
    listed = document.get("keys")
    found = (
        _read_key(entry) for entry in (listed if isinstance(listed, list) else [])[:_MOST_KEYS]
    )
    return tuple(key for key in found if key is not None)


def choose(keys: tuple[VerifyKey, ...], kid: str | None, family: str) -> Key | None:
    """Return the one key that fits, None if none does or several do."""
    fitting = [key.key for key in keys if key.family == family and kid in (None, key.kid)]
    return fitting[0] if len(fitting) == 1 else None


class FetchedKeys:
    """A JWK set behind `fetch`.

    `fetch` returns the parsed document or raises OSError, ValueError or WireRefused.

    Fetched again after five minutes, or for an unknown key id, at most every ten seconds; an old
    set is used for at most an hour when fetching fails.
    """

    def __init__(self, fetch: FetchKeys) -> None:
        self._fetch = fetch
        self._keys: tuple[VerifyKey, ...] = ()
        self._read_ms: int | None = None
        self._asked_ms: int | None = None
        self._one_at_a_time = asyncio.Lock()

    async def find(self, kid: str | None, family: str, *, now_ms: int) -> Key | None:
        """Return the only key with that id and family, or None. Raises WireRefused (503)."""
        async with self._one_at_a_time:
            key = choose(self._keys, kid, family)
            if (key is None or self._age(now_ms) >= FRESH_MS) and self._may_ask(now_ms):
                await self._read(now_ms)
                key = choose(self._keys, kid, family)
        if self._age(now_ms) >= USABLE_MS:
            text = (
                "The issuer's keys cannot be read. Try again later; see that its JWKS URL answers."
            )
            refuse(GUARD_UNAVAILABLE, "keys_unavailable", text, status=503)
        return key

    def _age(self, now_ms: int) -> int:
        return USABLE_MS if self._read_ms is None else now_ms - self._read_ms

    def _may_ask(self, now_ms: int) -> bool:
        return self._asked_ms is None or now_ms - self._asked_ms >= FETCH_PAUSE_MS

    async def _read(self, now_ms: int) -> None:
        self._asked_ms = now_ms
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                keys = read_keys(await self._fetch())
        except (OSError, ValueError, WireRefused):  # TimeoutError is an OSError: keep what we have
            return
        if keys:  # an empty set is more likely a broken answer than a withdrawal of all keys
            self._keys, self._read_ms = keys, now_ms


def _read_key(entry: object) -> VerifyKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or "d" in entry:
        return None
    if entry.get("kty") not in _KEY_TYPES:
        return None
    kid, operations = entry.get("kid"), entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    try:
        key = JWKRegistry.import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    family = _family(key)
    allowed = {"Ed25519": ("EdDSA", "Ed25519")}.get(family, (family,))
    if not family or entry.get("alg", allowed[0]) not in allowed:
        return None
    return VerifyKey(kid if isinstance(kid, str) else None, family, key)


def _family(key: Key) -> str:
    if isinstance(key, ECKey) and key.curve_name == "P-256":
        return "ES256"
    if isinstance(key, OKPKey) and key.curve_name == "Ed25519":
        return "Ed25519"
    if isinstance(key, RSAKey) and key.raw_value.key_size >= _RSA_BITS:
        return "RS256"
    return ""
