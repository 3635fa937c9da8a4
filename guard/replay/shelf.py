"""The tallies that recorded sessions share while they are replayed. It keeps them in memory."""

from guard.session.calls import Wanted, lent, pools_of
from guard.session.pool_key import PoolKey
from guard.session.shared import NEW, Pool
from guard.session.state import Session


class Shelf:
    """Pools by key; a session takes along those that it needs."""

    def __init__(self) -> None:
        self._pools: dict[PoolKey, Pool] = {}

    def lend(self, session: Session, wanted: Wanted) -> Session:
        """Return a session with the pools that its next call needs."""
        keys = pools_of(session) | wanted(session)
        return lent(session, {key: self._pools.get(key, NEW) for key in keys})

    def take_back(self, session: Session) -> None:
        """Keep the pools as a call left them."""
        self._pools.update(session.shared)
