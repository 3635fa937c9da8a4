"""What a stdio relay asks of the guard, message by message, and what it says without one.

The desk is handed every request on the pipe, from either side, and returns the message that goes
back. It may send messages of its own on the way. This file holds the agreement only: it judges
nothing, and it loads no policy engine, so that the thin relay stays small.
"""

from typing import Any, Literal, Protocol

from guard_adapters.front.mcp_gate import admit
from guard_adapters.front.mcp_verdict import Word, refusal, refused
from guard_adapters.front.mcp_wire import WireRefused, error_message, readable_id

Message = dict[str, Any]
Side = Literal["client", "server"]


class Gone(Exception):
    """No answer that may be released will come; `word` says what that means for the call."""

    def __init__(self, word: Word) -> None:
        super().__init__(word)
        self.word: Word = word


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
        """Return the response to a request that came from `side`. Raises Gone, WireRefused.

        To be cancelled means that the asker withdrew: no response is sent then.
        """
        ...

    async def aclose(self) -> None:
        """End everything that belongs to this pipe."""
        ...


def no_answer(message: Message, word: Word) -> Message:
    """Return the response that says why there is no other one."""
    try:
        return refused(admit(message), refusal(word, word.lower()))
    except WireRefused as wrong:  # malformed as well: then that is what the asker has to know
        return error_message(readable_id(message), wrong)
