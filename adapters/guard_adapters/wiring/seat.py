"""The guard for one person and one agent inside a framework: its conversations become sessions."""

from collections.abc import Awaitable
from hashlib import sha256

from guard.audit.event import Event
from guard.errors import Unavailable
from guard.grant.unanswered import Hold
from guard.model.call import ToolCall, ToolResult
from guard.model.identity import Who
from guard.model.rerun import Rerun
from guard.ports import Tool
from guard.ports.reruns import Reruns
from guard.session.intent import TaskIntent
from guard.session.state import new_session
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.desk import Desk, default_session


class Seat:
    """What a framework's front calls. `who`: established by the host, never by the agent."""

    def __init__(self, wired: Wired, who: Who) -> None:
        self._desk = Desk(wired)
        self._world = wired.world
        self._who = who
        self._known: dict[str, str] = {}

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""
        return self._world.clock.now_ms()

    def new_id(self) -> str:
        """Return a fresh id, not guessable."""
        return self._desk.new_id()

    async def call(self, call: ToolCall, tool: Tool, *, hold_ms: Hold) -> ToolResult:
        """Judge the call and, if allowed, run the tool; see `Guard.call`."""
        return await self._desk.call(call, tool, hold_ms=hold_ms)

    async def adopted(self, native: str) -> str:
        """Return the session of a conversation: the same one in every process that resumes it."""
        return self._known.get(native) or await self.start(native)

    async def start(
        self, native: str, *, intent: TaskIntent | None = None, words: tuple[str, ...] = ()
    ) -> str:
        """Open the session of a conversation before the agent runs; return its handle.

        A conversation that is known already keeps the task and the words that it began with.

        Args:
            native: the framework's own name of the conversation.
            intent: the declared task.
            words: what the person said, as the host received it from them.
        """
        owner = self._who.key
        text = f"guard/native/v1\0{owner}\0{native}"
        handle = (
            f"gs_{sha256(text.encode()).hexdigest()[:32]}" if native else default_session(owner)
        )
        now_ms = self.now_ms()
        fresh = new_session(handle, self._who, intent=intent, words=words, now_ms=now_ms)
        self._known[native] = (await self._world.sessions.open(fresh)).id
        return handle

    async def claim(self, rerun: Rerun) -> Rerun | None:
        """Take a key, or return what an earlier call under it left; an answer from it is logged."""
        now_ms = self.now_ms()
        there = await self._reruns().claim(rerun, now_ms)
        if there is not None:
            leaf = {"met": there.met_by(rerun, now_ms), "outcome": there.outcome.value}
            await self._world.sink.write(
                [
                    Event(
                        kind="replayed",
                        at_ms=now_ms,
                        session=there.session,
                        call=there.call,
                        leaf=leaf,
                    )
                ]
            )
        return there

    def settle(self, rerun: Rerun) -> Awaitable[None]:
        """Record how a claimed call ended; see `Reruns.settle`."""
        return self._reruns().settle(rerun)

    def _reruns(self) -> Reruns:
        if self._world.reruns is None:
            raise Unavailable("This store keeps no repeated calls.", code="store_unavailable")
        return self._world.reruns
