"""The guard for one person and one agent inside a framework: its conversations become sessions."""

from collections.abc import Awaitable
from contextlib import suppress
from hashlib import sha256

from guard.audit.event import Event
from guard.errors import GuardError, Unavailable
from guard.grant.approval import ApprovalState
from guard.grant.unanswered import Hold, unusable
from guard.model.call import ToolCall, ToolResult
from guard.model.decision import StepUp
from guard.model.identity import Who
from guard.model.rerun import Rerun
from guard.ports import Tool
from guard.ports.reruns import Reruns
from guard.session.calls import admitted
from guard.session.intent import TaskIntent
from guard.session.state import Session, new_session
from guard.session.state import asked as newly_asked
from guard_adapters.front.native import Look
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.desk import Desk, default_session
from guard_adapters.wiring.person.said import tell, write_said

MOST_ASKED = 2_000
"""How much is kept of what a run was asked (characters)."""

NO_QUESTION = Look(finds="no_question")


class Seat:
    """What a framework's front calls. `who`: established by the host, never by the agent."""

    def __init__(self, wired: Wired, who: Who) -> None:
        self._door = wired.door
        self._desk = Desk(wired)
        self._guard = wired.guard
        self._world = wired.world
        self._who = who
        self._known: dict[str, tuple[str, int]] = {}  # handle, hash of what was asked last

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""
        return self._world.clock.now_ms()

    def new_id(self) -> str:
        """Return a fresh id, not guessable."""
        return self._desk.new_id()

    async def call(self, call: ToolCall, tool: Tool, *, hold_ms: Hold) -> ToolResult:
        """Judge the call and, if allowed, run the tool; see `Guard.call`."""
        return await self._desk.call(call, tool, hold_ms=hold_ms)

    async def look(self, call: ToolCall) -> Look:
        """Judge the call on a copy of its session and look for the question that it would join.

        Raises:
            Refused: the call would not even be judged.
            Unavailable: the store or a decision point failed.
        """
        judging, now_ms = self._guard.judging(), self.now_ms()
        spec, most = judging.spec(call), self._guard.settings.in_flight
        found, ledgers = judging.input(call), judging.ledgers(call)
        session = await self._world.sessions.get(call.session, judging.wanted(call))
        entered = admitted(session, call, spec, found, now_ms, ledgers, in_flight=most)
        known = await self._world.sessions.known(session.id)
        answer = (await judging.judge(entered, call, known)).answer
        return await self._asked(call, answer) if isinstance(answer, StepUp) else NO_QUESTION

    async def _asked(self, call: ToolCall, answer: StepUp) -> Look:
        rows = await self._world.approvals.listed(open_only=False, session=call.session)
        same = [
            row
            for row in rows
            if (row.action, row.call_bytes) == (call.action, answer.arguments)
            and row.policy_version == answer.basis.slice
            and not row.canary
        ]
        if not same:
            return Look(finds="unasked")
        now_ms = self.now_ms()
        row = max(same, key=lambda one: one.created_ms).at(now_ms)
        match row.status:
            case ApprovalState.PENDING:
                return Look(finds="open")
            case ApprovalState.APPROVED:
                return Look(finds="approved")
            case _:
                left_ms = await self._world.approvals.cooling(row.cooldown_key, now_ms)
                return Look(finds="ended", no=unusable(row, left_ms, now_ms))

    async def adopted(self, native: str, asked: str = "") -> str:
        """Return the session of a conversation: the same one in every process that resumes it.

        What a run was asked is the agent's word: people are shown it, and it allows nothing.
        """
        handle, before = self._known.get(native, ("", 0))
        told = asked[:MOST_ASKED] if native else ""  # calls without a name belong to many runs
        if handle and (not told or hash(told) == before):
            return handle
        intent = TaskIntent(purpose=told, declared_by="agent") if told else None
        there, _ = await self._opened(native, intent, ())
        purposes = [one.purpose for one in there.intent.clauses] if there.intent else []
        newest = "" if told in {*purposes, *there.words} else told  # shown already
        if told and newest != there.asked:
            await self._world.sessions.update(there.id, lambda one: newly_asked(one, newest))
        self._known[native] = there.id, hash(told)
        return there.id

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
        there, new = await self._opened(native, intent, words)
        if new and (words or intent is not None):
            await write_said(
                self._world,
                there.id,
                "session_opened",
                {},
                self.now_ms(),
                words=words,
                intent=intent,
            )
        return there.id

    async def tell(self, native: str, words: str) -> None:
        """Take in what the person said in a conversation: what they name counts from now on.

        Args:
            native: the framework's own name of the conversation.
            words: the person's own words; never what the agent, a tool or a page said.
        """
        await tell(self._world, await self.adopted(native), words, by="host")

    async def _opened(
        self, native: str, intent: TaskIntent | None, words: tuple[str, ...]
    ) -> tuple[Session, bool]:
        """Return the session of a conversation, and whether it was opened now."""
        owner = self._who.key
        text = f"guard/native/v1\0{owner}\0{native}"
        handle = (
            f"gs_{sha256(text.encode()).hexdigest()[:32]}" if native else default_session(owner)
        )
        now_ms = self.now_ms()
        fresh = new_session(handle, self._who, intent=intent, words=words, now_ms=now_ms)
        there = await self._world.sessions.open(fresh)
        self._known.setdefault(native, (there.id, 0))
        if there == fresh:
            await self._door.opened(there)
        return there, there == fresh

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
        """Record how a claimed call ended; see `Reruns.settle`. What fails is logged and raised."""
        return self._kept(rerun, self._reruns().settle(rerun))

    async def _kept(self, rerun: Rerun, recorded: Awaitable[None]) -> None:
        try:
            await recorded
        except GuardError as fault:
            leaf = {"code": fault.code, "outcome": rerun.outcome.value}
            event = Event(
                kind="run_unkept",
                at_ms=self.now_ms(),
                session=rerun.session,
                call=rerun.call,
                leaf=leaf,
            )
            with suppress(GuardError):  # the log may have failed with the same store
                await self._world.sink.write([event])
            raise

    def _reruns(self) -> Reruns:
        if self._world.reruns is None:
            raise Unavailable("This store keeps no repeated calls.", code="store_unavailable")
        return self._world.reruns
