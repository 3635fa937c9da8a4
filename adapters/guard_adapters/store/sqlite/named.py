"""Which live sessions somebody else may mean by a name, in memory: nobody else has the file.

More than those that are meant, never fewer: whoever asks looks at each. It keeps nothing.
"""

from collections import defaultdict
from collections.abc import Iterable

from guard.model.identity import Who
from guard.model.secevent import Subject, names_of
from guard.session.state import Session


class Named:
    """Sessions by the names of their callers. It is told of each that is taken into memory."""

    def __init__(self) -> None:
        self.whole = False  # whether it knows those that only the file knew
        self._whose: dict[str, Who] = {}
        self._ids: defaultdict[str, set[str]] = defaultdict(set)
        self._coming: defaultdict[str, frozenset[str]] = defaultdict(frozenset)  # id -> names

    def coming(self, session: Session) -> None:
        """Know a session whose row may be in the file before anybody takes it into memory."""
        self._coming[session.id] |= names_of(session.who, session.id)

    def note(self, session: Session) -> None:
        """Know a session by the names that it has now; one that has ended is forgotten."""
        self._coming.pop(session.id, None)
        if self._whose.get(session.id) is session.who and not session.ended_at_ms:
            return  # nearly always
        self.drop(session.id)
        if session.ended_at_ms:
            return
        self._whose[session.id] = session.who
        for name in names_of(session.who, session.id):
            self._ids[name].add(session.id)

    def fill(self, rows: Iterable[Session]) -> None:
        """Know what the file holds as well; what was in memory since is newer."""
        for row in rows:
            if row.id not in self._whose:
                self.note(row)
        self.whole = True

    def drop(self, session_id: str) -> None:
        """Forget a session."""
        self._coming.pop(session_id, None)
        who = self._whose.pop(session_id, None)
        for name in () if who is None else names_of(who, session_id):
            self._ids[name].discard(session_id)
            if not self._ids[name]:
                del self._ids[name]

    def meant(self, about: Subject) -> list[str]:
        """Return the handles of those that may be meant, in order."""
        if not about.name:
            return []
        coming = {one for one, names in self._coming.items() if about.name in names}
        return sorted(coming.union(self._ids.get(about.name, ())))
