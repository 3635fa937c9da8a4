"""A whole guard that asks the session's own person, for tests of how they are sent to the page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guard.errors import Refused
from guard.grant.approval import Approval
from guard.grant.votes import Vote, Voter
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.elicitation.seal import RequestStateSeal, SealKeys
from guard_adapters.front.mcp.stdio.desk import FrontDesk, Place
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from tests.adapters.front.allow_all import ME

PAGE = "https://guard.example"
POLICY = """
@id("ALL") @reason("everything") permit (principal, action, resource);
@id("PAY") @decision("step_up") @approvers("session-owner") @ttl("300s") @reason("money")
forbid (principal, action == Guard::Action::"up/pay", resource);
@id("BIG") @decision("step_up") @approvers("finance") @ttl("300s") @reason("money")
forbid (principal, action == Guard::Action::"up/wire", resource);
"""
CONFIG = """
version: 1
guard:
  name: t
  policies: [all.cedar]
  state: state
  settings: {hold_s: %d, progress_every_s: 1}
  agents: {hasty: {hold_s: 0}}
servers:
  up:
    trust: trusted
    tools:
      pay:
        effect: [read]
        input_schema: {type: object, properties: {to: {type: string}}, required: [to]}
        confirmed: true
      wire:
        effect: [read]
        input_schema: {type: object, properties: {to: {type: string}}, required: [to]}
        confirmed: true
      read:
        effect: [read]
        input_schema: {type: object, properties: {to: {type: string}}, required: [to]}
        confirmed: true
"""
CALL = {"name": "pay", "arguments": {"to": "bob"}}
URL_CLIENT = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"url": {}}}}


class House:
    """The guard, and the person whom its questions reach."""

    def __init__(self, folder: Path, hold_s: int) -> None:
        (folder / "all.cedar").write_text(POLICY)
        (folder / "guard.yaml").write_text(CONFIG % hold_s)
        self.wired = build(load(folder / "guard.yaml"), approvers=lambda _store: (self,))
        self.asked: list[str] = []
        self.opened = asyncio.Event()

    async def announce(self, approval: Approval) -> None:
        self.asked.append(approval.id)
        self.opened.set()

    @property
    def desk(self) -> Desk:
        return Desk(self.wired, PAGE)

    def pipe(self, agent: str = ME.agent) -> FrontDesk:
        seal = RequestStateSeal(SealKeys(current=self.wired.seal_key))
        caller = Caller(ME.issuer, ME.subject, agent)
        return FrontDesk(self.desk, Place(upstream="up", caller=caller, rounds=seal))

    async def says(self, decision: str, who: Caller = ME, number: int = -1) -> None:
        """Answer the question as this person, at the console."""
        voter = Voter(principal=f"{who.issuer}|{who.subject}", uv=True)
        vote = Vote(
            approval_id=self.asked[number],
            voter=voter,
            decision=decision,  # type: ignore[arg-type]
            method="webauthn",
            at_ms=self.wired.world.clock.now_ms(),
        )
        await self.wired.world.approvals.vote(vote, [])

    async def row(self, number: int = -1) -> Approval:
        found = await self.wired.world.approvals.get(self.asked[number])
        if found is None:
            raise Refused("gone", code="approval_unknown")
        return found

    async def was_asked(self) -> None:
        async with asyncio.timeout(5):
            await self.opened.wait()


@contextmanager
def house(folder: Path, hold_s: int = 5) -> Iterator[House]:
    made = House(folder, hold_s)
    try:
        yield made
    finally:
        made.wired.close()
