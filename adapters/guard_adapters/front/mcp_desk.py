"""What a stdio relay asks of the guard, message by message, and what it says without one.

The desk is handed every request on the pipe, from either side, and answers with the message that
goes back. It may send messages of its own on the way. Refusals written here are those that need
no guard: it is gone, or it broke. This file needs nothing but the standard library, so that the
thin relay stays small.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, Protocol

from guard_adapters.front.mcp_wire import GUARD_UNAVAILABLE, Era

Message = dict[str, Any]
Side = Literal["client", "server"]

NAMESPACE: Final = "dev.guardcall"  # guard.config has it too, but brings pydantic along


class Gone(Exception):  # noqa: N818 - what happened, not what kind of class it is
    """No answer that may be released will come; `word` is the key of TEXT that says so."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Wires(Protocol):
    """The pipe, as far as one request may use it."""

    async def ask(self, side: Side, message: Message) -> Message:
        """Send a request to one side and return its response. Raises Gone."""
        ...

    def tell(self, side: Side, message: Message) -> None:
        """Send a notification to one side."""
        ...


class Desk(Protocol):
    """Judges the requests of one pipe."""

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        """Return the response to a request that came from `side`.

        To be cancelled means that the asker withdrew: no response is sent then.
        """
        ...

    async def aclose(self) -> None:
        """End everything that belongs to this pipe."""
        ...


TEXT: Final[Mapping[str, str]] = {
    "GUARD_UNAVAILABLE": (
        "GUARD_UNAVAILABLE: the guard cannot be reached, so the call was not executed. "
        "Tell the person you work for; try again later."
    ),
    "RESULT_WITHHELD": (
        "RESULT_WITHHELD: the call was executed, but its result could not be recorded and is not "
        "released. Do not repeat it; read the current state once the guard is back."
    ),
    "OUTCOME_UNKNOWN": (
        "OUTCOME_UNKNOWN: the server ended before it answered; the call may have been executed. "
        "Read the current state before you repeat it."
    ),
}


def refusal(message: Message, word: str, era: Era) -> Message:
    """Answer `message` with one of the fixed words of TEXT.

    A refused tool call is a result, because clients hide JSON-RPC errors from the model; every
    other method gets a JSON-RPC error.
    """
    detail = {"code": word.lower(), "decision": "deny", "next_action": "stop"}
    if message.get("method") != "tools/call":
        error = {"code": GUARD_UNAVAILABLE, "message": TEXT[word], "data": detail}
        return {"jsonrpc": "2.0", "id": message["id"], "error": error}
    result: Message = {
        "content": [{"type": "text", "text": TEXT[word]}],
        "isError": True,
        "_meta": {f"{NAMESPACE}/refusal": detail},
    }
    if era == "modern":
        result["resultType"] = "complete"
    return {"jsonrpc": "2.0", "id": message["id"], "result": result}
