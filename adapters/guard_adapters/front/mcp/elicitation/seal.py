"""Seals what a server issued and a client must bring back, for one principal and one upstream.

Behind a credential that the guard injects, a server may see one identity for all users; a stolen
session id or request state would then work for anybody. Rule 1: what is sealed opens for the
same principal at the same upstream only, in the role it was sealed for. Rule 2: this file keeps
nothing; what it must remember travels inside the seal. It takes time and randomness as arguments.
"""

import base64
import binascii
import enum
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, dumps, loads
from guard_adapters.front.mcp.protocol.wire import WireRefused

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
REQUEST_STATE_TTL_MS: Final = 600_000

# One label per kind is authenticated with each seal, else one kind would open as the other.
_SESSION_LABEL: Final = b"guard/session-id/v1"
_STATE_LABEL: Final = b"guard/request-state/v1"
_KEY_ID_BYTES: Final = 4
_TAG_BYTES: Final = 16
# A session id travels as a header; HTTP servers cap a header block at 64 KiB.
_SESSION_CHARS: Final = 8 * 2**10
_STATE_CHARS: Final = 4 * 2**20


class SealRefusal(enum.StrEnum):
    """Why a seal does not open. For the log: the client is told one and the same thing."""

    MALFORMED = "seal_malformed"
    UNKNOWN_KEY = "seal_unknown_key"
    FORGED = "seal_forged"
    OTHER_PRINCIPAL = "seal_other_principal"
    OTHER_UPSTREAM = "seal_other_upstream"
    EXPIRED = "seal_expired"

    @property
    def advice(self) -> str:
        """What an operator or client author does about it, in one sentence."""
        return _ADVICE[self]


_ADVICE: Final[Mapping[SealRefusal, str]] = {
    SealRefusal.MALFORMED: "Send back the value exactly as it was issued.",
    SealRefusal.UNKNOWN_KEY: "The key that sealed it is gone; start again to get a new value.",
    SealRefusal.FORGED: "The value was changed or belongs elsewhere; start again.",
    SealRefusal.OTHER_PRINCIPAL: "The value was issued to somebody else; start your own session.",
    SealRefusal.OTHER_UPSTREAM: "The value was issued for another server; start a session here.",
    SealRefusal.EXPIRED: "The value is too old; send the request again without it.",
}


