# it prints its figures
"""CPU of a whole judgement with its audit record, by length of history: flat, or not?

    python bench/decision_path.py

One step is what happens before a credential: the call enters the session, is judged on its facts
(100 rules, 40 tools), and the decision is appended to the audit. With the store in memory it is
the thread's CPU; with the file it is the process's, so that the store's thread counts, and each
append is committed with an fsync. Histories are interleaved, so that noise meets all alike, and
of five rounds the quietest counts, as in decision.py.
Each call pays another amount. The engine is asked once for calls that no rule tells apart, so the
step is also measured with every verdict forgotten before it.
Whoever waits for a disk comes back to cold caches. So two floors are measured in the same run: the
step in memory after a pause, and the statements of the file's steps on a file, with nothing else.
Prints one JSON object: p50 and p99 in microseconds, and the ratio of 10,000 events to 10.
"""

import asyncio
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bare_writes import again, recorded
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from decision import ARGUMENTS, catalogue, policy

from guard.audit.event import decided, finished
from guard.judging import Judging
from guard.model.call import Outcome, ToolCall, argument_bytes
from guard.model.identity import Agent, Device, Principal, Who
from guard.policy.ask import verdict
from guard.policy.compile import compile_bundle
from guard.ports import World
from guard.provenance.result.known import Known
from guard.session.calls import admitted, forwarded, settled
from guard.session.intent import parse_intent
from guard.session.state import new_session
from guard.testing import CountedIds, FrozenClock, MemoryApprovals, MemoryStore
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore

HISTORIES = (10, 10_000)
ROUNDS, BLOCKS, BLOCK, WARM_UP = 5, 10, 20, 2
BAR_P50_US, BAR_RATIO = 250, 1.2
PAUSE_S = 0.002  # about one fsync
TASK = b'{"purpose":"pay","tools":["write"]}'
DEVICE = Device(id="d", compliant=True, seen_at_ms=FrozenClock().ms)
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="bot"), device=DEVICE)


@dataclass
class DecisionPath:
    """One guard up to the credential, on a session with so many events behind it."""

    world: World
    judging: Callable[[], Judging]
    session: str
    made: int = 0
    anew: bool = False

    def call(self) -> ToolCall:
        self.made += 1
        return ToolCall(
            id=f"call_{self.made}",
            session=self.session,
            server="pay",
            tool="send_0",
            arguments=argument_bytes({**ARGUMENTS, "amount_minor": 500 + self.made}),
        )

    async def step(self, call: ToolCall) -> str:
        """Admit, judge, append: what is measured."""
        if self.anew:
            verdict.cache_clear()
        judging = self.judging()  # one for each call, as the guard makes it
        spec, found = judging.spec(call), judging.input(call)
        now_ms = self.world.clock.now_ms()
        session = await self.world.sessions.update(
            call.session,
            lambda one: admitted(
                one, call, spec, found, now_ms, judging.ledgers(call), in_flight=32
            ),
            judging.wanted(call),
        )
        judged = await judging.judge(session, call, await self.world.sessions.known(session.id))
        event = decided(judged.facts, judged.answer, salt=self.world.ids.token(16))
        await self.world.sink.write([event])
        return str(event.leaf["decision"])

    async def end(self, call: ToolCall) -> None:
        now_ms = self.world.clock.now_ms()
        await self.world.sessions.update(
            call.session,
            lambda one: settled(one, call.id, Outcome.OK, frozenset(), {}, now_ms),
        )
        self.world.clock.advance(2_100)  # type: ignore[attr-defined]  # the frozen one
        # Comes after what the store has queued: none of it runs into the next step.
        await self.world.sessions.all()


