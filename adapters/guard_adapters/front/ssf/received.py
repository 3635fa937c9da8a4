"""Shared Signals received: one checked event from one token, heard once (SSF 1.0, RFC 8417).

The order of checks is fixed, and each failure has the code that RFC 8935, 2.4 gives it. What an
event does is not decided here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from joserfc.jws import JWSRegistry

from guard.errors import GuardError
from guard.grant.replay import Replay, ReplayUnavailable, replay_key
from guard.grant.secevent import ReadSet, SetRefused, Stream, checked_event, read_set
from guard.model.secevent import SecurityEvent
from guard_adapters.front.mcp.auth.jwks import KeySource
from guard_adapters.front.mcp.protocol.wire import WireRefused

REMEMBERED_MS = 7 * 86_400_000
"""How long a token's id is known: senders try again for days, not for weeks."""

UNFOLLOWED: Final = "Not all that follows from an event of the stream {} is done"

_MISSES: Final = 2
_SHORT: Final = 200


class Hearing(Protocol):
    """What a stream needs of the guard."""

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""

    async def hear(self, event: SecurityEvent) -> Callable[[], Awaitable[None]]:
        """Let an event reach every session that it is about; return what is left to do after."""


class Remembering(Replay, Protocol):
    """A memory of tokens that can be asked without being told."""

    def known(self, key: str, now_ms: int) -> bool:
        """Return whether the key is remembered now.

        Raises:
            ReplayUnavailable: out of reach.
        """
        ...


class NotNow(Exception):
    """The token is not judged, because something here failed: its sender tries again."""


@dataclass(slots=True, kw_only=True)
class Source:
    """One stream of one transmitter.

    Args:
        name: as the operator calls it.
        stream: whose events are taken.
        keys: the transmitter's public keys.
        hearing: the guard.
        seen: remembers tokens by issuer and id.
    """

    name: str
    stream: Stream
    keys: KeySource = field(repr=False)
    hearing: Hearing = field(repr=False)
    seen: Remembering = field(repr=False)
    heard_ms: int = 0  # when the last good token came
    reached_ms: int = 0  # when its transmitter last answered, where it is polled
    taken: int = 0  # tokens that were heard since the guard started
    refused: int = 0  # tokens that were not taken, and why the last one was not
    refusal: str = ""
    status: str = "enabled"  # as its transmitter said last (SSF 1.0, 8.1.5)
    why: str = ""
    missed: int = 0  # verifications that were asked for and never came

    def expect(self, state: str) -> None:
        """Remember which verification was asked for; one that never came is counted."""
        self.missed += bool(self.stream.state)
        self.stream = replace(self.stream, state=state)

    @property
    def stale(self) -> str:
        """Return why this stream is not to be relied on; empty: it is."""
        if self.status != "enabled":
            return f"{self.status} by its transmitter" + (f": {self.why}" if self.why else "")
        return f"{self.missed} verifications never came" if self.missed >= _MISSES else ""

    async def take(self, token: bytes) -> Callable[[], Awaitable[None]]:
        """Check one token and let it be heard; one that came before changes nothing.

        Returns:
            What is left to do once its sender has its answer.

        Raises:
            SetRefused: it is not taken; the sender is told why.
            NotNow: the store or the transmitter's keys are out of reach.
        """
        try:
            read = read_set(token, self.stream)
            await self._authentic(read)
            event = checked_event(read, self.stream)
        except SetRefused as no:
            self.refused, self.refusal = self.refused + 1, no.err
            raise
        now_ms = self.hearing.now_ms()
        key = replay_key(event.issuer, event.jti)
        try:
            # In threads: they wait for a disk, and calls of other sessions must not wait with them.
            if await asyncio.to_thread(self.seen.known, key, now_ms):
                return _nothing  # a session that was opened since is none that it is about
            self._noted(event, now_ms)
            rest = await self.hearing.hear(event)
            # After it was heard: an event that could not be written down must come again.
            await asyncio.to_thread(self.seen.first, key, now_ms + REMEMBERED_MS, now_ms)
        except (GuardError, ReplayUnavailable) as error:
            raise NotNow(str(error)) from error
        return rest

    def _noted(self, event: SecurityEvent, now_ms: int) -> None:
        self.heard_ms, self.taken, self.refusal = now_ms, self.taken + 1, ""
        if event.kind == "verification":
            self._verified("state" in event.claims)
        if event.kind == "stream-updated":
            self.status = str(event.claims.get("status", "unknown"))[:_SHORT]
            self.why = str(event.claims.get("reason", ""))[:_SHORT]

    def _verified(self, asked: bool) -> None:  # noqa: FBT001  one caller
        self.missed = 0
        if asked:
            self.stream = replace(self.stream, state="")  # good once

    async def _authentic(self, read: ReadSet) -> None:
        try:
            key = await self.keys.find(read.kid, read.alg, now_ms=self.hearing.now_ms())
        except WireRefused as error:
            raise NotNow("the transmitter's keys cannot be read") from error
        if key is None:
            raise SetRefused("invalid_key", "no single key of the transmitter fits")
        if not JWSRegistry.algorithms[read.alg].verify(read.signed, read.signature, key):
            raise SetRefused("invalid_key", "the signature does not hold")


async def _nothing() -> None:
    """Do nothing more."""
