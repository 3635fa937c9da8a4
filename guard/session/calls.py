"""The course of one call through its session: it is admitted, it leaves, it ends.

A call is in flight before anybody judges it, so that parallel calls see each other; what it would
cost counts from then on, in its session and in every pool that it shares with other sessions.
"""

from collections.abc import Callable, Container, Iterable, Mapping

from guard.errors import Refused
from guard.model.altered import altered
from guard.model.call import Outcome, ToolCall, ToolSpec
from guard.model.facts import Input
from guard.model.ledger import LedgerSpec
from guard.provenance.result.segment import write_digest
from guard.session import shared
from guard.session.belongs import intent_ledgers
from guard.session.chains import End, kinds_of_end, labelled, settle
from guard.session.history import Step, replaced, running, without
from guard.session.plan import Plan, charges_of, plan_of, pools_in, receivers_of, size_of
from guard.session.pool_key import PoolKey
from guard.session.state import Entered, Session, refuse_closed, subjects_of
from guard.session.together import together

IN_FLIGHT = 32


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
    refuse_closed(session)
    if running(session.steps, call.id) is not None:
        raise Refused(f"Call {call.id!r} is already running.", code="call_id_in_use")
    if len(session.steps) >= in_flight:
        raise Refused(
            f"{len(session.steps)} calls of this session are running, at most {in_flight} may.",
            code="too_many_in_flight",
            next_step="Wait for one of them to end.",
        )
    write = facts_input.write or write_digest(call, spec)
    plan = plan_for(session, spec, ledger_specs)
    charges = charges_of(plan, facts_input, session.id)
    pools = shared.opened(session.shared, pools_in(plan))
    step = Step(
        n=session.step + 1,
        call=call.id,
        action=spec.action,
        classes=spec.effect,
        at_ms=now_ms,
        charges=charges,
        write=write,
        words=spec.intent if write else (),
        size=size_of(receivers_of(spec.held), facts_input) if write else 1,
    )
    return altered(
        session,
        steps=(*session.steps, step),
        step=step.n,
        used_at_ms=now_ms,
        active_ms=now_ms,
        shared=shared.entered(pools, session.id, call.id, charges, now_ms),
    )


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
        return altered(session, labels=labels)
    step, pools = session.steps[at], session.shared
    at_ms = max(now_ms, step.at_ms)
    if facts_input is not None:
        charges = charges_of(plan_for(session, spec, ledger_specs), facts_input, session.id)
        pools = shared.recharged(pools, session.id, call_id, step.charges, charges, at_ms)
        step = step.charged(charges)
    return altered(
        session,
        steps=replaced(session.steps, at, step),
        labels=labels,
        ledgers=labelled(session.ledgers, step.charges, names, at_ms),
        entered=_entered(session, names, step, at_ms),
        shared=shared.marked(pools, step.charges, names, at_ms),
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
        return altered(session, labels=session.labels | labels)
    step = session.steps[at]
    kinds = kinds_of_end(outcome, denied=denied, approved=approved)
    end = End(kinds=kinds, at_ms=now_ms, labels=labels, found=result_facts)
    return altered(
        session,
        steps=without(session.steps, at),
        used_at_ms=max(now_ms, session.used_at_ms),
        labels=session.labels | labels,
        ledgers=settle(session.ledgers, step.charges, end),
        entered=_entered(session, labels, step, now_ms),
        active_ms=max(session.active_ms, now_ms),
        shared=shared.ended(session.shared, session.id, call_id, step.charges, end),
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


def nothing_said(_action: str) -> frozenset[str]:
    """Return no label: the calls did not run."""
    return frozenset()


def abandoned(
    session: Session,
    calls: Container[str],
    outcome: Outcome,
    *,
    now_ms: int,
    labels: Callable[[str], frozenset[str]] = nothing_said,
) -> Session:
    """Return the session with those of these calls that are in flight ended; nobody said no.

    Args:
        session: as it is stored now.
        calls: those whose guard is gone.
        outcome: how they ended.
        now_ms: milliseconds since the epoch.
        labels: what the text of a tool (`server/tool`) brings in; a progress note may have.
    """
    for one in session.steps:
        if one.call in calls:
            brought = labels(one.action)
            session = settled(session, one.call, outcome, brought, {}, now_ms, denied=False)
    return session


def plan_for(session: Session, spec: ToolSpec, ledger_specs: Iterable[LedgerSpec]) -> Plan:
    """Return every ledger that this call may touch: the catalogue's, the tool's and the task's."""
    own = () if session.intent is None else intent_ledgers(session.intent)
    shared_by = together(session, spec)
    return plan_of((*ledger_specs, *own, *shared_by), spec, subjects_of(session))


Wanted = Callable[[Session], frozenset[PoolKey]]
"""Which pools a call needs, of a session as it stands."""


def wanted_by(spec: ToolSpec, ledger_specs: Iterable[LedgerSpec]) -> Wanted:
    """Return which pools a call of this tool needs."""
    return lambda session: pools_in(plan_for(session, spec, ledger_specs))


def nothing_wanted(_session: Session) -> frozenset[PoolKey]:
    """Want no pool but those in which the session's calls are under way."""
    return frozenset()


def pools_of(session: Session) -> frozenset[PoolKey]:
    """Return the pools in which calls of a session are under way: whoever ends one needs them."""
    return frozenset(
        charge.pool for step in session.steps for charge in step.charges if charge.pool is not None
    )


def lent(session: Session, pools: shared.Shared) -> Session:
    """Return a session with the pools that were read with it."""
    return altered(session, shared=pools) if pools or session.shared else session


def without_pools(session: Session) -> Session:
    """Return a session as its own row keeps it."""
    return altered(session, shared=shared.NOTHING_SHARED) if session.shared else session
