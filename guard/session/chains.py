"""What is harmless once and wrong together: counts, sums, labels and "seen before" over windows.

Constant work for each event. What is in flight counts before it ends, in the order of admission.
What no longer fits is reported as overflow, never dropped in silence.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from guard.model.call import Json, Outcome
from guard.model.facts import Input, Ledger
from guard.model.ledger import LedgerKind, LedgerSpec, SequenceEvent
from guard.session.history import KEEPS, Charge, Step
from guard.session.plan import Plan, Row, amount_of, call_name, digest, names_of, read_at, track_of
from guard.session.sequence import Happened, Track, after, would
from guard.session.tally import DIFFERENT, EMPTY, LARGEST, LedgerState, Tally

TALLIES = 512  # ledgers x tools x tasks of one session

_EVENTS: tuple[tuple[LedgerKind, SequenceEvent], ...] = (
    ("approvals", "approved"),  # the yes came before the call ran
    ("calls", "request"),
    ("results", "response"),
    ("errors", "error"),
    ("denied", "denied"),
)
"""What an end means to a sequence, in the order in which it happened."""
_MANY: frozenset[LedgerKind] = frozenset({"distinct", "sessions"})
"""What says "more than anything" where it cannot tell exactly."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How one call ended, as ledgers need it: the kinds that it counts for, and what came back."""

    kinds: frozenset[LedgerKind]
    at_ms: int
    labels: frozenset[str] = frozenset()
    found: Mapping[str, str] = field(default_factory=dict)  # by result path or role


def settle(state: LedgerState, charges: Iterable[Charge], end: End) -> LedgerState:
    """Return a session's own ledgers after one call ended."""
    changed: dict[str, Tally] = {}
    for charge in charges:
        if charge.pool is None:
            old = state.tallies.get(charge.key, EMPTY)
            new = tally_after(old, charge, end)
            if new is not old:
                changed[charge.key] = new
    return _kept(state, changed) if changed else state


def tally_after(old: Tally, charge: Charge, end: End) -> Tally:
    """Return one ledger after the call ended; the same one where it is as it was."""
    if old.window_ms != charge.window_ms:
        fresh = Tally(window_ms=charge.window_ms)
        new = _settled(fresh, charge, end)
        return old if new is fresh else new
    return _settled(old, charge, end)


def _settled(old: Tally, charge: Charge, end: End) -> Tally:
    names: Iterable[str] = ()
    now_ms = end.at_ms
    match charge.kind:
        case "sequence":
            marks = _moved(old.marks, charge.track, end) if charge.track else {}
            return old if marks == old.marks else old.holding(marks, now_ms)
        case "repeated" | "deeds":
            return _again(old, charge, now_ms) if "calls" in end.kinds else old
        case "labels":
            names = end.labels
        case "sessions":  # whatever became of the call: the session is there
            return old.marked(charge.names, now_ms, DIFFERENT)
        case "distinct":
            ran = "calls" in end.kinds
            return old.marked(charge.names, now_ms, DIFFERENT) if ran and charge.names else old
        case "formerly":
            names = _seen(charge, end.found) if "formerly" in end.kinds else ()
        case kind:
            counts = kind in end.kinds and charge.amount
            return old.plus(charge.amount, now_ms) if counts else old
    return old.marked(names, now_ms) if names else old


def _again(old: Tally, charge: Charge, now_ms: int) -> Tally:
    name, many = charge.names[0], charge.amount
    return old.adding(name, many) if charge.kind == "deeds" else old.again(name, many - 1, now_ms)


def labelled(
    state: LedgerState, charges: Iterable[Charge], labels: frozenset[str], now_ms: int
) -> LedgerState:
    """Return a session's own ledgers with labels that enter before the call has ended."""
    changed: dict[str, Tally] = {}
    for charge in charges if labels else ():
        if charge.pool is None and brings(charge):
            old = state.tallies.get(charge.key, EMPTY)
            changed[charge.key] = tally_labelled(old, charge, labels, now_ms)
    return _kept(state, changed) if changed else state


def brings(charge: Charge) -> bool:
    """Return whether labels that enter early mean anything to this ledger."""
    return charge.kind == "labels" or charge.track is not None


def tally_labelled(old: Tally, charge: Charge, labels: frozenset[str], now_ms: int) -> Tally:
    """Return one ledger with labels that enter before the call has ended."""
    if old.window_ms != charge.window_ms:
        old = Tally(window_ms=charge.window_ms)
    if charge.track is None:
        return old.marked(labels, now_ms)
    marks = after(old.marks, charge.track, Happened("label", now_ms, labels))
    return old if marks == old.marks else old.holding(marks, now_ms)


def _moved(marks: Mapping[str, int], track: Track, end: End) -> Mapping[str, int]:
    """Return how far a sequence has come after one call ended."""
    found = {where: digest([one]) for where, one in end.found.items()} if track.tied else {}
    for kind, event in _EVENTS:
        if kind in end.kinds:
            marks = after(marks, track, Happened(event, end.at_ms, (), found))
    if not end.labels:
        return marks
    return after(marks, track, Happened("label", end.at_ms, end.labels, found))


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


