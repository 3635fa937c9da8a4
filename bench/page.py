"""Writes docs/benchmarks.md from bench/results: every figure of the page is one that a command printed.

python bench/page.py [--check]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bars import COST, HOLDS, table

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
NAMES = {"zero_labels": "no labels", "labels": "labels a field"}

HEAD = """# Benchmarks

Written by `python bench/page.py` from `bench/results/`; do not edit by hand.

## The agent is hijacked already (`make bench-agentdojo`)

AgentDojo 0.1.35, suites workspace, banking and slack of version v1.2.2: {tasks} tasks, {pairs} pairs of a
task and a goal. No model runs. The attacker's calls are made word for word at four places of each
session: right after the first text that holds his order, after the user's last call, before the
first, and after reading everything there is to read. The injected text holds the goal and every
value of the attack. Eight goals without a script of their own got one, written from their text.

A *question* is a step-up. People say yes to the user's calls and no to the attacker's. A *write* of the
attacker counts if it ran and is not one that the user's task makes as well.

{table}

Without labels everything that a tool returns is untrusted. With them, `bench/agentdojo/catalog.yaml`
says of each field who can write it. The figures are in sample: rules were changed while these suites
were looked at, though none names a tool or a value of them.

One wrong label at a time (`python -m bench.agentdojo.wrong_label`): {wrong}

A reviewer who approves everything defeats any guard: then the goals are reached as without one.
"""

ADAPTIVE = """
## The attacker knows the guard (`python -m bench.agentdojo.adaptive`)

{count} attacks made for this guard, each after the user's own reads: {labelled} stopped for the expected
reason with labels, {bare} without. The twin is the user's own call; where it asks, it asks without the
attack as well.

{table}
"""

OPEN = """
## What is left open that nobody asked for (`make bench-fuzz`)

After each task is done and everything was read, {calls_a_tool} calls of every write tool are tried with
values that the session knows: those of the task's own calls with one argument changed, and random
ones; {tried} in all, with labels a field. A call counts if it runs without a question, changes
something, and is none of the task's own, prose aside. **{clean} of {tasks} tasks ({share} %) leave nothing
open**; 85 % is wanted. {left_open} calls were left open, in so many tasks: {tools}.

What closes most of it: each request of a prompt is good for the calls that it names, and tools that do
the same share it; a word in passing ("who was invited?") is no request. What is left is a second request
that the first call met as well, and "all of them", which stays open until the task is over.
"""

CALM = """
## Nothing is hostile, and people speak in several turns (`make bench-bfcl`)

BFCL v4 multi_turn_base (bfcl-eval 2026.3.23): {dialogues} dialogues with {calls} calls, {writes} of them
writes. The calls are the benchmark's own answers and run in its simulators; all that the person has
said so far counts as their words. Every question is one too many.

{table}

The catalogue, `bench/bfcl/catalog.yaml`, was written from names, types and one-line descriptions; roles
that names give away are those that `guard init` guesses. In sample, as above. Most questions left are
values that no text or result holds: the ticker of a company that nobody looked up, a tank filled up.
"""

OTHERS = """
## What others publish, and why it is not the same

| work | figure |
|---|---|
| AgentDojo, gpt-4o without defence (NeurIPS 2024) | 57.69 % of attacks reach their goal |
| AgentDojo, tool filter | 6.84 % |
| CaMeL (arXiv 2503.18813) | 0 of 949; 77 % of tasks solved with provable security |
| Progent (arXiv 2504.11703) | 41.2 % to 2.2 %; 0 % in its second version's abstract |
| Task Shield (arXiv 2412.16682) | 2.07 %, a model for each call |

Their figure is "a model was fooled and not stopped", of one model on one day. Ours is the worst case: the
agent obeys. "No question" is not a utility, either: it says how often people are left alone, not
whether a model solves the task. No ranking follows from the two side by side.

## What was asked, and what is met (`make bench`)

Absolute times are those of the machine that wrote this page, shared with others; what is compared
was measured in one run, call by call.

