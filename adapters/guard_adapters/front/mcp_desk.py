"""What a stdio relay asks of the guard, message by message, and what it says without one.

The desk is handed every request on the pipe, from either side, and returns the message that goes
back. It may send messages of its own on the way. This file holds the agreement only: it judges
nothing, and it loads no policy engine, so that the thin relay stays small.
"""

from asyncio import Future
from typing import Any, Literal, Protocol

from guard_adapters.front.mcp_gate import admit
from guard_adapters.front.mcp_verdict import Word, refusal, refused
from guard_adapters.front.mcp_wire import WireRefused, dumps, error_message, readable_id

Message = dict[str, Any]
Side = Literal["client", "server"]


class Written(Message):
    """A message that is there as bytes already: those are sent, and nobody writes them anew.

    It may hold no more than the id, if whoever sends it on has no need to read it.
    """

    __slots__ = ("raw",)

    def __init__(self, message: Message, raw: bytes) -> None:
        super().__init__(message)
        self.raw = raw


def written(message: Message) -> bytes:
    """Return the message as one line without its end."""
    return message.raw if isinstance(message, Written) else dumps(message)


class Gone(Exception):
    """No answer that may be released will come; `word` says what that means for the call."""

    def __init__(self, word: Word) -> None:
        super().__init__(word)
        self.word: Word = word


class Wires(Protocol):
    """The pipe, as far as one request may use it."""

    def ask(self, side: Side, message: Message) -> Future[Message]:
        """Send a request to one side, at once; the future is its response, or Gone.

        Cancelling the future withdraws the request on this end only. Raises WireRefused if its
        id is in use.
        """
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
