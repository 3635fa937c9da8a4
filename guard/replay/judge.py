"""One recorded session, judged step by step as if it happened now, with no side effect.

The same facts, the same `decide` as a live call, and nothing else: no store, no people, no tool.
What a step brings into history is what the recording says it returned. Time comes from the record.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Literal

from guard.errors import Refused
from guard.model.call import Json, Outcome, ToolCall, ToolSpec, Transform, argument_bytes
from guard.model.decision import Allow, Basis, Decision, Deny, Narrow, Reason, StepUp
from guard.model.facts import (
    ClockFacts,
    Derived,
    Evidence,
    Facts,
    Input,
    ProvFacts,
    RiskFacts,
)
from guard.model.labels import Label, Secrecy, Trust
from guard.policy.compile import Bundle
from guard.policy.convert import ArgError, convert_args
from guard.policy.evaluate import decide
from guard.policy.given import limits_of
from guard.policy.transform import NarrowUnavailable, apply_transforms
from guard.replay.said import credential_of, intent_of, signalled_by, who_of
from guard.replay.trace import Record, TraceStep
from guard.session.provenance import origins
from guard.session.result import extracted, is_failure
from guard.session.state import (
    admitted,
    facts,
    forwarded,
    new_session,
    settled,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to replay.

    Args:
        history: what leaves a result: `guarded` steps that would have run, or all `recorded` ones.
        approve: who says yes to a step-up: nobody, somebody always, or those in the record.
        zone: where policy reads hour and weekday.
        salt: blinds secret arguments; fixed, so that two runs are equal.
        cpu_ns: thread CPU time, or None to leave timing out.
    """

    history: Literal["guarded", "recorded"] = "guarded"
    approve: Literal["none", "all", "recorded"] = "none"
    zone: tzinfo = UTC
    salt: bytes = field(default=bytes(32), repr=False)
    cpu_ns: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The decision on one step, what it was decided from, and the CPU time (us) it took."""

    step: int
    facts: Facts | None
    decision: Decision
    micros: int | None


def judge_record(bundle: Bundle, record: Record, options: Options) -> Iterator[Judged]:
    """Yield the decision on every step of a recorded session.

    Raises:
        Unusable: bad_trace, the recorded intent is none.
    """
    yield from _Course(bundle, record, options).steps()


class _Course:
    """One session on its way through the record."""

    def __init__(self, bundle: Bundle, record: Record, options: Options) -> None:
        self.bundle = bundle
        self.record = record
        self.options = options
        self.intent = intent_of(record, record.intent.purpose)
        self.spoken = intent_of(record, record.prompt) if record.prompt else self.intent
        self.session = new_session(
            record.session, who_of(record), intent=self.intent, now_ms=record.start_ms
        )
        self.waiting = sorted(record.signals, key=lambda one: record.moment_ms(one.at))

    def steps(self) -> Iterator[Judged]:
        for index, (step, now_ms) in enumerate(
            zip(self.record.steps, self.record.moments_ms(), strict=True)
        ):
            self.signals(now_ms)
            yield self.step(index, step, now_ms)

    def signals(self, now_ms: int) -> None:
        """Take in the signals that have come by now."""
        while self.waiting and self.record.moment_ms(self.waiting[0].at) <= now_ms:
            self.session = signalled_by(self.session, self.record, self.waiting.pop(0))

    def step(self, index: int, step: TraceStep, now_ms: int) -> Judged:
        spec = self.spec(step)
        try:
            sent = argument_bytes(step.args)
        except ValueError:  # infinite, or half a character: no bytes could be sent
            return Judged(step=index, facts=None, decision=self.deny("bad_argument"), micros=None)
        call = ToolCall(
            id=f"{self.record.session}-{index}",
            session=self.record.session,
            server=step.server,
            tool=spec.tool,
            arguments=sent,
        )
        started = self.options.cpu_ns() if self.options.cpu_ns else 0
        found = self.convert(spec, call)
        known = found if isinstance(found, Input) else _unknown(call)
        try:
            self.session = admitted(
                self.session, call, spec, known, now_ms, self.bundle.catalog.ledgers
            )
        except Refused as refused:
            decision: Decision = self.deny(refused.code)
            return Judged(step=index, facts=None, decision=decision, micros=self.micros(started))
        judging = _Step(course=self, call=call, spec=spec, recorded=step, now_ms=now_ms)
        seen_facts = judging.facts(call, known, Evidence())
        if isinstance(found, ArgError):
            decision = self.deny(found.code, f"{found.path}: {found.message}")
        else:
            decision = decide(self.bundle, seen_facts, judging)
        micros = self.micros(started)
        self.settle(judging, index, decision)
        return Judged(step=index, facts=seen_facts, decision=decision, micros=micros)

    def micros(self, started: int) -> int | None:
        """Return the CPU time since `started` (us), None without timing."""
        return (self.options.cpu_ns() - started) // 1000 if self.options.cpu_ns else None

    def spec(self, step: TraceStep) -> ToolSpec:
        """Return the catalogue's word on the tool or method; what it does not know has no class."""
        catalog = self.bundle.catalog
        if step.tool.startswith("mcp:"):
            known = catalog.method_spec(step.server, step.tool.removeprefix("mcp:"))
        else:
            known = catalog.spec(step.server, step.tool)
        return known or ToolSpec(server=step.server, tool=step.tool, effect=frozenset())

    def convert(self, spec: ToolSpec, call: ToolCall) -> Input | ArgError:
        if self.bundle.slice_of(spec.server, spec.tool) is None:
            return _unknown(call)  # the answer is unknown_tool; its arguments mean nothing
        return convert_args(
            spec, call.parsed(), salt=self.options.salt, limits=limits_of(self.bundle.catalog)
        )

    def deny(self, code: str, detail: str = "") -> Deny:
        basis = Basis(bundle=self.bundle.digest, slice="")
        return Deny(code=code, reasons=(Reason(code=code),), basis=basis, detail=detail)

    def settle(self, judging: "_Step", index: int, decision: Decision) -> None:
        """Let the step into history: what ran with its result, what did not without."""
        ran = self.runs(judging, index, decision)
        recorded, spec, call = judging.recorded, judging.spec, judging.call
        if not ran and self.options.history == "guarded":
            self.session = settled(
                self.session,
                call.id,
                Outcome.REFUSED,
                frozenset(),
                {},
                judging.now_ms,
                denied=isinstance(decision, Deny),
            )
            return
        labels = frozenset(recorded.labels) if recorded.labels is not None else None
        quiet = replace(spec, output=Label(trust=Trust.TRUSTED, secrecy=Secrecy.PUBLIC))
        self.session = forwarded(self.session, call.id, spec if labels is None else quiet)
        found = extracted(spec, recorded.result)
        outcome = Outcome.ERROR if is_failure(recorded.result) or recorded.is_error else Outcome.OK
        brought = spec.output.names(spec.server) if labels is None else labels
        self.session = settled(
            self.session,
            call.id,
            outcome,
            brought,
            found,
            judging.now_ms,
            approved=isinstance(decision, StepUp),
        )

    def runs(self, judging: "_Step", index: int, decision: Decision) -> bool:
        """Return whether the step would have run."""
        match decision:
            case Allow() | Narrow():
                return True
            case Deny():
                return False
            case StepUp(requirements=requirements, arguments=arguments):
                wanted = frozenset(one.rule for one in requirements)
                return wanted <= self.approved(index, wanted) and judging.again(arguments, wanted)

    def approved(self, index: int, wanted: frozenset[str]) -> frozenset[str]:
        """Return the rules to which somebody said yes."""
        match self.options.approve:
            case "none":
                return frozenset()
            case "all":
                return wanted
            case "recorded":
                given = (one.rules for one in self.record.approvals if one.step == index)
                return frozenset(rule for rules in given for rule in rules)


