"""What the sources of a call's arguments come to: one level a role, one set of paths a source.

The weakest value of a role is what counts. It weighs no value: `worth` does.
"""

from collections.abc import Iterable, Sequence

from guard.model.call import ToolSpec
from guard.model.origin import (
    CREATED,
    LINKED,
    NO_ARGUMENT,
    PROMPT,
    TRUSTED,
    UNTRUSTED,
    Levels,
    Origin,
    Source,
)
from guard.provenance.schema.roles import CHANGING, LEVEL_OF
from guard.provenance.vocabulary.lexicon import capability

_MAKING = frozenset({"create", "schedule"})
_NO_PATHS = frozenset[str]()
_SET_OF = {
    Source.COMPOSED: "model",
    UNTRUSTED: "untrusted",
    TRUSTED: "trusted_tool",
    CREATED: "created",
    LINKED: "linked",
    PROMPT: "user_prompt",
}


def level_of(spec: ToolSpec, role: str) -> str:
    """Return the level in which a role counts: an address to write to is a destination."""
    if role == "url":
        return "dest" if "write" in spec.effect else "url"
    if role == "query" and "write" not in spec.effect:
        return ""  # what is read is not acted on
    level = LEVEL_OF.get(role, "")
    if level == "target" and (spec.effect.isdisjoint(CHANGING) or _names_new(spec, role)):
        return ""
    return level


def weakest(values: Iterable[tuple[str, Source]]) -> Levels:
    """Return the weakest source of each level, from those of each value that has one."""
    found: dict[str, int] = {}
    for level, source in values:
        if source < found.get(level, NO_ARGUMENT):
            found[level] = int(source)
    return Levels(**found)


def levels_of(spec: ToolSpec, origins: Sequence[Origin]) -> Levels:
    """Return the levels of a call whose origins are known already; what is exempt needs nothing."""
    told = ((level_of(spec, one.role), one) for one in origins if one.why != "exempt")
    return weakest((level, one.source) for level, one in told if level)


def by_source(values: Iterable[tuple[str, Source]]) -> list[frozenset[str]]:
    """Return the paths by the weakest source of what stands there: a set at each source's place."""
    sources: dict[str, Source] = {}
    for path, source in values:
        if path not in sources or source < sources[path]:
            sources[path] = source
    paths: list[list[str]] = [[] for _ in _SET_OF]  # the key of a dict would be hashed by its name
    for path, source in sources.items():
        paths[source].append(path)
    return [frozenset(several) if several else _NO_PATHS for several in paths]


def paths_of(origins: Sequence[Origin]) -> dict[str, frozenset[str]]:
    """Return the argument paths by their weakest source, under the names that policy reads."""
    of = by_source((one.path, one.source) for one in origins)
    named = {name: of[source] for source, name in _SET_OF.items()}
    return named | {"trusted_tool": named["trusted_tool"] | named["linked"]}


def _names_new(spec: ToolSpec, role: str) -> bool:
    """Return whether a path is the name of what the call makes, not of what is there."""
    return role == "path" and bool(capability(spec.named, spec.intent).verbs & _MAKING)
