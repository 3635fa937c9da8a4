"""The hole for looking back: what people were asked and said, for budgets and for reports."""

from collections.abc import Sequence
from typing import Final, Protocol

from guard.grant.approval import Approval

MOST_ROWS: Final = 20_000
"""Questions in one report."""


class Asked(Protocol):
    """Questions of the past. Contract: it reads and changes nothing; canaries are told apart.

    Times in Unix milliseconds; `since_ms` is included.
    """

    async def denied(
        self, requester: str, agent: str, since_ms: int
    ) -> Sequence[Approval]: ...  # by when people said no; without canaries
    async def since(
        self, since_ms: int
    ) -> Sequence[Approval]: ...  # by when it was asked, oldest first, the last MOST_ROWS
    async def calls(self, since_ms: int) -> int: ...  # tool calls that were decided
