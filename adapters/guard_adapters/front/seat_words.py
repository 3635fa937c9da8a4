"""What crosses the socket between a framework's process and the guard, as JSON and back.

A credential crosses it as well: the socket belongs to one user, and its other end runs the tool.
What cannot be read raises KeyError, TypeError or ValueError, and whoever reads leaves.
"""

from base64 import b64decode, b64encode
from typing import Any

from guard.errors import ApprovalPending, GuardError, NotAllowed, NotApproved, Refused, Unavailable
from guard.grant.credential import Credential
from guard.model.call import Outcome, ToolCall, ToolResult
from guard.model.decision import Deny, Reason
from guard.model.facts import Binding
from guard.model.idempotency import IdempotencyKey
from guard.model.rerun import Rerun
from guard_adapters.front.mcp.protocol.trace import read
from guard_adapters.front.native import Look

Words = dict[str, Any]


def of_call(call: ToolCall) -> Words:
    """Return a call as a framework's process makes it."""
    return {
        "id": call.id,
        "session": call.session,
        "server": call.server,
        "tool": call.tool,
        "arguments": call.arguments.decode(),
        "traceparent": call.traceparent,
    }


def call_of(words: Words) -> ToolCall:
    """Return the call."""
    return ToolCall(
        id=_text(words, "id"),
        session=_text(words, "session"),
        server=_text(words, "server"),
        tool=_text(words, "tool"),
        arguments=_text(words, "arguments").encode(),
        traceparent=read(words.get("traceparent")),
    )


def of_run(call: ToolCall, credential: Credential | None) -> Words:
    """Return what a process needs to run the judged call."""
    key = call.idempotency
    return {
        "arguments": call.arguments.decode(),
        "key": None if key is None else {"value": key.value, "header": key.header},
        "credential": None if credential is None else _of_credential(credential),
    }


def run_of(words: Words, call: ToolCall) -> tuple[ToolCall, Credential | None]:
    """Return the judged call and its credential."""
    key, credential = words["key"], words["credential"]
    judged = ToolCall(
        id=call.id,
        session=call.session,
        server=call.server,
        tool=call.tool,
        arguments=_text(words, "arguments").encode(),
        idempotency=None if key is None else IdempotencyKey(**key),
    )
    return judged, None if credential is None else _credential_of(credential)


def _of_credential(found: Credential) -> Words:
    return {
        "kind": found.kind,
        "lease_id": found.lease_id,
        "audience": found.audience,
        "binding": int(found.binding),
        "expires_at_ms": found.expires_at_ms,
        "scopes": sorted(found.scopes),
        "secret": found.secret,
        "parts": dict(found.parts),
    }


def _credential_of(words: Words) -> Credential:
    return Credential(
        **{**words, "binding": Binding(words["binding"]), "scopes": frozenset(words["scopes"])}
    )


def of_result(result: ToolResult) -> Words:
    """Return how a tool ended and what a model reads of it; the value stays where it is."""
    return {
        "outcome": result.outcome.value,
        "shown": result.shown,
        "labels": sorted(result.labels),
        "narrowed": [list(pair) for pair in result.narrowed],
    }


def result_of(words: Words) -> ToolResult:
    """Return the ending without its value."""
    return ToolResult(
        outcome=Outcome(words["outcome"]),
        shown=words["shown"],
        labels=frozenset(map(str, words["labels"])),
        narrowed=tuple((str(name), str(path)) for name, path in words["narrowed"]),
    )


def of_rerun(found: Rerun | None) -> Words:
    """Return a row of the memory of repeated calls."""
    if found is None:
        return {"row": None}
    kept = None if found.kept is None else b64encode(found.kept).decode()
    names = ("key", "session", "call", "arguments_sha256", "due_ms", "until_ms")
    row = {name: getattr(found, name) for name in names}
    return {"row": row | {"outcome": found.outcome.value, "kept": kept}}


def rerun_of(words: Words) -> Rerun | None:
    """Return the row, or None."""
    row = words["row"]
    if row is None:
        return None
    kept = None if row["kept"] is None else b64decode(row["kept"], validate=True)
    return Rerun(**{**row, "outcome": Outcome(row["outcome"]), "kept": kept})


def of_look(look: Look) -> Words:
    """Return how a call would be answered."""
    return {"finds": look.finds, "no": None if look.no is None else of_error(look.no)}


def look_of(words: Words) -> Look:
    """Return it."""
    no = None if words["no"] is None else error_of(words["no"])
    return Look(finds=words["finds"], no=no if isinstance(no, NotApproved) else None)


_ENDED = (
    "approval_id",
    "status",
    "reason",
    "retry_after_s",
    "reason_code",
    "until_ms",
    "asked_s",
    "ran_ms",
)
_PENDING = ("approval_id", "pending_until_ms", "retry_after_s")


def of_error(error: GuardError) -> Words:
    """Return a no with all that an agent may be told of it."""
    match error:
        case NotAllowed(answer=answer):
            reasons = [[one.code, one.rule] for one in answer.reasons]
            told = {"code": answer.code, "reasons": reasons, "retry_after_s": answer.retry_after_s}
            wrong = {"argument": answer.argument, "fault": answer.fault}
            return {"no": "not_allowed", "call_id": error.call_id, **told, **wrong}
        case ApprovalPending():
            return {"no": "pending"} | {name: getattr(error, name) for name in _PENDING}
        case NotApproved():
            return {"no": "not_approved"} | {name: getattr(error, name) for name in _ENDED}
        case _:
            kind = "unavailable" if isinstance(error, Unavailable) else "refused"
            said = {"code": error.code, "message": error.message, "next_step": error.next_step}
            return {"no": kind, **said}


def error_of(words: Words) -> GuardError:
    """Return the no."""
    match words["no"]:
        case "not_allowed":
            reasons = tuple(Reason(code=code, rule=rule) for code, rule in words["reasons"])
            answer = Deny(
                code=words["code"],
                reasons=reasons,
                retry_after_s=words["retry_after_s"],
                argument=str(words.get("argument", "")),
                fault=str(words.get("fault", "")),
            )
            return NotAllowed(answer, call_id=words["call_id"])
        case "pending":
            return ApprovalPending(**{name: words[name] for name in _PENDING})
        case "not_approved":
            return NotApproved(**{name: words[name] for name in _ENDED})
        case kind:
            said = {"code": words["code"], "next_step": words["next_step"]}
            refused = Refused if kind == "refused" else Unavailable
            return refused(words["message"], **said)


def _text(words: Words, name: str) -> str:
    found = words[name]
    if not isinstance(found, str):
        raise TypeError(name)
    return found
