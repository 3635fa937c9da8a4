"""What an operator sees of one guard's streams: which is silent, which is behind, and since when.

A stream that says nothing looks like one with nothing to say, and a receiver that takes nothing
like one that is told nothing. It changes none of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.routing import Route

from guard.model.call import Json
from guard.ports.transmit import OutStream
from guard_adapters.front.operator.routes import under
from guard_adapters.front.operator.streams import stream_table
from guard_adapters.front.ssf.received import Source
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.signals.receiving import Streams
from guard_adapters.wiring.state.keys import secret

UNREACHED_MS: Final = 60_000
"""How long a transmitter that is polled may not answer before its stream counts as silent."""

BEHIND_MS: Final = 120_000
"""How long a token may wait for its receiver before that one counts as behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDesk:
    """The streams of one guard: fulfils `StreamOperating`."""

    wired: Wired
    listening: Streams
    since_ms: int  # when it began to listen

    async def streams(self) -> Mapping[str, Json]:
        """Return each stream, both ways, with what is wrong with it."""
        now_ms = self.wired.world.clock.now_ms()
        rows = self.wired.store.transmissions
        out: list[Json] = [await self._told(one, now_ms) for one in await rows.streams()]
        heard: list[Json] = [self._heard(one, now_ms) for one in self.listening.sources]
        return {"now_ms": now_ms, "since_ms": self.since_ms, "in": heard, "out": out}

    def faults(self) -> Sequence[tuple[str, str]]:
        """Return what does not work behind the scenes now."""
        return self.wired.faults.standing()

    def _heard(self, one: Source, now_ms: int) -> dict[str, Json]:
        listed = self.wired.loaded.installation.signals[one.name]
        verified = bool(listed.stream_id and listed.token_file and listed.verify_every_s)
        late = bool(listed.poll_url) and now_ms - max(one.reached_ms, self.since_ms) > UNREACHED_MS
        wrong = one.stale or ("its transmitter does not answer" if late else "")
        if not wrong and one.refusal:
            wrong = f"its last token was refused: {one.refusal}"
        return {
            "name": one.name,
            "issuer": one.stream.issuer,
            "audience": one.stream.audience,
            "way": "polled" if listed.poll_url else "pushed",
            "verified": verified,  # whether a silence would be noticed
            "status": one.status,
            "heard_ms": one.heard_ms,
            "reached_ms": one.reached_ms,
            "taken": one.taken,
            "refused": one.refused,
            "missed": one.missed,
            "wrong": wrong,
        }

    async def _told(self, one: OutStream, now_ms: int) -> dict[str, Json]:
        rows = self.wired.store.transmissions
        waiting, oldest = await rows.count(one.id), await rows.waiting(one.id, 1)
        since_ms = oldest[0].at_ms if oldest else 0
        wrong = "" if one.status == "enabled" else f"{one.status}: {one.reason}".rstrip(": ")
        if not wrong and since_ms and now_ms - since_ms > BEHIND_MS:
            wrong = f"{waiting} tokens wait to be taken"
        return {
            "name": one.receiver,
            "stream": one.id,
            "way": "pushed" if one.url else "polled",
            "status": one.status,
            "waiting": waiting,
            "oldest_ms": since_ms,
            "taken": one.taken,
            "refused": one.refused,
            "wrong": wrong,
        }


def stream_routes(wired: Wired, listening: Streams) -> list[Route]:
    """Return the operator's routes about streams and faults."""
    token = secret(wired.loaded.state / "keys" / "operator.key").hex()
    now_ms = wired.world.clock.now_ms()
    desk = StreamDesk(wired=wired, listening=listening, since_ms=now_ms)
    return under(token, stream_table(desk))
