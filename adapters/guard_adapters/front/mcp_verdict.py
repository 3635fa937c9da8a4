"""What a client reads when the guard says no.

A refused tool call is a result that the model can read, with one fixed first word; every other
refusal is a JSON-RPC error. Rule text, argument values and engine errors never go out. This file
decides nothing and sends nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from guard.errors import ApprovalPending, GuardError, NotAllowed, NotApproved, Unavailable
from guard_adapters.front.mcp_gate import PRIVATE, Asked, Way
from guard_adapters.front.mcp_wire import (
    GUARD_UNAVAILABLE,
    METHOD_NOT_FOUND,
    REFUSED,
    Era,
    MessageId,
)

REFUSAL_KEY: Final = PRIVATE + "refusal"

Word = Literal[
    "DENIED",
    "APPROVAL_PENDING",
    "NO_ANSWER",
    "REVOKED",
    "TOOL_CHANGED",
    "OUTCOME_UNKNOWN",
    "GUARD_UNAVAILABLE",
    "RESULT_WITHHELD",
]

_SENTENCES: Final[Mapping[Word, str]] = {
    "DENIED": "This call is not allowed and did not run. Do not repeat it; choose another way or "
    "ask the person you work for.",
    "APPROVAL_PENDING": "A person has been asked; the call has not run. Call the same tool with "
    "the same arguments again to keep waiting.",
    "NO_ANSWER": "Nobody answered in time; the call did not run. This is not a refusal: it may be "
    "asked again later.",
    "REVOKED": "The call was approved, then the situation changed; it did not run.",
    "TOOL_CHANGED": "The tool's definition is not the one that was accepted; the call did not "
    "run. An operator must look at the change.",
    "OUTCOME_UNKNOWN": "The call may have run. Read the state before you try again.",
    "GUARD_UNAVAILABLE": "The call could not be judged and did not run. Try again later.",
    "RESULT_WITHHELD": "The call ran; its result is not released. Do not call again to get it.",
}
_NEXT: Final[Mapping[Word, str]] = {
    "DENIED": "stop",
    "APPROVAL_PENDING": "call_again",
    "NO_ANSWER": "ask_later",
    "REVOKED": "stop",
    "TOOL_CHANGED": "stop",
    "OUTCOME_UNKNOWN": "read_state",
    "GUARD_UNAVAILABLE": "retry_later",
    "RESULT_WITHHELD": "read_state",
}
_OF_STATUS: Final[Mapping[str, Word]] = {
    "denied": "DENIED",
    "no_answer": "NO_ANSWER",
    "revoked": "REVOKED",
    "unknown": "OUTCOME_UNKNOWN",
}
_DEFINITION_CODES: Final = frozenset({"tool_changed", "tool_unpinned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One no: its fixed word, the text for the model and the object for programs."""

    word: Word
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


def refusal(word: Word, code: str, **more: Any) -> Refusal:  # noqa: ANN401 - any JSON value
    """Return the refusal for one of the fixed words; `more` are members of its object."""
    subject = f" {more['approval']['id']}" if word == "APPROVAL_PENDING" else ""
    data = {"code": code, "decision": "deny", "next_action": _NEXT[word], **more}
    return Refusal(word=word, text=f"{word}{subject}: {_SENTENCES[word]}", data=data)


def refusal_of(error: GuardError, *, ran: bool = False, held_at: str = "") -> Refusal:
    """Return what to tell about `error`.

    `ran` says that the call had already left for the server: then nobody may read that it did
    not run. `held_at` is the address of the page where a person answers, if there is one.
    """
    match error:
        case NotAllowed():
            return _denied(error)
        case ApprovalPending():
            return _pending(error, held_at)
        case NotApproved():
            word = _OF_STATUS.get(error.status, "DENIED")
            approval = {"id": error.approval_id, "status": error.status}
            return refusal(word, error.code, approval=approval, **_retry(error.retry_after_s))
        case Unavailable():
            return refusal("RESULT_WITHHELD" if ran else "GUARD_UNAVAILABLE", error.code)
        case _:
            return refusal("RESULT_WITHHELD" if ran else "DENIED", error.code)


def _denied(error: NotAllowed) -> Refusal:
    answer = error.answer
    word: Word = "TOOL_CHANGED" if answer.code in _DEFINITION_CODES else "DENIED"
    reasons = [{"rule": each.rule, "reason": each.code} for each in answer.reasons]
    more: dict[str, Any] = {"reasons": reasons, **_retry(answer.retry_after_s)}
    if error.call_id:
        more["decision_id"] = error.call_id
    return refusal(word, answer.code, **more)


def _pending(error: ApprovalPending, held_at: str) -> Refusal:
    until = datetime.fromtimestamp(error.pending_until_ms / 1000, UTC)
    approval = {
        "id": error.approval_id,
        "status": "pending",
        "expires_at": until.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    more: dict[str, Any] = {"approval": approval, **_retry(error.retry_after_s)}
    if held_at:
        more["remediationHints"] = [{"type": "url", "url": held_at}]
    return refusal("APPROVAL_PENDING", error.code, **{**more, "decision": "step_up"})


def _retry(seconds: int) -> dict[str, int]:
    return {"retry_after_s": seconds} if seconds else {}


def refused(asked: Asked, no: Refusal, *, structured: bool = False) -> dict[str, Any]:
    """Return the message that answers `asked` with no.

    `structured` may be set only for a tool that is known to declare no outputSchema: clients
    validate structuredContent against it even on errors, and then show nothing.
    """
    if asked.way is Way.CALL:
        return result_message(asked.id, no, asked.era, structured=structured)
    code = GUARD_UNAVAILABLE if no.word == "GUARD_UNAVAILABLE" else REFUSED
    if asked.way is Way.UNKNOWN and no.word == "DENIED":
        code = METHOD_NOT_FOUND
    error = {"code": code, "message": no.text, "data": dict(no.data)}
    return {"jsonrpc": "2.0", "id": asked.id, "error": error}


def result_message(
    ident: MessageId | None, no: Refusal, era: Era, *, structured: bool = False
) -> dict[str, Any]:
    """Return the refusal of a tool call as a result that the model reads."""
    result: dict[str, Any] = {
        "content": [{"type": "text", "text": no.text}],
        "isError": True,
        "_meta": {REFUSAL_KEY: dict(no.data)},
    }
    if structured:
        result["structuredContent"] = dict(no.data)
    if era == "modern":
        result["resultType"] = "complete"
    return {"jsonrpc": "2.0", "id": ident, "result": result}
