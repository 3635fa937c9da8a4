"""Opens a policy for the commands that look at it: configuration, rules, tables, bundle.

Reads the same files in the same way as a running guard and starts nothing.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from guard.config import Installation
from guard.errors import Unusable
from guard.policy.catalog import Catalog, read_catalog
from guard.policy.compile import Bundle, compile_bundle
from guard.policy.finding import Finding
from guard.policy.tables import Table, parse_table
from guard_adapters._yaml import Document, read_yaml
from guard_adapters.wiring.load import policy_texts

CONFIG = "guard.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The texts of one policy, parsed but not compiled."""

    config: Document
    catalog: Catalog
    rules: Mapping[str, str]
    tables: tuple[Table, ...]

    @property
    def zone(self) -> ZoneInfo:
        """Return the catalogue's time zone.

        Raises:
            Unusable: config_zone.
        """
        try:
            return ZoneInfo(self.catalog.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise Unusable(
                f"Zone {self.catalog.zone!r} is unknown here.",
                code="config_zone",
                where=self.config.at("zone"),
                next_step="Write an IANA name such as Europe/Berlin.",
            ) from None

    def bundle(self) -> Bundle:
        """Return the compiled policy.

        Raises:
            PolicyUnusable: the rules hold errors.
        """
        return compile_bundle(self.rules, self.catalog)


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which policy is meant."""
    parser.add_argument("--config", type=Path, help="guard.yaml, or a folder that holds one")
    parser.add_argument("--rules", action="append", help="a .cedar file, a folder, starter:NAME")
    parser.add_argument("--tables", action="append", type=Path, help="a decision table")


def opened(
    place: Path, *, rules: list[str] | None = None, tables: list[Path] | None = None
) -> Opened:
    """Return a policy's texts; `rules` and `tables` replace what the configuration names.

    Raises:
        Unusable: a file cannot be read, or is not what it should be.
    """
    document = read_yaml(place / CONFIG if place.is_dir() else place)
    folder = Path(document.where).parent
    raw = dict(document)
    names = _names(document, raw.pop("guard", {}))
    texts = policy_texts(tuple(rules), Path()) if rules else policy_texts(names, folder)
    found = tables if tables is not None else _beside(folder, names)
    return Opened(
        config=document,
        catalog=read_catalog(raw),
        rules=texts,
        tables=tuple(map(_table, found)),
    )


def _table(path: Path) -> Table:
    rows = read_yaml(path)
    return parse_table(rows, where=str(path)).placed(lambda number: rows.at("cases", number))


def placed(finding: Finding, config: Document) -> Finding:
    """Return the finding with file and line, where it names a path into the configuration."""
    head, _, path = finding.where.partition(":")
    if head != CONFIG or not path:
        return finding
    known = [route for route in config.lines if ".".join(map(str, route)) == path]
    parts: tuple[str | int, ...] = known[0] if known else tuple(path.split("."))
    return replace(finding, where=config.at(*parts))


def _names(document: Document, raw: object) -> tuple[str, ...]:
    try:
        return Installation.model_validate(raw).policies
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ("guard", *first["loc"])
        raise Unusable(
            f"{'.'.join(map(str, path))}: {first['msg']}.",
            where=document.at(*path),
            next_step="See docs/settings.md for every name and its range.",
        ) from None


def _beside(folder: Path, names: tuple[str, ...]) -> list[Path]:
    places = {folder / "tests"} | {
        (folder / name if (folder / name).is_dir() else (folder / name).parent) / "tests"
        for name in names
        if not name.startswith("starter:")
    }
    return sorted(path for place in places for path in place.glob("*.yaml"))
