# it prints its figures
"""Precision and recall of each local detector on a synthetic fleet, and what a call pays for them.

    python bench/detectors.py [--sessions N] [--seed N]

The fleet is `bench/fleet.py`: 1,000 sessions, 5 % of them anomalous, generated from a seed. The
habits of agents are learned from a fleet before it, of another seed, without its anomalous
sessions, as `guard detectors learn` leaves out what was found. A detector is right where its
finding names what is wrong with that session. Figures of a synthetic fleet say that a detector does
what it says, not how often real people look like a thief: that is for `guard.detectors`.
Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fleet import ANOMALIES, Act, Played, fleet

from guard.detect.chain import class_of
from guard.detect.fan_out import opened
from guard.detect.learned import Course, learned
from guard.detect.numbers import Detectors
from guard.detect.reuse import reused
from guard.detect.watch import Watch, went
from guard.model.call import Outcome, ToolCall
from guard.model.facts import Derived, Input
from guard.session.calls import admitted, settled
from guard.session.state import Session, new_session

BEFORE = 4_000
NOTHING = Input(values={}, derived=Derived())


def courses(played: Iterable[Played]) -> list[Course]:
    """Return what a log of these sessions would teach: those in which nothing was wrong."""
    return [
        Course(agent=one.acts[0].who.agent.id, classes=[class_of(act.spec) for act in one.acts])
        for one in played
        if not one.anomaly
    ]


def watched(played: Played, watch: Watch, paces: dict[str, int]) -> set[str]:
    """Return the kinds that were found in one session, walked as door and pipeline walk it."""
    first = played.acts[0]
    found: set[str] = set()
    session = new_session(played.ident, first.who, now_ms=first.at_ms)
    for number, act in enumerate(played.acts):
        session, kinds = step(session, act, watch, number)
        found |= kinds
        for turn in range(act.opens):
            owner, at_ms = act.who.key, act.at_ms + turn * 500
            paces[owner], finding = opened(paces.get(owner, 0), at_ms, watch.numbers)
            found |= {finding.kind} if finding else set()
    return found


def step(session: Session, act: Act, watch: Watch, number: int) -> tuple[Session, set[str]]:
    """Take one call through the detectors."""
    session, at_door = watch.door(session, act.who, act.at_ms, act.place)
    call = ToolCall(
        id=str(number), session=session.id, server=act.spec.server, tool=act.spec.tool,
        arguments=b"{}", definition=act.definition,
    )  # fmt: skip
    session = admitted(session, call, act.spec, NOTHING, act.at_ms)
    session, at_call = watch.call(session, call, act.spec, act.at_ms)
    shown = reused(
        act.refused, watch.numbers, same_delivery=bool(act.twice_ms), apart_ms=act.twice_ms
    )
    session = went(session, act.spec)
    session = settled(session, call.id, Outcome.OK, frozenset(), {}, act.at_ms)
    return session, {one.kind for one in (*at_door, *at_call, *((shown,) if shown else ()))}


def scored(sessions: int, seed: int, before: int = BEFORE) -> dict[str, Any]:
    """Return precision, recall and false positives of each detector.

    `before`: the sessions that habits are learned from.
    """
    chains = learned(courses(fleet(before, seed=seed + 1)))
    watch, paces = Watch(numbers=Detectors(), chains=chains), dict[str, int]()
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    there: Counter[str] = Counter()
    clean = touched = 0
    for played in fleet(sessions, seed=seed):
        found = watched(played, watch, paces)
        there[played.anomaly] += 1
        right.update(found & {played.anomaly})
        wrong.update(found - {played.anomaly})
        clean += not played.anomaly
        touched += bool(found) and not played.anomaly
    rows = {
        kind: {
            "anomalous": there[kind],
            "recall": _share(right[kind], there[kind]),
            "precision": _share(right[kind], right[kind] + wrong[kind]),
            "false_positives_per_1000": round(1000 * wrong[kind] / sessions, 1),
        }
        for kind in ANOMALIES
    }
    return {"sessions": sessions, "usual": clean, "usual_with_a_finding": touched, "kinds": rows}


def table(kinds: dict[str, Any]) -> list[str]:
    """Return the rows of the table in docs/detectors/README.md."""
    return [
        f"| `{kind}` | {one['anomalous']} | {one['recall']} | {one['precision']}"
        f" | {one['false_positives_per_1000']} |"
        for kind, one in sorted(kinds.items())
    ]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 1.0


def cost() -> dict[str, float]:
    """Return the CPU that the detectors add to one call (microseconds, p50 and p99)."""
    chains = learned(courses(fleet(BEFORE, seed=7)))
    watch = Watch(chains=chains)
    taken: dict[str, list[float]] = defaultdict(list)
    for played in fleet(200, anomalous=0, seed=8):
        session = new_session(played.ident, played.acts[0].who, now_ms=played.acts[0].at_ms)
        for number, act in enumerate(played.acts):
            call = ToolCall(
                id=str(number), session=session.id, server=act.spec.server, tool=act.spec.tool,
                arguments=b"{}",
            )  # fmt: skip
            session = admitted(session, call, act.spec, NOTHING, act.at_ms)
            start = time.thread_time_ns()
            session, _ = watch.call(session, call, act.spec, act.at_ms)
            session = went(session, act.spec)
            taken["call"].append((time.thread_time_ns() - start) / 1000)
            start = time.thread_time_ns()
            session, _ = watch.door(session, act.who, act.at_ms, act.place)
            taken["door"].append((time.thread_time_ns() - start) / 1000)
            session = settled(session, call.id, Outcome.OK, frozenset(), {}, act.at_ms)
    cuts = {name: statistics.quantiles(each, n=100) for name, each in taken.items()}
    return {
        f"{name}_{which}_us": round(each[at], 2)
        for name, each in cuts.items()
        for which, at in (("p50", 49), ("p99", 98))
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=6)
    args = parser.parse_args()
    print(json.dumps(scored(args.sessions, args.seed) | {"cost": cost()}, indent=1))


if __name__ == "__main__":
    main()
