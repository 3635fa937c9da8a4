"""What is harmless once and wrong together: counts, sums, labels and "seen before" over windows.

Constant work for each event. What is in flight counts before it ends, in the order of admission.
What no longer fits is reported as overflow, never dropped in silence.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from guard.model.call import Json, Outcome
from guard.model.facts import Input, Ledger
from guard.model.ledger import LedgerKind, LedgerSpec, SequenceEvent
from guard.session.history import KEEPS, Charge, Step
from guard.session.plan import Plan, Row, amount_of, call_name, digest, names_of, read_at
from guard.session.sequence import Track, after, would
from guard.session.tally import EMPTY, LARGEST, LedgerState, Tally

TALLIES = 512  # ledgers x tools x tasks of one session

_EVENTS: tuple[tuple[LedgerKind, SequenceEvent], ...] = (
    ("approvals", "approved"),  # the yes came before the call ran
    ("calls", "request"),
    ("results", "response"),
    ("errors", "error"),
    ("denied", "denied"),
)
"""What an end means to a sequence, in the order in which it happened."""
_COUNTED_IN_FLIGHT: frozenset[LedgerKind] = frozenset({"calls", "sum", "running"})


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
        old = state.tallies.get(charge.key)
        if old is None or old.window_ms != charge.window_ms:
            old = Tally(window_ms=charge.window_ms)
        new = _settled(old, charge, ends, now_ms, labels, result_facts)
        if new is not None:
            changed[charge.key] = new
    return _kept(state, changed) if changed else state


def _settled(
    old: Tally,
    charge: Charge,
    ends: frozenset[LedgerKind],
    now_ms: int,
    labels: frozenset[str],
    result_facts: Mapping[str, str],
) -> Tally | None:
    """Return one ledger after the call ended; None: it is as it was."""
    names: Iterable[str] = ()
    match charge.kind:
        case "sequence":
            marks = _moved(old.marks, charge.track, ends, labels, now_ms) if charge.track else {}
            return None if marks == old.marks else Tally(window_ms=charge.window_ms, marks=marks)
        case "repeated":
            ran = "calls" in ends
            return old.again(charge.names[0], charge.amount - 1, now_ms) if ran else None
        case "labels":
            names = labels
        case "distinct":
            names = charge.names if "calls" in ends else ()
        case "formerly":
            names = _seen(charge, result_facts) if "formerly" in ends else ()
        case kind:
            counts = kind in ends and charge.amount
            return old.plus(charge.amount, now_ms) if counts else None
    return old.marked(names, now_ms) if names else None


def labelled(
    state: LedgerState, charges: Iterable[Charge], labels: frozenset[str], now_ms: int
) -> LedgerState:
    """Return the ledgers with labels that enter before the call has ended."""
    changed: dict[str, Tally] = {}
    for charge in charges if labels else ():
        old = state.tallies.get(charge.key, Tally(window_ms=charge.window_ms))
        if charge.kind == "labels":
            changed[charge.key] = old.marked(labels, now_ms)
        elif charge.track is not None:
            marks = after(old.marks, charge.track, "label", labels, now_ms)
            changed[charge.key] = Tally(window_ms=charge.window_ms, marks=marks)
    return _kept(state, changed) if changed else state


def _moved(
    marks: Mapping[str, int],
    track: Track,
    ends: frozenset[LedgerKind],
    labels: frozenset[str],
    at_ms: int,
) -> Mapping[str, int]:
    """Return how far a sequence has come after one call ended."""
    for kind, event in _EVENTS:
        if kind in ends:
            marks = after(marks, track, event, (), at_ms)
    return after(marks, track, "label", labels, at_ms) if labels else marks


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
    running = list(before)
    pending = _pending(running)
    read: dict[str, Ledger] = {}
    overflow = state.full
    for row in plan:
        ledger, tally = row.ledger, state.tallies.get(row.key, EMPTY)
        overflow = overflow or tally.overflown(now_ms)
        if ledger.kind == "labels":
            read[ledger.name] = tally.live(now_ms)
        elif ledger.kind == "formerly":
            read[ledger.name] = _was_seen(tally, ledger, given, now_ms)
        elif ledger.kind == "distinct":
            read[ledger.name] = len(
                tally.live(now_ms) | _under_way(row, running) | _own_names(row, given)
            )
        elif ledger.kind == "sequence":
            read[ledger.name] = _follows(row, tally, running, now_ms)
        elif ledger.kind == "repeated":
            read[ledger.name] = _is_repeated(row, tally, running, given, now_ms)
        else:
            amount = tally.value(now_ms) + pending.get(row.key, 0)
            read[ledger.name] = min(LARGEST, amount + own_amount(row, given))
    return read, overflow


def _under_way(row: Row, running: Iterable[Step]) -> frozenset[str]:
    mine = (one for step in running for one in step.charges if one.key == row.key)
    return frozenset(name for one in mine for name in one.names)


def _own_names(row: Row, given: Input) -> frozenset[str]:
    return frozenset() if row.charge is None else names_of(row.ledger, given)


def _follows(row: Row, tally: Tally, running: Iterable[Step], now_ms: int) -> bool:
    """Return whether this call would be the last step, after those that are under way."""
    if row.charge is None or row.charge.track is None:
        return False
    marks: Mapping[str, int] = tally.marks
    for step in running:
        for one in step.charges:
            if one.key == row.key and one.track is not None:
                marks = after(marks, one.track, "request", (), step.at_ms)
    return would(marks, row.charge.track, now_ms)


def _is_repeated(
    row: Row, tally: Tally, running: Iterable[Step], given: Input, now_ms: int
) -> bool:
    """Return whether this call would be the last of too many equal ones."""
    if row.charge is None:
        return False
    name, before = call_name(row, given), row.ledger.times - 1
    under_way = sum(
        name in one.names for step in running for one in step.charges if one.key == row.key
    )
    return tally.times(name, before, now_ms) + under_way >= before


def own_amount(row: Row, given: Input) -> int:
    """Return what this call itself adds to a count or sum: nothing, if the tool is not counted."""
    if row.charge is None or row.ledger.kind not in _COUNTED_IN_FLIGHT:
        return 0
    return amount_of(row.ledger, given) if row.ledger.kind == "sum" else 1


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
        here = read_at(right, given)
        if len(here) != 1:
            return False  # no value, or several: nothing single was seen before
        names += here
    return tally.has(digest(names) if names else "", now_ms)
