"""Finds and reads what a policy is made of: guard.yaml, the rules, the decision tables.

Reads; never writes, and never guesses a rule: a configuration that names no rules gets the starter
`baseline`, which denies what it does not know. What the texts mean is `guard.policy`'s business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guard.errors import Unusable
from guard.model.call import Json
from guard_adapters._yaml import Document, parse_yaml

MAX_BYTES = 2 * 2**20
"""Largest file (bytes): a catalogue of 1,000 tools with their schemas is about half of that."""
CONFIG_NAME = "guard.yaml"
CATALOG_KEYS = frozenset({"version", "zone", "defaults", "servers", "rule_sets", "ledgers"})
"""The sections of guard.yaml that are the tool catalogue; the others belong to the wiring."""
STARTERS = ("baseline", "mcp-proxy")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFiles:
    """The texts of one policy: the configuration, rules by file name, decision tables."""

    config: Document
    rules: Mapping[str, str]
    tables: tuple[Document, ...] = ()

    @property
    def catalog(self) -> dict[str, Json]:
        """Return the sections that are the tool catalogue."""
        return {key: value for key, value in self.config.value.items() if key in CATALOG_KEYS}


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """Return the text of a file of at most `max_bytes`.

    Raises:
        Unusable: config_missing, config_unreadable, config_too_large or config_not_utf8.
    """
    where = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise Unusable(
            f"File {where!r} does not exist.",
            code="config_missing",
            next_step="Give the right path, or let `guard init` write one.",
        ) from None
    except OSError as error:
        raise Unusable(
            f"File {where!r} cannot be read: {error.strerror}.",
            code="config_unreadable",
            next_step="Name a regular file that this user may read.",
        ) from None
    if len(data) > max_bytes:
        raise Unusable(
            f"The file is larger than {max_bytes} bytes.",
            code="config_too_large",
            where=where,
            next_step="Split it; long texts do not belong into it.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unusable(
            f"Byte {error.start} is not UTF-8.",
            code="config_not_utf8",
            where=f"{where}:{line}",
            next_step="Save the file as UTF-8.",
        ) from None


def read_yaml(path: Path, *, max_bytes: int = MAX_BYTES) -> Document:
    """Return the mapping in a YAML file.

    Raises:
        Unusable: what `read_text` and `parse_yaml` raise.
    """
    return parse_yaml(read_text(path, max_bytes=max_bytes), where=str(path))


def policy_files(config: Path) -> PolicyFiles:
    """Return the texts of the policy of a configuration file, or of a folder that holds one.

    `policies:` in the configuration lists starter names and `.cedar` files beside it. Without it:
    the `.cedar` files beside the configuration and in `policies/`; where there are none, baseline.
    Tables are `tests/*.yaml` beside the rules.

    Raises:
        Unusable: a file is missing or cannot be read as what it should be.
    """
    if config.is_dir():
        config = config / CONFIG_NAME
    document = read_yaml(config)
    known = CATALOG_KEYS | OTHER_KEYS
    for key in document.value:
        if key not in known:
            raise Unusable(
                f"Section {key!r} is unknown.",
                code="config_unknown_key",
                where=document.at(key),
                next_step=f"Use one of {', '.join(sorted(known))}.",
            )
    folders = (config.parent, config.parent / "policies")
    return PolicyFiles(
        config=document,
        rules=_rules(document, folders),
        tables=tuple(read_yaml(path) for path in _tables(folders)),
    )


OTHER_KEYS = frozenset({"policies"})
"""Sections that are read elsewhere; the wiring adds its own."""


def _rules(document: Document, folders: tuple[Path, ...]) -> dict[str, str]:
    names = document.value.get("policies")
    if names is None:
        paths = sorted(path for folder in folders for path in folder.glob("*.cedar"))
        return {path.name: read_text(path) for path in paths} or starter("baseline")
    if not isinstance(names, list) or not names:
        raise Unusable(
            f"`policies` is {names!r}, not a list of names.",
            code="config_policies",
            where=document.at("policies"),
            next_step="Write [baseline], or the .cedar files to use.",
        )
    rules: dict[str, str] = {}
    for index, name in enumerate(names):
        if isinstance(name, str) and name in STARTERS:
            rules |= starter(name)
        elif isinstance(name, str) and name.endswith(".cedar"):
            rules[name] = read_text(folders[0] / name)
        else:
            raise Unusable(
                f"{name!r} is neither a starter policy nor a .cedar file.",
                code="config_policies",
                where=document.at("policies", index),
                next_step=f"Starters are {', '.join(STARTERS)}; files end in .cedar.",
            )
    return rules


def _tables(folders: tuple[Path, ...]) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (folder / "tests").glob("*.yaml")
        if path.name not in {CONFIG_NAME, "catalog.yaml"}
    )


def starter(name: str) -> dict[str, str]:
    """Return a starter policy that ships with the guard, by file name."""
    return {f"{name}.cedar": read_text(starter_folder() / f"{name}.cedar")}


def starter_folder() -> Path:
    """Return the folder of the starter policies: inside the wheel, or at the root of a checkout."""
    here = Path(__file__).parent
    inside = here / "policies"
    return inside if inside.is_dir() else here.parent.parent / "policies"
