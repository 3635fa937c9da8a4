"""What is harmless once and wrong together: counts, sums, labels and "seen before" over windows.

Constant work for each event. What is in flight counts before it ends, in the order of admission.
What no longer fits is reported as overflow, never dropped in silence.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Literal

from guard.model.call import Json, Outcome, ToolSpec
from guard.model.facts import Input, Ledger
from guard.model.ledger import LedgerKind, LedgerSpec
from guard.session.history import KEEPS, Charge, Step, is_of
from guard.session.limit import found
from guard.session.tally import EMPTY, LARGEST, LedgerState, Tally

TALLIES = 512  # ledgers x tools x tasks of one session
HOUR_MS = 3_600_000
DENIED = LedgerSpec(name="guard:denied_1h", kind="denied", of="any", window_ms=HOUR_MS)

_PER: Mapping[str, Literal["session", "task", "principal"]] = MappingProxyType(
    {"session": "session", "task": "task", "principal": "principal"}
)
_COUNTED_IN_FLIGHT: frozenset[LedgerKind] = frozenset({"calls", "sum"})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One ledger for one tool and task: where it is kept, and what a call does to it."""

    ledger: LedgerSpec
    key: str
    charge: Charge | None  # None: the tool is not one that this ledger counts


Plan = tuple[Row, ...]


@lru_cache(maxsize=4096)  # the same few tools and tasks come again and again
def _plan(
    ledgers: tuple[LedgerSpec, ...],
    action: str,
    effect: frozenset[str],
    extract: tuple[tuple[str, str], ...],
    task: str,
) -> Plan:
    roles, rows = dict(extract), []
    for ledger in {one.name: one for one in ledgers}.values():
        key = tally_key(ledger, action, task)
        paths = (left.removeprefix("result.") for left, _ in ledger.match)
        charge = Charge(
            key=key,
            kind=ledger.kind,
            amount=1,
            window_ms=ledger.window_ms,
            wants=tuple((path, roles.get(path, "")) for path in paths),
        )
        counted = is_of(action, effect, ledger.of)
        rows.append(Row(ledger=ledger, key=key, charge=charge if counted else None))
    return tuple(rows)


def plan_of(ledgers: tuple[LedgerSpec, ...], spec: ToolSpec, task: str) -> Plan:
    """Return the rows of every ledger that a call of this tool may touch, each name once."""
    every = (*ledgers, *budget_ledgers(spec), DENIED)
    return _plan(every, spec.action, spec.effect, tuple(spec.extract.items()), task)


def charges_of(plan: Plan, given: Input) -> tuple[Charge, ...]:
    """Return what a call with these arguments does to each ledger when it ends."""
    return tuple(
        row.charge if row.ledger.kind != "sum" else _summed(row.charge, row.ledger, given)
        for row in plan
        if row.charge is not None
    )


def _summed(charge: Charge, ledger: LedgerSpec, given: Input) -> Charge:
    amount = _amount(ledger, given)
    return Charge(key=charge.key, kind="sum", amount=amount, window_ms=charge.window_ms)


def _amount(ledger: LedgerSpec, given: Input) -> int:
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
    texts = [str(one) for one in values]
    text = texts[0] if len(texts) == 1 else json.dumps(texts)
    return sha256(text.encode()).hexdigest()[:24]


@lru_cache(maxsize=16)
def kinds_of_end(outcome: Outcome, *, denied: bool, approved: bool) -> frozenset[LedgerKind]:
    """Return which kinds of ledger this end counts for.

    `ok`, `error` and `unknown` cost what the call would have cost, because it may have acted;
    `refused` costs nothing, and counts as denied if it was.
    """
    kept = KEEPS[outcome]
    ends: dict[LedgerKind, bool] = {
        "calls": kept,
        "sum": kept,
        "results": outcome is Outcome.OK,
        "formerly": outcome is Outcome.OK,
        "errors": outcome is Outcome.ERROR,
        "denied": not kept and denied,
        "approvals": kept and approved,
    }
    return frozenset(name for name, counts in ends.items() if counts)


def settle(
    state: LedgerState,
    charges: Iterable[Charge],
    ends: frozenset[LedgerKind],
    now_ms: int,
    labels: frozenset[str],
    result_facts: Mapping[str, str],
) -> LedgerState:
    """Return the ledgers after one call ended; `ends` are the kinds it counts for."""
    changed: dict[str, Tally] = {}
    for charge in charges:
        kind = charge.kind
        old = state.tallies.get(charge.key)
        if old is None or old.window_ms != charge.window_ms:
            old = Tally(window_ms=charge.window_ms)
        if kind == "labels":
            if labels:
                changed[charge.key] = old.marked(labels, now_ms)
        elif kind not in ends:
            continue
        elif kind == "formerly":
            if names := _seen(charge, result_facts):
                changed[charge.key] = old.marked(names, now_ms)
        elif charge.amount:
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
    state: LedgerState, plan: Plan, *, before: Iterable[Step], given: Input, now_ms: int
) -> tuple[dict[str, Ledger], bool]:
    """Return each ledger's value for one call, and whether one cannot answer exactly.

    Args:
        state: what has settled.
        plan: the ledgers to read, as this call's tool and task see them.
        before: the steps in flight that were admitted before this call.
        given: its arguments.
        now_ms: milliseconds since the epoch.
    """
    pending = _pending(before)
    read: dict[str, Ledger] = {}
    overflow = state.full
    for row in plan:
        ledger, tally = row.ledger, state.tallies.get(row.key, EMPTY)
        overflow = overflow or tally.overflown(now_ms)
        if ledger.kind == "labels":
            read[ledger.name] = tally.live(now_ms)
        elif ledger.kind == "formerly":
            read[ledger.name] = _was_seen(tally, ledger, given, now_ms)
        else:
            amount = tally.value(now_ms) + pending.get(row.key, 0)
            read[ledger.name] = min(LARGEST, amount + own_amount(row, given))
    return read, overflow


def own_amount(row: Row, given: Input) -> int:
    """Return what this call itself adds to a count or sum: nothing, if the tool is not counted."""
    if row.charge is None or row.ledger.kind not in _COUNTED_IN_FLIGHT:
        return 0
    return 1 if row.ledger.kind == "calls" else _amount(row.ledger, given)


def _pending(before: Iterable[Step]) -> dict[str, int]:
    pending: dict[str, int] = {}
    for step in before:
        for charge in step.charges:
            if charge.kind in _COUNTED_IN_FLIGHT:
                pending[charge.key] = pending.get(charge.key, 0) + charge.amount
    return pending


def _was_seen(tally: Tally, ledger: LedgerSpec, given: Input, now_ms: int) -> bool:
    names: list[Json] = []
    for _, right in ledger.match:
        here = _read(right, given)
        if len(here) != 1:
            return False  # no value, or several: nothing single was seen before
        names += here
    return tally.has(digest(names) if names else "", now_ms)
