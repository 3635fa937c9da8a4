"""Resident memory of `guard proxy`: the thin relay beside a running guard, and the whole guard.

    python bench/memory.py

Both stand before the same small stdio server and have carried one judged call. Prints JSON, MB.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ECHO = ROOT / "tests" / "adapters" / "front" / "echo_server.py"
GUARD = [sys.executable, "-c", "import sys; from guard_adapters.cli import main; sys.exit(main())"]
CONFIG = """
version: 1
guard: {policies: [all.cedar], state: state, serve: {port: 0}}
servers:
  echo: {trust: trusted, unsafe_allow_all_unlisted: true}
"""
POLICY = '@id("ALL") @reason("everything") permit (principal, action, resource);'
META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


def one_call(process: subprocess.Popen[str]) -> str:
    params = {"name": "echo", "arguments": {"text": "x"}, "_meta": META}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    return process.stdout.readline()


def measured(command: list[str]) -> tuple[float, str]:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        answer = one_call(process)
        return rss_mb(process.pid), answer
    finally:
        process.terminate()
        process.wait(5)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "guard.yaml").write_text(CONFIG)
        (folder / "all.cedar").write_text(POLICY)
        config = ["--config", str(folder / "guard.yaml")]
        base = [*GUARD, "proxy", "--upstream", "echo", "--agent", "bench"]
        tail = ["--", sys.executable, str(ECHO)]
        alone, said_alone = measured([*base, "--standalone", *config, *tail])
        socket = folder / "run" / "g.sock"
        serve = subprocess.Popen(
            [*GUARD, "serve", *config, "--socket", str(socket)], stderr=subprocess.DEVNULL
        )
        try:
            until = time.monotonic() + 10
            while not socket.exists() and time.monotonic() < until:
                time.sleep(0.05)
            thin, said_thin = measured([*base, "--socket", str(socket), *tail])
            whole = rss_mb(serve.pid)
        finally:
            serve.terminate()
            serve.wait(5)
    figures = {
        "relay_attached_mb": thin,
        "relay_standalone_mb": alone,
        "serve_mb": whole,
        "answered": ["result" in said_thin, "result" in said_alone],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
