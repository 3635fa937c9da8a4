"""What was measured of each server, as a file in the state folder: for a day, and for this setup.

It measures nothing. What cannot be read was not measured.
"""

import json
import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from guard.clock import Clock
from guard.grant.proving import LIVES_MS, reached
from guard.model.facts import Binding
from guard.policy.catalog import Catalog

FILE: Final = "proven.json"


def measured_as(server: str, issuer: str, settings: Mapping[str, Any] | None = None) -> str:
    """Return the name under which a measurement is kept: of a server, with one issuer's tokens.

    Args:
        server: its name in guard.yaml.
        issuer: the name of the issuer.
        settings: of the issuer; what was measured counts for these alone. None: call tokens.
    """
    if settings is None:
        return server
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), default=str)
    return f"{server} by {issuer} {sha256(text.encode()).hexdigest()[:16]}"


class OfIssuer(Mapping[str, Binding]):
    """What servers were seen to check of one issuer's tokens, by server name."""

    def __init__(
        self, proven: Mapping[str, Binding], issuer: str, settings: Mapping[str, Any]
    ) -> None:
        self._proven = proven
        self._issuer = issuer
        self._settings = dict(settings)

    def __getitem__(self, name: str) -> Binding:
        """Return the level of a server. Raises KeyError if it is not measured."""
        return self._proven[measured_as(name, self._issuer, self._settings)]

    def __iter__(self) -> Iterator[str]:
        """Yield the servers that were measured."""
        return iter([key.partition(" ")[0] for key in self._proven if self._mine(key)])

    def __len__(self) -> int:
        """Return how many servers were measured."""
        return len(list(iter(self)))

    def _mine(self, key: str) -> bool:
        return key == measured_as(key.partition(" ")[0], self._issuer, self._settings)


def setup_digest(catalog: Catalog, name: str) -> str:
    """Return the digest of what a measurement counts for: where the server is, and its tools."""
    server = catalog.servers[name]
    tools = {
        action: [tool.audience, tool.issuer, sorted(tool.pins)]
        for action, tool in catalog.tools.items()
        if action.startswith(f"{name}/")
    }
    said = [server.url, list(server.command), server.audience, server.delivery, tools]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return sha256(b"guard/proven/v1\0" + text.encode()).hexdigest()


def keep(state: Path, name: str, setup: str, shown: Mapping[str, str], now_ms: int) -> None:
    """Write down what a server showed, in one step, beside what others did.

    `name` is that of `measured_as`.
    """
    rows = {**_read(state / FILE), name: {"setup": setup, "at_ms": now_ms, "shown": dict(shown)}}
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = state / f"{FILE}.{os.getpid()}"
    fresh.write_text(json.dumps(rows, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    fresh.chmod(0o600)
    fresh.replace(state / FILE)


class Proven(Mapping[str, Binding]):
    """The level of each server, as it was measured. Read anew when the file has changed.

    Args:
        state: the installation's folder.
        catalog: the servers as guard.yaml has them.
        clock: a measurement of yesterday counts no more.
    """

    def __init__(self, state: Path, catalog: Catalog, clock: Clock) -> None:
        self._file = state / FILE
        self._clock = clock
        self._setups = {name: setup_digest(catalog, name) for name in catalog.servers}
        self._stamp: tuple[int, int] | None = None
        self._rows: Mapping[str, Any] = {}

    def __getitem__(self, name: str) -> Binding:
        """Return the level of a server. Raises KeyError if it is not measured."""
        row = self._fresh()[name]
        age_ms = self._clock.now_ms() - row["at_ms"]
        if row["setup"] != self._setups.get(name.partition(" ")[0]) or not 0 <= age_ms < LIVES_MS:
            raise KeyError(name)
        return reached(row["shown"])

    def __iter__(self) -> Iterator[str]:
        """Yield the servers that were measured."""
        return iter([name for name in self._fresh() if name in self])

    def __len__(self) -> int:
        """Return how many servers were measured."""
        return len(list(iter(self)))

    def _fresh(self) -> Mapping[str, Any]:
        try:
            found = self._file.stat()
        except OSError:
            return {}
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            self._rows, self._stamp = _read(self._file), stamp
        return self._rows


def _read(path: Path) -> dict[str, Any]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {name: row for name, row in rows.items() if _whole(row)} if isinstance(rows, dict) else {}
    )


def _whole(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    kinds = isinstance(row.get("at_ms"), int) and isinstance(row.get("setup"), str)
    return kinds and isinstance(row.get("shown"), dict)
