"""A guard that runs in a thread of its own, as `guard serve` has one, for whoever attaches to it."""

import asyncio
import json
import shutil
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guard.grant.approval import Approval
from guard.grant.votes import Vote, Voter
from guard_adapters.front.mcp.socket.attachments import Attachments
from guard_adapters.wiring.build import Wired, build
from guard_adapters.wiring.load import load
from guard_adapters.wiring.serve.guests import Guests

HERE = Path(__file__).parent


@dataclass
class Running:
    """The guard of `folder`, behind the socket `pipe`."""

    folder: Path
    asked: list[Approval] = field(default_factory=list)
    trace: Any = None
    wired: Wired = field(init=False)

    def __post_init__(self) -> None:
        for name in ("guard.yaml", "policy.cedar"):
            if not (self.folder / name).exists():
                shutil.copy(HERE / name, self.folder)
        self.pipe = self.folder / "socket" / "guard.sock"
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.open()

    async def announce(self, approval: Approval) -> None:
        self.asked.append(approval)

    def open(self) -> None:
        loaded = load(self.folder / "guard.yaml")
        self.wired = build(loaded, approvers=lambda _store: (self,), trace=self.trace)
        self.guests = Guests(self.wired)

        async def opened() -> Attachments:
            made = Attachments(str(self.pipe), lambda _hello: None, self.guests.kinds())  # type: ignore[arg-type, return-value]
            await made.open()
            return made

        self.attachments = self.run(opened())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(5)

    def stop(self) -> None:
        """Let the guard end: whoever is attached is left."""
        self.run(self.attachments.aclose())
        self.run(self.guests.aclose())
        self.run(asyncio.sleep(0))
        self.wired.close()

    def close(self) -> None:
        self.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()

    def answer(self, decision: str, voter: str, reason: str = "") -> None:
        """Let a person answer the newest question."""
        vote = Vote(
            approval_id=self.asked[-1].id,
            voter=Voter(principal=voter, uv=True),
            decision=decision,
            method="terminal",
            at_ms=self.wired.world.clock.now_ms(),
            reason=reason,
        )
        self.run(self.wired.store.approvals.vote(vote, []))

    def log(self) -> list[dict[str, Any]]:
        """Return every leaf of the audit log, in order."""
        page = self.run(self.wired.store.log.page(0))
        return [json.loads(leaf) for _, leaf in page.leaves]
