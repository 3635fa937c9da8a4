"""Tokens of a measurement that their authorization server did not take back, until they run out.

A measurement makes real tokens outside the journal. One that is still good afterwards is written
down in the state folder, by its name and never by itself, so that somebody is told of it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from guard.errors import GuardError
from guard.grant.lease import GRACE_MS, Fate, Lease
from guard.ports import Issuer

FILE: Final = "probed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One token that may still be good. `handle` is its name at the authorization server."""

    issuer: str
    handle: str
    until_ms: int


async def took_back(issuer: Issuer, lease: Lease) -> Left | None:
    """Ask for one token to be revoked; return it if it is still there, or nobody could tell.

    One that cannot be called back and runs out by itself is what its issuer promised, and is None.
    """
    try:
        fate = await issuer.revoke(lease, "probed")
    except GuardError:
        fate = Fate.STILL_THERE
    if fate is not Fate.STILL_THERE:
        return None
    until_ms = lease.deadline_ms + GRACE_MS
    return Left(issuer=lease.issuer, handle=lease.handle, until_ms=until_ms)


def left_at(state: Path, now_ms: int) -> Sequence[Left]:
    """Return those that are not over yet, as they were written down."""
    try:
        rows: Any = json.loads((state / FILE).read_text(encoding="utf-8"))
        found = [Left(**row) for row in rows]
    except (OSError, ValueError, TypeError):
        return []
    return [one for one in found if one.until_ms > now_ms]


def keep_left(state: Path, more: Sequence[Left], now_ms: int) -> None:
    """Write down what is left of a measurement, beside what others left."""
    if not more:
        return
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows = [asdict(one) for one in (*left_at(state, now_ms), *more)]
    fresh = state / f"{FILE}.{os.getpid()}"
    fresh.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    fresh.chmod(0o600)
    fresh.replace(state / FILE)
