"""`guard serve` as a coroutine: HTTP for clients, a socket for stdio relays, a sweeper for time."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from guard.errors import Unusable
from guard_adapters.front.mcp.auth.access_token import Caller, upstream_scope
from guard_adapters.front.mcp.socket.attachments import Attachments
from guard_adapters.front.mcp.socket.desk import Desk as PipeDesk
from guard_adapters.front.mcp.socket.frames import Hello
from guard_adapters.front.mcp.stdio.desk import FrontDesk
from guard_adapters.wiring.alone import place
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.control_plane.collecting import collecting
from guard_adapters.wiring.control_plane.fetching import fetching
from guard_adapters.wiring.control_plane.forwarding import forwarding
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.operator.kills import following
from guard_adapters.wiring.recovery import recover
from guard_adapters.wiring.review.channels import delivering
from guard_adapters.wiring.review.console import told
from guard_adapters.wiring.serve.endpoint import app, bridges_of, console_at, endpoint
from guard_adapters.wiring.serve.gateways import Gateways
from guard_adapters.wiring.serve.guests import Guests
from guard_adapters.wiring.serve.pulling import pulling
from guard_adapters.wiring.signals.overseeing import stream_routes
from guard_adapters.wiring.signals.receiving import streams
from guard_adapters.wiring.signals.transmitting import transmitter, transmitting
from guard_adapters.wiring.state.announcing import announced
from guard_adapters.wiring.state.keys import secret
from guard_adapters.wiring.state.places import person
from guard_adapters.wiring.sweeping import sweep
from guard_adapters.wiring.watchdog import watched

OTHER = {"127.0.0.1": "::1", "localhost": "::1", "::1": "127.0.0.1"}
"""Loopback addresses, and the other one that `localhost` may stand for."""

ABSENT = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
GRACE_S = 5
"""How long requests that run may take to end when the guard is told to stop (seconds)."""


async def run(wired: Wired, pipe: Path, *, tell: Callable[[str], None]) -> None:
    """Serve until cancelled. `tell` is given one sentence for each thing that listens.

    Raises:
        Unusable: an address, a key or the socket cannot be used.
    """
    wired.faults.tell = tell
    lost = await recover(wired)
    if lost:
        tell(f"{lost} calls may have run when the last guard stopped: recorded as unknown.")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(watched(wired.world, wired.heart, tell))
        url = await stack.enter_async_context(serving(wired, dev_keys(wired), tell))
        await stack.enter_async_context(delivering(wired, url))
        await stack.enter_async_context(following(wired))
        await stack.enter_async_context(fetching(wired, tell))
        await stack.enter_async_context(forwarding(wired))
        tell(f"Listening on {url}/mcp/<server>.")
        tell(told(url))
        guests = Guests(wired)
        stack.push_async_callback(guests.aclose)
        attachments = Attachments(
            str(pipe),
            lambda hello: _seat(wired, hello, url),
            guests.kinds(),
            lambda upstream, pid, before: pulling(wired, upstream, pid, before),
        )
        await attachments.open()
        stack.push_async_callback(attachments.aclose)
        tell(f"Listening for stdio relays on {pipe}.")
        await sweep(wired)


@asynccontextmanager
async def serving(
    wired: Wired, keys: Mapping[str, Caller], tell: Callable[[str], None] = lambda _: None
) -> AsyncIterator[str]:
    """Serve HTTP, and gRPC if asked for, and yield the URL; a port of 0 takes a free one."""
    serve, wired.faults.tell = wired.loaded.installation.serve, tell
    listeners = _listening(serve.host, serve.port)
    own = f"http://{serve.host}:{listeners[0].getsockname()[1]}"
    url = serve.public_url or own
    bridges = bridges_of(wired)
    found = endpoint(wired, url, dev_keys=keys, bridges=bridges)
    listening, gateways, outward = (
        streams(wired, tell),
        Gateways(wired, url),
        transmitter(wired, url),
    )
    seen = stream_routes(wired, listening)
    own_routes = [*seen, *collecting(wired)]
    beside = [*listening.routes(), *gateways.routes, *outward.routes, *own_routes]
    async with (
        _uvicorn(app(wired, found, beside=beside), listeners),
        transmitting(wired, outward),
    ):
        polling = asyncio.create_task(listening.poll())
        polling.add_done_callback(lambda ended: _deaf(ended, tell))
        try:
            async with gateways.answering() as where:
                if where:
                    tell(f"Listening for agentgateway on {where}.")
                with announced(wired.loaded.state, own):
                    for bridge in bridges.values():  # as a dead URL: the others are served
                        bridge.look()
                    yield url
        finally:
            polling.cancel()
            listening.close()
            await gateways.aclose()
            await found.http.aclose()
            for bridge in bridges.values():
                await bridge.aclose()


def _deaf(ended: asyncio.Task[None], tell: Callable[[str], None]) -> None:
    error = None if ended.cancelled() else ended.exception()
    if error is not None:
        tell(f"No stream is fetched or watched any more ({error!r}): start the guard again.")


def dev_keys(wired: Wired) -> Mapping[str, Caller]:
    """Return the development key of this installation: whoever can read its file may call."""
    token = secret(wired.loaded.state / "keys" / "dev.key").hex()
    scopes = frozenset(upstream_scope(name) for name in wired.bundle.catalog.servers)
    caller = Caller(issuer="local", subject=person(), agent="dev", scopes=scopes)
    return {sha256(token.encode()).hexdigest(): caller}


def _seat(wired: Wired, hello: Hello, url: str) -> PipeDesk:
    """Return the desk of one attached relay; who it is was established by the socket."""
    own = replace(place(wired, hello.upstream, hello.agent, hello.session), hooks=hello.hooks)
    desk = FrontDesk(Desk(wired, console_at(url)), own)
    if hello.initialize is not None:  # said to the guard before this one
        desk.hear_initialize(hello.initialize)
    return desk


def _listening(host: str, port: int) -> list[socket.socket]:
    """Return the sockets to serve; on loopback both that browsers may mean by `localhost`.

    Were the other one free, any program on this machine could take it and be the console.
    """
    first = _bound(host, port)
    if host not in OTHER:
        return [first]
    try:
        return [first, _bound(OTHER[host], first.getsockname()[1])]
    except Unusable as taken:
        # Without IPv6 nobody else has it either.
        if isinstance(taken.__cause__, OSError) and taken.__cause__.errno in ABSENT:
            return [first]
        first.close()
        raise


def _bound(host: str, port: int) -> socket.socket:
    listener: socket.socket | None = None
    try:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        if listener is not None:
            listener.close()
        raise Unusable(
            f"The guard cannot listen on {host}:{port} ({error.strerror}).",
            code="address_in_use",
            next_step="Stop what listens there, or set guard.serve.port to another one or to 0.",
        ) from error
    # The event loop does not set it on a socket it is handed: head and body of an answer would
    # wait for each other for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.listen(2048)
    return listener


@asynccontextmanager
async def _uvicorn(served: ASGIApp, listeners: list[socket.socket]) -> AsyncIterator[None]:
    # httptools keeps blanks around header values, which strict upstreams refuse: the edge strips
    # them. It takes 0.2 ms less for a call than h11.
    config = uvicorn.Config(
        served,
        log_level="error",
        lifespan="off",
        http="httptools",
        ws="none",  # nothing here speaks it, and "auto" loads whatever library is installed
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Quiet(config)
    task = asyncio.create_task(server.serve(sockets=listeners))
    try:
        yield
    finally:
        server.should_exit = True
        await task


class _Quiet(uvicorn.Server):
    """Leaves the signals of the process to whoever runs the guard."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