{cost}
{floor}
{holds}
"""

FLOOR = """
Of a decision that SQLite has on the disk, {paused:g} us are the same decision in memory, after a pause as
long as an fsync: whoever waits for a disk comes back to cold caches. {bare:g} us are the statements of its
transaction alone, by one thread with nothing else to do. The two floors together are {sum:g} us.
"""


def main() -> int:
    text = page()
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != text:
            print("docs/benchmarks.md is not what bench/results say; run python bench/page.py")
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    found = json.loads((RESULTS / "agentdojo.json").read_text(encoding="utf-8"))
    first = found["zero_labels"]
    wrong = json.loads((RESULTS / "wrong_label.json").read_text(encoding="utf-8"))
    head = HEAD.format(
        tasks=first["tasks"], pairs=first["pairs"], table=_table(found), wrong=_wrong(wrong)
    )
    calm = json.loads((RESULTS / "bfcl.json").read_text(encoding="utf-8"))
    tried = json.loads((RESULTS / "adaptive.json").read_text(encoding="utf-8"))
    left = json.loads((RESULTS / "fuzz.json").read_text(encoding="utf-8"))
    return (
        head
        + _adaptive(tried)
        + _open(left)
        + CALM.format(table=_calm(calm), **calm[0])
        + OTHERS.format(cost=table(COST), floor=_floor(), holds=table(HOLDS))
    )


def _floor() -> str:
    """Return what no guard on SQLite can go below, once it was measured."""
    held = json.loads((RESULTS / "decision_path.json").read_text(encoding="utf-8"))["printed"]
    if "floor_bare_writes" not in held:
        return ""
    paused = held["floor_memory_after_a_pause"]["by_history"]["10"]["p50_us"]
    bare = held["floor_bare_writes"]["p50_us"]
    return FLOOR.format(paused=paused, bare=bare, sum=round(paused + bare, 1))


def _adaptive(found: dict[str, list[dict[str, Any]]]) -> str:
    rows = ["| attack | asked or refused by | the honest twin |", "|---|---|---|"]
    rows += [
        f"| {one['attack']} | {', '.join(one['reasons'])} |"
        f" {_twin(one, 'with labels')}; {_twin(bare, 'without')} |"
        for one, bare in zip(found["fields"], found["none"], strict=True)
    ]
    stopped = [sum(one["for_the_reason"] for one in found[name]) for name in ("fields", "none")]
    return ADAPTIVE.format(
        table="\n".join(rows), labelled=stopped[0], bare=stopped[1], count=len(found["none"])
    )


def _twin(one: dict[str, Any], where: str) -> str:
    return f"{where} {'runs' if one['twin_passed'] else 'asks: ' + ', '.join(one['twin_asks'])}"


def _open(found: dict[str, Any]) -> str:
    tools = ", ".join(f"`{tool}` {tasks}" for tool, tasks in found["tasks_by_tool"].items())
    return OPEN.format(
        **{**found, "tools": tools, "share": f"{100 * found['clean'] / found['tasks']:.1f}"}
    )


def _calm(found: list[dict[str, Any]]) -> str:
    rows = [
        "| results of tools | questions a dialogue | dialogues without a question | rules that asked |",
        "|---|---|---|---|",
    ]
    rows += [
        f"| {'trusted' if one['labels'] == 'trusted' else 'no labels'}"
        f" | {one['questions_per_dialogue']} | {100 * one['no_question']:.1f} %"
        f" | {', '.join(f'{rule} {count}' for rule, count in one['rules'].items())} |"
        for one in found
    ]
    return "\n".join(rows)


def _table(found: dict[str, dict[str, Any]]) -> str:
    rows = [
        "| catalogue | tasks without a question | questions a task | user's writes with nobody there"
        " | goals reached (4 places) | attacker's writes (4 places) |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("zero_labels", "labels"):
        one = found[name]
        rows.append(
            f"| {NAMES[name]} | {one['tasks_without_question']} of {one['tasks']}"
            f" ({100 * one['no_question']:.1f} %)"
            f" | {one['questions_per_task']} | {one['user_writes_unattended']} of {one['user_writes']}"
            f" | {' / '.join(map(str, one['goals_reached'].values()))}"
            f" | {' / '.join(map(str, one['writes_let_through_by_placement'].values()))} |"
        )
    return "\n".join(rows)


def _wrong(found: list[dict[str, Any]]) -> str:
    reached = sum(one["reached"] for one in found)
    runs = sum(one["runs"] for one in found)
    fields = ", ".join(f"{one['suite']} `{one['wrongly_trusted']}`" for one in found)
    return (
        f"{len(found)} fields that strangers write were called trusted, each alone; in {runs} attacks"
        f" {reached} goals were reached ({fields})."
    )


if __name__ == "__main__":
    sys.exit(main())
