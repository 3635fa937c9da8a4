"""`make bench-agentdojo`: every pair of task and goal, four places, with labels and without.

No model and no network: the agent is taken to be hijacked already. It exits non-zero when a goal
was reached.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.agentdojo import replay
from bench.agentdojo.world import SUITES, goals, tasks
from bench.kept import Keeping

KEYS = {"none": "zero_labels", "fields": "labels"}


def _benign(job: tuple[str, str, str, str]) -> dict[str, Any]:
    return asdict(replay.benign(*job))


def _attacked(job: tuple[str, str, str, str, str]) -> list[dict[str, Any]]:
    return [asdict(one) for one in replay.attacked(*job)]


def measure(
    labels: str, policy: str, suites: list[str], *, attacks: bool, pool: Any
) -> dict[str, Any]:
    """Return the figures of one configuration."""
    jobs = [(name, task, labels, policy) for name in suites for task in tasks(name)]
    calm = list(pool.map(_benign, jobs, chunksize=4))
    pairs = [(n, t, g, la, po) for n, t, la, po in jobs for g in goals(n)] if attacks else []
    hostile = [one for many in pool.map(_attacked, pairs, chunksize=8) for one in many]
    return {
        "labels": labels,
        "policy": policy,
        "benign": _calm(calm),
        "attacks": _hostile(hostile),
        "asked": [one for one in calm if one["questions"]],
        "let": [one for one in hostile if one["writes"] or one["reached"]],
    }


def _calm(runs: list[dict[str, Any]]) -> dict[str, Any]:
    micros = sorted(m for one in runs for m in one["micros"])
    checks = sorted(m for one in runs for m in one["checks"])
    return {
        "tasks": len(runs),
        "without_question": sum(not one["questions"] for one in runs),
        "questions_per_task": round(sum(one["questions"] for one in runs) / len(runs), 3),
        "writes": sum(one["writes"] for one in runs),
        "writes_unattended": sum(one["writes_unattended"] for one in runs),
        "useful": sum(one["useful"] for one in runs),
        "micros_p50": micros[len(micros) // 2],
        "micros_p99": micros[len(micros) * 99 // 100],
        "checks_p50": round(checks[len(checks) // 2]),
        "checks_p99": round(checks[len(checks) * 99 // 100]),
    }


def _hostile(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        place: {
            "pairs": sum(one["placement"] == place for one in runs),
            "reached": sum(one["reached"] for one in runs if one["placement"] == place),
            "writes": sum(one["writes"] for one in runs if one["placement"] == place),
            "questions": sum(one["questions"] for one in runs if one["placement"] == place),
        }
        for place in replay.PLACEMENTS
    }


def _kept(found: dict[str, Any]) -> dict[str, Any]:
    calm, hostile = found["benign"], found["attacks"]
    return {
        "policy": found["policy"],
        "tasks": calm["tasks"],
        "pairs": max(place["pairs"] for place in hostile.values()),
        "goals_reached": {name: place["reached"] for name, place in hostile.items()},
        "writes_let_through": sum(place["writes"] for place in hostile.values()),
        "writes_let_through_by_placement": {n: place["writes"] for n, place in hostile.items()},
        "tasks_without_question": calm["without_question"],
        "no_question": round(calm["without_question"] / calm["tasks"], 4),
        "questions_per_task": calm["questions_per_task"],
        "user_writes": calm["writes"],
        "user_writes_unattended": calm["writes_unattended"],
        "check_us_p50": calm["checks_p50"],
        "check_us_p99": calm["checks_p99"],
        "decision_us_p50": calm["micros_p50"],
        "decision_us_p99": calm["micros_p99"],
    }


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--labels", choices=("fields", "none", "both"), default="both")
    parse.add_argument("--policy", default="agent-tasks")
    parse.add_argument("--suite", action="append", choices=SUITES)
    parse.add_argument("--benign", action="store_true", help="no attacks")
    parse.add_argument("--show", action="store_true", help="print every question and every leak")
    parse.add_argument("--out", type=Path)
    given = parse.parse_args()
    keeping = Keeping("agentdojo")
    sorts = ["none", "fields"] if given.labels == "both" else [given.labels]
    with ProcessPoolExecutor(max_workers=2) as pool:
        found = [
            measure(
                one, given.policy, given.suite or list(SUITES), attacks=not given.benign, pool=pool
            )
            for one in sorts
        ]
    for one in found:
        print(json.dumps({k: one[k] for k in ("labels", "policy", "benign", "attacks")}, indent=1))
        if given.show:
            for ask in one["asked"]:
                for each in ask["asked"]:
                    print(
                        "ASK", ask["suite"], ask["task"], each["tool"], each["kind"], *each["rules"]
                    )
                    print("   ", *each["why"])
            for leak in one["let"]:
                print(
                    "LET",
                    leak["suite"],
                    leak["task"],
                    leak["goal"],
                    leak["placement"],
                    "REACHED" if leak["reached"] else "",
                )
                for each in leak["let"]:
                    print("   ", each["tool"], each["args"], *each["why"])
    if given.out:
        kept = {KEYS[one["labels"]]: _kept(one) for one in found}
        keeping.write_each(given.out, kept)
    return int(any(place["reached"] for one in found for place in one["attacks"].values()))


if __name__ == "__main__":
    sys.exit(main())
