"""All detectors around one session: at its door, and at each of its calls.

Pure: it returns the session with what was found as signals in it, and the findings for the log.
`Reauthorizing.found` lets the rest follow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from guard.detect.caller import changed
from guard.detect.chain import Chains, class_of
from guard.detect.definition import redefined
from guard.detect.finding import UNKNOWN_CHAIN, Finding
from guard.detect.numbers import Detectors
from guard.detect.travel import travelled
from guard.detect.velocity import paced
from guard.model.altered import altered
from guard.model.call import ToolCall, ToolSpec
from guard.model.identity import Place, Who
from guard.session.belongs import mandated
from guard.session.history import Step, replaced, running
from guard.session.state import Session, seen, signalled


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the detectors need beside the session: the operator's numbers, and what was learned."""

    numbers: Detectors = field(default_factory=Detectors)
    chains: Chains = field(default_factory=Chains)

    def call(
        self, session: Session, call: ToolCall, spec: ToolSpec, now_ms: int
    ) -> tuple[Session, tuple[Finding, ...]]:
        """Return the session after one more call has been looked at, and what was found.

        Args:
            session: the call is in flight in it.
            call: the call.
            spec: the catalogue's word on its tool.
            now_ms: Unix milliseconds.
        """
        trail, quick = session.trail, None
        if session.intent is None or not mandated(session.intent):
            trail, quick = paced(trail, spec, now_ms, self.numbers)
        chain = self.chains.judged(trail.classes, spec, session.who.agent.id, self.numbers)
        steps = session.steps if chain is None else _noted(session.steps, call.id, chain.kind)
        session = altered(session, trail=trail, steps=steps)
        found = tuple(
            one
            for one in (quick, chain, redefined(call))
            if one is not None
            and one.kind != UNKNOWN_CHAIN
            and one.kind not in self.numbers.without
        )
        return self.with_findings(session, found, now_ms), found

    def door(
        self, session: Session, who: Who, now_ms: int, place: Place | None = None
    ) -> tuple[Session, tuple[Finding, ...]]:
        """Return the session with what the front knows of its caller now, and what was found.

        Args:
            session: as it stands.
            who: who calls.
            now_ms: Unix milliseconds.
            place: where their network is, if the front was told.

        Raises:
            Refused: `session_unknown`: it is somebody else's.
        """
        entered, found = seen(session, who), list[Finding]()
        if entered is not session:
            found += changed(session.who, who, self.numbers)
        if place is not None:
            found += self._far(session.place, place)
            if _elsewhere(session.place, place):
                entered = altered(entered, place=place)
        return self.with_findings(entered, found, now_ms), tuple(found)

    def _far(self, before: Place | None, now: Place) -> tuple[Finding, ...]:
        if before is None or "impossible_travel" in self.numbers.without:
            return ()
        far = travelled(before, now, self.numbers)
        return () if far is None else (far,)

    def with_findings(self, session: Session, found: Iterable[Finding], now_ms: int) -> Session:
        """Return the session with these findings among its signals."""
        for one in found:
            session = signalled(session, one.signal(session.id, now_ms, self.numbers), now_ms)
        return session


STALE_MS: Final = 10 * 60_000
"""How old a place may be before the same one is written down again."""


def _elsewhere(before: Place | None, now: Place) -> bool:
    """Return whether this place says more than the one that the session knows."""
    if before is None or now.at_ms - before.at_ms >= STALE_MS:
        return True
    return (before.lat_e4, before.lon_e4, before.radius_km) != (
        now.lat_e4,
        now.lon_e4,
        now.radius_km,
    )


def went(session: Session, spec: ToolSpec) -> Session:
    """Return the session as a tool is let through: what comes next is judged after it."""
    trail = session.trail.went(class_of(spec))
    return session if trail is session.trail else altered(session, trail=trail)


def _noted(steps: tuple[Step, ...], call_id: str, kind: str) -> tuple[Step, ...]:
    """Return the steps of which the one in flight says what was found at it."""
    at = running(steps, call_id)
    return steps if at is None else replaced(steps, at, replace(steps[at], finding=kind))