class UnderWay(NamedTuple):
    """What one call in flight does to one ledger, and since when it is (ms)."""

    at_ms: int
    charge: Charge


Read = Callable[[Row], tuple[Tally, Sequence[UnderWay]] | None]
"""What is kept for a row, and the calls in flight before this one; None: it was not read."""


def own(state: LedgerState, before: Iterable[Step]) -> Read:
    """Return how to read the ledgers of one session.

    Args:
        state: what has settled.
        before: the steps in flight that were admitted before this call.
    """
    waiting: dict[str, list[UnderWay]] = {}
    for step in before:
        for charge in step.charges:
            if charge.pool is None:
                waiting.setdefault(charge.key, []).append(UnderWay(step.at_ms, charge))
    return lambda row: (state.tallies.get(row.key, EMPTY), waiting.get(row.key, ()))


def values(
    plan: Plan, read: Read, given: Input, now_ms: int, session: str = ""
) -> tuple[dict[str, Ledger], bool]:
    """Return each ledger's value for one call, and whether one cannot answer exactly.

    Args:
        plan: the ledgers to read, as this call's tool and session see them.
        read: what is kept for each.
        given: the arguments of the call.
        now_ms: milliseconds since the epoch.
        session: the handle of the session.
    """
    found: dict[str, Ledger] = {}
    overflow = False
    for row in plan:
        kept = read(row)
        tally, before = (EMPTY, ()) if kept is None else kept
        lost = row.ledger.kind not in _MANY and tally.overflown(now_ms)
        value: Ledger | None
        if row.ledger.kind in _COUNTED_IN_FLIGHT:  # nearly always
            value = _counted(row, tally, before, given, now_ms)
        else:
            value = _value(row, tally, _Asked(before, given, now_ms, session))
        overflow = overflow or kept is None or lost or value is None
        found[row.ledger.name] = bool(value) if value is None else value
    return found, overflow


class _Asked(NamedTuple):
    """One call that asks for a ledger's value, behind those that came before it."""

    before: Sequence[UnderWay]
    given: Input
    now_ms: int
    session: str


def _counted(row: Row, tally: Tally, before: Sequence[UnderWay], given: Input, now_ms: int) -> int:
    """Return what settled, what is under way, and what this call adds."""
    pending = sum([charge.amount for _, charge in before])
    return min(LARGEST, tally.value(now_ms) + pending + own_amount(row, given))


def _value(row: Row, tally: Tally, asked: _Asked) -> Ledger | None:
    """Return a ledger's value; None: it is not the same for all that the call is about."""
    now_ms, given = asked.now_ms, asked.given
    match row.ledger.kind:
        case "labels":
            return tally.live(now_ms)
        case "formerly":
            return _was_seen(tally, row.ledger, given, now_ms)
        case "distinct" | "sessions":
            names = [name for _, charge in asked.before for name in charge.names]
            mine = names_of(row.ledger, given, asked.session) if row.charge else ()
            return tally.different([*names, *mine], now_ms)
        case "sequence":
            return _follows(row, tally, asked)
        case "repeated":
            return _is_repeated(row, tally, asked)
        case _:
            return min(LARGEST, tally.value(now_ms))


def _follows(row: Row, tally: Tally, asked: _Asked) -> bool | None:
    """Return whether this call would be the last step, after those that are under way."""
    track = track_of(row, asked.given)
    if track is None:
        return False
    marks: Mapping[str, int] = tally.marks
    for at_ms, charge in asked.before:
        if charge.track is not None:
            marks = after(marks, charge.track, Happened("request", at_ms))
    return would(marks, track, asked.now_ms)


def _is_repeated(row: Row, tally: Tally, asked: _Asked) -> bool:
    """Return whether this call would be the last of too many equal ones."""
    if row.charge is None:
        return False
    name, needed = call_name(row, asked.given), row.ledger.times - 1
    under_way = sum(name in charge.names for _, charge in asked.before)
    return tally.times(name, needed, asked.now_ms) + under_way >= needed


def own_amount(row: Row, given: Input) -> int:
    """Return what this call itself adds to a count or sum: nothing, if the tool is not counted."""
    if row.charge is None or row.ledger.kind not in _COUNTED_IN_FLIGHT:
        return 0
    return amount_of(row.ledger, given) if row.ledger.kind == "sum" else 1


def _was_seen(tally: Tally, ledger: LedgerSpec, given: Input, now_ms: int) -> bool:
    names: list[Json] = []
    for _, right in ledger.match:
        here = read_at(right, given)
        if len(here) != 1:
            return False  # no value, or several: nothing single was seen before
        names += here
    return tally.has(digest(names) if names else "", now_ms)
