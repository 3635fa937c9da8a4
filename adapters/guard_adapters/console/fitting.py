"""Lists that fit on a page: as many rows as weigh little enough together, and at least one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from guard.grant.approval import Approval
from guard.model.sheets import weight
from guard_adapters.console.looking import Part, Queue
from guard_adapters.console.shapes import headline

T = TypeVar("T")
LINE = 700
"""What one line of a list weighs beside its texts."""
WAITING_ROOM, LOST_ROOM, DONE_ROOM, RULES_ROOM = 52_000, 16_000, 12_000, 70_000


def fitting(part: Part[T], texts: Callable[[T], Sequence[str]], room: int) -> Part[T]:
    """Return as many rows of a part as a page has room for, and at least one."""
    for at, one in enumerate(part.rows):
        room -= LINE + sum(map(weight, texts(one)))
        if at and room < 0:
            return part.first(at)
    return part


def asked_of(row: Approval) -> Sequence[str]:
    """Return what a line about a question holds of others' texts."""
    return [headline(row), row.agent, row.requester, *row.rules]


def fitted(queue: Queue) -> Queue:
    """Return a queue that fits on one page; what does not is on the next one."""
    return replace(
        queue,
        unknown=fitting(queue.unknown, asked_of, LOST_ROOM),
        waiting=fitting(queue.waiting, asked_of, WAITING_ROOM),
    )
