"""What is harmless once and wrong together: counts, sums, labels and "seen before" over windows.

Constant work and space for each event. A count is never below the exact one: a bucket counts until
all of it is outside the window, and a clock that steps back forgets nothing. What no longer fits
is reported as overflow, never dropped in silence.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Literal

from guard.model.call import Json, Outcome, ToolSpec
from guard.model.facts import Input, Ledger
from guard.model.ledger import LedgerKind, LedgerSpec
from guard.session.history import KEEPS, Charge, Step, is_of
from guard.session.limit import found

BUCKETS = 60
LARGEST = 2**63 - 1  # sums saturate here: it is what policy can compare
MARKS = 1024  # remembered values of one ledger
TALLIES = 512  # ledgers x tools x tasks of one session
NEVER = -1
HOUR_MS = 3_600_000
DENIED = LedgerSpec(name="guard:denied_1h", kind="denied", of="any", window_ms=HOUR_MS)

_PER: Mapping[str, Literal["session", "task", "principal"]] = MappingProxyType(
    {"session": "session", "task": "task", "principal": "principal"}
)
_COUNTED_IN_FLIGHT: frozenset[LedgerKind] = frozenset({"calls", "sum"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One kept number (`total` in `buckets`) or one set of remembered values (`marks`)."""

    window_ms: int = 0
    total: int = 0
    buckets: tuple[tuple[int, int], ...] = ()  # (bucket number, amount), oldest first
    marks: Mapping[str, int] = field(default_factory=dict)  # label or digest -> last seen, ms
    lost_at_ms: int = NEVER  # when a mark had to go before its time

    def value(self, now_ms: int) -> int:
        """Return the amount inside the window that ends now."""
        if not self.window_ms:
            return self.total
        width, start, gone = _width(self.window_ms), now_ms - self.window_ms, 0
        for number, (bucket, amount) in enumerate(self.buckets):
            if (bucket + 1) * width > start:
                if self.total < LARGEST:
                    return self.total - gone
                return min(LARGEST, sum(one for _, one in self.buckets[number:]))
            gone += amount
        return 0

    def plus(self, amount: int, now_ms: int) -> "Tally":
        """Return the tally with an amount that counts from now on."""
        if not self.window_ms:
            return Tally(total=min(LARGEST, self.total + amount))
        width, start = _width(self.window_ms), now_ms - self.window_ms
        live = [one for one in self.buckets if (one[0] + 1) * width > start]
        bucket = now_ms // width
        if live and live[-1][0] >= bucket:
            live[-1] = (live[-1][0], min(LARGEST, live[-1][1] + amount))
        else:
            live.append((bucket, amount))
        total = min(LARGEST, sum(one for _, one in live))
        return Tally(window_ms=self.window_ms, total=total, buckets=tuple(live))

    def marked(self, names: Iterable[str], now_ms: int) -> "Tally":
        """Return the tally that remembers these names, too; the oldest go if there are too many."""
        marks, lost = dict(self.marks), self.lost_at_ms
        for name in names:
            marks[name] = max(now_ms, marks.pop(name, now_ms))
        if len(marks) > MARKS:
            marks = {name: at for name, at in marks.items() if self._is_live(at, now_ms)}
        while len(marks) > MARKS:
            del marks[min(marks, key=marks.__getitem__)]
            lost = max(lost, now_ms)
        return Tally(window_ms=self.window_ms, marks=marks, lost_at_ms=lost)

    def live(self, now_ms: int) -> frozenset[str]:
        """Return the names remembered inside the window."""
        return frozenset(name for name, at in self.marks.items() if self._is_live(at, now_ms))

    def has(self, name: str, now_ms: int) -> bool:
        """Return whether this name is remembered inside the window."""
        at = self.marks.get(name, NEVER)
        return at != NEVER and self._is_live(at, now_ms)

    def overflown(self, now_ms: int) -> bool:
        """Return whether something was forgotten that would still count."""
        return self.lost_at_ms != NEVER and self._is_live(self.lost_at_ms, now_ms)

    def _is_live(self, at_ms: int, now_ms: int) -> bool:
        return not self.window_ms or at_ms >= now_ms - self.window_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """Every tally of a session. `full` = there was no room for one more, so some do not count."""

    tallies: Mapping[str, Tally] = field(default_factory=dict)
    full: bool = False


