"""Uses approvals from several tasks and processes, and kills them: is one ever used twice?

    python -m tests.soak.kill9 --store sqlite --attempts 20000 --kills 300

Effects are counted in a file that is only appended to, not in the store under test. A worker is
forked, opens the store, and tries to use the newest approvals with fresh ids until it is killed.
The parent opens no store and starts no thread while workers live. Prints one JSON object.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.check import check_log
from guard.audit.event import Event
from guard.errors import GuardError
from guard.grant.approval import ApprovalState, NewApproval
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.ports import Attempt, Ending
from guard.session.state import new_session
from guard_adapters.store.log import LogKey
from guard_adapters.store.postgres.database import Address
from guard_adapters.store.postgres.store import PostgresStore
from guard_adapters.store.sqlite.store import SqliteStore
from guard_adapters.wiring.state.stores import read_rows

KEY = LogKey(origin="soak/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
ASK = Requirement(rule="PAY-1", reason="amount", kind="self")
WHO = Who(principal=Principal(issuer="i", subject="ada"), agent=Agent(id="bot"))
WORKERS = {"sqlite": 1, "postgres": 3}
TASKS = {"sqlite": 5, "postgres": 2}
AGAIN = 4
"""Approvals before the newest one that a new worker tries once more."""


class Notes:
    """Two files that are only appended to: attempts, one byte each, and effects, one line each."""

    def __init__(self, folder):
        self.attempts, self.effects = folder / "attempts", folder / "effects"

    def open(self):
        flags = os.O_APPEND | os.O_CREAT | os.O_WRONLY
        self._attempts, self._effects = os.open(self.attempts, flags), os.open(self.effects, flags)

    def attempt(self):
        os.write(self._attempts, b".")

    def effect(self, approval, use):
        os.write(self._effects, f"{approval} {use}\n".encode())

    def count(self):
        return self.attempts.stat().st_size if self.attempts.exists() else 0

    def used(self):
        return [line.split()[0] for line in self.effects.read_text().splitlines()]


def opened(kind, where):
    numbers = {"timeout_ms": 20_000, "cooldown_ms": 0}
    if kind == "sqlite":
        return SqliteStore(Path(where), KEY, **numbers)
    return PostgresStore(Address(where), KEY, **numbers)


def question(n, now_ms):
    return NewApproval(
        id=f"apr_{n}_{os.urandom(6).hex()}", binding=f"b{n}", envelope=b"{}", call_id=f"c{n}",
        call_bytes=b"{}", view_json=b"{}", nonce="00", requester="i|ada", agent="bot",
        session="gs_1", requirements=(ASK,), policy_version="p",
        pending_until_ms=now_ms + 3_600_000, grant_ttl_s=3_600, created_ms=now_ms,
    )  # fmt: skip


def event(kind, approval, at_ms):
    return Event(kind=kind, at_ms=at_ms, session="gs_1", leaf={"approval": approval})


async def used_once(store, notes, approval, binding):
    """Try to use an approval; whoever wins acts, and says how it ended."""
    now_ms, use = store.clock.now_ms(), os.urandom(16).hex()
    session = await store.sessions.get("gs_1")
    attempt = Attempt(
        consume_id=use, judged=session, binding=binding, policy_version="p", now_ms=now_ms,
        outcome_due_ms=now_ms + 3_600_000,
    )  # fmt: skip
    notes.attempt()
    won = await store.approvals.consume(approval, attempt, [event("consume", approval, now_ms)])
    if won is None:
        return
    notes.effect(approval, use)
    done = Ending(
        session="gs_1", change=lambda session: session, events=(), outcome=Outcome.OK,
        approval=approval, consume_id=use,
    )  # fmt: skip
    await store.sessions.close(done)


async def one_approval(store, notes, n, tasks):
    """Open or join the question, say yes, and let several tasks use it at once."""
    now_ms = store.clock.now_ms()
    new = question(n, now_ms)
    row = await store.approvals.open(new, [event("approval_opened", new.id, now_ms)])
    vote = Vote(
        approval_id=row.id, voter=Voter(principal="i|ada", uv=True), decision="approve",
        method="webauthn", at_ms=store.clock.now_ms(),
    )  # fmt: skip
    with suppress(GuardError):  # another worker was faster
        await store.approvals.vote(vote, [])
    tries = (used_once(store, notes, row.id, row.binding) for _ in range(tasks))
    await asyncio.gather(*tries)


async def work(kind, where, notes):
    """Try again what an earlier worker may have been killed in, then go on, until killed."""
    store = opened(kind, where)
    await store.sessions.open(new_session("gs_1", WHO, now_ms=store.clock.now_ms()))
    rows = await store.approvals.listed(open_only=False)
    for row in rows[-AGAIN:]:
        tries = (used_once(store, notes, row.id, row.binding) for _ in range(TASKS[kind]))
        await asyncio.gather(*tries)
    n = max((int(row.binding[1:]) for row in rows), default=0)
    while True:
        n += 1
        with suppress(GuardError):
            await one_approval(store, notes, n, TASKS[kind])


def forked(kind, where, notes):
    """Start a worker in a process of its own and return its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        notes.open()
        asyncio.run(work(kind, where, notes))
    except BaseException as error:  # whoever forked it must not go on twice
        print(f"worker: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(1)


def killed(kind, where, notes, attempts, kills, chance):
    """Kill workers at random moments, so that kills and attempts are used up together."""
    pids = [forked(kind, where, notes) for _ in range(WORKERS[kind])]
    done = 0
    while done < kills or notes.count() < attempts:
        aim = notes.count() + chance.randint(1, max(2, 2 * attempts // max(1, kills)))
        patience = time.monotonic() + 5
        while notes.count() < aim and time.monotonic() < patience:
            time.sleep(chance.uniform(0.0005, 0.004))
        victim = pids.pop(chance.randrange(len(pids)))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        done += 1
        pids.append(forked(kind, where, notes))
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return done


async def after(kind, where):
    """Start once more, as a guard does, and look at what is left."""
    store = opened(kind, where)
    rows = {}
    try:
        await store.lose_runs(store.clock.now_ms())
        async for row in everything(kind, where, store):
            rows[row.id] = row
    finally:
        store.close(store.clock.now_ms())
    return rows


async def everything(kind, where, store):
    for row in await store.asked.since(0):
        yield row


def run(kind, where, folder, attempts, kills, seed):
    notes, chance = Notes(folder), random.Random(seed)
    began = time.monotonic()
    done = killed(kind, where, notes, attempts, kills, chance)
    took = time.monotonic() - began
    if kind == "postgres":
        forget_marks(where)
    rows = asyncio.run(after(kind, where))
    used = Counter(notes.used())
    consumed = [row for row in rows.values() if row.status is ApprovalState.CONSUMED]
    log = read_rows(Path(where) if kind == "sqlite" else Address(where))
    report = check_log(log.leaves, log.sides, log.notes, KEY.origin, KEY.key.public_key())
    return {
        "store": kind, "attempts": notes.count(), "kills": done, "approvals": len(rows),
        "used": len(used), "used_twice": sum(n > 1 for n in used.values()),
        "consumed_without_effect": sum(row.id not in used for row in consumed),
        "without_known_outcome": sum(row.outcome is Outcome.RUNNING for row in rows.values()),
        "unknown": sum(row.outcome is Outcome.UNKNOWN for row in rows.values()),
        "log_findings": sorted({one.code for one in report.findings}),
        "log_size": report.size, "seconds": round(took, 1),
    }  # fmt: skip


def forget_marks(url):
    """Let half a minute pass for the marks of the killed workers."""
    import asyncpg  # noqa: PLC0415

    async def go():
        db = await asyncpg.connect(url)
        await db.execute("UPDATE replicas SET seen_ms = seen_ms - 60000")
        await db.close()

    asyncio.run(go())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", choices=sorted(WORKERS), required=True)
    parser.add_argument("--url", default="", help="an empty PostgreSQL database")
    parser.add_argument("--attempts", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = args.url if args.store == "postgres" else f"{folder}/guard.sqlite"
        found = run(args.store, where, Path(folder), args.attempts, args.kills, args.seed)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
