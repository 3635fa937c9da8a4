"""One tool call of any agent framework: in as plain values, out as one of three answers.

A framework's front only translates: its own form of a call into `Native`, and `Ran`, `NotRun` or
`Waiting` back into its own form. Rule 1: whatever the guard or the front does wrong, the tool does
not run. Rule 2: a framework's own "approved" is a wake-up and nothing more; the call is judged
again, and the row decides. Rule 3: under one id of the framework a call runs once.
"""

import asyncio
from collections.abc import Awaitable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from guard.errors import ApprovalPending, GuardError, Refused, Unavailable
from guard.model.call import Json, Outcome, ToolCall, ToolResult, argument_bytes
from guard.model.rerun import Rerun, rerun_key
from guard.ports import Tool
from guard_adapters.front.function import entered
from guard_adapters.front.kept import Form, plain
from guard_adapters.front.loop import GuardLoop
from guard_adapters.front.mcp.judging.verdict import Refusal, refusal, refusal_of
from guard_adapters.front.native import Answer, Look, Native, NotRun, Ran, Waiting
from guard_adapters.front.running import Enclosed, Handed, Run

SLACK_MS = 5_000
"""How much longer than the hold time a guard may take before it counts as dead."""


class Calls(Protocol):
    """What a front needs of the guard."""

    def now_ms(self) -> int:
        """Return Unix time (milliseconds)."""

    def new_id(self) -> str:
        """Return a fresh id, not guessable."""

    async def call(self, call: ToolCall, tool: Tool, *, hold_ms: int) -> ToolResult:
        """Judge the call and, if allowed, run the tool; see `Guard.call`."""

    async def look(self, call: ToolCall) -> Look:
        """Judge the call and record nothing."""

    async def adopted(self, native: str, asked: str = "") -> str:
        """Return the session of a framework's own conversation; it keeps what a run was asked."""

    async def claim(self, rerun: Rerun) -> Rerun | None:
        """Take a key; see `Reruns.claim`."""

    def settle(self, rerun: Rerun) -> Awaitable[None]:
        """Record how a claimed call ended; see `Reruns.settle`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Puts a framework's tool calls before the guard.

    Args:
        calls: the guard, for one person and one agent.
        hold_ms: how long a call waits for a person before the framework pauses (milliseconds).
        run_ms: how long a tool may run before its outcome counts as unknown (milliseconds).
        keep_ms: how long a result is kept for a resumed run (milliseconds).
        form: how the framework wraps what tools return.
        loop: where calls of frameworks without an event loop are judged.
    """

    calls: Calls
    hold_ms: int = 0
    run_ms: int = 300_000
    keep_ms: int = 86_400_000
    form: Form = field(default_factory=Form)
    loop: GuardLoop = field(default_factory=GuardLoop, repr=False)

    async def around(self, native: Native, run: Run) -> Answer:
        """Judge the call and, if allowed, run it with exactly the judged arguments.

        Args:
            native: the call.
            run: runs the tool, or returns what is awaited; the call's credential is the current
                one inside.

        Returns:
            What the framework is told.

        Raises:
            BaseException: whatever the tool raised, unchanged.
        """
        try:
            call, rerun = await self._taken(native)
            earlier = await self._claimed(rerun)
        except GuardError as no:
            return _no(no)
        if earlier is not None:
            return earlier
        tool = Enclosed(run, self.form)
        try:
            answer = await self._judged(call, tool)
        except BaseException:
            await self._settled(rerun, tool)
            raise
        unkept = await self._settled(rerun, tool)
        return replace(answer, unkept=unkept) if unkept and isinstance(answer, Ran) else answer

    async def _judged(self, call: ToolCall, tool: Enclosed) -> Answer:
        try:
            async with asyncio.timeout((self.hold_ms + SLACK_MS) / 1000) as limit:
                tool.started_by(lambda: limit.reschedule(None))
                result = await self.calls.call(call, tool, hold_ms=self.hold_ms)
        except GuardError as no:
            return _waiting(no, call) if isinstance(no, ApprovalPending) else _no(no, tool)
        except TimeoutError:  # the front's own: a tool that began to run is not bounded here
            return _no(Unavailable("The guard did not answer in time.", code="guard_silent"), tool)
        except Exception:  # rule 1: before the tool began, any bug is a refusal; after it, raised
            if tool.started:
                raise
            return _no(Unavailable("The guard failed.", code="guard_failed"), tool)
        if not tool.started or not isinstance(result, ToolResult):
            return _no(Unavailable("The guard's answer is none.", code="guard_failed"), tool)
        if tool.raised is not None:
            raise tool.raised
        return Ran(result=result.value, narrowed=result.narrowed)

    async def _settled(self, rerun: Rerun | None, tool: Enclosed) -> str:
        """Record how the call ended for runs that are resumed; return the code if that failed.

        A failure takes no answer away: whoever got none for a call that ran would make it again.
        """
        if rerun is None:
            return ""
        paused = isinstance(tool.raised, self.form.pauses)
        outcome = Outcome.REFUSED if paused or not tool.started else tool.outcome
        kept = self.form.freeze(tool.value) if tool.raised is None else None
        try:
            await self.calls.settle(rerun.ended(outcome, kept))
        except GuardError as fault:
            return fault.code
        return ""

    async def look(self, native: Native) -> Look:
        """Judge the call and record nothing: for frameworks that ask first whether to pause.

        The answer is a hint. `around` judges again, and nothing runs by a look.
        """
        try:
            async with asyncio.timeout(SLACK_MS / 1000):
                call, _ = await self._taken(native)
                return await self.calls.look(call)
        except Refused:
            return Look(finds="no_question")
        except Exception:  # noqa: BLE001  rule 1: whatever failed, `around` refuses
            return Look(finds="unknown")

    async def before(self, native: Native) -> Handed | Answer:
        """Judge the call for a framework that runs the tool itself.

        Returns:
            `Handed`: run the tool now, with its arguments, and tell it the end; or what the
            framework is told instead.
        """
        handed = Handed()
        walk = asyncio.ensure_future(self.around(native, handed.taken))
        handed.walk = walk
        try:
            both: set[asyncio.Future[Any]] = {walk, handed.go}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            walk.cancel()
            raise
        return handed if handed.go.done() and not walk.done() else await walk

    def around_sync(self, native: Native, run: Run) -> Answer:
        """Judge the call and, if allowed, run it in the caller's own thread; see `around`."""
        return self.run_here(self.begun(native).result(), run)

    def begun(self, native: Native) -> Future[Handed | Answer]:
        """Begin to judge a call for a thread; cancelled before it was judged, it does not run."""
        return self.loop.begun(self.before(native))

    def run_here(self, handed: Handed | Answer, run: Run) -> Answer:
        """Run a call that was judged in the caller's own thread, if it may run."""
        if not isinstance(handed, Handed):
            return handed
        try:
            with entered(handed.running):
                result = run(handed.arguments)
        except Exception as error:  # the tool's own: recorded, then raised to the framework
            self.loop.run(handed.failed(error))
            raise
        except BaseException:
            self.loop.run(handed.lost())
            raise
        answer: Answer = self.loop.run(handed.returned(result))
        return answer

    async def _taken(self, native: Native) -> tuple[ToolCall, Rerun | None]:
        arguments = _arguments(native)
        session = await self.calls.adopted(native.session, native.asked)
        call = ToolCall(
            id=self.calls.new_id(),
            session=session,
            server=native.server,
            tool=native.tool,
            arguments=arguments,
            traceparent=native.traceparent,
        )
        if not native.call_id:
            return call, None
        now_ms = self.calls.now_ms()
        return call, Rerun(
            key=rerun_key(session, native.scope, native.call_id, call.action),
            session=session,
            call=call.id,
            arguments_sha256=call.bytes_sha256,
            due_ms=now_ms + self.hold_ms + self.run_ms,
            until_ms=now_ms + self.keep_ms,
        )

    async def _claimed(self, rerun: Rerun | None) -> Answer | None:
        """Return what an earlier attempt under this id left, or None: this one runs."""
        there = await self.calls.claim(rerun) if rerun is not None else None
        if there is None or rerun is None:
            return None
        match there.met_by(rerun, self.calls.now_ms()):
            case "answered":
                assert there.kept is not None  # noqa: S101  `met_by` looked
                return Ran(result=self.form.revive(there.kept), replayed=True)
            case "running":
                return _told(refusal("GUARD_UNAVAILABLE", "call_running"))
            case "unknown":
                return _told(refusal("OUTCOME_UNKNOWN", "outcome_unknown"))
            case "reused":
                return _told(refusal("DENIED", "call_id_reused"))
            case "withheld" | "mine":
                return _told(refusal("RESULT_WITHHELD", "already_ran"))


