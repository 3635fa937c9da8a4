"""What the stdio relay adds to one call: direct, standalone and attached.

    python bench/stdio_overhead.py [CALLS]

Twice: `standalone` and `attached` only relay, a stub says yes; `..._judged` are `guard proxy` as it
is installed, with the starter policy, its store and an fsync for each decision. Interleaved in
blocks of 20 after 50 warm-ups; latency in ms, CPU of the relay (and of the guard behind it) in ms
per call, resident memory in MB. Prints one JSON object.
"""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from guard_adapters.front.mcp.socket.attachments import Attachments
from guard_adapters.front.mcp.socket.desk import Message, Side, Wires
from guard_adapters.front.mcp.stdio.child import Command
from guard_adapters.front.mcp.stdio.run import relay, run_attached

ROOT = Path(__file__).parent.parent
ECHO = [sys.executable, str(ROOT / "tests/adapters/front/echo_server.py")]
GUARD = [sys.executable, "-c", "import sys; from guard_adapters.cli import main; sys.exit(main())"]
CONFIG = """
version: 1
guard:
  policies: ["starter:mcp-proxy"]
  state: %s
  serve: {port: 0}
  detectors: {calls_a_minute: 60000}  # the bench is faster than agents are
servers:
  echo:
    trust: trusted
    tools:
      read_file:
        effect: [read]
        args: {path: {role: path}}
        input_schema: {type: object, properties: {path: {type: string}}, required: [path]}
        confirmed: true
"""
BLOCK, WARM_UP, START_S = 20, 50, 10
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def socket_in(runtime_dir: str) -> str:
    return f"{runtime_dir}/guardcall/guard.sock"


class AllowAll:
    """Stands for the guard: says yes at once."""

    async def settle(self, side: Side, message: Message, wires: Wires) -> Message:
        return await wires.ask("server" if side == "client" else "client", message)

    async def aclose(self) -> None: ...


async def guard(runtime_dir: str) -> None:
    listening = Attachments(socket_in(runtime_dir), lambda _: AllowAll())
    await listening.open()
    print("ready", flush=True)
    await asyncio.Event().wait()


def role(name: str, *rest: str) -> int:
    """Be one of the processes that are measured."""
    env = {"PATH": os.defpath}
    match name:
        case "guard":
            asyncio.run(guard(rest[0]))
        case "standalone":
            return asyncio.run(relay(AllowAll(), Command(argv=tuple(ECHO), env=env)))
        case "attached":
            return run_attached(ECHO, "bench", "echo", socket_in(rest[0]), env)
    return 0


@contextlib.contextmanager
def process(*argv: str) -> Iterator[subprocess.Popen[bytes]]:
    path = f"{ROOT}:{ROOT / 'adapters'}"
    env = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, bufsize=0
    ) as started:
        try:
            yield started
        finally:
            started.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                started.wait(0.5)
            started.terminate()


def call(to: subprocess.Popen[bytes], number: int) -> float:
    params = {"name": "read_file", "arguments": {"path": "notes/today.txt"}}
    message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
    line = json.dumps(message).encode() + b"\n"
    began = time.perf_counter()
    to.stdin.write(line)
    answer = to.stdout.readline()
    took = (time.perf_counter() - began) * 1000
    assert b'"echo"' in answer, answer[:300]
    return took


def cpu_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextlib.contextmanager
def judged(folder: str) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Start `guard proxy` in both forms, and the guard that one is attached to."""
    for name in ("alone", "beside"):
        Path(folder, f"{name}.yaml").write_text(CONFIG % name)
    socket, proxy = f"{folder}/guard.sock", [*GUARD, "proxy", "--upstream", "echo", "--agent", "b"]
    beside = ["--config", f"{folder}/beside.yaml", "--socket", socket]
    with (
        process(*GUARD, "serve", *beside) as serve,
        process(*proxy, "--standalone", "--config", f"{folder}/alone.yaml", "--", *ECHO) as alone,
    ):
        until = time.monotonic() + START_S
        while not Path(socket).exists():
            assert time.monotonic() < until, "the guard did not start"
            time.sleep(0.05)
        with process(*proxy, "--socket", socket, "--", *ECHO) as attached:
            yield {
                "standalone_judged": alone,
                "attached_judged": attached,
                "guard_judged": serve,
            }


def measure(calls: int) -> dict[str, dict[str, float]]:
    me = [sys.executable, __file__]
    with (
        tempfile.TemporaryDirectory() as runtime,
        process(*me, "guard", runtime) as judge,
        judged(runtime) as real,
    ):
        assert judge.stdout.readline() == b"ready\n"
        with (
            process(*ECHO) as direct,
            process(*me, "standalone") as standalone,
            process(*me, "attached", runtime) as attached,
        ):
            stubbed = {"standalone": standalone, "attached": attached, "guard": judge}
            return _measured({"direct": direct}, stubbed | real, calls)


def _measured(
    direct: dict[str, subprocess.Popen[bytes]],
    guarded: dict[str, subprocess.Popen[bytes]],
    calls: int,
) -> dict[str, dict[str, float]]:
    ways = direct | {name: one for name, one in guarded.items() if not name.startswith("guard")}
    for way in ways.values():
        for number in range(WARM_UP):
            call(way, number)
    before = {name: cpu_ms(one.pid) for name, one in guarded.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for block in range(calls // BLOCK):
        for name, way in ways.items():
            times[name] += [call(way, WARM_UP + block * BLOCK + n) for n in range(BLOCK)]
    figures = {name: _figures(found) for name, found in times.items()}
    for name, one in guarded.items():
        figures.setdefault(name, {})["cpu_ms_per_call"] = (cpu_ms(one.pid) - before[name]) / calls
        figures[name]["rss_mb"] = rss_mb(one.pid)
    return figures


def _figures(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"p50_ms": cuts[49], "p99_ms": cuts[98]}


def main() -> int:
    if len(sys.argv) > 1 and not sys.argv[1].isdecimal():
        return role(*sys.argv[1:])
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    figures = measure(calls)
    direct = figures["direct"]["p50_ms"]
    for name in ("standalone", "attached", "standalone_judged", "attached_judged"):
        figures[name]["added_p50_ms"] = figures[name]["p50_ms"] - direct
    rounded = {name: {k: round(v, 3) for k, v in f.items()} for name, f in figures.items()}
    print(json.dumps({"calls": calls, **rounded}, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
