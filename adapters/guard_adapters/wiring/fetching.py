"""Fetches the bundle of a site by itself, where there is a way to its control plane now and then.

What comes is taken like a file that somebody carried: signed, for this site, later than the last.
Anything else changes nothing, and the age of the last bundle goes on closing the site.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from guard.audit.event import Event
from guard.errors import GuardError
from guard_adapters._http.documents import get_text
from guard_adapters._http.pool import UpstreamFailed
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.operating import reloading
from guard_adapters.wiring.site import bundle_text, take_bundle


@dataclass(slots=True, kw_only=True)
class Fetching:
    """One site that asks one address. `fault` says why what came last was not taken."""

    wired: Wired
    tell: Callable[[str], None]
    fault: str = ""
    _seen: str = field(default="", repr=False)

    async def once(self) -> None:
        """Ask once, and put in force what is later."""
        try:
            token = (await get_text(self.wired.loaded.installation.offline_url)).strip()
            await self._taken(token)
            fault = ""
        except UpstreamFailed as error:
            fault = f"not_there: {error}"
        except GuardError as no:
            fault = str(no)
        if fault and fault != self.fault:  # said once, not every minute
            self.tell(f"No bundle was fetched ({fault}).")
        self.fault = fault

    async def _taken(self, token: str) -> None:
        loaded = self.wired.loaded
        if token == self._seen or token == bundle_text(loaded.state):
            return
        now_ms, named = self.wired.world.clock.now_ms(), loaded.installation
        took = take_bundle(loaded.state, named.offline_authority, named.name, token, now_ms=now_ms)
        old, new = await asyncio.to_thread(reloading(self.wired, loaded.file))
        self._seen = token
        leaf = {"bundle": new, "was": old, "by": f"bundle:{took.seq}"}
        event = Event(kind="config_change", at_ms=now_ms, session="", leaf=leaf)
        await self.wired.world.sink.write([event])
        self.tell(f"Epoch {took.seq} of {took.guard} is in force.")


@asynccontextmanager
async def fetching(wired: Wired, tell: Callable[[str], None]) -> AsyncIterator[None]:
    """Ask for bundles as long as this is open; do nothing where no address is set."""
    installation = wired.loaded.installation
    if not installation.offline_url or wired.site is None:
        yield
        return
    asking = Fetching(wired=wired, tell=tell)

    async def rounds() -> None:
        while True:
            await asking.once()
            await asyncio.sleep(installation.offline_every_s)

    task = asyncio.create_task(rounds())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
