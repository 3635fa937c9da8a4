"""What a call of one tool does to each ledger: made once for a tool and a session's subjects.

It reads arguments and keeps nothing; counting is done in `guard.session.chains`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256

from guard.model.call import Held, Json, ToolSpec
from guard.model.facts import Input
from guard.model.ledger import LedgerSpec
from guard.session.history import Charge, is_of
from guard.session.limit import found
from guard.session.pool_key import PoolKey, Subjects
from guard.session.sequence import Take, Track
from guard.session.tally import LARGEST

HOUR_MS = 3_600_000

DENIED = LedgerSpec(name="guard:denied_1h", kind="denied", of="any", window_ms=HOUR_MS)


def tally_key(ledger: LedgerSpec, action: str) -> str:
    """Return the name of a ledger's tally: one for each tool if it says so."""
    return f"{ledger.name}\n{action}" if ledger.per else ledger.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One ledger for one tool and session: where it is kept, and what a call does to it."""

    ledger: LedgerSpec
    key: str
    pool: PoolKey | None  # None: with the session
    charge: Charge | None  # None: the tool is not one that this ledger counts
    action: str = ""
    varies: str = ""  # the argument that makes each attempt its own: equal calls may differ in it
    words: tuple[str, ...] = ()  # how the catalogue says that the tool is asked for
    receivers: tuple[str, ...] = ()  # the arguments that say whom it serves


Plan = tuple[Row, ...]


@lru_cache(maxsize=4096)  # the same few tools and tasks come again and again
def _plan(ledgers: tuple[LedgerSpec, ...], tool: Held, whose: Subjects) -> Plan:
    rows: list[Row] = []
    spec = tool.spec
    action, effect, roles = spec.action, spec.effect, spec.extract
    serves = receivers_of(tool) if any(one.kind == "deeds" for one in ledgers) else ()
    for ledger in {one.name: one for one in (*ledgers, DENIED)}.values():
        key = tally_key(ledger, action)
        pool = None if ledger.key == "session" else whose.pool(ledger.key, key)
        paths = (left.removeprefix("result.") for left, _ in ledger.match)
        charge = Charge(
            key=key,
            kind=ledger.kind,
            amount=ledger.times or 1,
            window_ms=ledger.window_ms,
            wants=tuple((path, roles.get(path, "")) for path in paths),
            track=_track(ledger, action, effect, roles) if ledger.kind == "sequence" else None,
            pool=pool,
        )
        mine = charge if is_of(action, effect, ledger.of) else None
        rows.append(
            Row(
                ledger=ledger, key=key, pool=pool, charge=mine, action=action,
                varies=spec.idempotency_arg, words=spec.intent, receivers=serves,
            )
        )  # fmt: skip
    return tuple(rows)


def _track(
    ledger: LedgerSpec, action: str, effect: frozenset[str], roles: Mapping[str, str]
) -> Track:
    """Return how calls of one tool take part in a sequence, before their arguments are known."""
    return Track(
        within_ms=ledger.window_ms,
        last=len(ledger.steps) - 1,
        takes=tuple(
            Take(one.event, one.label, number, result=_in_result(one.match, roles))
            for number, one in enumerate(ledger.steps)
            if is_of(action, effect, one.of)
        ),
        unless=ledger.unless,
        tied=any(one.match for one in ledger.steps),
    )


def _in_result(match: str, roles: Mapping[str, str]) -> tuple[str, str]:
    head, _, path = match.partition(".")
    return (path, roles.get(path, "")) if head == "result" else ("", "")


def track_of(row: Row, given: Input) -> Track | None:
    """Return how a call with these arguments takes part in a sequence; None: not at all."""
    track = None if row.charge is None else row.charge.track
    if track is None or not track.tied:
        return track
    steps = row.ledger.steps
    takes = (one._replace(ties=_digests(steps[one.step].match, given)) for one in track.takes)
    return replace(track, takes=tuple(takes))


def _digests(match: str, given: Input) -> tuple[str, ...]:
    return () if match.startswith("result.") else tuple(sorted(_names(match, given)))


def plan_of(ledgers: tuple[LedgerSpec, ...], spec: ToolSpec, whose: Subjects) -> Plan:
    """Return the rows of every ledger that a call of this tool may touch, each name once."""
    return _plan(ledgers, spec.held, whose)


def pools_in(plan: Plan) -> frozenset[PoolKey]:
    """Return the tallies of a plan that other sessions share."""
    return frozenset([row.pool for row in plan if row.pool is not None])


def charges_of(plan: Plan, given: Input, session: str = "") -> tuple[Charge, ...]:
    """Return what a call of a session with these arguments does to each ledger when it ends."""
    return tuple(
        [_charged(row, row.charge, given, session) for row in plan if row.charge is not None]
    )


def _charged(row: Row, charge: Charge, given: Input, session: str) -> Charge:
    match row.ledger.kind:
        case "repeated":
            return replace(charge, names=(call_name(row, given),))
        case "deeds":
            name = "\n".join((session, row.action, *row.words))
            return replace(charge, names=(name,), amount=size_of(row.receivers, given))
        case "sum":
            return replace(charge, amount=amount_of(row.ledger, given))
        case "distinct" | "sessions":
            return replace(charge, names=tuple(sorted(names_of(row.ledger, given, session))))
        case "sequence":
            return replace(charge, track=track_of(row, given))
        case _:
            return charge


@lru_cache(maxsize=4096)
def receivers_of(tool: Held) -> tuple[str, ...]:
    """Return the arguments of a tool that say whom it serves."""
    return tuple(path for path, one in tool.spec.args.items() if one.role == "recipient")


def size_of(receivers: Iterable[str], given: Input) -> int:
    """Return how many receivers one argument of a call holds at most."""
    return max([1, *[len(found(given.values, path)) for path in receivers]])


def call_name(row: Row, given: Input) -> str:
    """Return a digest that equal calls share: the tool and its arguments, in any order."""
    values = {name: one for name, one in given.values.items() if name != row.varies}
    text = json.dumps([row.action, values], sort_keys=True, default=_plain)
    return sha256(text.encode()).hexdigest()[:24]


def _plain(value: object) -> object:
    """Return what stands for a value that JSON has no word for: sets have no order."""
    if isinstance(value, frozenset):
        members: Iterable[object] = value
        return sorted(json.dumps(one, sort_keys=True, default=_plain) for one in members)
    return str(value)


def names_of(ledger: LedgerSpec, given: Input, session: str) -> frozenset[str]:
    """Return digests of what a call adds to a ledger that tells values or sessions apart."""
    if ledger.kind == "sessions":
        return frozenset({digest([session])})
    return _names(ledger.path, given)


def _names(path: str, given: Input) -> frozenset[str]:
    """Return digests of the values at a path; a set counts one by one."""
    values_here: list[object] = [*read_at(path, given)]
    names: set[str] = set()
    for many in values_here:
        names.update(digest([one]) for one in (many if isinstance(many, frozenset) else [many]))
    return frozenset(names)


def amount_of(ledger: LedgerSpec, given: Input) -> int:
    """Return what a `sum` adds for these arguments: never less than nothing."""
    total = 0
    for one in read_at(ledger.path, given):
        if type(one) is not int:
            return LARGEST  # there is a value, and it cannot be added: no cap may hold
        total += max(0, one)  # a negative amount gives nothing back
    return min(LARGEST, total)


def read_at(path: str, given: Input) -> list[Json]:
    """Return the values at a ledger's path; nothing where there is none."""
    head, _, rest = path.partition(".")
    if head == "derived":
        value = getattr(given.derived, rest, None)
        return [] if value is None else [value]
    return [one for one in found(given.values, rest) if one is not None]


def digest(values: Iterable[object]) -> str:
    """Return the name under which values are remembered together; the values are not kept."""
    texts = [str(one) for one in values]
    text = texts[0] if len(texts) == 1 else json.dumps(texts)
    return sha256(text.encode()).hexdigest()[:24]
