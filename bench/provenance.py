"""What provenance costs: weighing one call, and reading one result, by what a session has seen.

    python bench/provenance.py

CPU time of this thread, medians of 600 calls (7 values, a text of 1 kB) and of 60 results (10
records, about 10 kB of JSON). Prints JSON: microseconds, milliseconds, ratios.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable

from guard.model.call import ArgSpec, ToolCall, ToolSpec, argument_bytes
from guard.model.labels import Label, Trust
from guard.provenance.known import Known
from guard.provenance.observe import observed
from guard.provenance.task import read_task
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


def record(number: int) -> dict[str, object]:
    return {
        "id": str(number),
        "sender": f"u{number}@shop.example",
        "subject": " ".join(chance.choices(WORDS, k=6)),
        "body": " ".join(chance.choices(WORDS, k=130)),
        "date": "2026-11-24T10:00:00",
        "size": number * 7,
    }


def call(number: int) -> ToolCall:
    values = {
        "to": ["u7@shop.example", f"u{number}@shop.example"],
        "cc": ["x@other.example"],
        "subject": f"second delivery {number}",
        "body": " ".join(chance.choices(WORDS, k=170)),
        "when": "2026-11-24 10:30",
        "urgent": True,
    }
    return ToolCall(
        id="c", session="s", server="m", tool="send_mail", arguments=argument_bytes(values)
    )


def median(work: Callable[[int], object], times: int) -> tuple[float, float]:
    """Return the median and the 99th percentile of the CPU time (us)."""
    taken = []
    for number in range(times):
        started = time.thread_time_ns()
        work(number)
        taken.append(time.thread_time_ns() - started)
    taken.sort()
    return taken[times // 2] / 1000, taken[times * 99 // 100] / 1000


def remembering(results: int) -> Known:
    known = Known()
    for step in range(results):
        known.learn(observed(LIST, [record(step)], step=step + 1))
    return known


def main() -> None:
    few, many = remembering(10), remembering(10_000)
    calls = [call(number) for number in range(600)]

    def weighed(known: Known) -> Callable[[int], object]:
        return lambda n: weigh(
            calls[n], SEND, TASK, known, lambda _path, _value: False, frozenset()
        )

    median(weighed(few), 600)  # once before it counts: caches are warm in a live guard, too
    ten, ten_99 = median(weighed(few), 600)
    lots, lots_99 = median(weighed(many), 600)
    results = [[record(10 * n + one) for one in range(10)] for n in range(60)]
    size = sum(len(json.dumps(one)) for one in results) / len(results) / 10_000
    read, _ = median(lambda n: observed(LIST, results[n], step=1), 60)
    print(
        json.dumps(
            {
                "weigh_us_at_10_results": {"p50": round(ten, 1), "p99": round(ten_99, 1)},
                "weigh_us_at_10000_results": {"p50": round(lots, 1), "p99": round(lots_99, 1)},
                "weigh_ratio": round(lots / ten, 3),
                "read_ms_for_10_kB": round(read / 1000 / size, 3),
                "bars": {"weigh_p50_us": 100, "weigh_p99_us": 1000, "ratio": 1.2, "read_ms": 1.0},
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
