"""The fake of the hole for what the guard tells others: streams and tokens in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from guard.ports.transmit import Change, OutStream, OutToken, Told


@dataclass(slots=True, kw_only=True)
class MemoryTransmissions:
    """Streams and tokens in memory."""

    rows: dict[str, OutStream] = field(default_factory=dict)
    tokens: dict[str, OutToken] = field(default_factory=dict)
    state: Told = field(default_factory=Told)

    async def streams(self) -> Sequence[OutStream]:
        """Return every stream, oldest first."""
        return [*self.rows.values()]

    async def begin(self, stream: OutStream) -> bool:
        """Keep a new stream, unless its receiver has one."""
        if any(one.receiver == stream.receiver for one in self.rows.values()):
            return False
        self.rows[stream.id] = stream
        return True

    async def change(self, stream_id: str, change: Change) -> OutStream | None:
        """Keep what becomes of a stream, and return it; None: it is gone."""
        if stream_id not in self.rows:
            return None
        await self.put(change(self.rows[stream_id]))
        return self.rows[stream_id]

    async def put(self, stream: OutStream) -> None:
        """Keep a stream; what it has counted stays."""
        was = self.rows.get(stream.id, stream)
        self.rows[stream.id] = replace(stream, taken=was.taken, refused=was.refused)
        if stream.status == "disabled":
            self._clear(stream.id)

    async def drop(self, stream_id: str) -> bool:
        """Forget a stream and what waits in it."""
        self._clear(stream_id)
        return self.rows.pop(stream_id, None) is not None

    async def told(self) -> Told:
        """Return how far the log was read."""
        return self.state

    async def tell(self, told: Told, tokens: Sequence[OutToken]) -> bool:
        """Write tokens and state, unless somebody else did since."""
        if told.version != self.state.version:
            return False
        self.state = replace(told, version=told.version + 1)
        await self.add(tokens)
        return True

    async def add(self, tokens: Sequence[OutToken]) -> None:
        """Queue tokens of streams that are there."""
        for one in tokens:
            if one.stream in self.rows and self.rows[one.stream].status != "disabled":
                self.tokens.setdefault(one.id, one)

    async def head(self, stream_id: str, now_ms: int, lease_ms: int) -> OutToken | None:
        """Return the oldest token of a stream, if it is due, and keep it from others."""
        for one in await self.waiting(stream_id, 1):
            if one.next_ms <= now_ms:
                self.tokens[one.id] = replace(one, next_ms=now_ms + lease_ms)
                return one
        return None

    async def later(self, token_id: str, next_ms: int) -> None:
        """Count one try and wait with the next."""
        if token_id in self.tokens:
            one = self.tokens[token_id]
            self.tokens[token_id] = replace(one, tries=one.tries + 1, next_ms=next_ms)

    async def waiting(self, stream_id: str, most: int) -> Sequence[OutToken]:
        """Return the oldest tokens of a stream."""
        return [one for one in self.tokens.values() if one.stream == stream_id][:most]

    async def count(self, stream_id: str) -> int:
        """Return how many tokens wait."""
        return sum(one.stream == stream_id for one in self.tokens.values())

    async def done(self, stream_id: str, ids: Sequence[str], *, taken: bool) -> None:
        """Take tokens of a stream out for good."""
        gone = [one for one in ids if one in self.tokens and self.tokens[one].stream == stream_id]
        for one in gone:
            del self.tokens[one]
        if stream_id in self.rows:
            row = self.rows[stream_id]
            self.rows[stream_id] = (
                replace(row, taken=row.taken + len(gone))
                if taken
                else replace(row, refused=row.refused + len(gone))
            )

    async def forget(self, before_ms: int) -> None:
        """Drop tokens that nobody took in time."""
        for one in [*self.tokens.values()]:
            if one.at_ms < before_ms:
                del self.tokens[one.id]

    def _clear(self, stream_id: str) -> None:
        for one in [*self.tokens.values()]:
            if one.stream == stream_id:
                del self.tokens[one.id]