@dataclass(frozen=True, slots=True)
class SealKeys:
    """The ring: `current` seals, both open. 32 random bytes each, never shown.

    Nonces are random, so one key seals at most 2^32 values (NIST SP 800-38D, 8.3): turn the ring
    long before that, and keep the previous key for as long as sessions are to live on.
    """

    current: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for key in (self.current, self.previous):
            if key is not None and len(key) != KEY_BYTES:
                raise ValueError(
                    f"A seal key has {KEY_BYTES} bytes, got {len(key)}. Make a new one."
                )

    def find(self, key_id: bytes) -> bytes | None:
        """Return the key in the ring with this id, or None."""
        ring = [key for key in (self.current, self.previous) if key is not None]
        return next((key for key in ring if _key_id(key) == key_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSession:
    """What travels inside a client's `Mcp-Session-Id`.

    `session_id` is the upstream's own; `elicitation` the modes that the client declared at
    initialize, so that no table of sessions is needed; `issued_ms` is Unix time.
    """

    session_id: str
    elicitation: frozenset[str] = frozenset()
    issued_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedState:
    """What travels inside a client's `requestState`.

    `upstream_state` is the upstream's own value or None; `approval_id` and `binding` name the
    approval that the client was sent to open, or are empty. Single use is the approval's matter.
    `questions` are what the upstream asked, each with the fields of its form; `answers` what the
    call brought back to the upstream before the guard asked.
    """

    method: str
    upstream_state: str | None = None
    approval_id: str = ""
    binding: str = ""
    questions: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    answers: Mapping[str, Any] | None = field(default=None, repr=False)


class SessionSeal:
    """Seals and opens session ids. `principal` is the digest that names the caller."""

    def __init__(self, keys: SealKeys) -> None:
        self._keys = keys

    def seal(self, session: SealedSession, *, principal: str, upstream: str, nonce: bytes) -> str:
        """Return printable ASCII for the header; `nonce` is 12 fresh random bytes."""
        payload = {
            "u": session.session_id,
            "up": upstream,
            "p": principal,
            "e": sorted(session.elicitation),
            "iat": session.issued_ms,
        }
        return _seal(self._keys, _SESSION_LABEL, payload, nonce)

    def unseal(self, text: str, *, principal: str, upstream: str) -> SealedSession | SealRefusal:
        """Return what was sealed for this principal at this upstream, or why not."""
        if len(text) > _SESSION_CHARS:
            return SealRefusal.MALFORMED
        payload = _open(self._keys, _SESSION_LABEL, text, principal, upstream)
        if isinstance(payload, SealRefusal):
            return payload
        return SealedSession(
            session_id=payload["u"], elicitation=frozenset(payload["e"]), issued_ms=payload["iat"]
        )


class RequestStateSeal:
    """Seals and opens request states; they expire after `ttl_ms`."""

    def __init__(self, keys: SealKeys, ttl_ms: int = REQUEST_STATE_TTL_MS) -> None:
        self._keys = keys
        self._ttl_ms = ttl_ms

    def seal(
        self, state: SealedState, *, principal: str, upstream: str, nonce: bytes, now_ms: int
    ) -> str:
        """Return printable ASCII for `requestState`; `nonce` is 12 fresh random bytes."""
        payload = {
            "m": state.method,
            "s": state.upstream_state,
            "a": state.approval_id,
            "b": state.binding,
            "q": dict(state.questions),
            "r": state.answers,
            "up": upstream,
            "p": principal,
            "exp": now_ms + self._ttl_ms,
        }
        return _seal(self._keys, _STATE_LABEL, payload, nonce)

    def unseal(
        self, text: str, *, principal: str, upstream: str, now_ms: int
    ) -> SealedState | SealRefusal:
        """Return what was sealed for this principal at this upstream, or why not.

        The caller compares `method` and `binding` with the call that came with it.
        """
        if len(text) > _STATE_CHARS:
            return SealRefusal.MALFORMED
        payload = _open(self._keys, _STATE_LABEL, text, principal, upstream)
        if isinstance(payload, SealRefusal):
            return payload
        if now_ms >= payload["exp"]:
            return SealRefusal.EXPIRED
        return SealedState(
            method=payload["m"],
            upstream_state=payload["s"],
            approval_id=payload["a"],
            binding=payload["b"],
            questions={
                key: None if one is None else tuple(one) for key, one in payload["q"].items()
            },
            answers=payload["r"],
        )


_Payload: TypeAlias = dict[str, Any]


def _key_id(key: bytes) -> bytes:
    return sha256(b"guard/seal-key-id/v1\x00" + key).digest()[:_KEY_ID_BYTES]


def _seal(keys: SealKeys, label: bytes, payload: _Payload, nonce: bytes) -> str:
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"A nonce has {NONCE_BYTES} random bytes, got {len(nonce)}.")
    head = _key_id(keys.current) + nonce
    body = AESGCM(keys.current).encrypt(nonce, dumps(payload), label + b"\x00" + head)
    return base64.urlsafe_b64encode(head + body).rstrip(b"=").decode("ascii")


def _open(
    keys: SealKeys, label: bytes, text: str, principal: str, upstream: str
) -> _Payload | SealRefusal:
    raw = _decoded(text)
    if raw is None:
        return SealRefusal.MALFORMED
    head, body = raw[: _KEY_ID_BYTES + NONCE_BYTES], raw[_KEY_ID_BYTES + NONCE_BYTES :]
    key = keys.find(head[:_KEY_ID_BYTES])
    if key is None:
        return SealRefusal.UNKNOWN_KEY
    try:
        plain = AESGCM(key).decrypt(head[_KEY_ID_BYTES:], body, label + b"\x00" + head)
        payload = loads(plain, limits=RESPONSE_LIMITS)
    except (InvalidTag, WireRefused):
        return SealRefusal.FORGED
    return _owned(payload, principal, upstream)


def _owned(payload: _Payload, principal: str, upstream: str) -> _Payload | SealRefusal:
    if not hmac.compare_digest(payload["p"].encode(), principal.encode()):
        return SealRefusal.OTHER_PRINCIPAL
    if not hmac.compare_digest(payload["up"].encode(), upstream.encode()):
        return SealRefusal.OTHER_UPSTREAM
    return payload


def _decoded(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # One value, one spelling: unused bits of the last character must be zero, padding absent.
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != text:
        return None
    return raw if len(raw) >= _KEY_ID_BYTES + NONCE_BYTES + _TAG_BYTES else None
