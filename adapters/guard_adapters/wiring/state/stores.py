"""Opens the store that guard.yaml names: a file in the state folder, or a database for several.

It hands the database's URL to the driver; it is in no error and no repr.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from guard.clock import Clock
from guard.config import Installation
from guard.grant.approval import Approval
from guard.grant.lease import Lease
from guard.ports import Approvals, Leases, Outcomes, Sessions, Sink
from guard.ports.asked import Asked
from guard.ports.grants import Grants
from guard.ports.kills import Kills
from guard.ports.outbox import Outbox
from guard.ports.people import Reviewers
from guard.ports.reruns import Reruns
from guard.ports.tallies import Tallies
from guard.ports.transmit import Transmissions
from guard_adapters._faults import Faults
from guard_adapters.store.board import BoardReader
from guard_adapters.store.changes import Changes
from guard_adapters.store.log import LogKey, LogReader, LogRows
from guard_adapters.store.sqlite.reading import read_log as read_file
from guard_adapters.store.sqlite.store import SqliteStore
from guard_adapters.wiring.state.rows_at import FILE, address

if TYPE_CHECKING:
    from guard_adapters.front.mcp.judging.tasks import Owners
    from guard_adapters.store.postgres.database import Address


class History(Sessions, Outcomes, Protocol):
    """Sessions, and how their calls end."""


class Store(Protocol):
    """Every port of a store, and what it knows of guards that are gone."""

    @property
    def shared(self) -> bool:
        """Return whether other guards may work on the same rows."""
        ...

    @property
    def clock(self) -> Clock:
        """Return the time that counts for these rows."""
        ...

    @property
    def faults(self) -> Faults:
        """Return what does not work behind the scenes; a store adds what it cannot read."""
        ...

    @property
    def approvals(self) -> Approvals: ...  # noqa: D102  the port says it
    @property
    def grants(self) -> Grants: ...  # noqa: D102
    @property
    def kills(self) -> Kills: ...  # noqa: D102
    @property
    def changes(self) -> Changes: ...  # noqa: D102
    @property
    def leases(self) -> Leases: ...  # noqa: D102
    @property
    def sessions(self) -> History: ...  # noqa: D102
    @property
    def reviewers(self) -> Reviewers: ...  # noqa: D102
    @property
    def asked(self) -> Asked: ...  # noqa: D102
    @property
    def outbox(self) -> Outbox: ...  # noqa: D102
    @property
    def owners(self) -> "Owners": ...  # noqa: D102
    @property
    def board(self) -> BoardReader: ...  # noqa: D102
    @property
    def reruns(self) -> Reruns: ...  # noqa: D102
    @property
    def transmissions(self) -> Transmissions: ...  # noqa: D102
    @property
    def tallies(self) -> Tallies: ...  # noqa: D102
    @property
    def sink(self) -> Sink: ...  # noqa: D102
    @property
    def log(self) -> LogReader: ...  # noqa: D102

    async def lost_calls(self) -> Mapping[str, frozenset[str]]:
        """Return the calls in flight of guards that are gone, by session."""
        ...

    async def lost_leases(self) -> Sequence[Lease]:
        """Return the leases of guards that are gone."""
        ...

    async def lose_runs(self, now_ms: int) -> Sequence[Approval]:
        """Turn the runs of guards that are gone into unknown ones; return what changed."""
        ...

    def close(self, now_ms: int) -> None:
        """Finish what is queued, sign a last checkpoint, and let go."""
        ...


def open_store(installation: Installation, file: Path, log_key: LogKey) -> Store:
    """Return the store of one installation, whose guard.yaml is `file`.

    Raises:
        Unusable: it cannot be opened, or its URL cannot be read.
    """
    settings = installation.settings
    url = address(installation, file.parent)
    if url is None:
        return SqliteStore(
            file.parent / installation.state / FILE,
            log_key,
            timeout_ms=settings.port_timeout_ms,
            cooldown_ms=settings.cooldown_s * 1000,
            channels=tuple(installation.channels),
        )
    from guard_adapters.store.postgres.store import PostgresStore  # noqa: PLC0415  the driver is an extra

    return PostgresStore(
        url,
        log_key,
        timeout_ms=settings.port_timeout_ms,
        cooldown_ms=settings.cooldown_s * 1000,
        channels=tuple(installation.channels),
    )


def read_rows(where: "Address | Path") -> LogRows:
    """Return the whole log of a closed file, a copy of one, or a database.

    Raises:
        Unusable: it cannot be read.
    """
    if isinstance(where, Path):
        return read_file(where)
    from guard_adapters.store.postgres.reading import read_log  # noqa: PLC0415  the driver is an extra

    return read_log(where)
