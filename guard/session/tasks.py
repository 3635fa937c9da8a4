"""Which task a session works on, when a host signs a later one or an agent narrows one call's.

An agent may carry a task and give up a part of it; no order of what it presents widens one.
"""

from guard.errors import Refused
from guard.model.call import ToolCall
from guard.session.intent import TaskIntent, meet, parse_intent
from guard.session.state import Session, declared


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
