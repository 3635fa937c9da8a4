"""How a session came to where it is, for the person who is asked: labels, signals, tasks.

It only restates what is stored; nothing is judged here.
"""

import json

from guard.model.call import ToolCall
from guard.model.review import Chain, ChainStep, Entry, Noticed, Said
from guard.session.risk import risk_facts
from guard.session.state import Session

BEFORE_MS = 600_000
"""How far back "before" lies when risk is compared (milliseconds)."""


def chain_of(session: Session, call: ToolCall, now_ms: int) -> Chain:
    """Return the session so far, without the call that is asked about.

    Args:
        session: as it stands.
        call: the call that is asked about; its own step is left out.
        now_ms: milliseconds since the epoch.
    """
    task, prose = _told(session, call)
    return Chain(
        opened_ms=session.opened_at_ms,
        step=session.step,
        steps=tuple(
            ChainStep(n=one.n, action=one.action, running=True)
            for one in session.steps
            if one.call != call.id
        ),
        entries=tuple(
            Entry(label=one.label, step=one.step, action=one.action, at_ms=one.at_ms)
            for one in session.entered
        ),
        labels=tuple(sorted(session.labels)),
        signals=tuple(
            Noticed(kind=one.kind, source=one.source, at_ms=one.at_ms) for one in session.signals
        ),
        risk=_level(session, now_ms),
        risk_before=_level(session, now_ms - BEFORE_MS),
        task=task,
        prose=prose,
    )


def _level(session: Session, at_ms: int) -> int:
    known = tuple(one for one in session.signals if one.at_ms <= at_ms)
    return risk_facts(known, session.who.device, at_ms).session


def _told(session: Session, call: ToolCall) -> tuple[tuple[Said, ...], tuple[str, ...]]:
    """Return what people and hosts declared, and what the agent says of itself."""
    clauses = session.intent.clauses if session.intent else ()
    words = tuple(Said(by="words", text=whole(one)) for one in session.words)
    task = tuple(
        Said(by=one.declared_by, text=whole(one.purpose))
        for one in clauses
        if one.declared_by != "agent"
    )
    own = [one.purpose for one in clauses if one.declared_by == "agent"] + [session.asked]
    if call.intent:
        own.append(_purpose(call.intent))
    return words + task, tuple(whole(one) for one in dict.fromkeys(own) if one)


def _purpose(declared: bytes) -> str:
    # Read for show only: what cannot be read was refused before anybody is asked.
    try:
        found = json.loads(declared)
    except ValueError:
        return ""
    purpose = found.get("purpose") if isinstance(found, dict) else None
    return purpose if isinstance(purpose, str) else ""


def whole(text: str) -> str:
    """Return text with halves of characters spelled out: no encoding could carry them."""
    return text.encode("utf-8", "backslashreplace").decode()