@dataclass(slots=True, kw_only=True)
class _Step:
    """Makes the facts of one step, also for arguments that a narrowing shrank."""

    course: _Course
    call: ToolCall
    spec: ToolSpec
    recorded: TraceStep
    now_ms: int

    def facts(self, call: ToolCall, found: Input, evidence: Evidence) -> Facts:
        course, fixed = self.course, self.course.record.facts
        local = datetime.fromtimestamp(self.now_ms / 1000, course.options.zone)
        clock = ClockFacts(at_ms=self.now_ms, hour=local.hour, weekday=local.weekday())
        if fixed.clock:
            clock = replace(clock, hour=fixed.clock.hour, weekday=fixed.clock.weekday)
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
        )
        return replace(
            made,
            prov=self.prov(found),
            risk=RiskFacts(**fixed.risk.model_dump()) if fixed.risk else made.risk,
        )

    def prov(self, found: Input) -> ProvFacts:
        """Return the origins of the arguments: as recorded, or as the prompt tells."""
        if self.recorded.prov is not None:
            told = self.recorded.prov
            return ProvFacts(
                user_prompt=frozenset(told.user_prompt),
                trusted_tool=frozenset(told.trusted_tool),
                untrusted=frozenset(told.untrusted),
                secret=frozenset(told.secret),
                model=frozenset(told.model),
            )
        labels = self.course.session.labels
        return origins(labels, self.spec, found.values, self.course.spoken)

    def apply(self, before: Facts, transforms: tuple[Transform, ...]) -> tuple[Facts, bytes]:
        """Return the facts and the bytes of the narrowed call.

        Raises:
            NarrowUnavailable: a transform does not fit, or what is left is not a valid call.
        """
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


def _unknown(call: ToolCall) -> Input:
    return Input(values={}, derived=Derived(bytes=len(call.arguments)))
