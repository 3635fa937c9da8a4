"""From a security event to what it stops: here, on another guard, and at a target.

    python bench/signals.py [--calls 200]

200 sessions of as many people are live. Each event is a signed token that is pushed over HTTP (RFC
8935). `deny`: until the next call of that session has been refused by this guard. `replica`: until
another guard on the same PostgreSQL has refused it; `cpu` is what both guards spent on it, which a
busy machine does not change. `kill_replica`: from the kill switch of one
guard to the refusal by the other. `sql`: until the server has ended an open SQL session of that
session's credential.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from guard.access.killing import Killing
from guard.errors import Refused
from guard.grant.lease import LeaseState
from guard.grant.secevent import Stream
from guard.model.call import Outcome, ToolCall, ToolResult
from guard.model.identity import Agent, Principal, Who
from guard.pipeline import Guard
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.ports import World
from guard.reauthorize import Reauthorizing
from guard.session.state import new_session
from guard_adapters.front.mcp.auth.jwks import FetchedKeys
from guard_adapters.front.ssf.push import Pushed
from guard_adapters.front.ssf.received import Source
from guard_adapters.issuer.postgres_role import PostgresRole, PostgresRoleIssuer
from guard_adapters.store.clock import Heartbeat, SystemIds
from guard_adapters.store.live import LiveCalls
from guard_adapters.store.log import LogKey
from guard_adapters.store.postgres.database import Address
from guard_adapters.store.postgres.store import PostgresStore
from guard_adapters.store.replay_sqlite import SqliteReplay
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres as database
from tests.adapters.issuer.leased import issued, maker
from tests.peers.postgres import Postgres, connected
from tests.signals_transmitter import Transmitter

LIVE = 200
BARS = {"deny": 20.0, "replica": 250.0, "kill_replica": 250.0, "sql": 500.0}
KEY = LogKey(origin="bench/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
POLICY = """
@id("OK") @reason("open")
permit (principal is Guard::Agent, action in Guard::Action::"any", resource);
"""
TOOL = {"effect": ["read"], "confirmed": True, "input_schema": {"type": "object", "properties": {}}}
CATALOG = {"version": 1, "servers": {"shop": {"trust": "trusted", "tools": {"look": TOOL}}}}
IDP = "https://idp.example"


class Look:
    async def run(self, call: Any, credential: Any) -> ToolResult:
        return ToolResult(outcome=Outcome.OK, value="seen", shown="seen")


class Node:
    """One guard on one store."""

    def __init__(self, store: Any, **more: Any) -> None:
        self.bundle = compile_bundle({"all.cedar": POLICY}, read_catalog(CATALOG))
        self.world = World(
            clock=store.clock, ids=SystemIds(), sessions=store.sessions, approvals=store.approvals,
            leases=store.leases, outcomes=store.sessions, sink=store.sink, grants=store.grants,
            kills=store.kills, live=LiveCalls(), **more,
        )  # fmt: skip
        self.guard = Guard(world=self.world, policy=lambda: self.bundle, salt=b"s" * 32)
        self.reauthorizing = Reauthorizing(world=self.world, judging=self.guard.judging)
        self.made = 0

    def now_ms(self) -> int:
        return int(self.world.clock.now_ms())

    async def hear(self, event: Any) -> Any:
        told = await self.reauthorizing.hear(event)
        return lambda: self.reauthorizing.follow(told)

    async def people(self) -> list[str]:
        names = [f"gs_{number}" for number in range(LIVE)]
        for name in names:
            who = Who(principal=Principal(issuer=IDP, subject=name), agent=Agent(id="clerk"))
            await self.world.sessions.open(new_session(name, who, now_ms=self.now_ms()))
            await self.look(name)
        return names

    async def look(self, session: str) -> None:
        self.made += 1
        call = ToolCall(
            id=f"{session}_{id(self)}_{self.made}", session=session, server="shop", tool="look",
            arguments=b"{}",
        )  # fmt: skip
        await self.guard.call(call, Look(), hold_ms=0)

    async def refuses(self, session: str) -> None:
        """Call until it is refused."""
        while True:
            try:
                await self.look(session)
            except Refused:
                return


class Sender:
    """A transmitter, and the guard's own endpoint for it."""

    def __init__(self, node: Node, folder: Path) -> None:
        self.idp = Transmitter(issuer=IDP)

        async def keys() -> Any:
            return self.idp.jwks

        source = Source(
            name="idp",
            stream=Stream(issuer=IDP, audience=self.idp.audience, algorithms=frozenset({"RS256"})),
            keys=FetchedKeys(keys),
            hearing=node,
            seen=SqliteReplay(folder / "signals.sqlite", now_ms=node.now_ms()),
        )
        self.pushed = Pushed({"idp": source}, {"idp": "t" * 64})
        app = Starlette(routes=self.pushed.routes())
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guard")

    def said(self, subject: str) -> bytes:
        about = {"format": "iss_sub", "iss": IDP, "sub": subject}
        return self.idp.caep("session-revoked", about, at=int(time.time()))

    async def settled(self) -> None:
        """Wait until what follows the events has ended, too."""
        while self.pushed.following:  # noqa: ASYNC110  a bench may look again
            await asyncio.sleep(0.01)

    async def push(self, token: bytes) -> None:
        head = {"authorization": "Bearer " + "t" * 64, "content-type": "application/secevent+jwt"}
        answer = await self.http.post("/guard/v1/signals/push/idp", content=token, headers=head)
        assert answer.status_code == 202, answer.text


