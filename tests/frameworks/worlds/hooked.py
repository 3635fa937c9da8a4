"""Coding agents as they are: their own programs, our hooks in their settings, a scripted model.

The tools of the bank are an MCP server over HTTP that knows nothing of a guard. `GUARD_PROGRAMS` is
the folder with the programs. What outlives a run is what a program keeps in its folder, and the name
of the session.
"""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from mcp.server.mcpserver import MCPServer

from guard_adapters import cli
from guard_adapters.front.coding.agents import HookDesk
from guard_adapters.front.coding.end import HookEnd
from guard_adapters.front.mcp.socket.attachments import Attachments
from tests.frameworks.model_api import ModelApi
from tests.frameworks.worlds.played import Played, functions

WAIT_S = 60
QUIET = {"NO_COLOR": "1", "PATH": os.environ["PATH"], "TERM": "dumb"}


class Program(Protocol):
    """One coding agent.

    Args:
        agent: its name for `guard hook install`.
        settings: where in its home hooks are written.
        says: what it is asked.
    """

    agent: str
    settings: str
    says: str

    def api(self, turns: Any) -> ModelApi:
        """Return its model."""

    def configured(self, home: Path, model: str, bank: str) -> None:
        """Write what it needs beside the hooks: where its model and the bank are."""

    def words(self, session: str) -> list[str]:
        """Return its command line; `session`: what a later run takes up, empty = a new one."""

    def environ(self, home: Path, model: str) -> dict[str, str]:
        """Return its environment."""


@asynccontextmanager
async def guarded(world: Any, agent: str) -> AsyncIterator[tuple[Path, list[str]]]:
    """Answer the hooks of an agent; give the socket, and the sessions that are heard of."""
    desk = HookDesk(world.guard.intake, agent)
    seen: list[str] = []

    def end(hello: Any, event: Any) -> HookEnd:
        seen.append(str(event.get("session_id")))
        return HookEnd(lambda _: desk, hello, event)

    pipe = world.folder / "s" / "guard.sock"
    ends = Attachments(str(pipe), partial(_no_relay), {"hook": end})  # type: ignore[arg-type]
    await ends.open()
    try:
        yield pipe, seen
    finally:
        await ends.aclose()
        await desk.aclose()


def _no_relay(_hello: Any) -> None:
    raise KeyError("hello")


@asynccontextmanager
async def served(tools: list[Callable[..., Any]]) -> AsyncIterator[str]:
    """Serve functions as the MCP server `bank`; give its address."""
    bank = MCPServer("bank", log_level="CRITICAL")
    for one in tools:
        bank.tool()(one)
    app = bank.streamable_http_app(stateless_http=True)
    config = uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server._serve([listening]))
        try:
            while not server.started:
                await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            await task


async def start(world: Any, program: Program, turns: Any, session: str = "") -> Played:
    """Let the program work once; return what came of it."""
    home = world.folder / "home"
    home.mkdir(exist_ok=True)
    program.says, api = world.says, program.api(turns)
    try:
        async with guarded(world, program.agent) as (pipe, seen), served(functions(world)) as bank:
            install(program, home, pipe)
            program.configured(home, api.url, bank)
            said = await ended(world.folder, program, home, api.url, session)
    finally:
        await asyncio.to_thread(api.close)
    read = api.read()
    assert read or not turns, said
    return Played(read=read, kept=kept(home), state=(seen or [session])[-1])


def install(program: Program, home: Path, pipe: Path) -> None:
    """Write the hooks, as the page on coding agents says."""
    words = ["hook", "install", program.agent, "--socket", str(pipe)]
    assert cli.main([*words, "--settings", str(home / program.settings)]) == 0


async def ended(folder: Path, program: Program, home: Path, model: str, session: str = "") -> str:
    """Run the program to its end and return what it said; killed where it is waited for in vain."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *program.words(session),
        cwd=work,
        env={**QUIET, "HOME": str(home), **program.environ(home, model)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), WAIT_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        await process.wait()
    return out.decode(errors="replace")


def found(name: str) -> str:
    """Return the path of a program."""
    path = shutil.which(name, path=os.environ["GUARD_PROGRAMS"])
    assert path is not None, f"{name} is not in GUARD_PROGRAMS"
    return path


def kept(home: Path) -> str:
    """Return what the program keeps, as text."""
    files = [one for one in home.rglob("*") if one.is_file()]
    return "".join(one.read_text(errors="replace") for one in files)
