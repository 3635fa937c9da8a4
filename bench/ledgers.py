# it prints its figures
"""What each kind of ledger costs a call, by the length of its history: flat, or not?

    python bench/ledgers.py

One event is everything that a call does to one ledger: it is admitted, the value is read, the call
ends, and the row is made for the store. Every call sends to a receiver of its own, so that ledgers
that remember values hold as many as they may. Histories are interleaved, so that noise meets all
alike, and of five rounds the quietest counts. Prints one JSON object: p50 of CPU in microseconds
for each kind, kept by the session and shared by principal, and the ratio of 10,000 events to 1,100,
when every memory is full, and to 10.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from dataclasses import dataclass, replace
from typing import Any

from guard.model.call import Outcome, ToolCall, ToolSpec, argument_bytes
from guard.model.facts import ClockFacts, CredentialFacts, Derived, Evidence, Input
from guard.model.identity import Agent, Principal, Who
from guard.model.ledger import LedgerSpec, SequenceStep
from guard.session.calls import admitted, settled
from guard.session.facts import facts
from guard.session.state import Session, new_session
from guard.session.stored import to_json
from guard.session.stored_tallies import pool_json

LENGTHS = (10, 1_100, 10_000)
ROUNDS, EVENTS = 5, 40
NOW, HOUR = 1_767_607_200_000, 3_600_000
SEND = ToolSpec(
    server="mail", tool="send", effect=frozenset({"write", "egress"}), extract={"id": ""}
)
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="bot"))
STEPS = (SequenceStep(event="request", of="any"), SequenceStep(event="request", of="egress"))
KINDS: dict[str, dict[str, Any]] = {
    "none": {},
    "calls": {"window_ms": HOUR},
    "sum": {"path": "derived.amount_minor", "window_ms": HOUR},
    "distinct": {"path": "input.to", "window_ms": 1000 * HOUR},
    "repeated": {"times": 3, "window_ms": 1000 * HOUR},
    "formerly": {"match": (("result.id", "input.to"),), "window_ms": 1000 * HOUR},
    "sequence": {"steps": STEPS, "window_ms": HOUR},
}


@dataclass
class Story:
    """A session with one ledger, and how many events it has had."""

    ledgers: tuple[LedgerSpec, ...]
    session: Session
    n: int = 0

    def event(self) -> None:
        """Let one call come, be judged on the ledger, end and be written."""
        self.n += 1
        given = Input(values={"to": f"r{self.n}"}, derived=Derived(amount_minor=5))
        call = ToolCall(
            id=f"c{self.n}", session="s", server="mail", tool="send", arguments=argument_bytes({})
        )
        at = NOW + self.n * 100
        entered = admitted(self.session, call, SEND, given, at, self.ledgers)
        facts(
            entered, call, SEND, given, now_ms=at, clock=ClockFacts(at_ms=at, hour=1, weekday=1),
            credential=CredentialFacts(), evidence=Evidence(), ledger_specs=self.ledgers,
        )  # fmt: skip
        self.session = settled(entered, call.id, Outcome.OK, frozenset(), {"id": f"r{self.n}"}, at)
        to_json(self.session)
        for pool in self.session.shared.values():
            pool_json(pool)


def story(kind: str, key: Any, length: int) -> Story:
    more: dict[str, Any] = {"kind": kind, "key": key, **KINDS[kind]}
    ledgers = () if kind == "none" else (LedgerSpec(name="it", of="any", **more),)
    made = Story(ledgers, new_session("s", WHO, now_ms=NOW))
    for _ in range(length):
        made.event()
    return made


def measured(kind: str, key: str) -> dict[str, float]:
    """Return p50 (us) by length, the quietest of the rounds."""
    stories = {length: story(kind, key, length) for length in LENGTHS}
    best = dict.fromkeys(LENGTHS, float("inf"))
    gc.collect()
    gc.disable()
    for _ in range(ROUNDS):
        took: dict[int, list[float]] = {length: [] for length in LENGTHS}
        for _ in range(EVENTS):
            for length, one in stories.items():
                kept = replace(one)
                started = time.thread_time_ns()
                kept.event()
                took[length].append((time.thread_time_ns() - started) / 1000)
        for length in LENGTHS:
            best[length] = min(best[length], statistics.median(took[length]))
    gc.enable()
    few, full, many = (best[length] for length in LENGTHS)
    return {
        **{f"p50_us_{length}": round(best[length], 1) for length in LENGTHS},
        "full_to_10": round(full / few, 2),
        "10000_to_full": round(many / full, 2),
    }


def main() -> None:
    found = {key: {kind: measured(kind, key) for kind in KINDS} for key in ("session", "principal")}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
