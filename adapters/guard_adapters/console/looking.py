"""What the pages ask of a guard. Whoever answers reads, and changes only where a method says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from guard.grant.approval import Approval
from guard.grant.plan import Plan
from guard.grant.report import StepUpReport
from guard.grant.scoped import Grant
from guard.model.call import Json
from guard.policy.rule import Rule
from guard.session.state import Session
from guard_adapters.console.app import SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for people. `unknown` calls may have run; `total` questions are pending.

    `waiting` are some of them in the order of who looks; `skip` come before.
    """

    unknown: Sequence[Approval]
    waiting: Sequence[Approval]
    total: int
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One leaf of the audit log. `side` is what is kept beside it, and may be erased."""

    seq: int
    leaf: Mapping[str, Json]
    side: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That a leaf is in a signed tree: RFC 9162 path, and the note with size, root, signature."""

    seq: int
    leaf: bytes
    size: int
    path: Sequence[bytes]
    note: str


class Looking(Protocol):
    """One guard, as reviewers see it. An unknown id raises `Refused("..._unknown")`."""

    def now_ms(self) -> int: ...  # noqa: D102  the class speaks for its methods
    async def queue(self, who: SignedIn, skip: int) -> Queue: ...  # noqa: D102
    async def waiting(self, who: SignedIn, action: str) -> Sequence[Approval]: ...  # noqa: D102
    async def answered(self) -> Sequence[Approval]: ...  # noqa: D102
    async def approval(self, approval_id: str) -> Approval: ...  # noqa: D102
    async def sessions(self) -> Sequence[Session]: ...  # noqa: D102
    async def session(self, session_id: str) -> Session: ...  # noqa: D102
    def level(self, session: Session) -> int: ...  # noqa: D102
    async def passed(self, session_id: str) -> Sequence[Logged]: ...  # noqa: D102
    async def plans(self) -> Sequence[Plan]: ...  # noqa: D102
    async def plan(self, plan_id: str) -> Plan: ...  # noqa: D102
    async def grants(self) -> Sequence[Grant]: ...  # noqa: D102
    async def log(self, before: int) -> tuple[Sequence[Logged], int]: ...  # noqa: D102
    async def proof(self, seq: int) -> Proof | None: ...  # noqa: D102
    async def checkpoint(self) -> str: ...  # noqa: D102
    def rules(self) -> Sequence[Rule]: ...  # noqa: D102

    async def report(self) -> StepUpReport:
        """Return how people answered the newest questions; reckoned anew twice a minute."""

    async def reveal(self, approval_id: str, number: int, by: str) -> str:
        """Return the text of a secret argument, after the log holds who asked for it."""

    async def suspend(self, approval_id: str, by: str) -> None:
        """Let the session of a question do nothing more until an operator looks."""

    async def end_session(self, session_id: str, by: str) -> None:
        """End a session; what it holds ends with it."""
