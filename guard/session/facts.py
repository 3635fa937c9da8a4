"""All that is known about one call of a session at one moment.

Only states it: session, task, history, risk and provenance are read, nothing is changed.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Final

from guard.model.call import Json, ToolCall, ToolSpec
from guard.model.facts import (
    NO_SITE,
    UNNARROWED,
    AccessFacts,
    CallFacts,
    ClockFacts,
    CredentialFacts,
    Evidence,
    Facts,
    HistoryFacts,
    Input,
    OfflineFacts,
)
from guard.model.ledger import LedgerSpec
from guard.provenance.result.known import Known
from guard.session.belongs import intent_facts, spent_before
from guard.session.calls import plan_for
from guard.session.chains import own, values
from guard.session.history import Step, running
from guard.session.intent import TaskIntent
from guard.session.narrowing import access_of, settles
from guard.session.plan import DENIED
from guard.session.provenance import NOTHING_KNOWN, weighed_for
from guard.session.risk import findings, risk_facts
from guard.session.shared import reading
from guard.session.state import Session
from guard.session.tally import LARGEST
from guard.session.tasks import blinded
from guard.session.together import apart, others

_NO_FINDINGS: Final = frozenset[str]()


def facts(
    session: Session,
    call: ToolCall,
    spec: ToolSpec,
    facts_input: Input,
    *,
    now_ms: int,
    clock: ClockFacts,
    credential: CredentialFacts,
    evidence: Evidence,
    ledger_specs: Iterable[LedgerSpec] = (),
    intent: TaskIntent | None = None,
    known: Known = NOTHING_KNOWN,
    offline: OfflineFacts = NO_SITE,
    house: tzinfo = UTC,
    salt: bytes = b"",
) -> Facts:
    """Return all that is known about one call now.

    A ledger's value is what settled, what came before and is in flight, and this call; where other
    sessions are counted in it, theirs too.

    Args:
        session: as stored after the call was admitted, with the pools that the call needs; a call
            that was not admitted counts as the newest.
        call: the call with the bytes to judge.
        spec: its tool.
        facts_input: its arguments after conversion.
        now_ms: milliseconds since the epoch.
        clock: the same moment in the catalogue's zone.
        credential: what the call would get.
        evidence: what people approved and what was narrowed.
        ledger_specs: the catalogue's ledgers; budgets and the task's own are added here.
        intent: the task to judge by, if it is narrower than the session's.
        known: what the session's results have shown.
        offline: how far a site may go without its control plane.
        house: the catalogue's zone, in which people mean the times that they name.
        salt: what blinds the digest of the task; empty: no digest is wanted.
    """
    task = session.intent if intent is None else intent
    at = running(session.steps, call.id)
    step = None if at is None else session.steps[at]
    number = session.step + 1 if step is None else step.n
    plan, shared_by = apart(plan_for(session, spec, ledger_specs))
    alone = own(session.ledgers, [one for one in session.steps if one.n < number])
    kept = reading(session.shared, session.id, call.id, alone)
    read, overflow = values(plan, kept, facts_input, now_ms, session.id)
    elsewhere = others(shared_by, kept, facts_input, now_ms, session.id)
    denied = read.pop(DENIED.name)
    given, spent = facts_input.values, spent_before(read, plan, facts_input)
    weighed = weighed_for(
        session,
        call,
        spec,
        known,
        intent=intent,
        write=facts_input.write,
        house=house,
        others=elsewhere.done,
        now_ms=now_ms,
    )
    stated = intent_facts(
        task,
        spec,
        given,
        clock,
        counts=read,
        spent_minor=spent,
        amount_minor=facts_input.derived.amount_minor,
        known=known,
    )
    return Facts(
        call=CallFacts(
            id=call.id,
            session=session.id,
            server=call.server,
            tool=call.tool,
            bytes_sha256=call.bytes_sha256,
            definition=call.definition,
        ),
        who=session.caller(call.acting),
        input=facts_input,
        clock=clock,
        intent=stated._replace(
            sha256="" if task is None else blinded(task.digest, salt),
            spoken=weighed.spoken,
            words=weighed.words,
            asked=weighed.asked,
            condition=weighed.condition,
            left=_left(task, stated.fits, weighed.left),
            repeat=weighed.repeat or elsewhere.same,
        ),
        prov=weighed.prov,
        text=weighed.text,
        history=HistoryFacts(
            labels=session.labels,
            findings=_findings(session, step, now_ms),
            step=number,
            denied_1h=denied if isinstance(denied, int) else LARGEST,
            ledgers=read,
            overflow=overflow or session.ledgers.full,
        ),
        risk=risk_facts(session.signals, session.who.device, now_ms, offline=offline.step > 0),
        access=access_facts(session, spec, given),
        credential=credential,
        evidence=evidence,
        offline=offline,
    )


def _left(task: TaskIntent | None, fits: bool, left: int) -> int:  # noqa: FBT001  one fact
    """Return what is left of the task: a step that others declared is good for all its times."""
    clauses = () if task is None or not fits else task.clauses
    return (
        max(left, 0) if any(one.steps and one.declared_by != "agent" for one in clauses) else left
    )


def _findings(session: Session, step: Step | None, now_ms: int) -> frozenset[str]:
    """Return what detectors found in the session that still counts, and at this call itself."""
    own = _NO_FINDINGS if step is None or not step.finding else frozenset({step.finding})
    return own | findings(session.signals, now_ms) if session.signals else own


def access_facts(session: Session, spec: ToolSpec, given: Mapping[str, Json] | None) -> AccessFacts:
    """Return what the session's narrowings mean for a call with these arguments; None: with any."""
    if not session.narrowings:  # nearly always
        return UNNARROWED
    left = access_of(session.narrowings)
    admits = left.admits(spec.action, spec.effect, given)
    return AccessFacts(
        level=int(left.level),
        admits=admits,
        settles=not admits and settles(session.narrowings, spec.action, spec.effect, given),
        scopes=left.scopes,
        max_ttl_s=left.max_ttl_s,
        binding_min=left.binding_min,
    )
