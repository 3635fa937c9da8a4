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

HERE = Path(__file__).parent
BENCHES = {
    "decision": "the rules alone, by their number",
    "decision_path": "a whole decision with its audit record, by length of history",
    "provenance": "weighing a call, reading a result, by what a session has seen",
    "http_overhead": "what the HTTP relay adds",
    "stdio_overhead": "what the stdio relay adds",
    "memory": "resident memory of the relay and of the whole guard",
    "decision": "one decision, by number of rules; bar: 250 us CPU p50 at 100 rules, step-up 450",
    "decision_path": "a whole judgement with its audit record; bar: flat to 10,000 events (1.2)",
    "provenance": "weighing a call, reading a result; bar: 100 us p50, ratio 1.2, 1 ms for 10 kB",
    "http_overhead": "what the HTTP relay adds; bar: 1.5 ms p50",
    "stdio_overhead": "what the stdio relay adds; bar: 0.6 ms p50, 40 MB attached",
    "waiting": "10,000 waiting approvals, decision to release; bar: p50 10 ms, p99 250, none lost",
    "memory": "resident memory of the relay and of the whole guard; bar: 40 and 64 MB",
}


def main() -> None:
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    chosen = sys.argv[1:] or list(BENCHES)
    for name in chosen:
        print(f"== {name}: {BENCHES[name]}", flush=True)
        done = subprocess.run(
            [sys.executable, str(HERE / f"{name}.py")], capture_output=True, text=True, check=False
        )
        print(done.stdout, done.stderr, sep="", flush=True)
        kept = {"bench": name, "exit": done.returncode, "printed": _printed(done.stdout)}
        (results / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n")
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
