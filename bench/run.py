"""Runs every benchmark, one after the other, and keeps what each printed.

    make bench

Figures are printed and written to bench/results/<name>.json, and at the end each stands beside its
bar. Nothing here passes or fails: a figure that misses its bar is printed as it is. Absolute times
depend on the machine; what is compared is measured in one run, interleaved.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from kept import Keeping

HERE = Path(__file__).parent
BENCHES = {
    "decision": "the rules alone, by their number",
    "decision_path": "a whole decision with its audit record, by length of history",
    "ledgers": "what each kind of ledger costs a call, by length of history",
    "provenance": "weighing a call, reading a result, by what a session has seen",
    "http_overhead": "what the HTTP relay adds",
    "stdio_overhead": "what the stdio relay adds",
    "waiting": "10,000 waiting approvals, from the yes to the release",
    "console": "first byte and weight of every console page over 10,000 rows of everything",
    "memory": "resident memory of the relay and of the whole guard",
    "detectors": "precision and recall of each local detector, and what a call pays for them",
    "call_token": "what a call token adds to one MCP call, both ends together",
    "signals": "from a security event to what it stops: here, on another guard, at a database",
    "frameworks": "what a front adds to a tool call of its framework; importing the guard",
    "resumes": "10,000 resumed calls, and whether one of them ran twice",
    "suites": "probes, conformance, fidelity, cancelling, load, bad input: the suites, counted",
    "issuers": "making, using and taking back a credential; a signal to the end of a session",
}


def main() -> None:
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    chosen = sys.argv[1:] or list(BENCHES)
    for name in chosen:
        print(f"== {name}: {BENCHES[name]}", flush=True)
        keeping = Keeping(name)
        done = subprocess.run(
            [sys.executable, str(HERE / f"{name}.py")], capture_output=True, text=True, check=False
        )
        print(done.stdout, done.stderr, sep="", flush=True)
        keeping.write(results / f"{name}.json", _printed(done.stdout), exit=done.returncode)
    print("== bars (those of bench-agentdojo, bench-fuzz and bench-bfcl: as last measured)")
    sys.stdout.flush()
    subprocess.run([sys.executable, str(HERE / "bars.py")], check=True)


def _printed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text.splitlines()


if __name__ == "__main__":
    main()
