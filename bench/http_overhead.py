"""What the HTTP relay adds to one call, with the decision stubbed.

    python bench/http_overhead.py [--calls 1200]

Interleaves blocks of 20 calls to the server alone and through the relay, sequentially from one
light client, so that a noisy machine disturbs both alike. Prints one JSON object: p50 and p99 in
milliseconds, and the CPU milliseconds per call of the relay's process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from guard_adapters._http.pool import HttpClient

ROOT = Path(__file__).parents[1]
BLOCK, WARM_UP = 20, 50
GATE_P50_MS, GATE_CPU_MS = 1.5, 1.4
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
}
HEADERS = [
    (b"content-type", b"application/json"),
    (b"accept", b"application/json, text/event-stream"),
    (b"mcp-protocol-version", MODERN.encode()),
    (b"mcp-method", b"tools/call"),
    (b"mcp-name", b"test_simple_text"),
]


def started(*command: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


def cpu_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


async def one(http: HttpClient, url: str, number: int) -> float:
    params = {"name": "test_simple_text", "arguments": {}, "_meta": META}
    message = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
    body = json.dumps(message).encode()
    start = time.perf_counter()
    answer = await http.open_upstream("POST", url, HEADERS, body, read_s=5)
    raw = await answer.read(2**20)
    await answer.aclose()
    took = (time.perf_counter() - start) * 1000
    assert b"simple text response" in raw, raw
    return took


async def measure(direct: str, guarded: str, calls: int, pid: int) -> dict[str, float | bool]:
    http, times = HttpClient(), {direct: [], guarded: []}
    for number in range(WARM_UP):
        for url in times:
            await one(http, url, number)
    before = cpu_ms(pid)
    for _ in range(calls // BLOCK):
        for url, found in times.items():
            found += [await one(http, url, number) for number in range(BLOCK)]
    cpu = (cpu_ms(pid) - before) / len(times[guarded])
    await http.aclose()
    return figures(times[direct], times[guarded], cpu)


def figures(direct: list[float], guarded: list[float], cpu: float) -> dict[str, float | bool]:
    def p99(values: list[float]) -> float:
        return statistics.quantiles(values, n=100)[98]

    added = statistics.median(guarded) - statistics.median(direct)
    return {
        "direct_p50_ms": round(statistics.median(direct), 2),
        "direct_p99_ms": round(p99(direct), 2),
        "guard_p50_ms": round(statistics.median(guarded), 2),
        "guard_p99_ms": round(p99(guarded), 2),
        "added_p50_ms": round(added, 2),
        "cpu_ms_per_call": round(cpu, 2),
        "within": added <= GATE_P50_MS and cpu <= GATE_CPU_MS,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1200)
    chosen = parser.parse_args()
    upstream, direct = started(str(ROOT / "tests/conformance/everything.py"), "--http", "0")
    allow_all = str(ROOT / "tests/adapters/front/allow_all.py")
    relay, guarded = started(allow_all, "--upstream", direct)
    try:
        found = asyncio.run(measure(direct, guarded, chosen.calls, relay.pid))
    finally:
        for process in (relay, upstream):
            process.terminate()
            process.wait(5)
    print(json.dumps(found))
    return 0 if found["within"] else 1


if __name__ == "__main__":
    sys.exit(main())
