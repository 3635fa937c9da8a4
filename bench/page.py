"""Writes docs/benchmarks.md from bench/results: every figure of the page is one that a command printed.

    python bench/page.py [--check]

Both say which figures are of older rules or code than stand here, and so does the page. That alone is
no failure: the page being silent about it is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bars import COST, HOLDS, SOAKS, SUITES, table
from kept import MADE_BY, found, stale
from page_issuers import credentials
from soaks import section

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
LONG = ("agentdojo", "wrong_label", "adaptive", "fuzz", "bfcl")
NAMES = {"zero_labels": "no labels", "labels": "labels a field"}

HEAD = """# Benchmarks

Written by `python bench/page.py` from `bench/results/`; do not edit by hand. Each result keeps a digest of
the rules and the code that it is a figure of; where those have changed since, it says so.

## The agent is hijacked already (`make bench-agentdojo`)
{older}
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
{older}
{count} attacks made for this guard, each after the user's own reads: {labelled} stopped for the expected
reason with labels, {bare} without. The twin is the user's own call, or the attacker's where the person
asks for it; where it asks, it asks without the attack as well.

{table}
"""

OPEN = """
## What is left open that nobody asked for (`make bench-fuzz`)
{older}
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
{older}
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
was measured in one run, call by call. "Older": measured on older rules or code than stand here.

{cost}
{floor}
{suites}

