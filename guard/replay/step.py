"""One step of a recorded session: its facts, also for arguments that a narrowing shrank."""

import json
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from guard.model.call import Json, ToolCall, ToolSpec, Transform, argument_bytes
from guard.model.decision import Allow, Narrow
from guard.model.facts import ClockFacts, Evidence, Facts, Input, ProvFacts, RiskFacts
from guard.policy.compile import Bundle
from guard.policy.convert import ArgError
from guard.policy.evaluate import decide
from guard.policy.transform import NarrowUnavailable, apply_transforms
from guard.provenance.result.known import Known
from guard.replay.said import credential_of
from guard.replay.trace import Record, TraceStep
from guard.session.facts import facts
from guard.session.state import Session


class Journey(Protocol):
    """The session that a step is one of."""

    bundle: Bundle
    record: Record
    session: Session
    known: Known

    @property
    def zone(self) -> tzinfo:
        """Return where policy reads hour and weekday."""

    def convert(self, spec: ToolSpec, call: ToolCall) -> Input | ArgError:
        """Return the typed arguments of a call, or why they cannot be."""


@dataclass(slots=True, kw_only=True)
class Step:
    """Makes the facts of one step, also for arguments that a narrowing shrank."""

    course: Journey
    call: ToolCall
    spec: ToolSpec
    recorded: TraceStep
    now_ms: int
    met: tuple[Facts, ...] = ()
    _seen: list[str] = field(default_factory=list)

    def facts(self, call: ToolCall, found: Input, evidence: Evidence) -> Facts:
        """Return all that is known about the call with these converted arguments."""
        course, fixed = self.course, self.course.record.facts
        clock = ClockFacts.at(self.now_ms, course.zone)
        if fixed.clock:
            clock = clock._replace(hour=fixed.clock.hour, weekday=fixed.clock.weekday)
        made = facts(
            course.session,
            call,
            self.spec,
            found,
            now_ms=self.now_ms,
            clock=clock,
            credential=credential_of(course.record),
            evidence=evidence,
            ledger_specs=course.bundle.catalog.ledgers,
            known=course.known,
            house=course.zone,
        )
        if self.met:
            return self._as_met(made)
        return made._replace(
            prov=self.prov(made.prov),
            risk=RiskFacts(**fixed.risk.model_dump()) if fixed.risk else made.risk,
        )

    def _as_met(self, made: Facts) -> Facts:
        """Return what the guard knew then of these bytes; only ledgers may be new.

        A narrowing that was not made then leaves arguments of which no origin is recorded.
        """
        sent = made.call.bytes_sha256
        if sent not in self._seen:
            self._seen.append(sent)
        at = self._seen.index(sent)
        known = self.met[min(at, len(self.met) - 1)]
        ledgers = {**made.history.ledgers, **known.history.ledgers}
        return known._replace(
            call=made.call._replace(definition=known.call.definition),
            input=known.input if at < len(self.met) else made.input,
            history=known.history._replace(ledgers=ledgers),
            evidence=made.evidence,
        )

    def prov(self, made: ProvFacts) -> ProvFacts:
        """Return the origins of the arguments, the sets of paths as recorded if they were."""
        told = self.recorded.prov
        if told is None:
            return made
        return made._replace(
            user_prompt=frozenset(told.user_prompt),
            trusted_tool=frozenset(told.trusted_tool),
            untrusted=frozenset(told.untrusted),
            secret=frozenset(told.secret),
            model=frozenset(told.model),
        )

    def apply(self, before: Facts, transforms: tuple[Transform, ...]) -> tuple[Facts, bytes]:
        """Return the facts and the bytes of the narrowed call.

        Raises:
            NarrowUnavailable: a transform does not fit, or what is left is not a valid call.
        """
        if not transforms:
            return before, self.call.arguments
        values: dict[str, Json] = json.loads(self.call.arguments)
        after = argument_bytes(apply_transforms(values, transforms, before))
        call = self.call.narrowed(after)  # always from the call as it came
        found = self.course.convert(self.spec, call)
        if isinstance(found, ArgError):
            raise NarrowUnavailable(f"{found.code}: {found.path}")
        return self.facts(call, found, before.evidence), after

    def again(self, arguments: bytes, approvals: frozenset[str]) -> bool:
        """Return whether the approved call is let through when it is judged once more."""
        call = self.call = self.call.narrowed(arguments)
        found = self.course.convert(self.spec, call)
        if isinstance(found, ArgError):
            return False
        judged = self.facts(call, found, Evidence(approvals=approvals))
        return isinstance(decide(self.course.bundle, judged, self), Allow | Narrow)
