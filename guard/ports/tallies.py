"""The hole for tallies that several sessions share: looked at and forgotten here.

They are read and changed with sessions, in one transaction: see `Sessions`.
"""

from collections.abc import Sequence
from typing import Protocol

from guard.session.pool_key import PoolKey, Subjects
from guard.session.shared import Pool


class Tallies(Protocol):
    """Shared tallies. Contract: what a call in flight is counted in is never forgotten."""

    async def of(self, whose: Subjects) -> Sequence[tuple[PoolKey, Pool]]: ...  # sorted by key
    async def forget(self, now_ms: int, idle_ms: int) -> int: ...  # what counts no more; how many
