"""What "shown twice" means: the key of a token, how long it is remembered, and a memory for it.

Memory is keyed by issuer and token id, never by the token's bytes: an ES256 signature has two
spellings, so two strings can be one token. This file keeps nothing on disk and reads no clock.
"""

from hashlib import sha256
from typing import Final, Protocol

from guard.grant.signing import b64u, canonical

LABEL: Final = b"guard/call-token/v1\0"

SWEEP_MS: Final = 10_000
"""Pause between two sweeps of a memory: one costs time in proportion to what is remembered."""


class ReplayUnavailable(Exception):
    """The memory is full or cannot be reached: nobody can say whether a token is new."""

    code = "replay_store_unavailable"

    def __init__(self, wrong: str) -> None:
        super().__init__(f"{self.code}: {wrong}.")
        self.wrong = wrong


class ReplayCold(ReplayUnavailable):
    """The memory began anew, as this call showed: `start_ms` is a later one from now on."""

    code = "replay_store_cold"

    def __init__(self) -> None:
        super().__init__("The memory of tokens has just begun anew; get a new token")


class Replay(Protocol):
    """Remembers which tokens have been shown. Contract: `first` is atomic across all callers.

    `start_ms` is since when the memory is complete: 0 for one that outlives its process. A token
    made at or before that moment cannot be judged, so its verifier refuses it.
    """

    @property
    def start_ms(self) -> int:
        """Return the moment, in Unix milliseconds, before which nothing is remembered."""
        ...

    def first(self, key: str, until_ms: int, now_ms: int) -> bool:
        """Remember `key` until `until_ms`; return whether nobody had shown it before.

        Raises:
            ReplayCold: it forgot since the caller looked at `start_ms`; nothing was remembered.
            ReplayUnavailable: full, or out of reach. The caller refuses.
        """
        ...


def replay_key(issuer: str, jti: str) -> str:
    """Return the fixed-size key of one token."""
    return b64u(sha256(LABEL + canonical([issuer, jti])).digest())


def remember_until_ms(exp_s: int, skew_s: int) -> int:
    """Return until when a token must be remembered: as long as any verifier would take it."""
    return (exp_s + skew_s) * 1000


class MemoryReplay:
    """A memory for one process. Forgets only what nobody would accept any more.

    Restarting loses it, hence `start_ms`: without that, each restart would allow one replay.
    """

    def __init__(self, *, start_ms: int, limit: int = 100_000) -> None:
        self._start_ms = start_ms
        self._limit = limit
        self._seen: dict[str, tuple[int]] = {}
        self._forgotten_ms = start_ms

    @property
    def start_ms(self) -> int:
        """Return when this memory began."""
        return self._start_ms

    def first(self, key: str, until_ms: int, now_ms: int) -> bool:
        """Remember the key; return whether it is new. See `Replay.first`."""
        if now_ms - self._forgotten_ms >= SWEEP_MS or len(self._seen) >= self._limit:
            self._forget(now_ms)
        if len(self._seen) >= self._limit:
            raise ReplayUnavailable(f"{self._limit} tokens are remembered, there is no room")
        mark = (until_ms,)
        # setdefault is one step for all threads; a fresh tuple tells whose mark it is.
        new = self._seen.setdefault(key, mark) is mark
        # What ends before the last sweep may have been remembered and forgotten: the clock
        # stepped back since. Looked at last, because another thread may be sweeping now.
        return new and until_ms > self._forgotten_ms

    def _forget(self, now_ms: int) -> None:
        self._forgotten_ms = max(self._forgotten_ms, now_ms)
        for key, (until_ms,) in list(self._seen.items()):
            if until_ms <= self._forgotten_ms:
                self._seen.pop(key, None)
