"""Memory of calls that a framework may repeat when it resumes.

Contract: `claim` is atomic over all processes that share the store: of two attempts under one key
one gets it. `settle` hands over synchronously, so that a cancelled caller cannot lose it; an
outcome of `refused` gives the key back.
"""

from collections.abc import Awaitable
from typing import Protocol

from guard.model.rerun import Rerun


class Reruns(Protocol):
    """One row for each call under its framework's own id."""

    async def claim(self, rerun: Rerun, now_ms: int) -> Rerun | None: ...  # None: yours
    def settle(self, rerun: Rerun) -> Awaitable[None]: ...
