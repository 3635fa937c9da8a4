"""Sends the receipts of a site by itself, where there is a way to its control plane now and then.

What is sent is what a file would hold: the log since the last time, under a checkpoint that the
site signed. The control plane says how far it has come; nothing is lost while it is out of reach.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from guard.errors import Unusable
from guard_adapters._http.documents import said_back
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.store.log import PAGE, LogRows
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.control_plane.receipts import mark_at, marked, receipts_of
from guard_adapters.wiring.process.rounds import rounds
from guard_adapters.wiring.process.together import meanwhile

WHAT: Final = "Receipts do not reach the control plane"
CLOSED: Final = "The control plane has closed this site"
ROUNDS: Final = 100
"""Most requests in a row: what is left then is sent the next time."""


class NotForwarded(Exception):
    """The control plane did not take receipts; the text says why, by a stable code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """One site that sends to one address."""

    wired: Wired

    async def once(self) -> int:
        """Send what is signed and was not sent; return how many records that were.

        Raises:
            NotForwarded: it was not taken; it is sent again.
            UpstreamFailed: there is no way now.
        """
        loaded, sent = self.wired.loaded, 0
        for _ in range(ROUNDS):
            start = marked(loaded.state)
            told = await self._signed(start)
            if told is None:
                return sent
            size = await self._taken(told)
            if size == start:
                return sent
            sent += max(0, size - start)
            mark_at(loaded.state, size)
        return sent

    async def _signed(self, start: int) -> Mapping[str, Any] | None:
        """Return the records from this one on up to a checkpoint; None: nothing is signed yet."""
        loaded, rows = self.wired.loaded, LogRows()
        while True:
            page = await self.wired.store.log.page(start + len(rows.leaves))
            rows = LogRows(leaves=(*rows.leaves, *page.leaves), notes=(*rows.notes, *page.notes))
            with suppress(Unusable):  # its checkpoint may lie on a later page
                return receipts_of(loaded.state, loaded.installation.name, rows)[0]
            if len(page.leaves) < PAGE:
                return None

    async def _taken(self, told: Mapping[str, Any]) -> int:
        """Return how many records the control plane has now."""
        url = self.wired.loaded.installation.offline_receipts_url
        status, answer = await said_back(url, told)
        code, size = str(answer.get("error", "")), answer.get("size")
        known = type(size) is int and size >= 0
        if code and known and status < 400:  # noqa: PLR2004  they came; the site is closed until somebody looks
            self.wired.faults.note(CLOSED, code)
        elif code == "receipts_gap" and known and size != told["from"]:
            pass  # it has more, or less: go on from there
        elif status >= 400 or not known:  # noqa: PLR2004  HTTP's own line
            raise NotForwarded(code or f"status {status}")
        else:
            self.wired.faults.over(CLOSED)
        assert isinstance(size, int)  # noqa: S101  looked at above
        return size

    async def tell(self) -> None:
        """Send what there is; where that fails, it is said by its code."""
        try:
            await self.once()
        except NotForwarded as no:
            self.wired.faults.note(WHAT, str(no))
        except UpstreamFailed as error:
            self.wired.faults.note(WHAT, f"not_there: {error}")
        else:
            self.wired.faults.over(WHAT)


@asynccontextmanager
async def forwarding(wired: Wired) -> AsyncIterator[None]:
    """Send receipts as long as this is open; do nothing where no address is set."""
    installation = wired.loaded.installation
    if not installation.offline_receipts_url or wired.site is None:
        yield
        return
    step = Forwarding(wired=wired)
    work = rounds(installation.offline_every_s, wired.faults, ("No receipts are sent", step.tell))
    async with meanwhile(work):
        yield
