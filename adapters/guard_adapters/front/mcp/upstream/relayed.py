"""The tool behind one exchange, as the guard sees it: the call's bytes run at the upstream.

It decides nothing; what is sent is compared with what was decided once more, on the way out.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from guard.errors import Refused
from guard.grant.credential import Credential
from guard.model.call import Outcome, ToolCall, ToolResult
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.front.mcp.judging.gate import Asked, Way, outgoing
from guard_adapters.front.mcp.judging.verdict import Refusal, refusal
from guard_adapters.front.mcp.protocol.wire import WireRefused, taken_back
from guard_adapters.front.mcp.upstream.carry import Carried
from guard_adapters.front.mcp.upstream.outcome import as_result
from guard_adapters.front.mcp.upstream.relay import Passage
from guard_adapters.front.mcp.upstream.reply import Reply
from guard_adapters.front.mcp.upstream.server import HttpServer


class Send(Protocol):
    """Sends one judged call."""

    def __call__(
        self, message: Mapping[str, Any], *, schema: Mapping[str, Any] | None, carried: Carried
    ) -> Awaitable[Reply]:
        """Return the upstream's last word."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayedTool:
    """One tool of an upstream, for one call.

    `echoed` labels a result that held the guard's key, `unheard` says whether the client has gone.
    """

    asked: Asked
    server: HttpServer
    schema: Mapping[str, Any] | None
    send: Send
    refused: Callable[[Refusal], Reply]
    echoed: Callable[[], frozenset[str]]
    unheard: Callable[[], bool]
    stoppable: bool = True

    async def run(self, call: ToolCall, credential: Credential | None) -> ToolResult:
        """Send the judged bytes; return the upstream's last word as the result of the call."""
        carried = Carried(
            delivery=self.server.delivery,
            url=self.server.url,
            credential=credential,
            key=call.idempotency,
            call=call if self.asked.way is Way.CALL else None,
        )
        message = outgoing(self.asked, call, carried.in_meta)
        try:
            reply = await self.send(message, schema=self.schema, carried=carried)
        except Refused as no:
            told = self.refused(refusal("DENIED", no.code))
            return ToolResult(outcome=Outcome.ERROR, value=told)
        except WireRefused as wrong:
            told = self.refused(refusal("RESULT_WITHHELD", wrong.reason))
            return ToolResult(outcome=Outcome.UNKNOWN, value=told)
        result = as_result(reply, self.asked, self.refused, self.echoed())
        return replace(result, unheard=self.unheard())


async def told_off(passage: Passage, asked: Asked) -> None:
    """Tell a legacy upstream that a call was taken back; on the modern wire it sees that itself."""
    if asked.era == "modern":
        return
    with suppress(UpstreamFailed, WireRefused):
        told = await passage.open("POST", taken_back(asked.id), read_s=5)
        await told.aclose()
