"""One agent's session: what it may do, what it has done, what it has touched.

Rule 1: a session changes only by the functions below, each returns a new one; the store counts
versions. Rule 2: labels only grow. Rule 3: an ended session stays ended. Where it is kept is not
known here.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from guard.errors import Refused
from guard.model.call import Outcome, ToolCall, ToolSpec
from guard.model.facts import Input
from guard.model.identity import Device, Place, Who
from guard.model.ledger import LedgerSpec
from guard.provenance.segment import Endorsed, Segment, chained, write_digest
from guard.session.belongs import intent_ledgers
from guard.session.chains import kinds_of_end, labelled, settle
from guard.session.history import Step, replaced, running, without
from guard.session.intent import TaskIntent, meet
from guard.session.limit import found
from guard.session.plan import Plan, charges_of, plan_of
from guard.session.risk import Signal, ends_session, joined
from guard.session.tally import LedgerState
from guard.session.trail import Trail

SIGNALS = 64
IN_FLIGHT = 32
_RECEIVERS = frozenset({"recipient"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Where a label came into a session for the first time."""

    label: str
    step: int
    action: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything the guard knows of one (principal, agent, handle)."""

    id: str
    who: Who
    opened_at_ms: int
    intent: TaskIntent | None = None
    words: tuple[str, ...] = ()  # what the person said, as the front received it from them
    task: str = ""  # digest of the task that others declared; an agent's narrowing keeps it
    version: int = 0
    step: int = 0  # steps admitted so far
    steps: tuple[Step, ...] = ()  # in flight
    labels: frozenset[str] = frozenset()
    ledgers: LedgerState = LedgerState()  # noqa: RUF009 - frozen and empty: sharing it is safe
    signals: tuple[Signal, ...] = ()
    ended_at_ms: int = 0
    observed: int = 0  # segments that its results have left behind
    withdrawn: frozenset[Endorsed] = frozenset()  # approved destinations that no longer are
    observed_sha256: str = ""  # and what their chained digests come to
    suspended_at_ms: int = 0  # people said no too often; an operator lets it go on
    resumed_at_ms: int = 0  # denials before this moment no longer count
    entered: tuple[Entered, ...] = ()  # one for each label that a step brought
    place: Place | None = None  # where its caller was last, where a front is told
    trail: Trail = Trail()  # noqa: RUF009 - frozen: sharing it is safe


def new_session(
    session_id: str,
    who: Who,
    *,
    intent: TaskIntent | None = None,
    words: tuple[str, ...] = (),
    now_ms: int,
) -> Session:
    """Return a session that has seen nothing yet."""
    new = Session(id=session_id, who=who, opened_at_ms=now_ms, words=words)
    return new if intent is None else declared(new, intent)


def admitted(
    session: Session,
    call: ToolCall,
    spec: ToolSpec,
    facts_input: Input,
    now_ms: int,
    ledger_specs: Iterable[LedgerSpec] = (),
    *,
    in_flight: int = IN_FLIGHT,
) -> Session:
    """Return the session with the call in flight, before anybody judged it.

    Raises:
        Refused: `session_ended`; `session_suspended`; `too_many_in_flight`; `call_id_in_use`,
            because two calls under one id would be counted once.
    """
    if session.ended_at_ms:
        raise Refused(
            "The session has ended.",
            code="session_ended",
            next_step="Ask the person you work for to start a new one.",
        )
    if session.suspended_at_ms:
        raise Refused(
            "The session is suspended.",
            code="session_suspended",
            next_step="An operator looks at it and lets it go on, or ends it.",
        )
    if running(session.steps, call.id) is not None:
        raise Refused(f"Call {call.id!r} is already running.", code="call_id_in_use")
    if len(session.steps) >= in_flight:
        raise Refused(
            f"{len(session.steps)} calls of this session are running, at most {in_flight} may.",
            code="too_many_in_flight",
            next_step="Wait for one of them to end.",
        )
    write = write_digest(call, spec)
    step = Step(
        n=session.step + 1,
        call=call.id,
        action=spec.action,
        classes=spec.effect,
        at_ms=now_ms,
        charges=charges_of(plan_for(session, spec, ledger_specs), facts_input),
        write=write,
        words=spec.intent if write else (),
        size=_size(spec, facts_input) if write else 1,
    )
    return replace(session, steps=(*session.steps, step), step=step.n)


def _size(spec: ToolSpec, given: Input) -> int:
    """Return how many receivers one argument of a call holds at most."""
    lists = (found(given.values, path) for path, one in spec.args.items() if one.role in _RECEIVERS)
    return max((len(one) for one in lists), default=1) or 1


def forwarded(
    session: Session,
    call_id: str,
    spec: ToolSpec,
    facts_input: Input | None = None,
    ledger_specs: Iterable[LedgerSpec] = (),
    *,
    now_ms: int = 0,
) -> Session:
    """Return the session as the call leaves: the tool's own labels enter now, not with the result.

    Progress messages carry text before the result does. Narrowed arguments (`facts_input`) replace
    what the call was charged at admission.
    """
    at = running(session.steps, call_id)
    names = spec.output.names(spec.server)
    labels = session.labels | names
    if at is None:
        return replace(session, labels=labels)
    step, steps = session.steps[at], session.steps
    if facts_input is not None:
        charges = charges_of(plan_for(session, spec, ledger_specs), facts_input)
        steps = replaced(steps, at, step.charged(charges))
    at_ms = max(now_ms, step.at_ms)
    return replace(
        session,
        steps=steps,
        labels=labels,
        ledgers=labelled(session.ledgers, step.charges, names, at_ms),
        entered=_entered(session, names, step, at_ms),
    )


def settled(
    session: Session,
    call_id: str,
    outcome: Outcome,
    labels: frozenset[str],
    result_facts: Mapping[str, str],
    now_ms: int,
    *,
    denied: bool = True,
    approved: bool = False,
) -> Session:
    """Return the session after the call ended; a call that is not in flight only adds labels.

    Args:
        session: as it is stored now.
        call_id: the call.
        outcome: how it ended; anything but `refused` keeps what the call cost.
        labels: what its result brought in.
        result_facts: extracted values of the result, by path or role.
        now_ms: milliseconds since the epoch.
        denied: whether a refusal was a no, rather than a question that is still open.
        approved: whether a person had approved the call.
    """
    at = running(session.steps, call_id)
    if at is None:
        return replace(session, labels=session.labels | labels)
    step = session.steps[at]
    ends = kinds_of_end(outcome, denied=denied, approved=approved)
    ledgers = settle(session.ledgers, step.charges, ends, now_ms, labels, result_facts)
    return replace(
        session,
        steps=without(session.steps, at),
        labels=session.labels | labels,
        ledgers=ledgers,
        entered=_entered(session, labels, step, now_ms),
    )


def _entered(
    session: Session, labels: frozenset[str], step: Step, at_ms: int
) -> tuple[Entered, ...]:
    new = labels - session.labels
    if not new:  # nearly always
        return session.entered
    return session.entered + tuple(
        Entered(label=one, step=step.n, action=step.action, at_ms=at_ms) for one in sorted(new)
    )


def remembering(session: Session, segment: Segment) -> Session:
    """Return the session after one more result was read for what it shows."""
    chain = chained(session.observed_sha256, segment.body)
    return replace(session, observed=session.observed + 1, observed_sha256=chain)


def withdrawing(session: Session, endorsed: Iterable[Endorsed]) -> Session:
    """Return the session after approved destinations were taken back: they are asked again."""
    return replace(session, withdrawn=session.withdrawn.union(endorsed))


def swept(session: Session, *, older_than_ms: int, now_ms: int) -> Session:
    """Return the session with calls admitted before `older_than_ms` ended as unknown."""
    for one in session.steps:
        if one.at_ms < older_than_ms:
            session = settled(session, one.call, Outcome.UNKNOWN, frozenset(), {}, now_ms)
    return session


def abandoned(session: Session, calls: Container[str], *, now_ms: int) -> Session:
    """Return the session with those of these calls that are in flight ended as unknown."""
    for one in session.steps:
        if one.call in calls:
            session = settled(session, one.call, Outcome.UNKNOWN, frozenset(), {}, now_ms)
    return session


def signalled(session: Session, signal: Signal, now_ms: int) -> Session:
    """Return the session with one more risk signal; some end it."""
    ends = ends_session(session.signals, signal)
    changed = replace(session, signals=joined(session.signals, signal, keep=SIGNALS))
    return ended(changed, now_ms) if ends else changed


def ended(session: Session, now_ms: int) -> Session:
    """Return the session closed for new calls; those in flight still settle."""
    return session if session.ended_at_ms else replace(session, ended_at_ms=max(1, now_ms))


def suspended(session: Session, now_ms: int) -> Session:
    """Return the session closed for new calls until an operator lets it go on."""
    return replace(session, suspended_at_ms=max(1, now_ms))


def resumed(session: Session, now_ms: int) -> Session:
    """Return the session open again; denials up to now no longer count."""
    return replace(session, suspended_at_ms=0, resumed_at_ms=max(1, now_ms))


def seen(session: Session, who: Who) -> Session:
    """Return the session with what the edge knows now; `session_unknown` to anybody else."""
    if who.key != session.who.key:
        raise Refused("There is no such session.", code="session_unknown")
    if who.device == Device():  # a front that knows no device takes nothing back of what is known
        who = replace(who, device=session.who.device)
    return session if who == session.who else replace(session, who=who)


def told(session: Session, words: str) -> Session:
    """Return the session after the person said more: what they name counts from now on."""
    return replace(session, words=(*session.words, words))


def declared(session: Session, intent: TaskIntent) -> Session:
    """Return the session with a task.

    What a host, a user or the configuration declares replaces the task before. What an agent
    declares only narrows it, and keeps what was already spent.
    """
    if intent.declared:
        return replace(session, intent=intent, task=intent.digest[:24])
    narrower = intent if session.intent is None else meet(session.intent, intent)
    return replace(session, intent=narrower)


def plan_for(session: Session, spec: ToolSpec, ledger_specs: Iterable[LedgerSpec]) -> Plan:
    """Return every ledger that this call may touch: the catalogue's, the tool's and the task's."""
    own = () if session.intent is None else intent_ledgers(session.intent)
    return plan_of((*ledger_specs, *own), spec, session.task)
