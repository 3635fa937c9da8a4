"""What provenance costs: weighing one call, and reading one result, by what a session has seen.

    python bench/provenance.py

CPU time of this thread, medians of 600 calls (7 values, a text of 1 kB) and of 60 results (10
records, about 10 kB of JSON). Both sessions know as much of the values of a call: one receiver is
in some result of theirs, so that the ratio tells of the size of the index and of nothing else.
Calls on the two alternate, and of five rounds the quietest counts. Prints JSON: microseconds,
milliseconds, ratios.
"""

from __future__ import annotations

import gc
import json
import random
import time
from collections.abc import Callable

from guard.model.call import ArgSpec, ToolCall, ToolSpec, argument_bytes
from guard.model.labels import Label, Trust
from guard.provenance.request.said import read_task
from guard.provenance.result.known import Known
from guard.provenance.result.observe import observed
from guard.provenance.result.segment import write_digest
from guard.provenance.weigh import weigh

TEXT = """
we would like to thank you for the order that came in last week and hope all parts arrived well
please let us know when the second delivery can be expected because stock is short since Monday
call 030-1234567 or see https://shop.example/orders/7 and mail sales@shop.example by 10:30
"""
WORDS = TEXT.split()
LIST = ToolSpec(
    server="m",
    tool="list_mail",
    effect=frozenset({"read"}),
    labels={"*.id": Label(trust=Trust.TRUSTED), "*.sender": Label(trust=Trust.TRUSTED)},
)
SEND = ToolSpec(
    server="m",
    tool="send_mail",
    effect=frozenset({"write", "egress"}),
    args={
        "to": ArgSpec(role="recipient"),
        "cc": ArgSpec(role="recipient"),
        "subject": ArgSpec(role="title"),
        "body": ArgSpec(role="body"),
        "when": ArgSpec(role="when"),
    },
)
TASK = read_task(("Mail u7@shop.example and Dora Smith about the second delivery by 10:30",))
chance = random.Random(7)
CALLS, ROUNDS = 600, 5


def record(number: int) -> dict[str, object]:
    return {
        "id": str(number),
        "sender": f"u{number}@shop.example",
        "subject": " ".join(chance.choices(WORDS, k=6)),
        "body": " ".join(chance.choices(WORDS, k=130)),
        "date": "2026-11-24T10:00:00",
        "size": number * 7,
    }


def call(number: int, results: int) -> ToolCall:
    """Return a call to somebody of the task and to somebody of one of so many results."""
    values = {
        "to": ["u7@shop.example", f"u{number * results // CALLS}@shop.example"],
        "cc": ["x@other.example"],
        "subject": f"second delivery {number}",
        "body": " ".join(chance.choices(WORDS, k=170)),
        "when": "2026-11-24 10:30",
        "urgent": True,
    }
    return ToolCall(
        id="c", session="s", server="m", tool="send_mail", arguments=argument_bytes(values)
    )


def spent(work: Callable[[int], object], number: int) -> float:
    """Return the CPU time of this thread for one piece of work (microseconds)."""
    started = time.thread_time_ns()
    work(number)
    return (time.thread_time_ns() - started) / 1000


def figures(taken: list[float]) -> dict[str, float]:
    taken.sort()
    middle, high = taken[len(taken) // 2], taken[len(taken) * 99 // 100]
    return {"p50": round(middle, 1), "p99": round(high, 1)}


def remembering(results: int) -> Known:
    known = Known()
    for step in range(results):
        known.learn(observed(LIST, [record(step)], step=step + 1))
    return known


def weighing(results: int) -> Callable[[int], object]:
    known, calls = remembering(results), [call(number, results) for number in range(CALLS)]
    writes = [write_digest(one, SEND) for one in calls]  # made once, at the admission

    def never(_path: str, _value: object) -> None:
        return None

    return lambda n: weigh(calls[n], SEND, TASK, known, never, frozenset(), write=writes[n])


def compared(few: Callable[[int], object], many: Callable[[int], object]) -> dict[str, object]:
    """Return the figures of one round: the same work on both, call by call."""
    taken: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.disable()
    for number in range(CALLS):
        taken[0].append(spent(few, number))
        taken[1].append(spent(many, number))
    gc.enable()
    ten, lots = map(figures, taken)
    return {
        "weigh_us_at_10_results": ten,
        "weigh_us_at_10000_results": lots,
        "weigh_ratio": round(lots["p50"] / ten["p50"], 3),
    }


def main() -> None:
    few, many = weighing(10), weighing(10_000)
    compared(few, many)  # once before it counts: caches are warm in a live guard, too
    rounds = [compared(few, many) for _ in range(ROUNDS)]
    best = min(rounds, key=lambda one: one["weigh_us_at_10000_results"]["p50"])
    results = [[record(10 * n + one) for one in range(10)] for n in range(60)]
    size = sum(len(json.dumps(one)) for one in results) / len(results) / 10_000
    read = figures([spent(lambda n: observed(LIST, results[n], step=1), n) for n in range(60)])
    printed = {"calls": CALLS, "rounds": ROUNDS, **best}
    printed["read_ms_for_10_kB"] = round(read["p50"] / 1000 / size, 3)
    print(json.dumps(printed, indent=1))


if __name__ == "__main__":
    main()
