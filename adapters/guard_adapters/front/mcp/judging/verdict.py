"""What a client reads when the guard says no.

A refused tool call is a result that the model can read, with one fixed first word; every other
refusal is a JSON-RPC error. Rule text, argument values and engine errors never go out. This file
decides nothing and sends nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from guard.errors import (
    ApprovalPending,
    GuardError,
    NobodyToAsk,
    NotAllowed,
    NotApproved,
    Refused,
    Unavailable,
)
from guard.grant.unanswered import SAID_NO
from guard.model.decision import Reason
from guard.model.legible import legible
from guard_adapters.front.mcp.judging.gate import Asked, Way
from guard_adapters.front.mcp.protocol.private import PRIVATE
from guard_adapters.front.mcp.protocol.wire import (
    GUARD_UNAVAILABLE,
    METHOD_NOT_FOUND,
    REFUSED,
    Era,
    MessageId,
    WireRefused,
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

_SENTENCES: Final[Mapping[str, str]] = {
    "DENIED": "This call is not allowed and did not run. Do not repeat it; choose another way or "
    "ask the person you work for.",
    "TOOL_CHANGED": "The tool's definition is not the one that was accepted; the call did not "
    "run. An operator must look at the change.",
    "OUTCOME_UNKNOWN": "The call may have run. Read the state before you try again.",
    "GUARD_UNAVAILABLE": "The call could not be judged and did not run. Try again later.",
    "RESULT_WITHHELD": "The call ran; its result is not released. Do not call again to get it.",
}
_OF_CODE: Final[Mapping[str, str]] = {
    "hooks_unreachable": "The call did not run: this MCP server was started without the guard that "
    "runs now, and cannot ask it for credentials. Have the client start this MCP server again, "
    "then make the call again.",
    "session_ended": "Its session was ended; this call did not run. Do not repeat it; tell the "
    "person you work for: who runs the guard can open a new one and give this client its handle.",
}
"""Sentences for codes after which something else than usual is to be done."""

_NEXT: Final[Mapping[Word, str]] = {
    "DENIED": "stop",
    "APPROVAL_PENDING": "call_again",
    "NO_ANSWER": "may_ask_again",
    "REVOKED": "may_ask_again",
    "TOOL_CHANGED": "stop",
    "OUTCOME_UNKNOWN": "read_state",
    "GUARD_UNAVAILABLE": "retry_later",
    "RESULT_WITHHELD": "read_state",
}
_OF_STATUS: Final[Mapping[str, Word]] = {
    "denied": "DENIED",
    "no_answer": "NO_ANSWER",
    "revoked": "REVOKED",
    "ran": "RESULT_WITHHELD",
    "unknown": "OUTCOME_UNKNOWN",
}
_WHY_REVOKED: Final[Mapping[str, str]] = {
    "policy_changed": "the rules changed",
    "tool_changed": "the tool's definition changed",
    "session_ended": "the session ended",
    "grant_expired": "it was approved, but not used in time",
    "used": "an identical call used the approval and was sent instead",
    "denied": "a person took the approval back",
    "not_announced": "nobody could be told of it",
    "nobody_there": "nobody was at the terminal where it was asked",
}
"""Reason codes of approvals that ended, as what an agent may know. Which signal about it came in
is none of its business: every other code reads `changed`."""

_REASON_CHARS: Final = 200
_DEFINITION_CODES: Final = frozenset({"tool_changed", "tool_unpinned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One no: its fixed word, the text for the model and the object for programs."""

    word: Word
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


def refusal(word: Word, code: str, **more: Any) -> Refusal:  # noqa: ANN401 - any JSON value
    """Return the refusal for one of the fixed words; `more` are members of its object."""
    data = {"code": code, "decision": "deny", "next_action": _NEXT[word], **more}
    text = _SENTENCES[word] if word == "RESULT_WITHHELD" else _OF_CODE.get(code) or _SENTENCES[word]
    return Refusal(word=word, text=f"{word}: {text}", data=data)


def refusal_of(error: GuardError, *, ran: bool = False, held_at: str = "") -> Refusal:
    """Return what to tell about `error`.

    `ran` says that the call had already left for the server: then nobody may read that it did
    not run. `held_at` is the address of the page where a person answers, if there is one.
    """
    match error:
        case Refused(code="call_cut"):
            return refusal("OUTCOME_UNKNOWN", error.code)
        case NotAllowed():
            return _denied(error)
        case ApprovalPending():
            return _pending(error, held_at)
        case NotApproved():
            return _ended(error)
        case NobodyToAsk():
            return _unheard(error)
        case _:
            word: Word = "GUARD_UNAVAILABLE" if isinstance(error, Unavailable) else "DENIED"
            return refusal("RESULT_WITHHELD" if ran else word, error.code)