class Guarding(Protocol):
    """A guard for one person and one agent: `guard_adapters.wiring.local.local(...)`."""

    @property
    def intake(self) -> Intake:
        """Return where calls go in."""


def _arguments(native: Native) -> bytes:
    """Return the arguments as the bytes that are judged.

    Raises:
        Refused: `bad_argument`: a value has no form in JSON.
    """
    arguments: Any = dict(native.arguments)
    try:
        if plain(arguments):
            return argument_bytes(arguments)
    except (ValueError, RecursionError):
        pass
    raise Refused(
        f"An argument of {native.tool!r} is not JSON.",
        code="bad_argument",
        next_step="Give strings, numbers, booleans, lists and objects.",
    )


def _no(error: GuardError, tool: Enclosed | None = None) -> NotRun:
    return _told(refusal_of(error, ran=tool is not None and tool.started))


def _told(no: Refusal) -> NotRun:
    return NotRun(code=str(no.data["code"]), text=no.text)


def _waiting(pending: ApprovalPending, call: ToolCall) -> Waiting:
    text = refusal_of(pending).text
    view: dict[str, Json] = {
        "approval_id": pending.approval_id,
        "tool": call.action,
        "status": "pending",
        "expires_at_ms": pending.pending_until_ms,
        "text": text,
    }
    return Waiting(
        approval_id=pending.approval_id,
        text=text,
        expires_at_ms=pending.pending_until_ms,
        view=view,
    )
