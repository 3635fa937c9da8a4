"""What several sessions are counted in together: one pool for each ledger of a task, person, agent.

A pool holds what has settled and every call in flight that is counted in it, in the order in which
the calls came, whichever session they are of: so two sessions cannot both take what one may have.
A session carries the pools that its call needs, for as long as the call is looked at; they are
kept in rows of their own, which change in the transaction that changes the session.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from guard.errors import Refused, Unavailable
from guard.session.chains import End, Read, UnderWay, brings, tally_after, tally_labelled
from guard.session.history import Charge
from guard.session.plan import Row
from guard.session.pool_key import PoolKey
from guard.session.tally import EMPTY, Tally

FLIGHTS = 1024
"""Calls in flight that one pool counts: every change of it is written whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One call in flight, of whichever session, and what it would cost here."""

    session: str
    call: str
    at_ms: int
    charge: Charge

    def is_of(self, session: str, call: str) -> bool:
        """Return whether it is this call."""
        return self.call == call and self.session == session


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One shared tally: what has settled, and the calls in flight, first come first."""

    tally: Tally = EMPTY
    flights: tuple[Flight, ...] = ()
    used_at_ms: int = 0  # when a call last came or went

    @property
    def blank(self) -> bool:
        """Return whether there is nothing in it to keep."""
        return not self.flights and self.tally == Tally(window_ms=self.tally.window_ms)

    def gone_at_ms(self, idle_ms: int) -> int:
        """Return when it counts no more if nobody calls; 0 = not while a call is in flight.

        Args:
            idle_ms: how long a tally without a window is kept after its last use (milliseconds).
        """
        return 0 if self.flights else self.used_at_ms + (self.tally.window_ms or idle_ms) + 1


Shared = Mapping[PoolKey, Pool]
"""The pools that a session's call needs, as they are stored."""

NOTHING_SHARED: Shared = MappingProxyType({})
NEW = Pool()


def changed(before: Shared, after: Shared) -> dict[PoolKey, Pool]:
    """Return the pools that a change of a session made anew, for the store to write.

    Raises:
        Unavailable: `state_conflict`: one was made up that had not been read.
    """
    unread = after.keys() - before.keys()
    if unread:
        raise Unavailable(
            f"{len(unread)} shared tallies were changed that had not been read.",
            code="state_conflict",
        )
    return {key: pool for key, pool in after.items() if pool is not before[key]}


def opened(shared: Shared, keys: Iterable[PoolKey]) -> Shared:
    """Return the pools with a new one under each key where there is none."""
    missing = {key: NEW for key in keys if key not in shared}
    return {**shared, **missing} if missing else shared


def entered(
    shared: Shared, session: str, call: str, charges: Iterable[Charge], now_ms: int
) -> Shared:
    """Return the pools with a call in flight, behind those that came before it.

    Raises:
        Refused: `too_many_in_flight`.
    """
    new: dict[PoolKey, Pool] = {}
    for charge in charges:
        if charge.pool is None:
            continue
        pool = shared.get(charge.pool, NEW)
        if len(pool.flights) >= FLIGHTS:
            raise Refused(
                f"{FLIGHTS} calls that ledger {charge.key!r} counts are running.",
                code="too_many_in_flight",
                next_step="Wait for one of them to end.",
            )
        flight = Flight(session=session, call=call, at_ms=now_ms, charge=charge)
        flights = (*pool.flights, flight)
        new[charge.pool] = Pool(tally=pool.tally, flights=flights, used_at_ms=now_ms)
    return {**shared, **new} if new else shared


def recharged(
    shared: Shared,
    session: str,
    call: str,
    before: Iterable[Charge],
    after: Iterable[Charge],
    now_ms: int,
) -> Shared:
    """Return the pools as a call leaves with other arguments, or on another task, than it came.

    It keeps its turn where it had one.
    """
    wanted = {charge.pool: charge for charge in after if charge.pool is not None}
    new: dict[PoolKey, Pool] = {}
    for charge in before:
        if charge.pool is not None and charge.pool not in wanted:
            new[charge.pool] = _without(shared.get(charge.pool, NEW), session, call, now_ms)
    for key, charge in wanted.items():
        pool = shared.get(key, NEW)
        at_ms = next((one.at_ms for one in pool.flights if one.is_of(session, call)), now_ms)
        mine = Flight(session=session, call=call, at_ms=at_ms, charge=charge)
        flights = tuple(mine if one.is_of(session, call) else one for one in pool.flights)
        flights = flights if mine in flights else (*flights, mine)
        if flights != pool.flights:
            new[key] = Pool(tally=pool.tally, flights=flights, used_at_ms=now_ms)
    return {**shared, **new} if new else shared


def marked(
    shared: Shared, charges: Iterable[Charge], labels: frozenset[str], now_ms: int
) -> Shared:
    """Return the pools with labels that enter before the call has ended."""
    new: dict[PoolKey, Pool] = {}
    for charge in charges if labels else ():
        if charge.pool is not None and brings(charge):
            pool = shared.get(charge.pool, NEW)
            tally = tally_labelled(pool.tally, charge, labels, now_ms)
            new[charge.pool] = Pool(tally=tally, flights=pool.flights, used_at_ms=now_ms)
    return {**shared, **new} if new else shared


def ended(shared: Shared, session: str, call: str, charges: Iterable[Charge], end: End) -> Shared:
    """Return the pools after a call: its turn is over, and what it cost is counted."""
    new: dict[PoolKey, Pool] = {}
    for charge in charges:
        if charge.pool is not None:
            pool = _without(shared.get(charge.pool, NEW), session, call, end.at_ms)
            tally = tally_after(pool.tally, charge, end)
            new[charge.pool] = Pool(tally=tally, flights=pool.flights, used_at_ms=pool.used_at_ms)
    return {**shared, **new} if new else shared


def reading(shared: Shared, session: str, call: str, alone: Read) -> Read:
    """Return how to read every ledger of a call: its session's own ones, and the shared ones.

    A call that is not in flight counts as the newest. A pool that was not read is not empty: what
    it holds is not known.

    Args:
        shared: the pools that were read with the session.
        session: its handle.
        call: the call.
        alone: how to read what the session keeps for itself.
    """

    def read(row: Row) -> tuple[Tally, list[UnderWay]] | None:
        pool = None if row.pool is None else shared.get(row.pool)
        if pool is None:
            return None
        before: list[UnderWay] = []
        for one in pool.flights:
            if one.is_of(session, call):
                break
            before.append(UnderWay(one.at_ms, one.charge))
        return pool.tally, before

    return lambda row: alone(row) if row.pool is None else read(row)


def _without(pool: Pool, session: str, call: str, now_ms: int) -> Pool:
    flights = tuple(one for one in pool.flights if not one.is_of(session, call))
    return Pool(tally=pool.tally, flights=flights, used_at_ms=max(now_ms, pool.used_at_ms))
