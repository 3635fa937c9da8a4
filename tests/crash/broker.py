"""A guard that dies: each line of input names a point, and there a fresh copy of it is killed.

The copy is forked, so that imports are paid once, of what a guard imports late as well, and so are the
certificates that the world believes. It recovers as a starting guard does, says what it
then finds alive at the targets, makes one call, and stops at the point until the kill -9 comes.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import anyio._backends._asyncio  # noqa: F401  the anyio of the client under an event loop
import httpcore  # noqa: F401

import guard_adapters.issuer.openbao
import guard_adapters.issuer.postgres_role
import guard_adapters.store.postgres.store  # noqa: F401
from guard.model.call import Outcome, ToolCall, ToolResult, argument_bytes
from guard_adapters._http.trust import everybodys
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.recovery import sweep_targets, take_back_all

ANA = Caller(issuer="test", subject="ana", agent="a")


class Points:
    """Stops the process for good where it was told to."""

    def __init__(self, wanted, out):
        self.wanted, self.out = wanted, out

    async def at(self, name):
        if name == self.wanted:
            os.write(self.out, b"at\n")
            await asyncio.Event().wait()


class Journal:
    """The real journal; in the wrong order, nothing is written until the target has acted."""

    def __init__(self, real, points, order):
        self._real, self._points, self._order, self._unwritten = real, points, order, {}

    def __getattr__(self, name):
        return getattr(self._real, name)

    async def reserve(self, lease, events):
        if self._order == "journal-last":
            self._unwritten[lease.id] = (lease, events)
        else:
            await self._real.reserve(lease, events)
        await self._points.at("reserved")

    async def advance(self, lease_id, change, events):
        if lease_id in self._unwritten:
            await self._real.reserve(*self._unwritten.pop(lease_id))
        row = await self._real.advance(lease_id, change, events)
        await self._points.at(row.state.value)
        return row


class Stopping:
    """The real issuer, with points before and after its target acts."""

    def __init__(self, real, points):
        self._real, self._points = real, points

    def __getattr__(self, name):
        return getattr(self._real, name)

    async def issue(self, call, terms, lease):
        made = await self._real.issue(call, terms, lease)
        await self._points.at("acted")
        return made

    async def revoke(self, lease, why):
        if why == "ended":
            await self._points.at("ending")
        fate = await self._real.revoke(lease, why)
        if why == "ended":
            await self._points.at("gone")
        return fate


class Tool:
    async def run(self, call, credential):
        assert credential is not None
        return ToolResult(outcome=Outcome.OK)


class Awake:
    def __init__(self, clock):
        self.beat_ms = clock.now_ms


async def life(job, out):
    wired = build(load(Path(job["config"])))
    real = wired.world
    gone = frozenset(lease.id for lease in await wired.store.lost_leases())
    await take_back_all(real, gone)
    if job.get("sweep"):
        await sweep_targets(real)
    alive = {}
    for name, issuer in real.issuers.items():
        alive[name] = [*await issuer.sweep()]
    open_rows = [row.state.value for row in await real.leases.unsettled()]
    os.write(out, json.dumps({"alive": alive, "open": open_rows}).encode() + b"\n")
    if job["point"]:
        points = Points(job["point"], out)
        issuers = {name: Stopping(one, points) for name, one in real.issuers.items()}
        wired.world = replace(
            real, issuers=issuers, watchdog=Awake(real.clock),
            leases=Journal(real.leases, points, job["order"]),
        )  # fmt: skip
        wired.guard = replace(wired.guard, world=wired.world)
        desk = Desk(wired)
        # A person of its own for each life: calls that died stay open in a session until it is swept.
        session = await desk.session(replace(ANA, subject=f"ana-{os.getpid()}"), "", b"")
        call = ToolCall(
            id=desk.new_id(), session=session, server="crm", tool=job["tool"],
            arguments=argument_bytes({}),
        )  # fmt: skip
        await desk.call(call, Tool(), hold_ms=0)
        os.write(out, b"missed\n")
    wired.close()
    os._exit(0)


def main():
    everybodys()
    for line in sys.stdin:
        job = json.loads(line)
        load(Path(job["config"]))  # what reads files is made by the first one that is read
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            try:
                asyncio.run(life(job, write))
            except BaseException as wrong:  # the parent must not wait for a child that broke
                os.write(write, f"broke: {wrong!r}\n".encode())
            os._exit(1)
        os.close(write)
        with os.fdopen(read) as said:
            found = said.readline().strip()
            reached = said.readline().strip() if job["point"] else "at"
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        print(json.dumps({"found": found, "reached": reached}), flush=True)


if __name__ == "__main__":
    main()
