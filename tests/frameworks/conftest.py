"""One guard on a real store for each test, a person who answers by script, and tools that count."""

import asyncio
import json
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from guard.grant.approval import Approval
from guard.grant.votes import Vote, Voter
from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.function import credential_here
from guard_adapters.wiring.attached import attach
from guard_adapters.wiring.desk import default_session
from guard_adapters.wiring.local import local
from tests.frameworks.running import Running

HERE = Path(__file__).parent
PERSON = "local|ana"


class Held:
    """How a tool is kept from ending, in whichever thread or task it runs."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def wait(self) -> None:
        self.begun.set()
        assert self.let_go.wait(20)

    async def hold(self) -> None:
        await asyncio.to_thread(self.wait)


@dataclass
class World:
    """A guard in a folder that outlives it, so that another one can take up what it left."""

    folder: Path
    guard: Any = field(init=False)
    asked: list[Approval] = field(default_factory=list)
    ran: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    credentials: list[Any] = field(default_factory=list)
    held: "Held | None" = None
    says: str = "go"
    """What a run is asked."""
    left: threading.Event = field(default_factory=threading.Event)
    """Set once a framework that works in a thread has ended there."""

    def __post_init__(self) -> None:
        for name in ("guard.yaml", "policy.cedar"):
            shutil.copy(HERE / name, self.folder)
        self.open()

    def open(self) -> None:
        self.guard = local(
            self.folder / "guard.yaml", person="ana", agent="clerk", tell=self.asked.append
        )

    def restart(self) -> None:
        """Let this process end and another one begin: only files remain."""
        self.guard.close()
        self.open()

    def close(self) -> None:
        self.guard.close()

    async def session(self, handle: str) -> Any:
        return await self.guard.wired.world.sessions.get(handle)

    def tool(self, name: str) -> Any:
        """Return a tool that counts; it fails where its argument says so."""

        def run(**arguments: Any) -> str:
            self.ran.append((name, arguments))
            self.credentials.append(credential_here())
            if "boom" in arguments.values():
                raise OSError("the disk is gone")
            return f"{name} did {sorted(arguments.items())}"

        run.__name__ = name
        return run

    async def answer(self, decision: str, reason: str = "", voter: str = PERSON) -> None:
        """Let the person answer the newest question."""
        approval = self.asked[-1]
        wired = self.guard.wired
        vote = Vote(
            approval_id=approval.id,
            voter=Voter(principal=voter, uv=True),
            decision=decision,
            method="terminal",
            at_ms=wired.world.clock.now_ms(),
            reason=reason,
        )
        await wired.store.approvals.vote(vote, [])

    def answer_now(self, decision: str, reason: str = "") -> None:
        asyncio.run(self.answer(decision, reason))

    async def leaves(self) -> list[dict[str, Any]]:
        """Return every leaf of the audit log, in order."""
        page = await self.guard.wired.store.log.page(0)
        return [json.loads(leaf) for _, leaf in page.leaves]

    def log(self) -> list[dict[str, Any]]:
        return asyncio.run(self.leaves())

    def default_session(self) -> str:
        """Return the session of calls that name no conversation."""
        who = Who(principal=Principal(issuer="local", subject="ana"), agent=Agent(id="clerk"))
        return default_session(who.key)


class AttachedWorld(World):
    """The same world with its guard in another thread, behind a socket."""

    def open(self) -> None:
        if not hasattr(self, "running"):
            self.running = Running(self.folder, self.asked)
        self.guard = attach(person="ana", agent="clerk", socket=self.running.pipe)

    def restart(self) -> None:
        self.guard.close()
        self.running.stop()
        self.running.open()
        self.open()

    def close(self) -> None:
        self.guard.close()
        self.running.close()

    async def answer(self, decision: str, reason: str = "") -> None:
        await asyncio.to_thread(self.running.answer, decision, "attached|ana", reason)

    def log(self) -> list[dict[str, Any]]:
        return self.running.log()

    async def session(self, handle: str) -> Any:
        work = self.running.wired.world.sessions.get(handle)
        return await asyncio.to_thread(self.running.run, work)


@pytest.fixture(params=[World, AttachedWorld])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A guard in this process, and one that is attached to: the same holds for both."""
    made = request.param(tmp_path)
    yield made
    made.close()
    await asyncio.sleep(0)  # a connection that is left ends one turn later


@pytest.fixture
def world(tmp_path: Path) -> Any:
    made = World(tmp_path)
    yield made
    made.close()
