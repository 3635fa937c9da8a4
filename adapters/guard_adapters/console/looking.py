"""What the pages ask of a guard. Whoever answers reads, and changes only where a method says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from guard.grant.approval import Approval
from guard.grant.plan import Plan
from guard.grant.report import StepUpReport
from guard.grant.scoped import Grant
from guard.model.call import Json
from guard.policy.rule import Rule
from guard.session.state import Session
from guard_adapters.console.app import SignedIn

T_co = TypeVar("T_co", covariant=True)
SHOWN: Final = 50
"""Most rows of a list on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[T_co]):
    """Some rows of a list. `skip` come before them; `more`: others come after."""

    rows: Sequence[T_co]
    skip: int = 0
    more: bool = False

    @property
    def upto(self) -> int:
        """Return how many rows there are with those of this part."""
        return self.skip + len(self.rows)

    def first(self, most: int) -> "Part[T_co]":
        """Return the part with no more rows than this."""
        kept = self.rows[:most]
        return Part(rows=kept, skip=self.skip, more=self.more or len(kept) < len(self.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for people. `unknown` calls may have run; `total` questions are pending.

    `waiting` are some of them in the order of who looks.
    """

    unknown: Part[Approval]
    waiting: Part[Approval]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Some leaves of one session, oldest first, and those that followed them.

    Args:
        rows: the leaves.
        later: the next ones after them: how their calls went on.
        older: whether there are leaves before them.
    """

    rows: Sequence["Logged"]
    later: Sequence["Logged"] = ()
    older: bool = False


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
    async def unknown(self, skip: int) -> Part[Approval]: ...  # noqa: D102
    async def answered(self, skip: int, most: int = SHOWN) -> Part[Approval]: ...  # noqa: D102
    async def approval(self, approval_id: str) -> Approval: ...  # noqa: D102
    async def sessions(self, skip: int) -> Part[Session]: ...  # noqa: D102
    async def session(self, session_id: str) -> Session: ...  # noqa: D102
    def level(self, session: Session) -> int: ...  # noqa: D102
    async def passed(self, session_id: str, below: int) -> Passage: ...  # noqa: D102
    async def plans(self, skip: int, most: int = SHOWN) -> Part[Plan]: ...  # noqa: D102
    async def plan(self, plan_id: str) -> Plan: ...  # noqa: D102
    async def grants(self, skip: int) -> Part[Grant]: ...  # noqa: D102
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
