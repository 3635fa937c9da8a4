"""How long a released call waits for its release: 10,000 wait on one guard, another guard decides.

Three runs: the embedded store; PostgreSQL; PostgreSQL whose listening connection is cut every two
seconds. Times from the start of a vote to the waiter that has read its row as approved.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from database import databases

from guard.grant.approval import ApprovalState, NewApproval
from guard.grant.votes import Vote, Voter
from guard.model.decision import Requirement
from guard_adapters.store.log import LogKey
from guard_adapters.store.postgres.database import Address
from guard_adapters.store.postgres.store import PostgresStore
from guard_adapters.store.sqlite.store import SqliteStore

KEY = LogKey(origin="bench/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
ASK = Requirement(rule="PAY-1", reason="amount", kind="self")
WAITING, DECIDED, A_SECOND, CUT_S = 10_000, 2_000, 200, 2.0


def question(n: int, now_ms: int) -> NewApproval:
    return NewApproval(
        id=f"apr_{n}", binding=f"b{n}", envelope=b"{}", call_id=f"c{n}", call_bytes=b"{}",
        view_json=b"{}", nonce="00", requester=f"i|person-{n}", agent="bot", session=f"gs_{n}",
        requirements=(ASK,), policy_version="p", pending_until_ms=now_ms + 3_600_000,
        grant_ttl_s=3_600, created_ms=now_ms,
    )  # fmt: skip


async def waits(store, n, ready, released, turn) -> None:
    """One waiting call: register, ask, read, wait, read again."""
    async with store.approvals.waiter(f"apr_{n}") as waiter:
        async with turn:
            await store.approvals.open(question(n, store.clock.now_ms()), [])
        row = await store.approvals.get(f"apr_{n}")
        ready.release()
        while row.status is ApprovalState.PENDING:
            await waiter.wait(600_000)
            row = await store.approvals.get(f"apr_{n}")
        released[n] = time.perf_counter()


async def decides(store, started) -> None:
    """Say yes at a steady pace."""
    begun = time.perf_counter()
    for n in range(DECIDED):
        pause = begun + n / A_SECOND - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        vote = Vote(
            approval_id=f"apr_{n}", voter=Voter(principal=f"i|person-{n}", uv=True),
            decision="approve", method="webauthn", at_ms=store.clock.now_ms(),
        )  # fmt: skip
        started[n] = time.perf_counter()
        await store.approvals.vote(vote, [])


async def cuts(store) -> None:
    while True:
        await asyncio.sleep(CUT_S)
        store.hints.cut()


async def measured(waiting, deciding, *, cut: bool) -> dict[str, object]:
    turn, ready = asyncio.Semaphore(32), asyncio.Semaphore(0)
    released: dict[int, float] = {}
    started: dict[int, float] = {}
    tasks = [asyncio.create_task(waits(waiting, n, ready, released, turn)) for n in range(WAITING)]
    for _ in range(WAITING):
        await ready.acquire()
    cutter = asyncio.create_task(cuts(waiting)) if cut else None
    await decides(deciding, started)
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*tasks[:DECIDED]), 30)
    for task in (*tasks, *([cutter] if cutter else [])):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    took = sorted((released[n] - started[n]) * 1000 for n in started if n in released)
    return {
        "waiting": WAITING, "decided": DECIDED, "a_second": A_SECOND, "lost": DECIDED - len(took),
        "p50_ms": round(statistics.median(took), 2),
        "p99_ms": round(took[len(took) * 99 // 100], 1), "max_ms": round(took[-1], 1),
    }  # fmt: skip


def on_file(folder: Path) -> dict[str, object]:
    store = SqliteStore(folder / "guard.sqlite", KEY, timeout_ms=60_000, cooldown_ms=0)
    try:
        return asyncio.run(measured(store, store, cut=False))
    finally:
        store.close(0)


def on_database(url: str, *, cut: bool) -> dict[str, object]:
    stores = [PostgresStore(Address(url), KEY, timeout_ms=60_000, cooldown_ms=0) for _ in range(2)]
    try:
        return asyncio.run(measured(*stores, cut=cut))
    finally:
        for store in stores:
            store.close(0)


def main() -> None:
    found: dict[str, object] = {"bar": "p50 10 ms, p99 250 ms, none lost"}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite"] = on_file(Path(folder))
    with databases() as empty:
        for name, cut in (("postgres", False), ("postgres_cut", True)):
            found[name] = on_database(empty(f"bench_{name}"), cut=cut)
    print(json.dumps(found, indent=1))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
