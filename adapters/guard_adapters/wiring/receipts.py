"""What a site carries back: its log since the last time, under a checkpoint that it signed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from guard.audit.tree import NotProven, opened_note
from guard.errors import Unusable
from guard_adapters.store.log import LogRows
from guard_adapters.wiring.build import log_key
from guard_adapters.wiring.site import FOLDER

MARK: Final = "forwarded.json"


def receipts_of(state: Path, name: str, rows: LogRows) -> tuple[dict[str, Any], Callable[[], None]]:
    """Return the receipts since the last ones, and what remembers that they were written.

    Nothing that was kept beside the log goes with them: no argument, no name, no reason.

    Raises:
        Unusable: `receipts_none`: no checkpoint covers anything new.
    """
    key = log_key(state, name)
    mark = state / FOLDER / MARK
    start = json.loads(mark.read_text())["size"] if mark.is_file() else 0
    size, note = 0, ""
    for one in rows.notes:
        try:
            found = opened_note(one, key.origin, key.key.public_key())
        except NotProven:
            continue
        if found.size >= size:
            size, note = found.size, one
    if size <= start:
        raise Unusable(
            f"Nothing is signed beyond record {start}.",
            code="receipts_none",
            next_step="Wait for the next checkpoint, a second after the next call.",
        )
    leaves = [leaf.decode() for number, leaf in rows.leaves if start <= number < size]

    def written() -> None:
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.write_text(json.dumps({"size": size}), encoding="utf-8")

    return {"site": name, "from": start, "leaves": leaves, "note": note}, written
