"""The tool behind a pipe, as the guard sees it: it sends the judged message, and nothing else.

A call that left and did not come back has an unknown outcome. It judges nothing.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guard.errors import Refused
from guard.model.call import Outcome, ToolCall, ToolResult
from guard_adapters.front.mcp.judging.gate import Asked, noted, outgoing
from guard_adapters.front.mcp.judging.token_refused import refusal_code
from guard_adapters.front.mcp.judging.verdict import Word, refusal, refused
from guard_adapters.front.mcp.socket.desk import Gone, Message, Wires

if TYPE_CHECKING:
    from guard.grant.credential import Credential
    from guard_adapters.front.hooks.child import Hooks


@dataclass(slots=True, kw_only=True)
class PipedTool:
    """One call on its way to the server. `seen` returns an answer as the client may see it."""

    asked: Asked
    wires: Wires
    seen: Callable[[Asked, Message], Message]
    hooks: "Hooks | None" = field(default=None, repr=False)
    token_in_meta: bool = False
    ran: bool = False
    stoppable: bool = True

    async def run(self, call: ToolCall, credential: "Credential | None") -> ToolResult:
        """Send the judged message to the server; its last word is the result."""
        token = credential.token if credential and self.token_in_meta else ""
        message = outgoing(self.asked, call, token)
        try:
            async with self.hooks.during(credential) if self.hooks else contextlib.nullcontext():
                self.ran = True
                return await self._carried(message)
        except Refused as no:
            return ToolResult(outcome=Outcome.ERROR, value=self._said("DENIED", no.code))

    async def _carried(self, message: Message) -> ToolResult:
        try:
            answer = self.seen(self.asked, await self.wires.ask("server", message))
        except Gone as gone:
            return ToolResult(outcome=Outcome.UNKNOWN, value=self._said(gone.word))
        result = answer.get("result")
        good = isinstance(result, dict) and result.get("isError") is not True
        said = Outcome.OK if good else Outcome.ERROR
        return ToolResult(outcome=said, value=answer, shown=result, refused=refusal_code(answer))

    def _said(self, word: Word, code: str = "") -> Message:
        return refused(self.asked, refusal(word, code or word.lower()))


def with_note(result: ToolResult) -> Message:
    """Return the answer of a call that ran, with what the guard narrowed in it."""
    answer = result.value
    assert isinstance(answer, dict)  # noqa: S101 - made by `PipedTool`
    said = answer.get("result")
    return {**answer, "result": noted(said, result)} if isinstance(said, dict) else answer