def _denied(error: NotAllowed) -> Refusal:
    answer = error.answer
    word: Word = "TOOL_CHANGED" if answer.code in _DEFINITION_CODES else "DENIED"
    more: dict[str, Any] = {"reasons": _reasons(answer.reasons), **_retry(answer.retry_after_s)}
    if error.call_id:
        more["decision_id"] = error.call_id
    no = refusal(word, answer.code, **more)
    if not answer.fault:
        return no
    said = f"{word}: This call did not run. Correct the argument: {_quoted(answer.fault)}."
    return replace(no, text=said)


def _unheard(error: NobodyToAsk) -> Refusal:
    no = refusal("DENIED", error.code, reasons=_reasons(error.reasons))
    text = (
        "DENIED: not executed. A person would have to say yes, and nobody is there who could. Do "
        "not repeat it; tell the person you work for."
    )
    return replace(no, text=text)


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [{"rule": each.rule, "reason": each.code} for each in reasons]


def _pending(error: ApprovalPending, held_at: str) -> Refusal:
    until = _utc(error.pending_until_ms)
    text = (
        f"not executed. A person has been asked until {until}. Call the same tool with the same "
        "arguments again to keep waiting."
    )
    more: dict[str, Any] = {"decision": "step_up"}
    if held_at:
        more["remediationHints"] = [{"type": "url", "url": held_at}]
        text += f" They answer at {held_at}."
    said = _Said("APPROVAL_PENDING", error.approval_id, "pending", text)
    return said.refusal(
        error.code,
        expires_at=until,
        retry_after_s=error.retry_after_s,
        reason_code="waiting",
        **more,
    )


def _ended(error: NotApproved) -> Refusal:
    word = _OF_STATUS.get(error.status, "DENIED")
    until = _utc(error.until_ms) if error.until_ms else None
    reason_code = error.reason_code or error.status
    match word:
        case "DENIED":
            said = "" if error.reason.startswith(SAID_NO) else f": {_quoted(error.reason)}"
            text = f"not executed. A person said no{said}."
            if until:
                text += f" The same call is refused without asking until {until}."
        case "NO_ANSWER":
            text = (
                f"not executed. Nobody decided within {error.asked_s} s. This is not a refusal. "
                "Calling again asks again."
            )
        case "REVOKED":
            reason_code = reason_code if reason_code in _WHY_REVOKED else "changed"
            why = _WHY_REVOKED.get(reason_code, "the situation or the risk changed")
            text = f"not executed. It ended before it ran: {why}. Calling again asks again."
        case "RESULT_WITHHELD":
            how = "without an error" if reason_code == "ran_ok" else "with an error"
            text = (
                f"the same call ran at {_utc(error.ran_ms)} and ended {how}; its answer was lost. "
                "Do not repeat it to get that; read the state first. Calling again asks a person "
                "whether it may run once more."
            )
        case _:
            text = "it may have run. Do not repeat it; read the state first."
    return _Said(word, error.approval_id, error.status, text).refusal(
        error.code,
        expires_at=until,
        retry_after_s=error.retry_after_s or None,
        reason_code=reason_code,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a waiting agent reads of one approval: the word, which one, how it stands, and why."""

    word: Word
    approval_id: str
    status: str
    text: str

    def refusal(self, code: str, *, expires_at: str | None, **more: Any) -> Refusal:  # noqa: ANN401 - any JSON value
        """Return the refusal; its object names the approval twice, flat and as SEP-2643 does."""
        approval = {"id": self.approval_id, "status": self.status}
        if expires_at:
            approval["expires_at"] = expires_at
        data = {
            "code": code,
            "decision": "deny",
            "approval_id": self.approval_id,
            "status": self.status,
            "next_action": _NEXT[self.word],
            "expires_at": expires_at,
            **more,
            "approval": approval,
        }
        subject = f" {self.approval_id}" if self.approval_id else ""
        return Refusal(word=self.word, text=f"{self.word}{subject}: {self.text}", data=data)


def _utc(at_ms: int) -> str:
    found = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    return found.replace("+00:00", "Z")


def _quoted(reason: str) -> str:
    """Return what a person wrote, cut and on one line: it ends up in a model's context."""
    cut = reason if len(reason) <= _REASON_CHARS else reason[:_REASON_CHARS] + "…"
    return '"' + legible(cut).replace('"', "'") + '"'


def _retry(seconds: int) -> dict[str, int]:
    return {"retry_after_s": seconds} if seconds else {}


def unsent(error: GuardError) -> WireRefused:
    """Return what tells about a message that was not sent on, where it was no request."""
    broken = isinstance(error, Unavailable)
    text = "The message was not sent on." + (" Try again later." if broken else "")
    code, status = (GUARD_UNAVAILABLE, 503) if broken else (REFUSED, 400)
    return WireRefused(code, text, status, error.code)


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
