"""How much memory a relay takes while it works: one runs for every server of every agent."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
BENCH = str(ROOT / "bench" / "stdio_overhead.py")
ATTACHED_MB = 40


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def test_an_attached_relay_stays_within_40_mb() -> None:
    with tempfile.TemporaryDirectory() as runtime:
        guard = subprocess.Popen([sys.executable, BENCH, "guard", runtime], stdout=subprocess.PIPE)
        assert guard.stdout is not None
        assert guard.stdout.readline() == b"ready\n"
        relay = subprocess.Popen(
            [sys.executable, BENCH, "attached", runtime],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with guard, relay:
            assert relay.stdin is not None
            assert relay.stdout is not None
            for number in range(300):
                ask = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {}}
                relay.stdin.write(json.dumps(ask).encode() + b"\n")
                relay.stdin.flush()
                assert json.loads(relay.stdout.readline())["id"] == number
            assert resident_mb(relay.pid) <= ATTACHED_MB
            relay.stdin.close()
            assert relay.wait(5) == 0
            guard.terminate()
