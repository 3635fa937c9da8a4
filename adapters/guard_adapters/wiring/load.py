"""Reads guard.yaml and the policy files that it names, and compiles them.

It reads files and gives texts to `guard.policy`; it judges none of them itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from guard.config import Installation
from guard.errors import Unusable
from guard.grant.directory import Directory, read_directory
from guard.grant.offline import SiteBundle
from guard.policy.catalog import Catalog, read_catalog
from guard.policy.catalog_server import ServerSpec
from guard.policy.compile import Bundle, compile_bundle
from guard_adapters._yaml.read import read_text, read_yaml
from guard_adapters.wiring.offline.site import read_site

STARTER = "starter:"
REVIEWERS = "reviewers.yaml"
_NO_CLOCK: Final = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One installation as its files have it."""

    file: Path
    installation: Installation
    catalog: Catalog
    bundle: Bundle
    directory: Directory = field(default_factory=Directory)
    roots: tuple[bytes, ...] = ()  # certificates that prove models of authenticators, PEM
    site: SiteBundle | None = None  # what a site works from, once it was imported

    @property
    def state(self) -> Path:
        """Return the folder for keys, sessions and the audit log."""
        return self.file.parent / self.installation.state


def load(path: Path) -> Loaded:
    """Return what guard.yaml and its policies say, compiled.

    Raises:
        Unusable: a file cannot be read, parsed or compiled; code, place and what to do.
    """
    raw = dict(read_yaml(path))
    installation = _installation(raw.pop("guard", {}), path)
    catalog = read_catalog(raw)
    site = _site(installation, path.parent)
    told = {} if site is None else dict(site.policies)
    # A site takes its rules from the control plane alone; before it has any, nothing is allowed.
    own = () if installation.offline_authority else installation.policies
    files = told or policy_texts(own, path.parent)
    directory = reviewers(installation.reviewers, path.parent)
    return Loaded(
        file=path,
        installation=installation,
        catalog=catalog,
        bundle=compile_bundle(files, catalog),
        directory=directory,
        roots=tuple(read_text(path.parent / name).encode() for name in directory.roots),
        site=site,
    )


def _site(installation: Installation, folder: Path) -> SiteBundle | None:
    if not installation.offline_authority:
        return None
    # It was compared with the clock when it was taken; its age is looked at for each call.
    return read_site(
        folder / installation.state,
        installation.offline_authority,
        installation.name,
        now_ms=_NO_CLOCK,
    )


def reviewers(name: str, folder: Path) -> Directory:
    """Return who may answer, as the reviewers file has it; nobody where there is none.

    Raises:
        Unusable: `reviewers_unusable`, `config_missing`: a file that was named is not there.
    """
    place = folder / (name or REVIEWERS)
    if not name and not place.is_file():
        return Directory()
    return read_directory(read_yaml(place), where=str(place))


def reachable(loaded: Loaded, name: str) -> ServerSpec:
    """Return a server of the catalogue that can be asked by MCP.

    Raises:
        Unusable: `server_unknown`.
    """
    server = loaded.catalog.servers.get(name)
    if server is None or not (server.url or server.command) or server.protocol == "http":
        raise Unusable(
            f"guard.yaml says neither a URL nor a command for {name!r}.",
            code="server_unknown",
            where=str(loaded.file),
            next_step="Add `url:` or `command:` to the server.",
        )
    return server


def policy_texts(names: tuple[str, ...], folder: Path) -> dict[str, str]:
    """Return the text of every policy file that these names stand for, by file name.

    Raises:
        Unusable: `policy_missing`.
    """
    texts: dict[str, str] = {}
    for name in names:
        for file in _files(name, folder):
            texts[file.name] = file.read_text(encoding="utf-8")
    return texts


def starter(name: str) -> Path:
    """Return the file of a policy that ships with the guard.

    Raises:
        Unusable: `policy_missing`.
    """
    package = Path(__file__).resolve().parents[1] / "policies"  # in a wheel
    source = Path(__file__).resolve().parents[3] / "policies"  # in a checkout
    for home in (package, source):
        found = home / f"{name}.cedar"
        if found.is_file():
            return found
    raise _missing(f"{STARTER}{name}")


def _files(name: str, folder: Path) -> list[Path]:
    if name.startswith(STARTER):
        return [starter(name.removeprefix(STARTER))]
    place = folder / name
    found = sorted(place.glob("*.cedar")) if place.is_dir() else [place]
    if not found or not all(file.is_file() for file in found):
        raise _missing(name)
    return found


def _missing(name: str) -> Unusable:
    return Unusable(
        f"There is no policy {name!r}.",
        code="policy_missing",
        next_step="Name a .cedar file, a folder of them, or starter:NAME (see the docs).",
    )


def _installation(raw: object, path: Path) -> Installation:
    try:
        found: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {"guard": raw}
        return Installation.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(("guard", *map(str, first["loc"])))
        raise Unusable(
            f"{where}: {first['msg']}.",
            code="config_unusable",
            where=str(path),
            next_step="See docs/settings.md for every name and its range.",
        ) from None
