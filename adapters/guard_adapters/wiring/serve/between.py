"""The tokens that callers hold between calls: one for each session and server, new before it ends.

They are kept in memory alone. Whether there may be one is decided in `guard.lease.between`.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from guard.grant.credential import Credential
from guard.grant.refusals import Toward
from guard.lease.between import Between
from guard.policy.catalog_server import ServerSpec
from guard_adapters.front.mcp.front import Caller
from guard_adapters.wiring.desk import Desk

_LAST_PART: Final = 5
"""In the last fifth of its life a token is replaced: a message with it may be long on its way."""

_MOST: Final = 1_000


@dataclass(slots=True)
class _Held:
    """What one session holds. The lock lets messages that come at once share one token."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    credential: Credential | None = None
    grant: str = ""
    until_ms: int = 0
    toward: Toward = ("", "", "", "")
    refused: bool = False  # by the server


class BetweenAt:
    """Tokens for one server; fulfils `Between` of `front.mcp.upstream.between`.

    Args:
        desk: tells whose session it is.
        between: leases them.
        server: as the catalogue has it.
    """

    def __init__(self, desk: Desk, between: Between, server: ServerSpec) -> None:
        self._desk = desk
        self._between = between
        self._server = server
        self._held: dict[str, _Held] = {}
        self._out: dict[str, _Held] = {}  # by the lease of what is handed out
        self._making: set[asyncio.Task[Credential]] = set()

    async def held(self, who: Caller, handle: str) -> Credential:
        """Return the token of this caller's session; raises as `Between.may` and `mint`."""
        session_id = await self._desk.session(who, handle, b"")
        # A work of its own: a client that leaves stops nothing that is half made and written down.
        work = asyncio.create_task(self._current(session_id))
        self._making.add(work)
        work.add_done_callback(self._made)
        await asyncio.wait([work])
        return work.result()

    def _made(self, work: asyncio.Task[Credential]) -> None:
        self._making.discard(work)
        if not work.cancelled():
            work.exception()  # told to whoever is still there

    async def _current(self, session_id: str) -> Credential:
        mine = self._of(session_id)
        async with mine.lock:
            # Asked here: who waited for the lock has waited long enough for the session to end.
            session = await self._between.may(session_id, self._server)
            grant = self._between.grant(session, self._server)
            here = mine.credential
            fresh = mine.grant == grant and not mine.refused
            fresh = fresh and self._desk.now_ms() < mine.until_ms
            if here is not None and fresh and await self._between.stands(here.lease_id):
                return here
            if here is not None:
                self._out.pop(here.lease_id, None)
            if here is not None and (mine.refused or mine.grant != grant):
                why = "refused" if mine.refused else "access_narrowed"
                await self._between.take_back(here.lease_id, why)
            mine.credential, mine.refused = None, False  # now: a journal that fails is asked again
            began_ms = self._desk.now_ms()
            made = await self._between.mint(session, self._server)
            life_ms = made.expires_at_ms - began_ms
            mine.grant, mine.toward = grant, self._between.toward(session, self._server)
            self._out[made.lease_id] = mine
            mine.credential, mine.until_ms = made, made.expires_at_ms - life_ms // _LAST_PART
            return made

    async def may(self, who: Caller, handle: str) -> None:
        """Return if the session may still have one; raises as `Between.may`."""
        await self._between.may(await self._desk.session(who, handle, b""), self._server)

    def told(self, credential: Credential, *, taken: bool) -> None:
        """Note what the server made of this one: refused, it goes out no more and is taken back."""
        mine = self._out.get(credential.lease_id)
        if mine is not None and not mine.refused:
            mine.refused = not taken
            self._between.told(mine.toward, taken=taken)

    def _of(self, session_id: str) -> _Held:
        if session_id not in self._held and len(self._held) >= _MOST:
            now_ms = self._desk.now_ms()
            kept = {
                name: one for name, one in self._held.items()
                if one.lock.locked() or (one.credential is not None and now_ms < one.until_ms)
            }  # fmt: skip
            self._held.clear()
            self._held.update(kept)
            made = [(one.credential, one) for one in kept.values()]
            self._out = {one.lease_id: mine for one, mine in made if one is not None}
        return self._held.setdefault(session_id, _Held())
