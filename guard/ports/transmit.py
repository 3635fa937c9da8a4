"""The hole for what the guard tells others: their streams, and tokens that wait to be taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Status = Literal["enabled", "paused", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutStream:
    """One stream of one receiver (SSF 1.0, 8.1.1). Times in Unix milliseconds.

    `url` is where tokens are pushed to; empty: the receiver polls. `header` is what is sent there
    as `Authorization`, sealed: no store holds it in clear.
    """

    id: str
    receiver: str
    url: str = ""
    header: str = field(default="", repr=False)
    events: tuple[str, ...] = ()  # URIs, as the receiver asked for them
    description: str = ""
    status: Status = "enabled"
    reason: str = ""
    verified_ms: int = 0  # when a verification was last asked for
    taken: int = 0  # tokens that the receiver took
    refused: int = 0  # tokens that it never will


@dataclass(frozen=True, slots=True, kw_only=True)
class OutToken:
    """One signed token for one stream. `id` is its `jti`. Times in Unix milliseconds."""

    id: str
    stream: str
    token: str = field(repr=False)
    at_ms: int
    next_ms: int = 0  # nothing is tried before
    tries: int = 0


Level = Literal["MEDIUM", "HIGH"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How far the log was read, and what others were told that still stands.

    `levels` are by session: the level, and the key of its person. `cursor` is the number of the
    first leaf that was not read; below zero nothing was ever read.
    """

    version: int = 0
    cursor: int = -1
    levels: Mapping[str, tuple[Level, str]] = field(default_factory=dict[str, tuple[Level, str]])


Change = Callable[[OutStream], OutStream]
"""What becomes of a stream. Pure: it may run more than once, in any thread."""


class Transmissions(Protocol):
    """Streams of receivers, and their tokens. Contract: what was told has its tokens.

    `tell` writes the tokens and how far the log was read in one transaction, and only over the
    version that was read: of several guards one tells. `head` gives the oldest token of a stream,
    when it is due, to one sender until the lease ends: tokens of one stream leave in their order.
    A stream that is dropped or disabled takes its tokens with it. `begin` and `change` each look
    and write in one transaction: of several at once none undoes another. What a change raises is
    raised, and nothing is written.
    """

    async def streams(self) -> Sequence[OutStream]: ...  # oldest first
    async def begin(self, stream: OutStream) -> bool: ...  # unless its receiver has one already
    async def change(self, stream_id: str, change: Change) -> OutStream | None: ...  # None: gone
    async def put(self, stream: OutStream) -> None: ...  # new or changed; the counts stay
    async def drop(self, stream_id: str) -> bool: ...  # whether it was there
    async def told(self) -> Told: ...
    async def tell(self, told: Told, tokens: Sequence[OutToken]) -> bool: ...  # over told.version
    async def add(self, tokens: Sequence[OutToken]) -> None: ...  # beside the log: verifications
    async def head(self, stream_id: str, now_ms: int, lease_ms: int) -> OutToken | None: ...
    async def later(self, token_id: str, next_ms: int) -> None: ...  # one try more was made
    async def waiting(self, stream_id: str, most: int) -> Sequence[OutToken]: ...  # oldest first
    async def count(self, stream_id: str) -> int: ...  # how many wait
    async def done(self, stream_id: str, ids: Sequence[str], *, taken: bool) -> None: ...
    async def forget(self, before_ms: int) -> None: ...  # tokens that waited since before
