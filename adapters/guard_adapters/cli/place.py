"""Where an installation keeps its state, for commands that also work when its policy is broken.

It reads `guard.yaml` for the folder and the name, and nothing else of it.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from guard.config import Installation
from guard.errors import Unusable
from guard_adapters._yaml import read_yaml
from guard_adapters.wiring.state.rows_at import FILE, address

if TYPE_CHECKING:
    from guard_adapters.store.postgres.database import Address
    from guard_adapters.wiring.load import Loaded

CONFIG = Path("guard.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The state folder, and the name under which this guard signs."""

    state: Path
    name: str
    config: Path = CONFIG
    installation: Installation | None = None  # None: only the folder was named

    @property
    def store(self) -> "Path | Address":
        """Return the store's file, or where its database is.

        Raises:
            Unusable: the database's URL cannot be read.
        """
        found = None
        if self.installation is not None:
            found = address(self.installation, self.config.parent)
        return found or self.state / FILE


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which installation is meant."""
    parser.add_argument("--config", type=Path, default=CONFIG, help="guard.yaml")
    parser.add_argument("--state", type=Path, help="the state folder, in place of guard.yaml's")


def place(args: argparse.Namespace) -> Place:
    """Return where the state is.

    Raises:
        Unusable: guard.yaml cannot be read and no --state was given, or its `guard:` part is wrong.
    """
    if args.state is not None and not args.config.is_file():
        return Place(state=args.state, name=Installation().name)
    found = installation(args.config)
    state = args.state or args.config.parent / found.state
    return Place(state=state, name=found.name, config=args.config, installation=found)


def place_of(loaded: "Loaded") -> Place:
    """Return where the state of an installation is whose files were all read."""
    found = loaded.installation
    return Place(state=loaded.state, name=found.name, config=loaded.file, installation=found)


def installation(config: Path) -> Installation:
    """Return the `guard:` part of a configuration.

    Raises:
        Unusable: `config_missing`, `config_unusable`.
    """
    try:
        return Installation.model_validate(read_yaml(config).get("guard") or {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Unusable(
            f"{'.'.join(('guard', *map(str, first['loc'])))}: {first['msg']}.",
            where=str(config),
            next_step="See docs/settings.md for every name and its range.",
        ) from None
