"""What a record says of caller, task, credential and signals, in the words of the model.

The record was checked when it was read; only the task can still be refused here.
"""

from dataclasses import replace
from typing import Any

from guard.errors import Unusable
from guard.model.facts import Binding, CredentialFacts
from guard.model.identity import Agent, Device, Principal, Who
from guard.replay.trace import Record, TraceSignal
from guard.session.intent import TaskIntent, parse_intent
from guard.session.risk import signal
from guard.session.state import Session, seen, signalled

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
    said = record.intent
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
            f"The intent of session {record.session!r} is none: {unusable.message}",
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