EMPTY = Tally()


def _width(window_ms: int) -> int:
    return -(-window_ms // BUCKETS)


def tally_key(ledger: LedgerSpec, action: str, task: str) -> str:
    """Return where a ledger is kept: apart for each tool or task if it says so."""
    name = f"{ledger.name}\n{action}" if ledger.per else ledger.name
    return f"{name}\n{task}" if ledger.key == "task" else name


@lru_cache(maxsize=1024)
def _budget(action: str, calls: int, amount_minor: int, per: str) -> tuple[LedgerSpec, ...]:
    key = _PER.get(per, "task")
    ledgers: list[LedgerSpec] = []
    if calls:
        name = f"guard:budget:{action}:calls"
        ledgers.append(LedgerSpec(name=name, kind="calls", of=action, key=key))
    if amount_minor:
        name, path = f"guard:budget:{action}:amount_minor", "derived.amount_minor"
        ledgers.append(LedgerSpec(name=name, kind="sum", of=action, path=path, key=key))
    return tuple(ledgers)


def budget_ledgers(spec: ToolSpec) -> tuple[LedgerSpec, ...]:
    """Return the ledgers that a tool's budget needs: `guard:budget:<action>:calls|amount_minor`."""
    budget = spec.budget
    if budget is None:
        return ()
    return _budget(spec.action, budget.calls, budget.amount_minor, budget.per)


def charges_of(
    ledgers: Iterable[LedgerSpec], spec: ToolSpec, given: Input, task: str
) -> tuple[Charge, ...]:
    """Return what a call of this tool with these arguments does to each ledger when it ends."""
    return tuple(
        Charge(
            key=tally_key(ledger, spec.action, task),
            kind=ledger.kind,
            amount=_amount(ledger, given),
            window_ms=ledger.window_ms,
            wants=_wants(ledger, spec),
        )
        for ledger in ledgers
        if is_of(spec, ledger.of)
    )


def _wants(ledger: LedgerSpec, spec: ToolSpec) -> tuple[tuple[str, str], ...]:
    paths = (left.removeprefix("result.") for left, _ in ledger.match)
    return tuple((path, spec.extract.get(path, "")) for path in paths)


def _amount(ledger: LedgerSpec, given: Input) -> int:
    if ledger.kind != "sum":
        return 1
    total = 0
    for one in _read(ledger.path, given):
        if type(one) is not int:
            return LARGEST  # there is a value, and it cannot be added: no cap may hold
        total += max(0, one)  # a negative amount gives nothing back
    return min(LARGEST, total)


def _read(path: str, given: Input) -> list[Json]:
    head, _, rest = path.partition(".")
    if head == "derived":
        value = getattr(given.derived, rest, None)
        return [] if value is None else [value]
    return [one for one in found(given.values, rest) if one is not None]


def digest(values: Iterable[Json]) -> str:
    """Return the name under which values are remembered together; the values are not kept."""
    text = json.dumps([str(one) for one in values])
    return sha256(text.encode()).hexdigest()[:24]


def settle(
    state: LedgerState,
    charges: Iterable[Charge],
    outcome: Outcome,
    now_ms: int,
    *,
    labels: frozenset[str] = frozenset(),
    result_facts: Mapping[str, str],
    denied: bool = False,
    approved: bool = False,
) -> LedgerState:
    """Return the ledgers after one call ended.

    `ok`, `error` and `unknown` cost what the call would have cost, because it may have acted;
    `refused` costs nothing, and counts as denied if it was.
    """
    kept = KEEPS[outcome]
    counted: dict[LedgerKind, bool] = {
        "calls": kept,
        "sum": kept,
        "results": outcome is Outcome.OK,
        "errors": outcome is Outcome.ERROR,
        "denied": not kept and denied,
        "approvals": kept and approved,
    }
    changed: dict[str, Tally] = {}
    for charge in charges:
        old = changed.get(charge.key) or state.tallies.get(charge.key)
        if old is None or old.window_ms != charge.window_ms:
            old = Tally(window_ms=charge.window_ms)
        if charge.kind == "labels":
            if labels:
                changed[charge.key] = old.marked(labels, now_ms)
        elif charge.kind == "formerly":
            names = _seen(charge, result_facts) if outcome is Outcome.OK else []
            if names:
                changed[charge.key] = old.marked(names, now_ms)
        elif counted[charge.kind] and charge.amount:
            changed[charge.key] = old.plus(charge.amount, now_ms)
    return _kept(state, changed) if changed else state


def labelled(
    state: LedgerState, charges: Iterable[Charge], labels: frozenset[str], now_ms: int
) -> LedgerState:
    """Return the ledgers with labels that enter before the call has ended."""
    changed = {
        charge.key: state.tallies.get(charge.key, Tally(window_ms=charge.window_ms)).marked(
            labels, now_ms
        )
        for charge in charges
        if labels and charge.kind == "labels"
    }
    return _kept(state, changed) if changed else state


def _seen(charge: Charge, result_facts: Mapping[str, str]) -> list[str]:
    if not charge.wants:
        return [""]
    values = [result_facts.get(path, result_facts.get(role)) for path, role in charge.wants]
    return [] if None in values else [digest(values)]


def _kept(state: LedgerState, changed: Mapping[str, Tally]) -> LedgerState:
    tallies = {**state.tallies, **changed}
    if len(tallies) <= TALLIES:
        return LedgerState(tallies=tallies, full=state.full)
    fitting = {key: tallies[key] for key in list(tallies)[:TALLIES]}
    return LedgerState(tallies=fitting, full=True)


def values(
    state: LedgerState,
    ledgers: Iterable[LedgerSpec],
    *,
    before: Iterable[Step],
    own: Iterable[Charge],
    given: Input,
    action: str,
    task: str,
    now_ms: int,
) -> tuple[dict[str, Ledger], bool]:
    """Return each ledger's value for one call, and whether one cannot answer exactly.

    Args:
        state: what has settled.
        ledgers: what to read.
        before: the steps in flight that were admitted before this call.
        own: what this call would add.
        given: its arguments.
        action: its action.
        task: the task that it belongs to.
        now_ms: milliseconds since the epoch.
    """
    pending = _pending(before, own)
    read: dict[str, Ledger] = {}
    overflow = state.full
    for ledger in ledgers:
        key = tally_key(ledger, action, task)
        tally = state.tallies.get(key, EMPTY)
        if tally.marks:
            overflow = overflow or tally.overflown(now_ms)
        if ledger.kind == "labels":
            read[ledger.name] = tally.live(now_ms)
        elif ledger.kind == "formerly":
            read[ledger.name] = _was_seen(tally, ledger, given, now_ms)
        else:
            amount = tally.value(now_ms) + pending.get(key, 0)
            read[ledger.name] = min(LARGEST, amount)
    return read, overflow


def _pending(before: Iterable[Step], own: Iterable[Charge]) -> dict[str, int]:
    pending: dict[str, int] = {}
    for charge in _charges(before, own):
        if charge.kind in _COUNTED_IN_FLIGHT:
            pending[charge.key] = pending.get(charge.key, 0) + charge.amount
    return pending


def _charges(before: Iterable[Step], own: Iterable[Charge]) -> Iterator[Charge]:
    for step in before:
        yield from step.charges
    yield from own


def _was_seen(tally: Tally, ledger: LedgerSpec, given: Input, now_ms: int) -> bool:
    names: list[Json] = []
    for _, right in ledger.match:
        here = _read(right, given)
        if len(here) != 1:
            return False  # no value, or several: nothing single was seen before
        names += here
    return tally.has(digest(names) if names else "", now_ms)
