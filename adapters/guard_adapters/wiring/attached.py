"""The guard that runs on this machine, for a framework in another process: `attach(...)`.

Several agents share one policy, one history and one store this way; `local` has a guard of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from guard.session.intent import TaskIntent
from guard_adapters._faults import Faults
from guard_adapters.front.attached import AttachedSeat
from guard_adapters.front.intake import Intake
from guard_adapters.store.clock import SystemClock, SystemIds
from guard_adapters.wiring.process.logged import logged
from guard_adapters.wiring.process.tracing import span_here
from guard_adapters.wiring.state.places import socket_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A guard in another process. Give it to a framework's front as it stands.

    `close` it when the agent ends, or use it as a context manager.
    """

    intake: Intake
    seat: AttachedSeat = field(repr=False)

    async def start(
        self, conversation: str, *, intent: TaskIntent | None = None, words: tuple[str, ...] = ()
    ) -> str:
        """Say what a conversation is for before the agent runs; see `Seat.start`."""
        return await self.seat.start(conversation, intent=intent, words=words)

    async def tell(self, conversation: str, words: str) -> None:
        """Say what the person said meanwhile in a conversation; see `Seat.tell`."""
        await self.seat.tell(conversation, words)

    def close(self) -> None:
        """Leave the guard; calls that still run here have an unknown outcome."""
        self.seat.close()
        self.intake.loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def attach(
    *,
    person: str,
    agent: str,
    socket: Path | str | None = None,
    fault: Callable[[str], None] = logged,
) -> Attached:
    """Return the guard of one agent, which is the running one.

    Nothing is opened yet: while no guard listens, every call is refused as `guard_gone`.

    Args:
        person: for whom the agent acts, as the host authenticated them; policy reads them as
            `attached|person`.
        agent: its name.
        socket: where the guard listens, if not at the usual place.
        fault: is told where no guard listens, once until one does; otherwise it goes to the log
            "guardcall" of this program, as a warning.
    """
    path = str(socket or socket_path("guardcall"))
    seat = AttachedSeat(
        path,
        person=person,
        agent=agent,
        clock=SystemClock(),
        ids=SystemIds(),
        span=span_here,
        faults=Faults(tell=fault),
    )
    return Attached(intake=Intake(calls=seat), seat=seat)
