"""Security events that the guard fetches (RFC 8936): for sites that nobody may connect to.

A token is acknowledged after it was written down. One that is not taken is reported with its code;
one that could not be judged now is neither, so that it comes again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from guard.grant.secevent import SetRefused
from guard.model.call import Json
from guard_adapters._faults import Faults
from guard_adapters.front.ssf.received import UNFOLLOWED, NotNow, Source

MOST: Final = 50
"""Tokens in one answer."""

Ask = Callable[[Mapping[str, Json]], Awaitable[Mapping[str, Any]]]
"""Posts one poll request and returns its answer; raises OSError where there is none."""


@dataclass(slots=True, kw_only=True)
class Polled:
    """One stream that is polled. `idle_s`: pause after an answer without tokens (seconds)."""

    source: Source
    ask: Ask
    idle_s: float = 5
    faults: Faults = field(default_factory=Faults)
    _ack: list[Json] = field(default_factory=list, init=False)
    _wrong: dict[str, Json] = field(default_factory=dict, init=False)

    async def once(self) -> bool:
        """Fetch and take what is there; return whether more waits.

        Raises:
            OSError: the transmitter did not answer; what was acknowledged is said again.
        """
        body: dict[str, Json] = {"maxEvents": MOST, "returnImmediately": True}
        body |= {"ack": self._ack} if self._ack else {}
        body |= {"setErrs": self._wrong} if self._wrong else {}
        answer = await self.ask(body)
        self._ack, self._wrong = [], {}
        tokens = answer.get("sets")
        for jti, token in tokens.items() if isinstance(tokens, dict) else ():
            await self._take(jti, token)
        return bool(answer.get("moreAvailable"))

    async def _take(self, jti: str, token: object) -> None:
        try:
            rest = await self.source.take(str(token).encode("utf-8", "replace"))
        except SetRefused as no:
            self._wrong[jti] = {"err": no.err, "description": no.description}
            return
        except NotNow:
            return
        self._ack.append(jti)
        with self.faults.around(UNFOLLOWED.format(self.source.name)):
            await rest()

    async def forever(self) -> None:
        """Poll until cancelled; a transmitter that is gone is said, and asked again."""
        while True:
            more = False
            with self.faults.around(f"The stream {self.source.name} is not fetched"):
                more = await self.once()
                self.source.reached_ms = self.source.hearing.now_ms()
            if not more and not self._ack and not self._wrong:
                await asyncio.sleep(self.idle_s)
