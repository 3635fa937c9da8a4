"""Run a stdio server behind a relay, from its start until either side has ended.

`run_attached` is the thin form: the judge is the running guard, and this process never imports a
protocol library, a parser of models or a policy engine, for many of these run at once, one for
each server that an agent uses.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import IO, Any, Final, Literal

from guard_adapters.front.mcp.socket.attach import Attached
from guard_adapters.front.mcp.socket.desk import Desk, Side
from guard_adapters.front.mcp.stdio.child import Child, Command, Ears, start
from guard_adapters.front.mcp.stdio.pipes import Inlet, open_pipes
from guard_adapters.front.mcp.stdio.relay import OTHER, Peer, Relay, say

LAST_WORDS_S: Final = 1.0  # for what is nearly done when one side has ended

Ending = Literal["client", "server", "signal"]


async def relay(
    desk: Desk, command: Command, *, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None
) -> int:
    """Run the server behind `desk` until either side ends; return the server's exit code.

    Raises:
        Unusable: the server cannot be started.
    """
    line = Relay(desk)
    client, server = line.peers["client"], line.peers["server"]
    inlets: dict[Side, Inlet | Child] = {}

    def ears(side: Side) -> Ears:
        def full(yes: bool) -> None:  # noqa: FBT001 - the signature of the event loop
            if (source := inlets.get(OTHER[side])) is not None:
                source.reading(not yes)  # who reads slowly makes the other side send slowly

        return Ears(lambda data: line.received(side, data), lambda: line.end(side), full)

    child = await start(command, ears("server"))
    server.outlet = inlets["server"] = child
    inlet, outlet = await open_pipes(
        stdin or sys.stdin.buffer, stdout or sys.stdout.buffer, ears("client")
    )
    inlets["client"], client.outlet = inlet, outlet
    try:
        code = await _until_over(line, child)
        await outlet.flush(LAST_WORDS_S)
    finally:
        inlet.close()
        outlet.close()
        await desk.aclose()
    if server.dropped:
        say(f"dropped {server.dropped} messages of the server that answered nothing.")
    return code


async def _until_over(line: Relay, child: Child) -> int:
    client, server = line.peers["client"], line.peers["server"]
    ending = await _first_to_end(client, server, child)
    if ending == "client":
        # Requests sent just before the end still count; a call held for a person does not.
        undecided = [task for ident, task in client.tasks.items() if ident not in server.asked]
        await _finish(undecided)
    code = await child.stop(gently=ending != "signal")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_S):
            await server.ended.wait()
    line.end("server")
    await _finish([*client.tasks.values(), *server.tasks.values()])
    return code


async def _finish(tasks: list[asyncio.Future[Any]]) -> None:
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=LAST_WORDS_S)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=LAST_WORDS_S)


async def _first_to_end(client: Peer, server: Peer, child: Child) -> Ending:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, told.set)
    waits: dict[Ending, asyncio.Task[object]] = {
        "signal": asyncio.create_task(told.wait()),
        "client": asyncio.create_task(client.ended.wait()),
        "server": asyncio.create_task(_over(server, child)),
    }
    try:
        done, _ = await asyncio.wait(waits.values(), return_when=asyncio.FIRST_COMPLETED)
        return next(name for name, task in waits.items() if task in done)
    finally:
        for task in waits.values():
            task.cancel()
        for number in numbers:
            loop.remove_signal_handler(number)


async def _over(server: Peer, child: Child) -> None:
    ended = asyncio.create_task(server.ended.wait())
    exited = asyncio.create_task(child.exited())
    await asyncio.wait((ended, exited), return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    exited.cancel()


def run_attached(
    command: Sequence[str],
    agent: str,
    upstream: str,
    socket_path: str,
    env: Mapping[str, str],
    *,
    session: str = "",
) -> int:
    """Run `command` behind the guard that listens on `socket_path`; return its exit code.

    `env` is the server's whole environment, see `child_environment`; `session` a handle to work
    in, or empty for the session of this person and agent. Without a guard the relay
    runs all the same, and refuses every request until there is one.

    Raises:
        Unusable: the server cannot be started.
    """

    async def run() -> int:
        desk = Attached(socket_path, agent, upstream, session=session)
        whole = {**env, **await desk.environ()}
        return await relay(desk, Command(argv=tuple(command), env=whole))

    return asyncio.run(run())
