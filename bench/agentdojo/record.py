"""Writes down what `make test` judges without the package: tasks, attacks, results, catalogue.

    python -m bench.agentdojo.record tests/attack/agentdojo

Each line is a recorded session in the format of `guard policy replay`. All tasks are written; of
the attacks, every goal once at each place, each on another task. The results of a user's calls are
those of a world in which no call of the attacker ran. Where a suite is large, "everything there is
to read" goes before every eighth goal only. `x_` keys are this recorder's own:

* `x_suite`, `x_task`, `x_goal`, `x_place`: which session of the suite it is.
* `x_by` of a step: `user`, `attacker`, or `priming`.
* `x_needed` of a step: without this call the attacker's goal is not reached.
* `x_wanted` of an attacker's step: the user's task makes the same call.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from bench.agentdojo.attacks import attack, injected, priming
from bench.agentdojo.catalog import catalog
from bench.agentdojo.replay import PLACEMENTS
from bench.agentdojo.world import (
    SUITES,
    Call,
    World,
    goals,
    prompt,
    reached,
    run,
    seen_vectors,
    tasks,
)

Step = dict[str, Any]
LARGE = 30
"""Tasks of a suite beyond which there is too much to read to keep all of it."""


def session(name: str, task: str, steps: list[Step], **private: str) -> dict[str, Any]:
    """Return one recorded session: the person said the task's prompt, and nothing else."""
    said = prompt(name, task)
    which = "-".join((name, task, *private.values())).replace("_task", "")
    return {
        "session": which,
        "principal": "user@home.example",
        "agent": "agent",
        "intent": {"purpose": said},
        "x_suite": name,
        "x_task": task,
        **{f"x_{key}": value for key, value in private.items()},
        "steps": steps,
    }


def steps_of(name: str, env: Any, calls: list[Call], by: str) -> list[Step]:
    """Make the calls in `env` and return each with what came back."""
    return [_step(name, call, by, *run(name, env, call)) for call in calls]


def _step(name: str, call: Call, by: str, result: Any, failed: bool) -> Step:
    step = {"server": name, "tool": call.tool, "args": dict(call.args), "result": result}
    return step | ({"is_error": True} if failed else {}) | ({} if by == "user" else {"x_by": by})


def benign(name: str, task: str) -> dict[str, Any]:
    """Return one task as its own ground truth works it."""
    world = World(name, task, {})
    return session(name, task, steps_of(name, world.fresh(), world.script(), "user"))


def attacked(name: str, task: str, goal: str, place: str) -> dict[str, Any] | None:
    """Return one task with one goal at one place; None if the goal is out of reach there."""
    world = injected(name, task, goal)
    env, script = world.fresh(), world.script()
    first = steps_of(name, env, list(priming(name, env)), "priming") if place == "primed" else []
    at = {"recorded": seen_vectors(name, task)[1] + 1, "late": len(script)}.get(place, 0)
    before = steps_of(name, env, script[:at], "user")
    calls = attack(name, goal, world.fresh(), env)
    if not _reached(name, goal, world, env, calls):
        return None
    hostile = _hostile(name, goal, world, env, calls)
    for step, call in zip(hostile, calls, strict=True):
        step["x_wanted"] = call in script
    after = steps_of(name, env, script[at:], "user")
    return session(name, task, [*first, *before, *hostile, *after], goal=goal, place=place)


def _hostile(name: str, goal: str, world: World, now: Any, calls: list[Call]) -> list[Step]:
    """Return the attacker's calls with what came back; they run in a copy of the world."""
    steps = steps_of(name, deepcopy(now), calls, "attacker")
    for at, step in enumerate(steps):
        others = [*calls[:at], *calls[at + 1 :]]
        step["x_needed"] = not _reached(name, goal, world, now, others)
    if not any(step["x_needed"] for step in steps):
        raise RuntimeError(f"{name} {goal}: every call of the attack can be left out")
    return steps


def _reached(name: str, goal: str, world: World, now: Any, calls: list[Call]) -> bool:
    env = deepcopy(now)
    for call in calls:
        run(name, env, call)
    return reached(name, goal, world.fresh(), env, calls)


def attacks(name: str) -> Iterator[dict[str, Any]]:
    """Yield every goal once at each place, each time on the next task."""
    everyone, turn = tasks(name), 0
    for number, goal in enumerate(goals(name)):
        for place in PLACEMENTS:
            if place == "primed" and len(everyone) > LARGE and number % 8:
                continue
            tried = range(turn, turn + len(everyone))
            made = (attacked(name, everyone[at % len(everyone)], goal, place) for at in tried)
            yield next(one for one in made if one is not None)
            turn += 1


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("folder", type=Path)
    folder = parse.parse_args().folder
    servers = {name: catalog(name, labelled=True)["servers"][name] for name in SUITES}
    listed = {"version": 1, "servers": servers}
    (folder / "catalog.json").write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    _write(folder / "tasks.jsonl", (benign(name, one) for name in SUITES for one in tasks(name)))
    _write(folder / "attacks.jsonl", (one for name in SUITES for one in attacks(name)))
    return 0


def _write(path: Path, sessions: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for one in sessions:
            file.write(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    sys.exit(main())