async def history(path: DecisionPath, events: int) -> None:
    """Play calls without measuring: three events each, as the pipeline leaves them."""
    judging = path.judging()
    spec = judging.spec(path.call())
    head = await path.world.sessions.get(path.session)
    written = []
    for _ in range(events // 3):
        call, now_ms = path.call(), path.world.clock.now_ms()
        found, ledgers = judging.input(call), judging.ledgers(call)
        head = admitted(head, call, spec, found, now_ms, ledgers)
        head = forwarded(head, call.id, spec, found, ledgers, now_ms=now_ms)
        judged = await judging.judge(head, call, Known())
        head = settled(head, call.id, Outcome.OK, frozenset(), {}, now_ms)
        written += [decided(judged.facts, judged.answer, salt=b"s" * 16)]
        written += [finished(call, Outcome.OK, "", [], now_ms)] * 2
        path.world.clock.advance(2_100)  # type: ignore[attr-defined]  # the frozen one
    last = head
    await path.world.sessions.update(path.session, lambda _one: last, judging.wanted(path.call()))
    for start in range(0, len(written), 500):
        await path.world.sink.write(written[start : start + 500])


async def made(store: Any, sessions: Any, sink: Any, bundle: Any, events: int) -> DecisionPath:
    clock = FrozenClock()
    world = World(
        clock=clock,
        ids=CountedIds(),
        sessions=sessions,
        approvals=MemoryApprovals(clock=clock),
        leases=store,
        outcomes=sessions,
        sink=sink,
    )
    intent = parse_intent(TASK, declared_by="host", max_bytes=4096)
    session = new_session(f"gs_{events}", WHO, intent=intent, now_ms=clock.ms)
    await sessions.open(session)
    path = DecisionPath(
        world, lambda: Judging(world=world, bundle=bundle, salt=b"s" * 32), session.id
    )
    await history(path, events)
    return path


async def measured(
    paths: dict[int, DecisionPath], clock: Callable[[], int], pause_s: float = 0
) -> dict[str, Any]:
    """Return the figures of the quietest round."""
    rounds = [await _round(paths, clock, pause_s) for _ in range(ROUNDS)]
    return min(rounds, key=lambda one: sum(row["p50_us"] for row in one["by_history"].values()))


async def _round(
    paths: dict[int, DecisionPath], clock: Callable[[], int], pause_s: float
) -> dict[str, Any]:
    took: dict[int, list[float]] = {events: [] for events in paths}
    gc.collect()
    gc.disable()
    for block in range(BLOCKS + WARM_UP):
        for events, path in paths.items():
            for _ in range(BLOCK):
                call = path.call()
                if pause_s:
                    time.sleep(pause_s)  # noqa: ASYNC251  the whole process rests
                started = clock()
                decision = await path.step(call)
                spent = (clock() - started) / 1000
                assert decision == "allow", decision
                if block >= WARM_UP:
                    took[events].append(spent)
                await path.end(call)
    gc.enable()
    figures = {str(events): _figures(values) for events, values in took.items()}
    few, many = (figures[str(events)]["p50_us"] for events in HISTORIES)
    return {"by_history": figures, "ratio": round(many / few, 3)}


def _figures(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100)
    return {"p50_us": round(cuts[49], 1), "p99_us": round(cuts[98], 1)}


async def in_memory(bundle: Any, pause_s: float = 0, *, anew: bool = False) -> dict[str, Any]:
    paths = {}
    for events in HISTORIES:
        store = MemoryStore()
        paths[events] = await made(store, store, store, bundle, events)
        paths[events].anew = anew
    return await measured(paths, time.thread_time_ns, pause_s)


async def in_file(bundle: Any, folder: Path) -> dict[str, Any]:
    paths, stores = {}, []
    for events in HISTORIES:
        store = opened_store(folder / f"{events}.sqlite")
        stores.append(store)
        paths[events] = await made(store.leases, store.sessions, store.sink, bundle, events)
    try:
        return await measured(paths, time.process_time_ns)
    finally:
        for store in stores:
            store.close(1)


async def bare_writes(bundle: Any, folder: Path) -> dict[str, float]:
    """Return what the statements of some hundred steps take when nothing else is done."""
    with recorded() as said:
        store = opened_store(folder / "recorded.sqlite")
        path = await made(store.leases, store.sessions, store.sink, bundle, HISTORIES[0])
        for _ in range(BLOCK * BLOCKS):
            call = path.call()
            await path.step(call)
            await path.end(call)
        store.close(1)
    return _figures([took / 1000 for took in again(said, folder / "again.sqlite")])


def opened_store(path: Path) -> SqliteStore:
    key = LogKey(origin="bench/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    return SqliteStore(path, key, timeout_ms=9_000, cooldown_ms=0)


async def run() -> dict[str, Any]:
    bundle = compile_bundle(policy(100), catalogue())
    memory, anew = await in_memory(bundle), await in_memory(bundle, anew=True)
    paused = await in_memory(bundle, PAUSE_S)
    with tempfile.TemporaryDirectory() as folder:
        file = await in_file(bundle, Path(folder))
        bare = await bare_writes(bundle, Path(folder))
    return {
        "rules": 100,
        "tools": 40,
        "bars": {"p50_us": BAR_P50_US, "ratio": BAR_RATIO},
        "memory_thread_cpu": memory,
        "memory_new_facts": anew,
        "sqlite_process_cpu": file,
        "floor_memory_after_a_pause": paused,
        "floor_bare_writes": bare,
    }


def main() -> None:
    print(json.dumps(asyncio.run(run()), indent=1))


if __name__ == "__main__":
    main()
