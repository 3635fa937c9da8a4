"""Tallies, and what calls in flight would do to them, as rows of JSON and back."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter, sub
from typing import Any

from guard.errors import Unavailable
from guard.model.ledger import LedgerKind
from guard.session.history import Charge
from guard.session.pool_key import PoolKey
from guard.session.sequence import Take, Track
from guard.session.shared import Flight, Pool
from guard.session.tally import Tally

FORMAT = 1
_encode = json.JSONEncoder(separators=(",", ":")).encode


def pool_json(pool: Pool) -> str:
    """Return one pool as a line of JSON."""
    flights = [[one.session, one.call, one.at_ms, charge_row(one.charge)] for one in pool.flights]
    return f"[{FORMAT},{tally_json(pool.tally)},{_encode(flights)},{pool.used_at_ms}]"


def pool_from(text: str) -> Pool:
    """Return the pool that `pool_json` wrote.

    Raises:
        Unavailable: `tally_unreadable`: the row is damaged or of another format.
    """
    try:
        return _pool(*json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise Unavailable(
            f"A stored tally cannot be read: {error!r}.",
            code="tally_unreadable",
            next_step="Restore the database.",
        ) from None


def _pool(form: int, tally: list[Any], flights: list[list[Any]], used_at_ms: int) -> Pool:
    if form != FORMAT:
        raise ValueError(f"format {form!r}, expected {FORMAT}")
    return Pool(
        tally=tally_from(*tally),
        flights=tuple(
            Flight(session=session, call=call, at_ms=at_ms, charge=charge_from(*charge))
            for session, call, at_ms, charge in flights
        ),
        used_at_ms=used_at_ms,
    )


def tallies_json(tallies: Mapping[str, Tally]) -> str:
    """Return all tallies of a session as one object of JSON."""
    return "{" + ",".join(f"{_quoted(key)}:{tally_json(one)}" for key, one in tallies.items()) + "}"


def tally_json(one: Tally) -> str:
    """Return one tally as a line of JSON, made once: most are as they were at the call before.

    Names and moments of marks are a list each, and a moment is counted from the one before: they
    are in order, so the numbers are small.
    """
    if not one.row:
        moments = [*one.marks.values()]
        steps = [*moments[:1], *map(sub, moments[1:], moments)]
        row = [one.window_ms, one.total, one.buckets, [*one.marks, *steps], one.lost_at_ms]
        object.__setattr__(one, "row", _encode(row))  # a frozen value that remembers its text
    return one.row


@lru_cache(maxsize=4096)  # a catalogue has few ledgers
def _quoted(key: str) -> str:
    return _encode(key)


def charge_row(one: Charge) -> list[object]:
    """Return what a call does to a ledger, as a row: shorter where there is less to say."""
    track, pool = one.track, one.pool
    row: list[object] = [one.key, one.kind, one.amount, one.window_ms, one.wants]
    if track is None and not one.names and pool is None:
        return row
    kept = None if track is None else _track_row(track)
    row += [one.names, kept]
    return row if pool is None else [*row, pool]


def charge_from(
    key: str,
    kind: LedgerKind,
    amount: int,
    window_ms: int,
    wants: list[list[str]],
    names: Sequence[str] = (),
    track: list[Any] | None = None,
    pool: list[Any] | None = None,
) -> Charge:
    """Return what a row says that a call does to a ledger."""
    return Charge(
        key=key,
        kind=kind,
        amount=amount,
        window_ms=window_ms,
        wants=tuple((path, role) for path, role in wants),
        names=tuple(names),
        track=_track(*track) if track else None,
        pool=PoolKey(*pool) if pool else None,
    )


def _track_row(track: Track) -> list[object]:
    row: list[object] = [track.within_ms, track.last, track.takes, track.unless]
    return [*row, 1] if track.tied else [*row[:2], [one[:3] for one in track.takes], track.unless]


def _track(within_ms: int, last: int, takes: list[list[Any]], unless: str, tied: int = 0) -> Track:
    return Track(
        within_ms=within_ms,
        last=last,
        takes=tuple(_take(*one) for one in takes),
        unless=unless,
        tied=bool(tied),
    )


def _take(
    event: str, label: str, step: int, ties: Sequence[str] = (), result: Sequence[str] = ("", "")
) -> Take:
    path, role = result
    return Take(event, label, step, tuple(ties), (path, role))


def tally_from(
    window_ms: int,
    total: int,
    buckets: list[list[int]],
    marks: list[Any] | dict[str, int],
    lost_at_ms: int,
) -> Tally:
    """Return the tally of a row."""
    return Tally(
        window_ms=window_ms,
        total=total,
        buckets=tuple([(bucket, amount) for bucket, amount in buckets]),
        marks=_marks(marks),
        lost_at_ms=lost_at_ms,
    )


def _marks(row: list[Any] | dict[str, int]) -> dict[str, int]:
    if isinstance(row, list):
        half = len(row) // 2
        return dict(zip(row[:half], accumulate(row[half:]), strict=True))
    return dict(sorted(row.items(), key=itemgetter(1)))  # an older row has pairs, in no order
