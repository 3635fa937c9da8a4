"""Which task a session works on, when a host signs a later one or an agent narrows one call's.

An agent may carry a task and give up a part of it; no order of what it presents widens one.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from guard.errors import Refused
from guard.model.call import ToolCall
from guard.session.belongs import CALLS, SPEND
from guard.session.counted import Counted
from guard.session.intent import TaskIntent, meet, parse_intent
from guard.session.state import Session, declared, owing

LABEL: Final = b"guard/task/v1\0"


@lru_cache(maxsize=256)  # a session is judged far more often than its task changes
def blinded(digest: str, key: bytes) -> str:
    """Return the digest of a task as it leaves the guard: HMAC-SHA-256 under the guard's salt, hex.

    A task is short and half known: from its plain digest whoever reads a token, a row or the log
    could try out what they do not know, a PIN or an amount. All guards of one name share the salt,
    so that one task has one digest. Without a task or a salt there is none.
    """
    return hmac.digest(key, LABEL + digest.encode(), "sha256").hex() if digest and key else ""


def contracted(session: Session, intent: TaskIntent) -> Session:
    """Return the session with a task that a host signed, unless a later one is in force.

    Presenting the contract in force again changes nothing: what was narrowed since stays narrow.

    Raises:
        Refused: `contract_superseded`: an agent may not go back to what it was sent to do before.
    """
    if session.task == intent.digest[:24]:
        return session
    in_force = 0
    if session.intent is not None and session.intent.declared:
        signed = max(one.signed_at_s for one in session.intent.clauses)
        in_force = signed or session.opened_at_ms // 1000
    if intent.signed_at_s < in_force:
        raise Refused(
            "A later task is in force.",
            code="contract_superseded",
            next_step="Ask the host application to sign the task anew.",
        )
    return declared(session, intent)


def narrowed_intent(session: Session, call: ToolCall, *, max_bytes: int) -> TaskIntent | None:
    """Return the task as the agent narrowed it for this call; None: judge on the session's only."""
    if not call.intent:
        return None
    intent = parse_intent(call.intent, declared_by="agent", max_bytes=max_bytes)
    return intent if session.intent is None else meet(session.intent, intent)


def task_ended(session: Session, now_ms: int) -> Session:
    """Return the session with its task over: it covers nothing from now on.

    It stays in force as ended, and counts as signed after everything that was signed by now, so
    that presenting it or another old task again brings nothing back.

    Raises:
        Refused: `task_undeclared`: nobody but the agent declared one.
    """
    task = session.intent
    if task is None or not task.declared:
        raise Refused(
            "The session has no task that others declared.",
            code="task_undeclared",
            next_step="See which sessions have one: guard tasks list.",
        )
    signed = max(now_ms // 1000, *(one.signed_at_s for one in task.clauses)) + 1
    until = min(task.expires_at_ms or now_ms, now_ms)
    over = replace(task, expires_at_ms=max(1, until), signed_at_s=signed)
    return owing(replace(session, intent=over, task_over_ms=max(1, now_ms)), "task_ended")


def started(session: Session, task: TaskIntent, now_ms: int) -> Session:
    """Return the session with a task that its host gives it now; it is idle from now on."""
    return replace(declared(session, task), active_ms=max(session.active_ms, now_ms))


def overdue(session: Session, now_ms: int) -> str:
    """Return why the task in force is over by now and has not ended yet: expired, idle, or nothing.

    A call that runs keeps a task from being idle.
    """
    task = session.intent
    if task is None or not task.declared or session.task_over_ms or session.ended_at_ms:
        return ""
    if any(0 < one.expires_at_ms <= now_ms for one in task.clauses):
        return "expired"
    signed_ms = max(one.signed_at_s for one in task.clauses) * 1000
    last_ms = max(session.active_ms, session.opened_at_ms, signed_ms)
    quiet_ms = min((one.idle_s * 1000 for one in task.clauses if one.idle_s), default=0)
    idle = quiet_ms and not session.steps and now_ms - last_ms >= quiet_ms
    return "idle" if idle else ""


def lapsed(session: Session, now_ms: int) -> tuple[Session, str]:
    """Return the session with its task ended if it is overdue, and why it was."""
    why = overdue(session, now_ms)
    return (task_ended(session, now_ms), why) if why else (session, "")


def used_up(session: Session, tallies: Iterable[Counted]) -> bool:
    """Return whether the task in force has nothing left: its calls were made, or its money spent.

    Args:
        session: as stored, with no call of the task in flight.
        tallies: what it is counted in, shared ones too.
    """
    task = session.intent
    if task is None or not task.declared or session.task_over_ms or session.steps:
        return False
    made = {one.ledger: one.amount for one in tallies if one.by == "task"}
    return any(_nothing_left(one, made) for one in task.clauses)


def _nothing_left(task: TaskIntent, made: Mapping[str, int]) -> bool:
    if 0 < task.budget_minor <= made.get(SPEND, 0):
        return True
    counted = bool(task.tools) and task.tools <= task.calls.keys()
    return counted and all(made.get(f"{CALLS}{one}", 0) >= task.calls[one] for one in task.tools)
