"""Fetches the bundle of a site by itself, where there is a way to its control plane now and then.

What comes is taken like a file that somebody carried: signed, for this site, later than the last.
Anything else changes nothing, and the age of the last bundle goes on closing the site.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from guard.audit.event import Event
from guard.errors import GuardError
from guard_adapters._http.documents import get_text
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.offline.site import Site, bundle_text, epoch, take_bundle
from guard_adapters.wiring.operator.routes import reloading
from guard_adapters.wiring.process.rounds import rounds
from guard_adapters.wiring.process.together import meanwhile

WHAT: Final = "No later bundle is in force"


@dataclass(slots=True, kw_only=True)
class Fetching:
    """One site that asks one address. `tell` is given a sentence for each bundle in force."""

    wired: Wired
    tell: Callable[[str], None]
    _seen: str = field(default="", repr=False)
    _unsaid: list[Event] = field(default_factory=list[Event], repr=False)  # not in the log yet

    async def once(self) -> None:
        """Ask once, and put in force what is later; what fails is a fault, and tried again."""
        fault = await _fault(self._fetched)
        # Also where nothing new came: what was taken before may be on disk and not in force yet.
        fault = await _fault(self._in_force) or fault
        if fault:
            self.wired.faults.note(WHAT, fault)
        else:
            self.wired.faults.over(WHAT)

    async def _fetched(self) -> None:
        loaded, named = self.wired.loaded, self.wired.loaded.installation
        token = (await get_text(named.offline_url)).strip()
        if token in {self._seen, bundle_text(loaded.state)}:
            return
        now_ms = self.wired.world.clock.now_ms()
        take_bundle(loaded.state, named.offline_authority, named.name, token, now_ms=now_ms)
        self._seen = token

    async def _in_force(self) -> None:
        loaded, site = self.wired.loaded, self.wired.site
        if site is not None and bundle_text(loaded.state) and _seq(site) != epoch(loaded.state):
            old, new = await asyncio.to_thread(reloading(self.wired, loaded.file))
            leaf = {"bundle": new, "was": old, "by": f"bundle:{_seq(site)}"}
            now_ms = self.wired.world.clock.now_ms()
            self._unsaid.append(Event(kind="config_change", at_ms=now_ms, session="", leaf=leaf))
            named = site.bundle.guard if site.bundle is not None else ""
            self.tell(f"Epoch {_seq(site)} of {named} is in force.")
        while self._unsaid:  # one that could not be written down is tried again
            await self.wired.world.sink.write(self._unsaid[:1])
            del self._unsaid[0]


def _seq(site: Site) -> int:
    return site.bundle.seq if site.bundle is not None else 0


async def _fault(step: Callable[[], Awaitable[None]]) -> str:
    """Take one step, and return why it failed; empty: it did not."""
    try:
        await step()
    except UpstreamFailed as error:
        return f"not_there: {error}"
    except GuardError as no:
        return str(no)
    except Exception as error:  # noqa: BLE001  a full disk for a minute must not end fetching
        return type(error).__name__
    return ""


@asynccontextmanager
async def fetching(wired: Wired, tell: Callable[[str], None]) -> AsyncIterator[None]:
    """Ask for bundles as long as this is open; do nothing where no address is set."""
    installation = wired.loaded.installation
    if not installation.offline_url or wired.site is None:
        yield
        return
    asking = Fetching(wired=wired, tell=tell)
    work = rounds(
        installation.offline_every_s, wired.faults, ("No bundle is asked for", asking.once)
    )
    async with meanwhile(work):
        yield
