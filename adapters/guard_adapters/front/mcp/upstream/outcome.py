"""What an upstream's last word is, as the result of a call: did it run, and what may be told.

A call that left and did not come back has an unknown outcome. It sends nothing and judges nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from guard.model.call import Outcome, ToolResult
from guard_adapters._http.pool import Upstream
from guard_adapters.front.mcp.judging.gate import Asked, Way, noted
from guard_adapters.front.mcp.judging.token_refused import refusal_code
from guard_adapters.front.mcp.judging.verdict import Refusal, refusal
from guard_adapters.front.mcp.upstream.reply import Reply

ECHOED: Final = "credential_echoed"
"""The label of a result in which the server sent a static key back; it was taken out."""


def echoed(upstream: Upstream | None) -> frozenset[str]:
    """Return what the session is to remember of a server that gave the guard's key back."""
    scrub = upstream.scrub if upstream else None
    return frozenset({ECHOED}) if scrub and scrub.hits else frozenset()


def as_result(
    reply: Reply, asked: Asked, refused: Callable[[Refusal], Reply], labels: frozenset[str]
) -> ToolResult:
    """Return the result of a call that left for the upstream and came back with `reply`."""
    if reply.code == "upstream_broke_off" or (
        reply.message is None and not reply.resumable and reply.status < 400  # noqa: PLR2004
    ):
        no = refusal("OUTCOME_UNKNOWN", reply.code or "no_answer_came")
        return ToolResult(outcome=Outcome.UNKNOWN, value=refused(no))
    if reply.message is None:
        outcome = Outcome.UNKNOWN if reply.resumable else Outcome.ERROR
        return ToolResult(outcome=outcome, value=reply)
    if reply.code == "upstream_credential_refused" and asked.way is Way.CALL:
        no = refusal("DENIED", reply.code)
        return ToolResult(outcome=Outcome.ERROR, value=refused(no), refused=reply.code)
    result = reply.message.get("result")
    good = isinstance(result, dict) and result.get("isError") is not True
    outcome = Outcome.OK if good else Outcome.ERROR
    code = refusal_code(reply.message)
    return ToolResult(outcome=outcome, value=reply, shown=result, labels=labels, refused=code)


def with_note(result: ToolResult) -> Reply:
    """Return the reply, with a note of what the guard narrowed in the call."""
    reply = result.value
    assert isinstance(reply, Reply)  # noqa: S101 - made by `RelayedTool`
    answer = reply.message.get("result") if reply.message else None
    if reply.message is None or not isinstance(answer, dict):
        return reply
    return replace(reply, message={**reply.message, "result": noted(answer, result)})
