"""What a site carries back: its log since the last time, under a checkpoint that it signed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from guard.audit.tree import NotProven, opened_note
from guard.errors import Unusable
from guard_adapters.store.log import LogRows
from guard_adapters.wiring.build import log_key
from guard_adapters.wiring.offline.site import FOLDER

MARK: Final = "forwarded.json"


def receipts_of(state: Path, name: str, rows: LogRows) -> tuple[dict[str, Any], Callable[[], None]]:
    """Return the receipts since the last ones, and what remembers that they were written.

    Nothing that was kept beside the log goes with them: no argument, no reason, nobody for whom an
    agent acts. Who answered a question stands in the log itself.

    Raises:
        Unusable: `receipts_none`: no checkpoint covers anything new.
    """
    key = log_key(state, name)
    start, last = marked(state), max((number for number, _ in rows.leaves), default=-1)
    size, note = 0, ""
    for one in rows.notes:
        try:
            found = opened_note(one, key.origin, key.key.public_key())
        except NotProven:
            continue
        if size <= found.size <= last + 1:  # a page of a running log may end before the newest
            size, note = found.size, one
    if size <= start:
        raise Unusable(
            f"Nothing is signed beyond record {start}.",
            code="receipts_none",
            next_step="Wait for the next checkpoint, a second after the next call.",
        )
    leaves = [leaf.decode() for number, leaf in rows.leaves if start <= number < size]
    told = {"site": name, "from": start, "leaves": leaves, "note": note}
    return told, lambda: mark_at(state, size)


def marked(state: Path) -> int:
    """Return how many records have been carried or sent."""
    mark = state / FOLDER / MARK
    return int(json.loads(mark.read_text())["size"]) if mark.is_file() else 0


def mark_at(state: Path, size: int) -> None:
    """Remember that so many have been."""
    mark = state / FOLDER / MARK
    mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = mark.with_name(f".{MARK}.new")
    draft.write_text(json.dumps({"size": size}), encoding="utf-8")
    draft.replace(mark)
