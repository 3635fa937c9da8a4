"""Takes in what sites report, for a file that was carried and for receipts that were sent.

One at a time, whichever process does it: a record is read, proven and written as a whole.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.routing import Route

from guard.model.call import Json
from guard_adapters.front.receipts import Taken, receipt_route
from guard_adapters.issuer.shared_files import locked
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.control_plane import sites


@contextmanager
def one_at_a_time(state: Path) -> Iterator[None]:
    """Hold the records of sites, against other processes too: from reading one to keeping it."""
    folder = state / sites.FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(folder, alone=True):
        yield


def taken(state: Path, told: Mapping[str, Any], *, sent: bool) -> tuple[sites.SiteRecord, str, int]:
    """Prove receipts and keep them; return the record, the code of what is wrong, how many came.

    Args:
        state: the control plane's folder.
        told: what the site wrote: site, from, leaves, note.
        sent: whether anybody could have sent them: then what is not proven changes nothing.

    Raises:
        Unusable: `site_unknown`, `receipts_forged`: it holds no receipts.
    """
    with one_at_a_time(state):
        kept = sites.known(state, told.get("site"))
        start, leaves, note = sites.parts(told)
        if sent and not sites.signed_by(kept, note):  # asked first: the rest costs more
            return kept, "receipts_forged", 0
        after, wrong = sites.collected(kept, start, leaves, note)
        if sent and wrong in sites.UNPROVEN:
            return kept, wrong, 0
        if kept.fault and not wrong:  # what came since is proven, and nobody has looked yet
            after = replace(after, fault=kept.fault)
        if wrong not in sites.UNPROVEN:
            with (state / sites.FOLDER / f"{kept.site}.log").open("ab") as log:
                log.writelines(leaf + b"\n" for leaf in leaves)
        sites.keep(state, after)
    return after, wrong, len(leaves)


def collecting(wired: Wired) -> list[Route]:
    """Return where sites of this guard send their receipts."""
    state = wired.loaded.state

    async def take(told: Mapping[str, Json]) -> Taken:
        kept, wrong, _ = await asyncio.to_thread(taken, state, told, sent=True)
        what = f"Receipts that were sent for the site {kept.site} were not taken"
        if wrong in sites.UNPROVEN:
            if wrong != "receipts_gap":  # after a gap the site sends what is missing
                wired.faults.note(what, wrong)
            return Taken(size=kept.size, wrong=wrong)
        wired.faults.over(what)
        closed = f"The site {kept.site} is given nothing until somebody has looked"
        if kept.fault:
            wired.faults.note(closed, kept.fault)
        else:
            wired.faults.over(closed)
        return Taken(size=kept.size, closed=kept.fault)

    def known(note: str) -> bool:
        return any(sites.signed_by(one, note) for one in sites.records(state))

    return [receipt_route(take, known)]
