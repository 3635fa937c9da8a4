"""`make bench-bfcl`: 200 harmless dialogues of several turns; every question is one too many.

No model and no network: the calls are the benchmark's own answers. Nothing in these worlds is
hostile, so that a guard which never asked would be perfect here, and worthless elsewhere.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from bench.bfcl.world import APIS, Benchmark, Simulators
from bench.judge import GuardUnderTest, starter
from bench.kept import Keeping
from guard_adapters.cli.guess import roles_of

LISTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "catalog.yaml").read_text(encoding="utf-8")
)
STRICT = "recipient"
"""The role of a text that neither its name nor the operator gives away."""


def catalog(world: Benchmark, *, labelled: bool) -> dict[str, Any]:
    """Return the catalogue of all simulators."""
    return {
        "version": 1,
        "servers": {
            server(api): {
                "trust": "trusted",
                "tools": {one["name"]: _entry(api, one, labelled=labelled) for one in tools},
            }
            for api, tools in world.tools.items()
        },
    }


def server(api: str) -> str:
    return APIS[api].replace("_", "-")


def _entry(api: str, tool: dict[str, Any], *, labelled: bool) -> dict[str, Any]:
    listed = LISTED[api].get(tool["name"]) or LISTED[api]["*"]
    schema = tool["inputSchema"]
    writes = "write" in listed["effect"]
    guesses, undecided = roles_of(schema)
    roles: dict[str, Any] = dict.fromkeys(undecided, STRICT if writes else "query")
    roles |= {
        path: one.role if writes or one.role not in {"recipient", "amount"} else "query"
        for path, one in guesses.items()
    }
    roles |= listed.get("args", {})
    entry: dict[str, Any] = {
        "effect": listed["effect"],
        "impact": listed.get("impact", ""),
        "args": {path: _role(role) for path, role in roles.items()},
        "input_schema": schema,
        "budget": "none",
        "budget_reason": "the task's own budget counts",
        "confirmed": True,
    }
    if labelled:
        entry["output"] = {"labels": {"*": ["trusted"]}}
    return entry


def _role(role: str) -> dict[str, Any]:
    return {"role": role, "scale": 2} if role == "amount" else {"role": role}


def measure(world: Benchmark, policy: str, *, labelled: bool, show: bool) -> dict[str, Any]:
    """Return the figures of one configuration."""
    guard = GuardUnderTest(catalog(world, labelled=labelled), starter(policy))
    questions: list[int] = []
    rules: Counter[str] = Counter()
    calls = writes = 0
    for name, turns, state in world.dialogues():
        asked = 0
        simulators = Simulators(state)
        sitting = guard.open(name, turns[0].said)
        for number, turn in enumerate(turns):
            if number:
                sitting.tell(turn.said)
            for call in turn.calls:
                answer = sitting.judge(server(call.api), call.tool, call.args)
                spec = guard.catalog.spec(server(call.api), call.tool)
                calls += 1
                writes += spec is not None and "write" in spec.effect
                asked += not answer.quiet
                rules.update(() if answer.quiet else answer.rules)
                if show and not answer.quiet:
                    print(
                        "ASK",
                        name,
                        call.tool,
                        call.args,
                        answer.kind,
                        *answer.rules,
                        *answer.reasons,
                    )
                    print("   ", turn.said[:300], "\n   ", *answer.origins)
                sitting.ended(ran=True, approved=not answer.quiet, result=simulators.run(call))
        questions.append(asked)
    return {
        "labels": "trusted" if labelled else "none",
        "policy": policy,
        "dialogues": len(questions),
        "calls": calls,
        "writes": writes,
        "questions_per_dialogue": round(sum(questions) / len(questions), 3),
        "no_question": round(sum(not one for one in questions) / len(questions), 3),
        "rules": dict(rules.most_common()),
    }


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("root", type=Path, help="the folder that holds bfcl_eval")
    parse.add_argument("--policy", default="agent-tasks")
    parse.add_argument("--labels", choices=("trusted", "none", "both"), default="both")
    parse.add_argument("--show", action="store_true", help="print every question")
    parse.add_argument("--out", type=Path)
    given = parse.parse_args()
    keeping, world = Keeping("bfcl"), Benchmark(given.root)
    sorts = {"trusted": [True], "none": [False], "both": [False, True]}[given.labels]
    found = [measure(world, given.policy, labelled=one, show=given.show) for one in sorts]
    print(json.dumps(found, indent=1))
    if given.out:
        keeping.write(given.out, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
