"""The audit log as every store keeps it: leaf texts, the signing key, and the rows read back.

It knows no table and opens nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard.audit.tree import Checkpoint, Tree, key_id, signed_note

PAGE: Final = 1_000
"""Leaves in one page of a running log."""

SIGN_EVERY_MS: Final = 1_000
"""Longest time between two checkpoints while events come in (milliseconds)."""


# Made once: json.dumps makes them anew.
_LEAF = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_SIDE = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """The log's name and the key that signs its checkpoints."""

    origin: str
    key: Ed25519PrivateKey = field(repr=False)
    _id: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_id", key_id(self.origin, self.key.public_key()))

    def note(self, tree: Tree) -> str:
        """Return what the log holds now, signed."""
        found = Checkpoint(origin=self.origin, size=tree.size, root=tree.root())
        return signed_note(found, self.key, self._id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRows:
    """The rows of a log, or of one page of it, as stored: nothing is believed yet."""

    leaves: tuple[tuple[int, bytes], ...] = ()
    sides: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    size: int = 0


class LogReader(Protocol):
    """Reads the log of a running store."""

    async def page(self, start: int) -> LogRows:
        """Return up to `PAGE` leaves from number `start` on, and the checkpoints over them."""
        ...

    async def tail(self, start: int) -> Sequence[tuple[int, bytes]]:
        """Return up to `PAGE` numbered leaves from `start` on, and nothing else."""
        ...

    async def end(self) -> int:
        """Return the number that the next leaf will have, as far as leaves are numbered."""
        ...

    async def checkpoint(self) -> str:
        """Return the newest signed checkpoint, or nothing where nothing was signed yet."""
        ...


def leaf_bytes(event: Event) -> bytes:
    """Return a leaf's text: equal to its RFC 8785 form, as it holds no floats and ASCII names."""
    return _LEAF(event.body()).encode()


def side_text(event: Event) -> str | None:
    """Return what is kept beside a leaf, or None."""
    return _SIDE(dict(event.side)) if event.side else None


def by_leaf(events: Sequence[Event]) -> list[tuple[str, str, bytes, str | None]]:
    """Return events as rows: call, session, leaf, side."""
    return [(one.call, one.session, leaf_bytes(one), side_text(one)) for one in events]
