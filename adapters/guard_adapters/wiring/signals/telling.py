"""Reads the log for what the guard itself found, and queues what others are told of it.

The log is the outbox: what happened is in it with the change that made it happen, so nothing is
lost and no call waits. What is told of which leaf is decided in `guard.access.outward`.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from guard.access.outward import news
from guard.errors import GuardError, Refused
from guard.ports import World
from guard.ports.transmit import OutStream, Told, Transmissions
from guard.session.state import Session
from guard.session.stored import UNREADABLE
from guard_adapters._faults import Faults
from guard_adapters.front.ssf.outgoing import Voice
from guard_adapters.store.log import PAGE, LogReader

KEEP_MS: Final = 7 * 86_400_000
"""How long a token waits for its receiver: as long as receivers remember one."""

_OF_SESSIONS: Final = frozenset(
    {"session_ended", "session_suspended", "session_resumed", "signal", "narrowed", "restored"}
)
_OF_ALL: Final = frozenset({"stopped", "lifted"})
_NAMED: Final = re.compile(b'"kind":"(' + "|".join(sorted(_OF_SESSIONS | _OF_ALL)).encode() + b')"')
"""Leaves that may matter, by their bytes: nearly all are decisions and outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Turns what the log has since into tokens for every stream."""

    world: World
    log: LogReader
    rows: Transmissions
    voice: Voice
    faults: Faults = field(default_factory=Faults)

    async def round(self) -> None:
        """Read what is new, and queue what follows from it.

        Raises:
            Unavailable: the store failed; nothing was read then.
        """
        told, streams = await self.rows.told(), await self.rows.streams()
        if told.cursor < 0 or not any(one.status != "disabled" for one in streams):
            await self._skip(told)
            return
        more = True
        while more:
            told, more = await self._page(told, streams)
        await self.rows.forget(self.world.clock.now_ms() - KEEP_MS)

    async def _skip(self, told: Told) -> None:
        """Leave out what happened while nobody listened."""
        end = await self.log.end()
        if told.cursor != end or told.levels:
            await self.rows.tell(replace(told, cursor=end, levels={}), [])

    async def _page(self, told: Told, streams: Sequence[OutStream]) -> tuple[Told, bool]:
        rows = await self.log.tail(told.cursor)
        leaves = [json.loads(leaf) for _, leaf in rows if _NAMED.search(leaf)]
        touched = await self._touched(told, leaves)
        now_ms, kills = self.world.clock.now_ms(), self.world.kills.standing()
        said, levels = news(told, leaves, touched, kills, now_ms)
        cursor = told.cursor + len(rows)
        if not said and cursor == told.cursor and levels == told.levels:
            return told, False
        new = replace(told, cursor=cursor, levels=levels)
        # A signature takes half a millisecond, and one stop is told of thousands of sessions.
        tokens = await asyncio.to_thread(self.voice.tokens, said, streams)
        if not await self.rows.tell(new, tokens):
            return told, False  # another guard has told it
        return replace(new, version=told.version + 1), len(rows) == PAGE

    async def _touched(
        self, told: Told, leaves: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Session | None]:
        named = {one["session"] for one in leaves if one["kind"] in _OF_SESSIONS}
        found: dict[str, Session | None] = {}
        if any(one["kind"] in _OF_ALL for one in leaves):
            found = {one.id: one for one in await self.world.sessions.live()}
        for ident in sorted(named | told.levels.keys()):
            if ident and ident not in found:
                # What cannot be read keeps the level that was told: it is not taken back unseen.
                try:
                    found[ident] = await self._session(ident)
                except GuardError as error:
                    if error.code not in UNREADABLE:
                        raise
                    self.faults.met(f"Receivers are told nothing of session {ident}", error)
        return found

    async def _session(self, ident: str) -> Session | None:
        try:
            return await self.world.sessions.get(ident)
        except Refused:  # forgotten since
            return None
