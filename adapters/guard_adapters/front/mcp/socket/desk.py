"""What a stdio relay asks of the guard, message by message, and what it says without one.

The desk is handed every request on the pipe, from either side, and returns the message that goes
back. It may send messages of its own on the way. This file holds the agreement only: it judges
nothing, and it loads no policy engine, so that the thin relay stays small.
"""

from asyncio import Future
from collections.abc import Callable
from typing import Any, Literal, Protocol, runtime_checkable

from guard_adapters.front.mcp.judging.gate import admit
from guard_adapters.front.mcp.judging.verdict import Word, refusal, refused
from guard_adapters.front.mcp.protocol.wire import WireRefused, error_message, readable_id

Message = dict[str, Any]
Side = Literal["client", "server"]


class Gone(Exception):
    """No answer that may be released will come; `word` says what that means for the call."""

    def __init__(self, word: Word) -> None:
        super().__init__(word)
        self.word: Word = word


class Reply(Future[Message]):
    """An answer to come. Who listens hears of it in the turn of the loop in which it comes.

    A plain future tells its listeners one turn later, and a message on its way through a relay
    would wait for four of those turns. To be cancelled is an end, too.
    """

    def __init__(self) -> None:
        super().__init__()
        self._listeners: list[Listener] = []

    def hear(self, listener: "Listener") -> None:
        """Call `listener` with this reply as soon as it is there, taken back or lost."""
        self._listeners.append(listener)

    def set_result(self, result: Message, /) -> None:
        """Be answered."""
        super().set_result(result)
        self._told()

    def set_exception(self, exception: "type[BaseException] | BaseException", /) -> None:
        """Be lost."""
        super().set_exception(exception)
        self._told()

    def cancel(self, msg: object = None) -> bool:
        """Be taken back by whoever asked."""
        taken = super().cancel(msg)
        if taken:
            self._told()
        return taken

    def _told(self) -> None:
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener(self)


Listener = Callable[[Reply], None]


class Wires(Protocol):
    """The pipe, as far as one request may use it."""

    def ask(self, side: Side, message: Message) -> Reply:
        """Send a request to one side, at once; the reply is its response, or Gone.

        Cancelling it withdraws the request on this end only. Raises WireRefused if its id is in
        use.
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


@runtime_checkable
class PromptDesk(Desk, Protocol):
    """A desk whose judge is elsewhere: a request needs no task of ours while it is there."""

    def begin(self, side: Side, message: Message, wires: Wires) -> Reply | None:
        """Begin to settle a request, at once; cancelling the reply withdraws it.

        None: it takes more than handing it over; settle it.
        """
        ...


def no_answer(message: Message, word: Word) -> Message:
    """Return the response that says why there is no other one."""
    try:
        return refused(admit(message), refusal(word, word.lower()))
    except WireRefused as wrong:  # malformed as well: then that is what the asker has to know
        return error_message(readable_id(message), wrong)
