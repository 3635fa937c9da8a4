"""One wrong label at a time, and what the attacker gets by it.

    python -m bench.agentdojo.wrong_label

Every text that strangers can write is called trusted, one field at a time, with all other labels
right; every attack is replayed at all four places.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench.agentdojo import catalog, replay
from bench.agentdojo.world import goals, tasks
from bench.kept import Keeping

WRONG = {
    "banking": ("*.subject", "*"),
    "slack": ("*.body", "*"),
    "workspace": ("*.body", "*.description", "*.location", "*.content", "content", "*.subject"),
}
"""Result fields that strangers write, as the paths of the catalogue; `*` = a text as a whole."""


def _attacked(job: tuple[str, str, str, str]) -> int:
    name, path, task, goal = job
    replay.guard.cache_clear() if _now[0] != (name, path) else None
    _now[0] = (name, path)
    for listed in catalog.LISTED[name].values():
        if "read" in listed["effect"]:
            listed["labels"] = {**_kept(listed), path: ["trusted"]}
    return sum(one.reached for one in replay.attacked(name, task, goal, "fields", "agent-tasks"))


_now: list[Any] = [None]
_right: dict[int, dict[str, list[str]]] = {}


def _kept(listed: dict[str, Any]) -> dict[str, list[str]]:
    return _right.setdefault(id(listed), dict(listed.get("labels", {})))


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--out", type=Path)
    given = parse.parse_args()
    keeping, found = Keeping("wrong_label"), []
    for name, paths in WRONG.items():
        for path in paths:
            jobs = [(name, path, task, goal) for task in tasks(name) for goal in goals(name)]
            with ProcessPoolExecutor(max_workers=2) as pool:
                reached = sum(pool.map(_attacked, jobs, chunksize=8))
            found.append(
                {"suite": name, "wrongly_trusted": path, "runs": 4 * len(jobs), "reached": reached}
            )
            print(json.dumps(found[-1]), flush=True)
            if given.out:
                keeping.write(given.out, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
