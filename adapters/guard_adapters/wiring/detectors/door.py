"""The detectors at the door: who comes in, how many sessions are opened, what was shown twice.

It holds the paces of opened sessions in memory, each guard its own: a restart forgets them, and
what a session itself remembers stays. What follows from a finding is `Reauthorizing`'s.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from guard.detect.fan_out import opened
from guard.detect.learned import from_json
from guard.detect.numbers import Detectors
from guard.detect.reuse import reused
from guard.detect.watch import Watch
from guard.model.identity import Place, Who
from guard.ports import World
from guard.reauthorize import Reauthorizing
from guard.session.state import Session
from guard_adapters._yaml.read import read_text

CHAINS: Final = "chains.json"
"""What was learned of tool chains, in the state folder."""

PACES: Final = 4096
"""People and agents whose pace is held; the longest idle goes first."""


def watch_of(state: Path, numbers: Detectors) -> Watch:
    """Return what the detectors need; nothing is known of chains where nobody has learned them.

    Raises:
        Unusable: `chains_unusable`.
    """
    file = state / CHAINS
    if not file.is_file():
        return Watch(numbers=numbers)
    return Watch(numbers=numbers, chains=from_json(read_text(file), str(file)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Looks at callers before their call is judged. `watch` returns what is in force."""

    world: World
    reauthorizing: Reauthorizing
    watch: Callable[[], Watch]
    _paces: OrderedDict[str, int] = field(default_factory=OrderedDict[str, int], repr=False)

    async def seen(self, session: Session, who: Who, place: Place | None = None) -> Session:
        """Return the session with what the front knows of its caller now.

        Raises:
            Refused: `session_unknown`: it is somebody else's.
        """
        now_ms, watch = self.world.clock.now_ms(), self.watch()
        entered, findings = watch.door(session, who, now_ms, place)
        if entered is session:
            return session

        def change(held: Session) -> Session:
            nonlocal findings
            held, findings = watch.door(held, who, now_ms, place)
            return held

        entered = await self.world.sessions.update(session.id, change)
        return await self.reauthorizing.found(entered, findings)

    async def opened(self, session: Session) -> None:
        """Count one more session of this person and agent."""
        owner, now_ms = session.who.key, self.world.clock.now_ms()
        full_ms, finding = opened(self._paces.pop(owner, 0), now_ms, self.watch().numbers)
        self._paces[owner] = full_ms
        if len(self._paces) > PACES:
            self._paces.popitem(last=False)
        if finding is not None:
            await self.reauthorizing.noticed(session.id, finding, self.watch())

    async def shown(self, session_id: str, code: str) -> None:
        """Take in that something of this session's caller was refused with such a code.

        Raises:
            Refused: `session_unknown`.
        """
        finding = reused(code, self.watch().numbers)
        if finding is not None:
            await self.reauthorizing.noticed(session_id, finding, self.watch())