def figures(took: list[float]) -> dict[str, float]:
    ordered = sorted(one * 1000 for one in took)
    last = min(len(ordered) - 1, int(len(ordered) * 0.99))
    return {"p50_ms": round(statistics.median(ordered), 1), "p99_ms": round(ordered[last], 1)}


async def denied(sender: Sender, names: list[str], other: Node) -> dict[str, float]:
    """Push one event after the other, and look when `other` refuses."""
    tokens = [sender.said(one) for one in names]
    await sender.push(sender.said("nobody"))  # the keys are fetched once
    took: list[float] = []
    spent: list[float] = []
    for name, token in zip(names, tokens, strict=True):
        start, busy = time.perf_counter(), time.process_time()
        await sender.push(token)
        await other.refuses(name)
        took.append(time.perf_counter() - start)
        spent.append(time.process_time() - busy)
    return figures(took) | {f"cpu_{name}": one for name, one in figures(spent).items()}


async def here(folder: Path, calls: int) -> dict[str, float]:
    store = SqliteStore(folder / "guard.sqlite", KEY, timeout_ms=5_000, cooldown_ms=1_000)
    node = Node(store)
    names = await node.people()
    sender = Sender(node, folder)
    found = await denied(sender, names[:calls], node)
    await sender.settled()
    store.close(node.now_ms())
    return found


async def elsewhere(folder: Path, calls: int) -> dict[str, dict[str, float]]:
    url = database.fresh(own_clock=True)
    stores = [PostgresStore(Address(url), KEY, timeout_ms=5_000, cooldown_ms=1_000) for _ in "ab"]
    one, two = map(Node, stores)
    names = await one.people()
    sender = Sender(one, folder)
    replica = await denied(sender, names[:calls], two)
    await sender.settled()
    killing = Killing(world=one.world, policy=lambda: one.bundle)
    took: list[float] = []
    for number in range(calls):
        name = f"gs_kill_{number}"
        who = Who(principal=Principal(issuer=IDP, subject=name), agent=Agent(id="clerk"))
        await one.world.sessions.open(new_session(name, who, now_ms=one.now_ms()))
        await two.look(name)
        start = time.perf_counter()
        await killing.stop("principal", name, why="", by="bench")
        await two.refuses(name)
        took.append(time.perf_counter() - start)
        await killing.lift("principal", name, by="bench")
    for store in stores:
        store.close(0)
    return {"replica": replica, "kill_replica": figures(took)}


async def at_the_target(folder: Path, calls: int) -> dict[str, float]:
    server = Postgres().set_up()
    issuer = PostgresRoleIssuer(PostgresRole(**server.settings()), maker(server.home))
    store = SqliteStore(folder / "guard.sqlite", KEY, timeout_ms=5_000, cooldown_ms=1_000)
    heart = Heartbeat(store.clock)
    node = Node(store, issuers={"it": issuer}, watchdog=heart)
    names = await node.people()
    sender = Sender(node, folder)
    await sender.push(sender.said("nobody"))
    took: list[float] = []
    for name in names[:calls]:
        lease, credential = await issued(issuer, grant="tool_crm_read")
        await store.leases.reserve(replace(lease, session=name, state=LeaseState.DELIVERED), [])
        parts = {**credential.parts, "host": "127.0.0.1", "port": server.port}
        live = await connected({**parts, "database": "postgres"})
        running = asyncio.create_task(live.fetchval("SELECT pg_sleep(30)"))
        await asyncio.sleep(0.01)
        token = sender.said(name)
        start = time.perf_counter()
        pushing = asyncio.create_task(sender.push(token))
        await asyncio.wait([running], timeout=5)
        took.append(time.perf_counter() - start)
        await pushing
        assert running.exception() is not None
        with suppress(Exception):  # it is gone already
            live.terminate()
    await sender.settled()
    store.close(node.now_ms())
    await issuer.aclose()
    server.stop()
    return figures(took)


async def main(calls: int) -> dict[str, Any]:
    found: dict[str, Any] = {"live_sessions": LIVE}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        found["deny"] = await here(Path(one), calls)
        found |= await elsewhere(Path(two), calls)
    with tempfile.TemporaryDirectory() as three:
        found["sql"] = await at_the_target(Path(three), max(1, calls // 4))
    for name, most in BARS.items():
        found[name] |= {"bar_p99_ms": most, "met": found[name]["p99_ms"] <= most}
    return found


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--calls", type=int, default=LIVE)
    print(json.dumps(asyncio.run(main(arguments.parse_args().calls)), indent=1))
    database.stop()
