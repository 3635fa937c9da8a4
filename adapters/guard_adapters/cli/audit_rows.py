"""Fetches the rows of a log for the commands that read one, from a file or a running guard."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard.errors import Unavailable
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place, add_place, place
from guard_adapters.store.log import LogRows
from guard_adapters.wiring.state.stores import read_rows

if TYPE_CHECKING:
    from guard_adapters.store.postgres.database import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which log is meant: a file, a database, or the one that a running guard writes."""

    store: "Path | Address | None" = None
    live: Place | None = None

    @staticmethod
    def of(args: argparse.Namespace) -> "Where":
        """Return what the options say.

        Raises:
            Unusable: guard.yaml is needed to find the log, and cannot be read.
        """
        if args.file is not None:
            return Where(store=args.file)
        found = place(args)
        return Where(live=found) if args.live else Where(store=found.store)


def add_where(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which log is meant."""
    add_place(parser)
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--file", type=Path, help="a store file, or a copy of one")
    one.add_argument("--live", action="store_true", help="ask the running guard")


def rows(where: Where) -> LogRows:
    """Return the whole log.

    Raises:
        Unusable: the file cannot be read; Unavailable: the guard does not run or answer.
    """
    if where.live is not None:
        return _live(OperatorClient(where.live))
    assert where.store is not None  # noqa: S101  `Where.of` sets one of both
    return read_rows(where.store)


def _live(guard: OperatorClient) -> LogRows:
    leaves: list[tuple[int, bytes]] = []
    sides: dict[int, str] = {}
    notes: list[str] = []
    while True:
        page = guard.ask("GET", f"audit/log?start={len(leaves)}")
        fresh = _taken(page, leaves, sides, notes)
        # A log that is being written grows meanwhile: what was there when it was read is enough.
        if not fresh or len(leaves) >= page["size"]:
            return LogRows(leaves=tuple(leaves), sides=sides, notes=tuple(notes), size=len(leaves))


def _taken(
    page: Mapping[str, Any],
    leaves: list[tuple[int, bytes]],
    sides: dict[int, str],
    notes: list[str],
) -> int:
    try:
        fresh = [(int(seq), str(leaf).encode()) for seq, leaf in page["leaves"]]
        sides.update({int(seq): str(side) for seq, side in page["sides"].items()})
        notes.extend(map(str, page["notes"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(
            "The guard's answer is no page of a log.",
            code="log_page_unusable",
            next_step="Stop the guard and read its file with --file.",
        ) from error
    leaves.extend(fresh)
    return len(fresh)
