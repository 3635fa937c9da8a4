"""What a session is counted in, for the person who looks: its own tallies, and the shared ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from guard.session.pool_key import PoolKey
from guard.session.shared import Pool
from guard.session.state import Session
from guard.session.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One tally as it stands.

    Args:
        by: whose it is.
        ledger: its name; one for each tool where there is an action.
        action: the tool, or empty.
        amount: what has settled inside its window; for ledgers of values, how many there are.
        running: calls in flight that it counts, of all sessions that share it.
        window_ms: its window (milliseconds); 0 = none.
    """

    by: Literal["session", "task", "principal", "agent"]
    ledger: str
    action: str
    amount: int
    running: int
    window_ms: int


def counted(
    session: Session, pools: Iterable[tuple[PoolKey, Pool]], now_ms: int
) -> tuple[Counted, ...]:
    """Return every tally of a session, its own ones first, and in each that is shared all of it.

    Args:
        session: as it is stored.
        pools: those of its task, its person and its agent.
        now_ms: milliseconds since the epoch.
    """
    return (*_own(session, now_ms), *_shared(pools, now_ms))


def _own(session: Session, now_ms: int) -> Iterator[Counted]:
    charges = [charge for step in session.steps for charge in step.charges]
    for key, tally in sorted(session.ledgers.tallies.items()):
        running = sum(charge.pool is None and charge.key == key for charge in charges)
        yield _counted("session", key, tally, running, now_ms)


def _shared(pools: Iterable[tuple[PoolKey, Pool]], now_ms: int) -> Iterator[Counted]:
    for key, pool in pools:
        yield _counted(key.by, key.ledger, pool.tally, len(pool.flights), now_ms)


def _counted(
    by: Literal["session", "task", "principal", "agent"],
    key: str,
    tally: Tally,
    running: int,
    now_ms: int,
) -> Counted:
    ledger, _, action = key.partition("\n")
    return Counted(
        by=by,
        ledger=ledger,
        action=action,
        amount=tally.value(now_ms) or len(tally.live(now_ms)),
        running=running,
        window_ms=tally.window_ms,
    )
