"""What the guard keeps of reviewers: passkeys, invitations, ceremonies, logins.

Rule 1: of an invitation and of a login only the digest of its token is kept, so that a copied
store opens nothing. Rule 2: each is good for its time and, where it says so, once. This file draws
no randomness, reads no clock and knows no browser.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Literal

MAX_LOGINS: Final = 1_000
"""Challenges of strangers that are kept at once: whoever floods them fills no store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long what lets people in is good (milliseconds), and how much of it there may be.

    Args:
        idle_ms: silence that ends a login.
        login_ms: longest life of one.
        invite_ms: life of an invitation.
        ceremony_ms: life of a challenge.
        wait_ms: how long a further passkey of one person waits before its yes counts.
        keys: passkeys of one person.
    """

    idle_ms: int = 30 * 60_000
    login_ms: int = 8 * 3_600_000
    invite_ms: int = 15 * 60_000
    ceremony_ms: int = 5 * 60_000
    wait_ms: int = 10 * 60_000
    keys: int = 10


USUAL: Final = Limits()
LONGEST: Final = Limits(idle_ms=8 * 3_600_000, login_ms=24 * 3_600_000)
"""What no setting exceeds: a login older than that is dead everywhere, and stores forget it."""


def token_sha256(token: str) -> str:
    """Return the digest under which a token is kept, lower-case hex."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A reviewer who has enrolled at least once. The name is that of the reviewers file."""

    name: str
    user_handle: bytes = field(repr=False)  # 64 random bytes, for authenticators
    invited_by: str = ""  # principal, or empty: by the operator's key
    created_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One credential of one reviewer. Times in Unix milliseconds, 0 = never."""

    credential_id: str  # base64url
    reviewer: str
    spki: bytes = field(repr=False)  # the public key, DER
    cose: bytes = field(repr=False)  # the same key, as its authenticator wrote it
    alg: int
    sign_count: int = 0
    aaguid: str = ""
    backup_eligible: bool = False
    backed_up: bool = False
    device_bound: bool = False  # proven by attestation; else it is only a claim
    enrolled_by: str = ""  # principal who let it in, or empty: by the operator's key
    created_ms: int = 0
    usable_from_ms: int = 0
    used_ms: int = 0
    revoked_ms: int = 0

    @property
    def digest(self) -> str:
        """Return the name of this key in the log: SHA-256 of the public key, hex."""
        return sha256(self.spki).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Leave to enrol one passkey, once. Whoever holds the token may use it."""

    token_sha256: str
    reviewer: str
    invited_by: str = ""  # principal, or empty: by the operator's key
    until_ms: int
    used_ms: int = 0

    def open(self, now_ms: int) -> bool:
        """Return whether it may still be used."""
        return not self.used_ms and now_ms < self.until_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """A challenge that waits for one answer of one kind."""

    challenge_sha256: str
    kind: Literal["login", "enrol", "invite"]
    until_ms: int
    reviewer: str = ""  # who must answer; of a login unknown
    detail: str = ""  # enrol: the digest of the invitation; invite: who is let in


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An open login of the console: it may look and say no."""

    cookie_sha256: str
    reviewer: str
    credential_id: str
    opened_ms: int
    seen_ms: int

    def alive(self, now_ms: int, limits: Limits) -> bool:
        """Return whether it still holds: not idle for too long, not open for too long."""
        idle = now_ms >= self.seen_ms + limits.idle_ms
        return not idle and now_ms < self.opened_ms + limits.login_ms


def usable_from(now_ms: int, limits: Limits, *, first: bool) -> int:
    """Return from when a new passkey's yes counts: the first at once, others after a wait."""
    return now_ms if first else now_ms + limits.wait_ms
