"""An interpreter for programs that a test starts again and again: it has imported much already.

`python("mcp.server.mcpserver")` is the path of a program that takes the command line of Python's
own: `-c`, `-m` or a script, and `-W`. One process for all workers imports what is asked for, once,
and forks; the command hands its pipes, folder, arguments and environment over, passes signals on and
ends as the other does. What has to prove that a program starts from nothing, or that it dies at
once, takes `sys.executable`.
"""

import atexit
import fcntl
import os
import socket
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from zlib import crc32

LATE = ("anyio._backends._asyncio", "encodings.idna", "encodings.utf_8_sig", "encodings.utf_16_be")
"""What everything imports that opens a connection or reads a file of settings, once it does."""

OF_GUARD = (
    *(f"guard_adapters.cli.{one}" for one in ("serve", "proxy", "pin", "init")),
    *("asyncpg", "uvicorn.lifespan.on", "uvicorn.protocols.http.httptools_impl", "rich.logging"),
    *LATE,
)
"""What commands of the guard import."""

OF_SERVER = ("mcp.server.mcpserver", "jsonschema", *LATE)
"""What servers of the MCP SDK import."""

OF_FRAMEWORK = {
    "agent_framework": ("agent_framework",),
    "langchain": ("langchain.agents", "langgraph.checkpoint.memory"),
    "mcp_client": ("mcp.client.stdio", *OF_SERVER),
    "mcp_server": OF_SERVER,
    "openai_agents": ("agents", "agents.testing"),
    "own_loop": ("guard_adapters.wiring.local",),
    "pydantic_ai": ("pydantic_ai", "pydantic_ai.models.function"),
}
"""What programs of a framework import, where that is much."""

HERE = Path(__file__).parent
START_S = 60.0


@cache
def python(*modules: str) -> str:
    """Return the path of the interpreter that has imported these modules, and what others asked for."""
    place = _folder()
    _keep(place)
    command = place / f"python-{os.getpid()}-{crc32(repr(modules).encode()):x}"
    text = (HERE / "handing.py").read_text(encoding="utf-8").partition("\n\n")[2]
    head = f"#!{sys.executable} -IS\nPLACE, NEEDS = {str(place / 's')!r}, {modules!r}\n"
    command.write_text(head + text, encoding="utf-8")
    command.chmod(0o755)
    return str(command)


def _folder() -> Path:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    place = Path(tempfile.gettempdir()) / f"gc-forked-{run[:16]}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


@cache
def _keep(place: Path) -> socket.socket:
    """Start the process that forks, unless another worker did; it lives as long as somebody keeps it."""
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return _connected(place)
        except OSError:
            (place / "s").unlink(missing_ok=True)
        argv = [sys.executable, str(HERE / "forking.py"), str(place / "s")]
        os.posix_spawn(sys.executable, argv, os.environ)
        end = time.monotonic() + START_S
        while True:
            try:
                return _connected(place)
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.02)


def _connected(place: Path) -> socket.socket:
    keeper = socket.socket(socket.AF_UNIX)
    try:
        keeper.connect(str(place / "s"))
        keeper.sendall(b"k")
        atexit.register(keeper.close)
    except OSError:
        keeper.close()
        raise
    return keeper
