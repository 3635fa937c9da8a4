"""Carries messages between an MCP client and a stdio server, one per line, each way.

Rule 1: no request passes, from either side, before the desk has settled it. Rule 2: no response
passes that answers nothing. Rule 3: the relay owns ids and pipes and no protocol state; what it
does not know it hands on unchanged. It never imports a protocol library, a parser of models or a
policy engine: many of these run at once, one for each server that an agent uses.
"""

import asyncio
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from guard_adapters.front.mcp.protocol.events import LineSplitter
from guard_adapters.front.mcp.protocol.json import (
    REQUEST_LIMITS,
    RESPONSE_LIMITS,
    Limits,
    as_read,
    loads,
    written,
)
from guard_adapters.front.mcp.protocol.keys import refuse_near_keys
from guard_adapters.front.mcp.protocol.wire import (
    INVALID_REQUEST,
    Kind,
    MessageId,
    WireRefused,
    classify,
    error_message,
    message_id,
    readable_id,
    refuse,
)
from guard_adapters.front.mcp.socket.desk import (
    Desk,
    Gone,
    Message,
    PromptDesk,
    Reply,
    Side,
    no_answer,
)

LINE_BYTES: Final = 16 * 2**20  # one client cap known in the field is 8 MiB; servers send more
IN_FLIGHT: Final = 256  # requests of one side in hand; a client that pipelines more is broken
FORGOTTEN: Final = 1024  # withdrawn ids that stay reserved until their late response comes
GUARD_ID: Final = "guard-"  # ids of requests that the guard itself makes

_LIMITS: Final = {
    "client": Limits(
        body_bytes=LINE_BYTES, depth=REQUEST_LIMITS.depth, members=REQUEST_LIMITS.members
    ),
    "server": RESPONSE_LIMITS,
}
OTHER: Final[dict[Side, Side]] = {"client": "server", "server": "client"}


class Outlet(Protocol):
    """Where the lines of one side go, each in one piece."""

    def write(self, data: bytes) -> None:
        """Queue bytes, in order."""
        ...


@dataclass(slots=True, kw_only=True)
class Peer:
    """One side of the pipe: what it asked of us, and what it was asked and has not answered."""

    side: Side
    outlet: Outlet | None = None
    splitter: LineSplitter = field(default_factory=lambda: LineSplitter(LINE_BYTES))
    tasks: dict[MessageId, asyncio.Future[Any]] = field(default_factory=dict)
    # None: the asker withdrew; the id stays taken until the late response has come and gone.
    asked: dict[MessageId, Reply | None] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    # Answers that are being settled, and the notifications that came after them: a notification
    # must not overtake the answer that its sender gave first.
    behind: deque[MessageId | Message] = field(default_factory=deque)
    dropped: int = 0

    def write(self, message: Message) -> None:
        """Queue one message as one line, in one piece."""
        if self.outlet is not None:
            self.outlet.write(written(message) + b"\n")


