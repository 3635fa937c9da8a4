"""What a record says of caller, task, credential and signals, in the words of the model.

The record was checked when it was read; only the task can still be refused here.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from guard.errors import Refused, Unusable
from guard.model.facts import Binding, CredentialFacts
from guard.model.identity import Agent, Device, Principal, Who
from guard.replay.trace import Record, TraceIntent, TraceSaid, TraceSignal
from guard.session.intent import TaskIntent, parse_intent
from guard.session.risk import signal
from guard.session.state import Session, declared, seen, signalled, told
from guard.session.tasks import task_ended

MAX_INTENT_BYTES = 2**20
"""A recorded intent may be longer than one that a live agent may send (bytes)."""


def who_of(record: Record) -> Who:
    """Return the caller of a recorded session."""
    return Who(
        principal=Principal(issuer="trace", subject=record.principal), agent=Agent(id=record.agent)
    )


def credential_of(record: Record) -> CredentialFacts:
    """Return the credential that every call would get."""
    fixed = record.facts.credential
    if fixed is None:
        return CredentialFacts()
    values: dict[str, Any] = fixed.model_dump()
    return CredentialFacts(**{**values, "binding": Binding(fixed.binding)})


def intent_of(record: Record) -> TaskIntent | None:
    """Return the recorded task. Without tools nobody declared anything; None: nor said anything.

    Raises:
        Unusable: bad_trace.
    """
    return _task(record.intent, record.session)


def after(session: Session, said: TraceSaid, now_ms: int) -> Session:
    """Return the session after what was said in it: a task takes the place of the one before.

    Raises:
        Unusable: bad_trace, the recorded task is none.
    """
    if said.over:
        with suppress(Refused):  # nobody but the agent had declared one
            session = task_ended(session, now_ms)
    for words in said.words:
        session = told(session, words)
    task = None if said.intent is None else _task(said.intent, session.id)
    return session if task is None else declared(session, task)


def _task(said: TraceIntent, session: str) -> TaskIntent | None:
    if said.tools is None and not said.purpose:
        return None
    raw: dict[str, Any] = {
        "purpose": said.purpose,
        "tools": said.tools or [],
        "egress": said.egress,
        "budget_minor": said.budget_minor,
        "args": said.args,
        "steps": said.steps,
    }
    by = "agent" if said.tools is None else said.declared_by
    try:
        return parse_intent(raw, declared_by=by, max_bytes=MAX_INTENT_BYTES)
    except Unusable as unusable:
        raise Unusable(
            f"The intent of session {session!r} is none: {unusable.message}",
            code="bad_trace",
            next_step="Mend the line, or pass --keep-going to deny it and go on.",
        ) from None


def signalled_by(session: Session, record: Record, said: TraceSignal) -> Session:
    """Return the session after a recorded signal."""
    at_ms = record.moment_ms(said.at)
    if said.compliant is not None:
        device = Device(id=session.who.device.id, compliant=said.compliant, seen_at_ms=at_ms)
        return seen(session, replace(session.who, device=device))
    made = signal(said.kind, subject=record.principal, at_ms=at_ms, source=said.source)
    return signalled(session, made, at_ms)
