# ruff: noqa: E402, E501  # the path comes first; figures read best on one line
"""What a front adds to one tool call of its framework, beside the decision; and `import guard`.

    python bench/frameworks.py [FRONT ...]

Each framework runs its own agent with a scripted model and one tool call, with the guard's front and
without it, interleaved (see fronts.py). The figure is the difference of the medians of the CPU of all
threads (microseconds). Frameworks that are not installed here are measured by the environments that
`make frameworks` leaves. `import guard` is the median of the CPU of fresh processes (milliseconds), less
that of an empty one: how long a start takes by the clock is decided by what else runs. Prints one JSON
object.
"""

import asyncio
import gc
import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from inspect import isawaitable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench"), str(ROOT / "adapters")]

from fronts import FRONTS, ONCE

RUNS, WARM_UP, IMPORTS = 150, 15, 25
LANES = ROOT / ".venv-frameworks"


async def added_us(name: str, make: Callable[[bool], Any]) -> dict[str, float]:
    """Return the medians without and with the guard's front, and what it adds (microseconds)."""

    async def made(guarded: bool) -> Callable[[], Awaitable[object]]:
        found = make(guarded)
        run: Callable[[], Awaitable[object]] = await found if isawaitable(found) else found
        return run

    spent: dict[bool, list[float]] = {False: [], True: []}
    kept = {guarded: await made(guarded) for guarded in spent} if name in ONCE else {}
    gc.collect()
    gc.disable()
    for turn in range(RUNS + WARM_UP):
        for guarded, times in spent.items():
            run = kept.get(guarded) or await made(guarded)
            begun = time.process_time_ns()
            await run()
            if turn >= WARM_UP:
                times.append((time.process_time_ns() - begun) / 1000)
    gc.enable()
    bare, front = (statistics.median(spent[guarded]) for guarded in (False, True))
    return {
        "bare_us": round(bare, 1),
        "guarded_us": round(front, 1),
        "added_us": round(front - bare, 1),
    }


def installed(package: str) -> bool:
    """Return whether a package is here in a version that its front is written for."""
    try:
        found = version(package) if package else ""
    except PackageNotFoundError:
        return False
    return package != "mcp" or not found.startswith("1.")


def elsewhere(names: list[str]) -> dict[str, Any]:
    """Return what the environments of the lanes measure of these fronts."""
    found: dict[str, Any] = {}
    for python in sorted(LANES.glob("*-newest/bin/python")):
        left = [name for name in names if name not in found]
        if left:
            words = [str(python), "-W", "ignore", __file__, "--here", *left]
            env = {**os.environ, "CREWAI_DISABLE_TELEMETRY": "true"}
            ran = subprocess.run(words, capture_output=True, text=True, check=True, env=env)
            found |= json.loads(ran.stdout.splitlines()[-1])
    return found


def here(names: list[str]) -> dict[str, Any]:
    """Return what is measured in this environment."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    return {
        name: asyncio.run(added_us(name, FRONTS[name][1]))
        for name in names
        if installed(FRONTS[name][0])
    }


def import_ms() -> float:
    """Return what `import guard` adds to the start of an interpreter (milliseconds)."""

    def took(code: str) -> float:
        times = []
        for _ in range(IMPORTS):
            begun = _children_s()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append((_children_s() - begun) * 1000)
        return statistics.median(times)

    return round(took("import guard") - took("pass"), 1)


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main(said: list[str]) -> None:
    """Measure here and in the lanes; with `--here`, here alone, as one line."""
    names = [one for one in said if one != "--here"] or list(FRONTS)
    if "--here" in said:
        print(json.dumps(here(names)))
        return
    found = here(names)
    found |= elsewhere([name for name in names if name not in found])
    print(json.dumps({"fronts": found, "import_guard_ms": import_ms()}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # clients of servers in this process stay connected, and nothing is left to lose
