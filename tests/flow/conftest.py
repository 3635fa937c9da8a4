"""A small world: one bank with six tools, ten rules, one agent; every port can be exchanged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.config import Settings
from guard.grant.credential import Credential
from guard.grant.lease import Fate
from guard.grant.votes import Vote, Voter
from guard.model.call import ToolCall, ToolResult, argument_bytes
from guard.model.facts import Binding, CredentialFacts
from guard.model.identity import Agent, Principal, Who
from guard.pipeline import Guard
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.ports import World
from guard.reauthorize import Reauthorizing
from guard.session.state import new_session
from guard.stepup.granting import Granting
from guard.testing import (
    CountedIds,
    FrozenClock,
    MemoryApprovals,
    MemoryStore,
    RecordingTool,
    ScriptedApprover,
)
from guard.testing.asked import MemoryAsked
from guard.testing.grants import MemoryGrants
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore

WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
SALT = b"s" * 32
LOG_KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


def _schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": []}


S, N = {"type": "string"}, {"type": "integer"}
FREE = {"budget": "none", "budget_reason": "limited by the rules under test", "confirmed": True}
TOOLS = {
    "read": {"effect": ["read"], "confirmed": True, "input_schema": _schema(id=S)},
    "read_web": {"effect": ["read"], "confirmed": True, "output": {"trust": "untrusted"}, "input_schema": _schema(id=S)},
    "note": {"effect": ["write"], **FREE, "input_schema": _schema(text=S)},
    "pay": {
        "effect": ["write"], **FREE,
        "args": {"amount_minor": {"role": "amount", "currency": "EUR", "scale": 2},
                 "recipient": {"role": "recipient", "kind": "iban"},
                 "pin": {"role": "secret"}},
        "says": "Pays {amount_minor} to {recipient}",
        "narrow": {"cap": {"cap_arg": {"path": "amount_minor", "max": 1000}}},
        "input_schema": _schema(amount_minor=N, recipient=S, pin=S),
    },
    "wipe": {"effect": ["write"], **FREE, "input_schema": _schema()},
    "ten": {"effect": ["write"], "budget": {"calls": 10, "per": "session"}, "confirmed": True, "input_schema": _schema(n=N)},
}  # fmt: skip
CATALOG = {
    "version": 1,
    "zone": "UTC",
    "servers": {"bank": {"trust": "trusted", "audience": "http://127.0.0.1:1/mcp", "tools": TOOLS}},
}
POLICY = """
@id("OK-1") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("NO-1") @reason("never") forbid (principal, action == Guard::Action::"bank/wipe", resource);
@id("NO-2") @reason("risky") forbid (principal, action in Guard::Action::"write", resource) when { context.risk.session >= 2 };
@id("NO-3") @reason("tainted") forbid (principal, action == Guard::Action::"bank/note", resource) when { context.history.labels.contains("untrusted") };
@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("300s") @grant_ttl("60s") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.input has amount_minor && context.input.amount_minor > 100 };
@id("CUT-1") @decision("narrow") @narrow("cap") @reason("over_cap")
forbid (principal, action == Guard::Action::"bank/pay", resource) when { context.input has amount_minor && context.input.amount_minor > 1000 };
"""


class RecordingIssuer:
    """Makes a secret that is easy to look for, and remembers under which terms."""

    kind = "recorded"
    max_binding, min_ttl_s, max_ttl_s, can_cut = Binding.L2, 0, 30, False

    def __init__(self, *, leaves_object: bool = False) -> None:
        self.leaves_object = leaves_object
        self.issued: list[Any] = []
        self.revoked: list[str] = []

    def facts(self, server: str, tool: str) -> CredentialFacts:
        return CredentialFacts(binding=Binding.L2, kind=self.kind, can_cut=self.leaves_object)

    def handle(self, lease: Any) -> str:
        return f"object-{lease.id}"

    async def issue(self, call: Any, terms: Any, lease: Any) -> Credential:
        self.issued.append((call, terms, lease))
        return credential(lease)

    async def revoke(self, lease: Any, why: str) -> Fate:
        self.revoked.append(lease.id)
        return Fate.GONE

    async def sweep(self) -> list[str]:
        return []


def credential(lease: Any) -> Credential:
    return Credential(
        kind="recorded",
        secret="SECRET-TOKEN-CANARY",
        lease_id=lease.id,
        audience="http://127.0.0.1:1/mcp",
        expires_at_ms=lease.deadline_ms,
        binding=Binding.L2,
    )


@dataclass
class Flow:
    """A guard and everything that it stands on."""

    store: Any
    approvals: Any
    clock: Any
    approver: Any
    world: World
    bundle: Any
    settings: Settings = field(default_factory=Settings)
    tool: RecordingTool = field(default_factory=RecordingTool)
    made: int = 0
    session: str = "gs_1"
    hold_ms: int = 1_000

    @property
    def guard(self) -> Guard:
        return Guard(
            world=self.world, policy=lambda: self.bundle, settings=self.settings, salt=SALT
        )

    @property
    def granting(self) -> Granting:
        return Granting(world=self.world)

    async def standing(
        self, approval: Any, picks: Any = None, *, uses: int = 10, ttl_s: int = 1800
    ) -> Any:
        """Let the person behind a question say yes to more calls like it."""
        plan = await self.granting.propose_grant(
            approval.id, picks or {}, uses=uses, ttl_s=ttl_s, by="ana"
        )
        return await self.granting.vote(self.vote(plan.id))

    def vote(self, of: str, decision: Any = "approve", who: str = "idp|ana") -> Vote:
        person = Voter(principal=who, uv=True)
        return Vote(
            approval_id=of,
            voter=person,
            decision=decision,
            method="webauthn",
            at_ms=self.clock.now_ms(),
        )

    @property
    def reauthorizing(self) -> Reauthorizing:
        return Reauthorizing(world=self.world, judging=self.guard.judging)

    def but(self, **ports: Any) -> "Flow":
        """Exchange ports of the world."""
        self.world = replace(self.world, **ports)
        return self

    def request(self, tool: str, *, session: str = "", **arguments: Any) -> ToolCall:
        self.made += 1
        return ToolCall(
            id=f"call_{self.made}",
            session=session or self.session,
            server="bank",
            tool=tool,
            arguments=argument_bytes(arguments),
        )

    async def call(
        self, tool: str, *, session: str = "", by: Any = None, **arguments: Any
    ) -> ToolResult:
        request = self.request(tool, session=session, **arguments)
        return await self.guard.call(request, by or self.tool, hold_ms=self.hold_ms)

    async def open(self, session: str, who: Who = WHO) -> str:
        await self.world.sessions.open(new_session(session, who, now_ms=self.clock.now_ms()))
        return session

    async def state(self) -> Any:
        return await self.world.sessions.get(self.session)

    async def in_flight(self) -> list[str]:
        return [step.call for step in (await self.state()).steps]

    def events(self, *kinds: str) -> list[Any]:
        return [one for one in self.store.events if not kinds or one.kind in kinds]

    def outcomes(self) -> list[tuple[str, str]]:
        return [(e.leaf["outcome"], e.leaf.get("code", "")) for e in self.events("outcome")]


def bundle_of(policy: str = POLICY, catalog: Any = None) -> Any:
    return compile_bundle({"10-test.cedar": policy}, read_catalog(catalog or CATALOG))


@pytest.fixture(scope="session")
def bundle() -> Any:
    return bundle_of()


@pytest.fixture
async def flow(bundle: Any) -> Flow:
    """The world in memory, with a reviewer who follows a script."""
    clock = FrozenClock()
    store = MemoryStore()
    approvals = MemoryApprovals(clock=clock, events=store.events, sessions=store.held)
    store.approvals = approvals
    approver = ScriptedApprover(approvals=approvals, clock=clock)
    world = World(
        clock=clock, ids=CountedIds(), sessions=store, approvals=approvals, leases=store,
        outcomes=store, sink=store, approvers=(approver,), issuers={"calltoken": RecordingIssuer()},
        grants=MemoryGrants(approvals=approvals), asked=MemoryAsked(approvals=approvals),
    )  # fmt: skip
    made = Flow(
        store=store, approvals=approvals, clock=clock, approver=approver, world=world, bundle=bundle
    )
    await made.open("gs_1")
    return made


@asynccontextmanager
async def on_sqlite(flow: Flow, folder: Path) -> AsyncIterator[Flow]:
    """Put a world on the real store, its people still scripted."""
    store = SqliteStore(folder / "guard.sqlite", LOG_KEY, timeout_ms=5_000, cooldown_ms=600_000)
    flow.store, flow.approvals = store, store.approvals
    flow.approver.approvals = store.approvals
    flow.but(
        sessions=store.sessions, approvals=store.approvals, leases=store.leases,
        outcomes=store.sessions, sink=store.sink, grants=store.grants, asked=store.asked,
    )  # fmt: skip
    await flow.open("gs_1")
    yield flow
    store.close(flow.clock.now_ms())


@pytest.fixture
async def durable(flow: Flow, tmp_path: Any) -> Any:
    """The same world on the real store, its people still scripted."""
    async with on_sqlite(flow, tmp_path) as made:
        yield made


@pytest.fixture
def path(tmp_path: Any) -> Any:
    return tmp_path / "guard.sqlite"


@pytest.fixture
def gather() -> Any:
    async def many(*work: Any) -> list[Any]:
        return await asyncio.wait_for(asyncio.gather(*work, return_exceptions=True), 5)

    return many


@pytest.fixture(scope="session")
def make_bundle() -> Any:
    return bundle_of


@pytest.fixture(scope="session")
def policy() -> str:
    return POLICY


@pytest.fixture(scope="session")
def catalogue() -> Any:
    return CATALOG


@pytest.fixture(scope="session")
def make_issuer() -> Any:
    return RecordingIssuer
