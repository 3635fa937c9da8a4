"""A bank behind a guard, for the examples of frameworks: three tools, and the person who is asked.

It is the same in all of them, so that each example shows only what its framework does with it.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guard.grant.approval import Approval
from guard.grant.votes import Vote, Voter
from guard_adapters.wiring.local import Local, local

HERE = Path(__file__).parent
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("look", {"key": "7"}),
    ("wipe", {"key": "7"}),
    ("pay", {"to": "ACME", "amount": 50_000}),
)
"""What the scripted models want, one call a turn: the last one is put to a person."""


def look(key: str) -> str:
    """Look an invoice up.

    Args:
        key: its number.
    """
    return f"found {key}"


def wipe(key: str) -> str:
    """Delete an invoice.

    Args:
        key: its number.
    """
    return f"wiped {key}"


def pay(to: str, amount: int) -> str:
    """Pay somebody.

    Args:
        to: whom.
        amount: how much (cents).
    """
    return f"paid {amount} cents to {to}"


TOOLS = (look, wipe, pay)


@dataclass(frozen=True, kw_only=True)
class Bank:
    """What an example plays with. `asked`: the questions that were put to the person."""

    guard: Local
    asked: list[Approval] = field(default_factory=list[Approval])

    async def yes(self) -> None:
        """Let the person allow what was asked last; elsewhere they do so in the console."""
        approval, wired = self.asked[-1], self.guard.wired
        vote = Vote(
            approval_id=approval.id,
            voter=Voter(principal=approval.requester, uv=True),
            decision="approve",
            method="scripted",
            at_ms=wired.world.clock.now_ms(),
        )
        await wired.store.approvals.vote(vote, [])
        print(f"ana says yes to {approval.action}")


def play(work: Callable[[Bank], Awaitable[None]]) -> None:
    """Play one example in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        for file in ("guard.yaml", "policy.cedar"):
            shutil.copy(HERE / file, name)
        asked: list[Approval] = []
        config = Path(name) / "guard.yaml"
        with local(config, person="ana", agent="clerk", tell=asked.append) as guard:
            asyncio.run(_to_its_end(work(Bank(guard=guard, asked=asked))))


async def _to_its_end(work: Awaitable[None]) -> None:
    await work
