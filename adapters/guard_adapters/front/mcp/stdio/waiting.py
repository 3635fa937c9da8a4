"""One call of a pipe that may have to wait for people: who is told, and by what.

The client may send its person to the page where they answer, and hears that the call is alive. It
judges nothing and ends nothing but what it sent itself.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from guard_adapters.front.mcp.elicitation.invite import Invitation, action_of, still_waiting
from guard_adapters.front.mcp.front import GuardFront
from guard_adapters.front.mcp.judging.gate import Asked
from guard_adapters.front.mcp.protocol.wire import WireRefused
from guard_adapters.front.mcp.socket.desk import Message, Reply, Wires


@dataclass(slots=True, kw_only=True)
class Waiting:
    """The client's part in the waiting of one call. `said_no` records a no for an approval."""

    asked: Asked
    wires: Wires
    said_no: Callable[[str], Coroutine[Any, Any, None]]
    made: Invitation | None = None
    reply: Reply | None = None
    noes: set["asyncio.Task[None]"] = field(default_factory=set)

    def invitation(
        self, front: GuardFront, wait_ms: int, modes: frozenset[str], *, answers: bool
    ) -> Invitation:
        """Return how the call waits.

        Args:
            front: knows the page.
            wait_ms: how long the call is held.
            modes: the elicitation modes that the client declared.
            answers: whether a modern client can be asked by an answer: that takes a seal.
        """
        modern = self.asked.era == "modern"
        self.made = Invitation(
            asked=self.asked,
            where=front.approve_at,
            wait_ms=wait_ms,
            can_open="url" in modes and (answers or not modern),
            invite=None if modern else self._invited,
        )
        return self.made

    def _invited(self, request: Message) -> None:
        with contextlib.suppress(WireRefused):  # the same question is on this pipe already
            self.reply = self.wires.ask("client", request)
            self.reply.hear(self._heard)

    def _heard(self, reply: Reply) -> None:
        if self.made is None or reply.cancelled() or reply.exception() is not None:
            return
        if action_of(reply.result().get("result")) == "decline":
            saying = asyncio.create_task(self.said_no(self.made.approval_id))
            self.noes.add(saying)
            saying.add_done_callback(self.noes.discard)

    def over(self) -> None:
        """Tell the client that the page needs nobody any more."""
        if self.reply is not None and self.made is not None:
            self.reply.cancel()
            if not self.made.open:
                self.wires.tell("client", self.made.over())


async def tick(asked: Asked, wires: Wires, every_s: float, ran: Callable[[], bool]) -> None:
    """Tell the client, while a person thinks, that the call is alive."""
    if asked.progress_token is None:
        return  # nothing else may be sent on stdio: it has no comments
    for turn in range(1, 1_000):
        await asyncio.sleep(every_s)
        if ran():
            return
        wires.tell("client", still_waiting(asked.progress_token, turn))
