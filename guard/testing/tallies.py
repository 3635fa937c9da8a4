"""The fake of shared tallies: pools in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from guard.session.calls import Wanted, lent, nothing_wanted, pools_of, without_pools
from guard.session.pool_key import PoolKey, Subjects
from guard.session.shared import NEW, Pool, changed
from guard.session.state import Session


@dataclass(slots=True, kw_only=True)
class MemoryTallies:
    """Pools in memory, given out with sessions and taken back with them."""

    pools: dict[PoolKey, Pool] = field(default_factory=dict)

    def lend(self, session: Session, wanted: Wanted = nothing_wanted) -> Session:
        """Return a session with the pools that its calls need."""
        keys = pools_of(session) | wanted(session)
        return lent(session, {key: self.pools.get(key, NEW) for key in keys})

    def keep(self, before: Session, after: Session) -> Session:
        """Keep the pools that a change made anew; return the session without them."""
        for key, pool in changed(before.shared, after.shared).items():
            self.pools[key] = pool
            if pool.blank:
                del self.pools[key]
        return without_pools(after)

    async def of(self, whose: Subjects) -> Sequence[tuple[PoolKey, Pool]]:
        """Return the pools of a task, a person and an agent."""
        mine = [p for p in self.pools if p == whose.pool(p.by, p.ledger)]
        return [(key, self.pools[key]) for key in sorted(mine)]

    async def forget(self, now_ms: int, idle_ms: int) -> int:
        """Drop what counts no more."""
        gone = [p for p, pool in self.pools.items() if 0 < pool.gone_at_ms(idle_ms) <= now_ms]
        for key in gone:
            del self.pools[key]
        return len(gone)