class Relay:
    """Carries messages between two peers; usable with any pipes, so that tests need none."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._prompt = desk if isinstance(desk, PromptDesk) else None
        self.peers: dict[Side, Peer] = {
            "client": Peer(side="client"),
            "server": Peer(side="server"),
        }

    def received(self, side: Side, chunk: bytes) -> None:
        """Take bytes from one side."""
        peer = self.peers[side]
        for line in peer.splitter.feed(chunk):
            try:
                if isinstance(line, WireRefused):
                    raise line
                self._message(peer, line)
            except WireRefused as refused:
                self._unreadable(peer, line, refused)

    def ask(self, side: Side, message: Message) -> Reply:
        """Send a request to one side, at once; the reply is its response, or Gone."""
        peer, ident = self.peers[side], message_id(message)
        if ident in peer.asked:
            refuse(INVALID_REQUEST, "id_in_use", f"The id {ident!r} is in use. Choose another.")
        waiting = Reply()
        if peer.ended.is_set():
            waiting.set_exception(Gone("OUTCOME_UNKNOWN"))
            return waiting
        peer.asked[ident] = waiting
        waiting.hear(lambda done: self._withdrawn(peer, ident, done))
        peer.write(message)
        return waiting

    def tell(self, side: Side, message: Message) -> None:
        """Send a notification to one side."""
        self.peers[side].write(message)

    def end(self, side: Side) -> None:
        """Note that one side has ended: it will answer nothing any more."""
        peer = self.peers[side]
        peer.ended.set()
        waiting_for, peer.asked = peer.asked, {}
        for waiting in waiting_for.values():
            if waiting is not None and not waiting.done():
                waiting.set_exception(Gone("OUTCOME_UNKNOWN"))

    def _message(self, peer: Peer, line: bytes) -> None:
        message = as_read(loads(line, limits=_LIMITS[peer.side]), line)
        try:
            kind = classify(message)
            if peer.side == "client":
                refuse_near_keys(message)
            match kind:
                case Kind.REQUEST:
                    self._request(peer, message)
                case Kind.NOTIFICATION:
                    self._notification(peer, message)
                case Kind.RESPONSE | Kind.ERROR:
                    self._response(peer, message)
        except WireRefused as refused:
            # A response's id names a request of ours: an error with it would hit theirs.
            ident = readable_id(message) if "method" in message else None
            if ident is None:
                raise
            peer.write(error_message(ident, refused))

    def _request(self, peer: Peer, message: Message) -> None:
        ident, other = message_id(message), self.peers[OTHER[peer.side]]
        reserved = isinstance(ident, str) and ident.startswith(GUARD_ID)
        if reserved or ident in peer.tasks or ident in other.asked:
            # Else the response of one would be taken for the response of the other.
            text = "The id of this request is in use. Give every request its own id."
            refuse(INVALID_REQUEST, "id_in_use", text)
        if len(peer.tasks) >= IN_FLIGHT:
            text = f"{IN_FLIGHT} requests are in flight. Wait for their answers."
            refuse(INVALID_REQUEST, "too_many_in_flight", text)
        wires = _Traced(self)
        if self._prompt is not None:
            reply = self._prompt.begin(peer.side, message, wires)
            if reply is not None:
                peer.tasks[ident] = reply
                reply.hear(lambda done: self._replied(peer, ident, message, wires, done))
                return
        task = asyncio.create_task(self._settle(peer, ident, message, wires))
        peer.tasks[ident] = task
        # Not `finally` in the task: one that is cancelled before it began never gets there.
        task.add_done_callback(lambda _: self._settled(peer, ident))

    def _replied(
        self, peer: Peer, ident: MessageId, message: Message, wires: "_Traced", reply: Reply
    ) -> None:
        if not reply.cancelled():
            lost = reply.exception()
            _write_answer(
                peer, ident, reply.result() if lost is None else _instead(message, wires, lost)
            )
        self._settled(peer, ident)

    async def _settle(
        self, peer: Peer, ident: MessageId, message: Message, wires: "_Traced"
    ) -> None:
        try:
            answer = await self._desk.settle(peer.side, message, wires)
        except Exception as lost:  # noqa: BLE001 - the one edge: whatever broke, nothing passes
            answer = _instead(message, wires, lost)
        _write_answer(peer, ident, answer)

    def _settled(self, peer: Peer, ident: MessageId) -> None:
        del peer.tasks[ident]
        self._release(self.peers[OTHER[peer.side]])

    def _notification(self, peer: Peer, message: Message) -> None:
        if message["method"] != "notifications/cancelled":
            peer.behind.append(message)
            self._release(peer)
            return
        params = message.get("params") or {}
        ident = readable_id({"id": params.get("requestId")})
        task = peer.tasks.get(ident) if ident is not None else None
        # A call that is still held never reached the other side, which need not hear of it.
        if task is None or ident in self.peers[OTHER[peer.side]].asked:
            self.tell(OTHER[peer.side], message)
        if task is not None:
            task.cancel()

    def _response(self, peer: Peer, message: Message) -> None:
        ident = readable_id(message)
        if ident is None or ident not in peer.asked:
            peer.dropped += 1
            return
        waiting = peer.asked.pop(ident)
        if waiting is not None and not waiting.done():
            peer.behind.append(ident)
            waiting.set_result(message)

    def _release(self, peer: Peer) -> None:
        other = self.peers[OTHER[peer.side]]
        while peer.behind:
            first = peer.behind[0]
            if not isinstance(first, dict) and first in other.tasks:
                return
            peer.behind.popleft()
            if isinstance(first, dict):
                other.write(first)

    def _withdrawn(self, peer: Peer, ident: MessageId, waiting: Reply) -> None:
        if not waiting.cancelled() or peer.asked.get(ident) is not waiting:
            return
        peer.asked[ident] = None
        withdrawn = [key for key, waiting in peer.asked.items() if waiting is None]
        if len(withdrawn) > FORGOTTEN:
            del peer.asked[withdrawn[0]]

    def _unreadable(self, peer: Peer, line: bytes | WireRefused, refused: WireRefused) -> None:
        if peer.side == "client":
            peer.write(error_message(None, refused))
            return
        peer.dropped += 1  # servers print to stdout by mistake: a client would choke on it
        # Only if one request is open is it certain whose answer cannot be read.
        if len(peer.asked) == 1 and (isinstance(line, WireRefused) or b'"result"' in line):
            ((_, waiting),) = peer.asked.items()
            peer.asked.clear()
            if waiting is not None and not waiting.done():
                waiting.set_exception(Gone("RESULT_WITHHELD"))


def _write_answer(peer: Peer, ident: MessageId, answer: Message) -> None:
    peer.write(answer if answer.get("id") == ident else {**answer, "id": ident})


def _instead(message: Message, wires: "_Traced", lost: BaseException) -> Message:
    """Return what the asker reads where no answer may be released."""
    match lost:
        case Gone():
            return no_answer(message, lost.word)
        case WireRefused():
            return error_message(readable_id(message), lost)
        case _:
            say(f"{message.get('method')!r} failed in the guard: {type(lost).__name__}.")
            return no_answer(message, "RESULT_WITHHELD" if wires.sent else "GUARD_UNAVAILABLE")


class _Traced:
    """The wires of one request, which remember whether it has left."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self.sent = False

    def ask(self, side: Side, message: Message) -> Reply:
        self.sent = True
        return self._relay.ask(side, message)

    def tell(self, side: Side, message: Message) -> None:
        self._relay.tell(side, message)


def say(text: str) -> None:
    """Tell the operator, on stderr, which clients keep as the server's log."""
    sys.stderr.write(f"guard stdio: {text}\n")
