"""One recorded session, judged step by step as if it happened now, with no side effect.

The same facts, the same `decide` as a live call, and nothing else: no store, no people, no tool.
What a step brings into history is what the recording says it returned. Time comes from the record.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Literal

from guard.errors import Refused
from guard.model.call import Json, Outcome, ToolCall, ToolSpec, argument_bytes
from guard.model.decision import Allow, Basis, Decision, Deny, Narrow, Reason, StepUp
from guard.model.facts import Derived, Evidence, Facts, Input
from guard.model.labels import Label, Secrecy, Trust
from guard.policy.compile import Bundle
from guard.policy.convert import ArgError, convert_args, limits_of
from guard.policy.evaluate import decide
from guard.provenance.result.known import Known
from guard.replay.said import after, intent_of, signalled_by, who_of
from guard.replay.shelf import Shelf
from guard.replay.step import Step
from guard.replay.trace import Record, TraceStep
from guard.session.calls import admitted, forwarded, settled, wanted_by
from guard.session.provenance import labels_of, segment_for
from guard.session.result import extracted, is_failure
from guard.session.state import Session, new_session, told

GAP = b'"[secret '
"""How arguments begin that a recorder left out."""


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


def judge_record(
    bundle: Bundle, record: Record, options: Options, shelf: Shelf | None = None
) -> Iterator[Judged]:
    """Yield the decision on every step of a recorded session; see `Course`.

    Raises:
        Unusable: bad_trace, the recorded intent is none.
    """
    yield from Course(bundle, record, options, shelf).steps()


class Course:
    """One session on its way: judge a call, then say how it ended, in turns.

    Args:
        bundle: the policy.
        record: who, what for, what was said; its steps are judged by `steps`, others by `judge`.
        options: how to replay.
        shelf: the tallies that the sessions of one replay share; None: it is judged alone.
    """

    def __init__(
        self, bundle: Bundle, record: Record, options: Options, shelf: Shelf | None = None
    ) -> None:
        self._shelf = Shelf() if shelf is None else shelf
        self.bundle = bundle
        self.record = record
        self.options = options
        self.known = Known()
        opened = new_session(
            record.session,
            who_of(record),
            intent=intent_of(record),
            words=record.words,
            now_ms=record.start_ms,
        )
        self.session = self._alone(opened)
        self._waiting = sorted(record.signals, key=lambda one: record.moment_ms(one.at))
        self._count = 0
        self._now_ms = record.start_ms
        self._open: Step | None = None

    def _alone(self, session: Session) -> Session:
        """Return a session as a task of its own where nobody said when it was.

        No other session of the record is then known to work on the same.
        """
        own = f" {session.id}"
        if self.record.start is not None or session.task.endswith(own):
            return session
        return replace(session, task=f"{session.task}{own}")

    @property
    def zone(self) -> tzinfo:
        """Return where policy reads hour and weekday."""
        return self.options.zone

    def steps(self) -> Iterator[Judged]:
        """Yield the decision on every step of the record, each with what the ones before left."""
        for step, now_ms in zip(self.record.steps, self.record.moments_ms(), strict=True):
            judged = self.judge(step, now_ms)
            ran = self._runs(judged)
            approved = ran and isinstance(judged.decision, StepUp)
            self.end(judged, ran=ran, approved=approved, result=step.result)
            yield judged

    def tell(self, words: str) -> None:
        """Take in what the person said meanwhile."""
        self.session = told(self.session, words)

    def judge(self, step: TraceStep, now_ms: int | None = None) -> Judged:
        """Return the decision on one call. `end` must follow before the next.

        Args:
            step: the call; its result is not looked at.
            now_ms: when; None: a second after the one before.
        """
        self._now_ms = self._now_ms + 1000 if now_ms is None else now_ms
        self._signals()
        index, self._count, self._open = self._count, self._count + 1, None
        for said in self.record.said:
            if said.step == index:
                self.session = self._alone(after(self.session, said, self._now_ms))
        try:
            sent = argument_bytes(step.args)
        except ValueError:  # infinite, or half a character: no bytes could be sent
            return Judged(step=index, facts=None, decision=self._deny("bad_argument"), micros=None)
        spec = self._spec(step)
        call = ToolCall(
            id=f"{self.record.session}-{index}",
            session=self.record.session,
            server=step.server,
            tool=spec.tool,
            arguments=sent,
        )
        started = self.options.cpu_ns() if self.options.cpu_ns else 0
        found, met = self.convert(spec, call), step.met()
        if met and isinstance(found, ArgError) and GAP in call.arguments:
            found = met[0].input  # the recorder left secrets out: what was judged, it kept
        given = found if isinstance(found, Input) else _unknown(call)
        try:
            ledgers = self.bundle.catalog.ledgers
            lent = self._shelf.lend(self.session, wanted_by(spec, ledgers))
            self.session = admitted(lent, call, spec, given, self._now_ms, ledgers)
        except Refused as refused:
            denied = self._deny(refused.code)
            return Judged(step=index, facts=None, decision=denied, micros=self._micros(started))
        opened = Step(
            course=self, call=call, spec=spec, recorded=step, now_ms=self._now_ms, met=met
        )
        seen = opened.facts(call, given, Evidence())
        if step.refused:
            decision: Decision = self._deny(step.refused)
        elif isinstance(found, ArgError):
            decision = self._deny(found.code, f"{found.path}: {found.message}")
        else:
            decision = decide(self.bundle, seen, opened)
        self._open = opened
        return Judged(step=index, facts=seen, decision=decision, micros=self._micros(started))

    def end(
        self, judged: Judged, *, ran: bool, approved: bool = False, result: object = None
    ) -> None:
        """Let a judged call into history: what ran with its result, what did not without.

        Args:
            judged: what `judge` returned last.
            ran: whether it ran; under `recorded` history everything did.
            approved: whether somebody had said yes to it.
            result: what came back (JSON).
        """
        opened, self._open = self._open, None
        if opened is None:
            return  # it never got as far as the session
        if isinstance(judged.decision, Narrow):
            opened.call = opened.call.narrowed(judged.decision.arguments)
        if ran or self.options.history == "recorded":
            self._ran(opened, result, approved=approved)  # type: ignore[arg-type]  # JSON, as said
        else:
            self.session = settled(
                self.session,
                opened.call.id,
                Outcome.REFUSED,
                frozenset(),
                {},
                opened.now_ms,
                denied=isinstance(judged.decision, Deny) and judged.decision.counts,
            )
        self._shelf.take_back(self.session)

    def _ran(self, opened: Step, result: Json, *, approved: bool) -> None:
        spec, call, recorded = opened.spec, opened.call, opened.recorded
        labels = None if recorded.labels is None else frozenset(recorded.labels)
        quiet = replace(spec, output=Label(trust=Trust.TRUSTED, secrecy=Secrecy.PUBLIC), labels={})
        segment = segment_for(
            self.session,
            call,
            spec,
            result,
            self.known,
            step=self.session.step,
            approved=approved,
            house=self.zone,
            now_ms=opened.now_ms,
        )
        self.session = forwarded(self.session, call.id, spec if labels is None else quiet)
        failed = is_failure(result) or recorded.is_error
        self.session = settled(
            self.session,
            call.id,
            Outcome.ERROR if failed else Outcome.OK,
            labels_of(spec, result) if labels is None else labels,
            extracted(spec, result),
            opened.now_ms,
            approved=approved,
        )
        self.known.learn(segment)

    def _signals(self) -> None:
        """Take in the signals that have come by now."""
        while self._waiting and self.record.moment_ms(self._waiting[0].at) <= self._now_ms:
            self.session = signalled_by(self.session, self.record, self._waiting.pop(0))

    def _micros(self, started: int) -> int | None:
        """Return the CPU time since `started` (us), None without timing."""
        return (self.options.cpu_ns() - started) // 1000 if self.options.cpu_ns else None

    def _spec(self, step: TraceStep) -> ToolSpec:
        """Return the catalogue's word on the tool or method; what it does not know has no class."""
        catalog = self.bundle.catalog
        if step.tool.startswith("mcp:"):
            known = catalog.method_spec(step.server, step.tool.removeprefix("mcp:"))
        else:
            known = catalog.spec(step.server, step.tool)
        return known or ToolSpec(server=step.server, tool=step.tool, effect=frozenset())

    def convert(self, spec: ToolSpec, call: ToolCall) -> Input | ArgError:
        """Return the typed arguments of a call, or why they cannot be."""
        if self.bundle.slice_of(spec.server, spec.tool) is None:
            return _unknown(call)  # the answer is unknown_tool; its arguments mean nothing
        return convert_args(
            spec, call.parsed(), salt=self.options.salt, limits=limits_of(self.bundle.catalog)
        )

    def _deny(self, code: str, detail: str = "") -> Deny:
        basis = Basis(bundle=self.bundle.digest, slice="")
        return Deny(code=code, reasons=(Reason(code=code),), basis=basis, detail=detail)

    def _runs(self, judged: Judged) -> bool:
        """Return whether the step would have run."""
        match judged.decision:
            case Allow() | Narrow():
                return True
            case Deny():
                return False
            case StepUp(requirements=requirements, arguments=arguments):
                wanted = frozenset(one.rule for one in requirements)
                if self._open is None or not wanted <= self._approved(judged.step, wanted):
                    return False
                return self._open.again(arguments, wanted)

    def _approved(self, index: int, wanted: frozenset[str]) -> frozenset[str]:
        """Return the rules to which somebody said yes."""
        match self.options.approve:
            case "none":
                return frozenset()
            case "all":
                return wanted
            case "recorded":
                given = (one.rules for one in self.record.approvals if one.step == index)
                return frozenset(rule for rules in given for rule in rules)


def _unknown(call: ToolCall) -> Input:
    return Input(values={}, derived=Derived(bytes=len(call.arguments)))
