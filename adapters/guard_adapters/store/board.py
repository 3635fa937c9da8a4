"""What people look through, in whichever store: each answer is bounded and changes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from guard.audit.tree import inclusion_proof
from guard.errors import GuardError
from guard.grant.approval import Approval
from guard.grant.plan import Plan
from guard.grant.scoped import Grant
from guard.session.state import Session
from guard.session.stored import UNREADABLE


class Row(NamedTuple):
    """A leaf of the log: its number, its text, and what is kept beside it (JSON, or empty)."""

    seq: int
    leaf: bytes
    side: str


class Proven(NamedTuple):
    """A leaf, the size of a signed tree that holds it, its path there, and the signed note."""

    leaf: bytes
    size: int
    path: Sequence[bytes]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of the waiting questions, for whom: those that ask them come first.

    Args:
        principal: who looks, and
        groups: the groups of reviewers they are in.
        limit: most questions.
        skip: how many of the order are passed over.
        action: only questions of this `<server>/<tool>`; empty: all.
    """

    principal: str
    groups: frozenset[str] = frozenset()
    limit: int
    skip: int = 0
    action: str = ""


class BoardReader(Protocol):
    """Contract: a page costs the same over ten rows and over a hundred thousand."""

    async def waiting(self, part: Part) -> tuple[Sequence[Approval], int]:
        """Return pending questions and how many there are; in each half those that end first."""

    async def unknown(self, limit: int, skip: int = 0) -> Sequence[Approval]:
        """Return approvals whose call has an outcome that nobody knows, newest first."""

    async def answered(self, limit: int, skip: int = 0) -> Sequence[Approval]:
        """Return questions that no longer wait, newest first."""

    async def of_session(self, session_id: str, limit: int, below: int = 2**53) -> Sequence[Row]:
        """Return the newest leaves of a session below a number, oldest first.

        What is beside each leaf comes with it.
        """

    async def later(self, session_id: str, limit: int, since: int) -> Sequence[Row]:
        """Return the leaves of a session from a number on, oldest first, as many as `limit`.

        What is beside them is left out.
        """

    async def leaves(self, before: int, limit: int) -> tuple[Sequence[Row], int]:
        """Return the newest leaves below a number, newest first, and how many the log has."""

    async def proof(self, seq: int) -> Proven | None:
        """Return the proof of one leaf; None: there is none, or no checkpoint covers it yet."""

    async def sessions(self, limit: int, skip: int = 0) -> Sequence[Session | None]:
        """Return sessions, newest first; None stands for one whose row is damaged."""

    async def plans(self, limit: int, skip: int = 0) -> Sequence[Plan]:
        """Return plans: those that wait, then the others, newest first in each half."""

    async def grants(self, now_ms: int, limit: int, skip: int = 0) -> Sequence[Grant]:
        """Return grants: those that may still be used, then the others, newest first."""


def readable(made: Callable[[], Session]) -> Session | None:
    """Return the session that a row holds; None: the row is damaged."""
    try:
        return made()
    except GuardError as error:
        if error.code not in UNREADABLE:
            raise
        return None


def page_of(table: str, ids: str, columns: str = "row") -> str:
    """Return what reads the rows of a page, in its order: which they are is found without them.

    Args:
        table: what holds the rows.
        ids: the statement that finds their ids, in order.
        columns: what is read of each row.
    """
    return f"""
SELECT {columns} FROM {table} JOIN (
    SELECT id, row_number() OVER () AS place FROM ({ids}) AS page
) AS placed USING (id) ORDER BY place
"""  # noqa: S608  constants


def halves_of(table: str, first: str, others: str, at: str, part: tuple[str, str, str]) -> str:
    """Return what reads a page of rows that fit, then of the others, newest first in each half.

    Each half is read in the order of its index, and no further than the page goes.

    Args:
        table: what holds the rows.
        first: what fits, as SQL, and
        others: its opposite.
        at: the column that says how new a row is.
        part: how many rows, how many are passed over, and what SQL calls the larger of two.
    """
    limit, skip, larger = part

    def half(place: int, which: str, start: str) -> str:
        return f"""
        SELECT * FROM (
            SELECT {place} AS half, {at} AS at_ms, id FROM {table} WHERE {which}
            ORDER BY {at} DESC, id DESC LIMIT {limit} OFFSET {start}
        ) AS half_{place}
        """  # noqa: S608  constants

    counted = f"(SELECT count(*) FROM {table} WHERE {first})"  # noqa: S608  constants
    return page_of(
        table,
        f"""
        SELECT id FROM (
            {half(0, first, skip)} UNION ALL {half(1, others, f"{larger}(0, {skip} - {counted})")}
        ) AS halves ORDER BY half, at_ms DESC, id DESC LIMIT {limit}
        """,  # noqa: S608  constants
    )


def nodes_needed(seq: int, size: int) -> list[tuple[int, int]]:
    """Return level and place of every node that the proof of a leaf is made of."""
    wanted: list[tuple[int, int]] = []

    def node(level: int, place: int) -> bytes:
        wanted.append((level, place))
        return bytes(32)

    inclusion_proof(seq, size, node)
    return wanted
