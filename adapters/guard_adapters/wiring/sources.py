"""What other sources say of a caller, brought to every live session that it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from guard.errors import Unusable
from guard.model.secevent import Subject
from guard.ports import World
from guard.reauthorize import Reauthorizing
from guard.session.risk import WEIGHTS
from guard.session.risk import signal as risk_signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The way in for sources that speak no Shared Signals: over HTTP, or called from Python."""

    world: World
    reauthorizing: Reauthorizing

    async def tell(self, kind: str, about: Subject, source: str) -> Sequence[str]:
        """Let a signal reach every live session that it is about; return their handles.

        Args:
            kind: one of `guard.session.risk.WEIGHTS`.
            about: whom it is about; every part that is named must fit.
            source: who says so; what it says later takes the place of its own risk levels alone.

        Raises:
            Unusable: `signal_unknown`; Unavailable: a session could not be written: tell it again.
        """
        if kind not in WEIGHTS:
            raise Unusable(
                f"Signal {kind!r} is not one of {', '.join(sorted(WEIGHTS))}.",
                code="signal_unknown",
                next_step="Name one of these kinds.",
            )
        now_ms = self.world.clock.now_ms()
        told = risk_signal(kind, subject="", at_ms=now_ms, source=f"source:{source}")
        return [one.id for one in await self.reauthorizing.signals(about, told)]
