"""The whole guard in the process of an agent, for frameworks: `local("guard.yaml", ...)`.

One process holds the embedded store; several agents on a machine attach to one `guard serve`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from guard.grant.approval import Approval
from guard.grant.unanswered import Hold
from guard.model.call import ToolCall, ToolResult
from guard.model.identity import Agent, Principal, Who
from guard.ports import Tool, Trace
from guard.session.intent import TaskIntent
from guard_adapters.front.intake import Intake
from guard_adapters.wiring.build import Wired, build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.process.logged import logged
from guard_adapters.wiring.seat import Seat
from guard_adapters.wiring.sweeping import Tidying


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A guard in this process. Give it to a framework's front as it stands.

    `close` it when the agent ends, or use it as a context manager.
    """

    intake: Intake
    seat: Seat = field(repr=False)
    wired: Wired = field(repr=False)

    async def start(
        self, conversation: str, *, intent: TaskIntent | None = None, words: tuple[str, ...] = ()
    ) -> str:
        """Say what a conversation is for before the agent runs; see `Seat.start`."""
        return await self.seat.start(conversation, intent=intent, words=words)

    async def tell(self, conversation: str, words: str) -> None:
        """Say what the person said meanwhile in a conversation; see `Seat.tell`."""
        await self.seat.tell(conversation, words)

    def close(self) -> None:
        """Finish what is queued and close the store."""
        self.intake.loop.close()
        self.wired.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class OwnSeat(Seat):
    """The seat of a guard that nothing else sweeps: it is swept between its calls."""

    def __init__(self, wired: Wired, who: Who) -> None:
        super().__init__(wired, who)
        self._tidying = Tidying(wired)

    async def call(self, call: ToolCall, tool: Tool, *, hold_ms: Hold) -> ToolResult:
        """Judge the call and, if allowed, run the tool; then sweep if it is time."""
        try:
            return await super().call(call, tool, hold_ms=hold_ms)
        finally:
            await self._tidying.after_a_call()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An approver that hands each question to the host application."""

    tell: Callable[[Approval], None]

    async def announce(self, approval: Approval) -> None:
        self.tell(approval)


def local(
    config: Path | str,
    *,
    person: str,
    agent: str,
    issuer: str = "local",
    tell: Callable[[Approval], None] | None = None,
    trace: Trace | None = None,
    fault: Callable[[str], None] = logged,
) -> Local:
    """Return the guard of one agent.

    Args:
        config: guard.yaml.
        person: for whom the agent acts, as the host authenticated them.
        agent: its name.
        issuer: who authenticated the person.
        tell: is given each question to people; without it nothing that needs a person runs.
        trace: where spans and metrics go; None = where the environment says.
        fault: is given a sentence for each thing that fails behind the scenes, once; otherwise it
            goes to the log "guardcall" of this program, as a warning.

    Raises:
        Unusable: a file, a key or the store cannot be used.
    """
    announce = () if tell is None else (_Told(tell=tell),)
    wired = build(load(Path(config)), approvers=lambda _store: announce, trace=trace)
    wired.faults.tell = fault
    who = Who(principal=Principal(issuer=issuer, subject=person), agent=Agent(id=agent))
    seat = OwnSeat(wired, who)
    return Local(intake=Intake(calls=seat), seat=seat, wired=wired)
