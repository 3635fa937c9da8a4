"""Keeps a verifier of call tokens up to date about which tokens are void: for tool servers.

A guard that cannot be asked changes nothing: what was void stays void, and every token ends by
itself within a minute.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from guard.clock import Clock
from guard.grant.lease import KEPT_MS
from guard.grant.verify import Verifier
from guard_adapters._http.documents import get_json
from guard_adapters._http.failed import UpstreamFailed


class Epochs:
    """What one guard says is void.

    Args:
        guard: its URL, such as `http://127.0.0.1:8470`.
        verifier: whose `epochs` are kept up to date.
        clock: the one that its tokens are checked with; without one, nothing is forgotten.
    """

    def __init__(self, guard: str, verifier: Verifier, clock: Clock | None = None) -> None:
        self._url = guard.rstrip("/") + "/guard/v1/epochs?after="
        self._verifier = verifier
        self._clock = clock
        self._seq = 0

    async def ask(self) -> bool:
        """Ask once; return whether the guard answered."""
        try:
            found = await get_json(f"{self._url}{self._seq}", tries=1)
            self._take(found)
        except (UpstreamFailed, ValueError, TypeError, KeyError):
            return False
        return True

    async def follow(self, every_s: float = 1.0) -> None:
        """Ask every so often (seconds), until cancelled."""
        while True:
            with suppress(OSError):
                await self.ask()
            await asyncio.sleep(every_s)

    def _take(self, found: Mapping[str, Any]) -> None:
        known = dict(self._verifier.epochs)
        for kind, name, at_ms in found["epochs"]:
            key = str(kind), str(name)
            known[key] = max(known.get(key, -1), int(at_ms))
        # A guard whose store was made anew counts from the beginning.
        self._seq = int(found["seq"])
        # Tokens of an hour ago have ended by the same clock.
        since_ms = self._clock.now_ms() - KEPT_MS if self._clock else 0
        self._verifier.epochs = {key: at_ms for key, at_ms in known.items() if at_ms >= since_ms}