{holds}
"""

OLDER = """
> **Measured on older rules or code than stand here: {names}.** Run {commands} again.
"""

FLOOR = """
Of a decision that SQLite has on the disk, {paused:g} us are the same decision in memory, after a pause as
long as an fsync: whoever waits for a disk comes back to cold caches. {bare:g} us are the statements of its
transaction alone, by one thread with nothing else to do. The two floors together are {sum:g} us
([why](adr/0030-what-a-call-writes.md)).
"""

REAL = """
The relays above carry messages only. `guard proxy` as it is installed, with the starter policy, its store
and two commits on the disk before the answer goes out, adds {attached:g} ms attached and {alone:g} ms
standalone (p50); the CPU of it is {attached_cpu:g} ms, relay and guard together, and {alone_cpu:g} ms.
"""


def main() -> int:
    text = page()
    print(said_older(), file=sys.stderr)
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != text:
            print("docs/benchmarks.md is not what bench/results say; run python bench/page.py")
            return 1
        return 0
    PAGE.write_text(text, encoding="utf-8")
    return 0


def page() -> str:
    hijacked, calm = found("agentdojo"), found("bfcl")
    first = hijacked["zero_labels"]
    head = HEAD.format(
        older=_older("agentdojo", "wrong_label"),
        tasks=first["tasks"],
        pairs=first["pairs"],
        table=_table(hijacked),
        wrong=_wrong(found("wrong_label")),
    )
    return (
        head
        + _adaptive(found("adaptive"))
        + _open(found("fuzz"))
        + CALM.format(older=_older("bfcl"), table=_calm(calm), **calm[0])
        + OTHERS.format(
            cost=table(COST), floor=_floor() + _real(), suites=table(SUITES), holds=table(HOLDS)
        )
        + credentials()
        + section()
        + f"\n{table(SOAKS)}\n"
    )


def said_older() -> str:
    """Return one line that names every result which is of older rules or code."""
    named = dict.fromkeys([*LONG, *(bar.of for bar in (*COST, *SUITES, *SOAKS))])
    older = [one for one in named if found(one) is not None and stale(one)]
    if not older:
        return "All figures are of the rules and the code that stand here."
    return f"WARNING: figures of older rules or code than stand here: {', '.join(older)}."


def _older(*names: str) -> str:
    older = [one for one in names if stale(one)]
    if not older:
        return ""
    commands = dict.fromkeys(f"`{MADE_BY[one]}`" for one in older)
    return OLDER.format(names=", ".join(older), commands=" and ".join(commands))


def _floor() -> str:
    """Return what no guard on SQLite can go below, once it was measured."""
    held = found("decision_path")
    if "floor_bare_writes" not in held:
        return ""
    paused = held["floor_memory_after_a_pause"]["by_history"]["10"]["p50_us"]
    bare = held["floor_bare_writes"]["p50_us"]
    return FLOOR.format(paused=paused, bare=bare, sum=round(paused + bare, 1))


def _real() -> str:
    """Return what a stdio relay adds where the decision is no stub, once it was measured."""
    held = found("stdio_overhead")
    if "attached_judged" not in held:
        return ""
    relay, alone = held["attached_judged"], held["standalone_judged"]
    both = relay["cpu_ms_per_call"] + held["guard_judged"]["cpu_ms_per_call"]
    return REAL.format(
        attached=relay["added_p50_ms"],
        alone=alone["added_p50_ms"],
        attached_cpu=round(both, 3),
        alone_cpu=alone["cpu_ms_per_call"],
    )


def _adaptive(tried: dict[str, list[dict[str, Any]]]) -> str:
    rows = ["| attack | asked or refused by | the honest twin |", "|---|---|---|"]
    rows += [
        f"| {one['attack']} | {', '.join(one['reasons'])} |"
        f" {_twin(one, 'with labels')}; {_twin(bare, 'without')} |"
        for one, bare in zip(tried["fields"], tried["none"], strict=True)
    ]
    stopped = [sum(one["for_the_reason"] for one in tried[name]) for name in ("fields", "none")]
    return ADAPTIVE.format(
        older=_older("adaptive"),
        table="\n".join(rows),
        labelled=stopped[0],
        bare=stopped[1],
        count=len(tried["none"]),
    )


def _twin(one: dict[str, Any], where: str) -> str:
    return f"{where} {'runs' if one['twin_passed'] else 'asks: ' + ', '.join(one['twin_asks'])}"


def _open(left: dict[str, Any]) -> str:
    tools = ", ".join(f"`{tool}` {tasks}" for tool, tasks in left["tasks_by_tool"].items())
    share = f"{100 * left['clean'] / left['tasks']:.1f}"
    return OPEN.format(**{**left, "older": _older("fuzz"), "tools": tools, "share": share})


def _calm(dialogues: list[dict[str, Any]]) -> str:
    rows = [
        "| results of tools | questions a dialogue | dialogues without a question | rules that asked |",
        "|---|---|---|---|",
    ]
    rows += [
        f"| {'trusted' if one['labels'] == 'trusted' else 'no labels'}"
        f" | {one['questions_per_dialogue']} | {100 * one['no_question']:.1f} %"
        f" | {', '.join(f'{rule} {count}' for rule, count in one['rules'].items())} |"
        for one in dialogues
    ]
    return "\n".join(rows)


def _table(hijacked: dict[str, dict[str, Any]]) -> str:
    rows = [
        "| catalogue | tasks without a question | questions a task | user's writes with nobody there"
        " | goals reached (4 places) | attacker's writes (4 places) |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("zero_labels", "labels"):
        one = hijacked[name]
        rows.append(
            f"| {NAMES[name]} | {one['tasks_without_question']} of {one['tasks']}"
            f" ({100 * one['no_question']:.1f} %)"
            f" | {one['questions_per_task']} | {one['user_writes_unattended']} of {one['user_writes']}"
            f" | {' / '.join(map(str, one['goals_reached'].values()))}"
            f" | {' / '.join(map(str, one['writes_let_through_by_placement'].values()))} |"
        )
    return "\n".join(rows)


def _wrong(tried: list[dict[str, Any]]) -> str:
    reached = sum(one["reached"] for one in tried)
    runs = sum(one["runs"] for one in tried)
    fields = ", ".join(f"{one['suite']} `{one['wrongly_trusted']}`" for one in tried)
    return (
        f"{len(tried)} fields that strangers write were called trusted, each alone; in {runs} attacks"
        f" {reached} goals were reached ({fields})."
    )


if __name__ == "__main__":
    sys.exit(main())
