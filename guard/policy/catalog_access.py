"""The `access` entries of the catalogue: how far a narrowed session may go, under names for rules.

Three names need no entry. Tools are the listed ones that a pattern finds when the file is read: a
tool that comes later is not among them.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from guard.model.access import Access, Level
from guard.model.facts import Binding
from guard.model.limits import LARGEST, Constraint, OneOf, Prefix, Range, fault, text_of
from guard.policy.catalog_file import AccessEntry, LimitEntry
from guard.policy.duration import duration_ms
from guard.policy.finding import Finding, error

BUILT_IN: Mapping[str, Access] = {
    "reduced": Access(level=Level.REDUCED),
    "read_only": Access(level=Level.READ_ONLY),
    "stopped": Access(level=Level.STOPPED),
}
"""What every rule may name."""


def accesses(
    entries: Mapping[str, AccessEntry], actions: Sequence[str]
) -> tuple[dict[str, Access], list[Finding]]:
    """Return every access by name, and what is wrong with the entries (G100)."""
    found = dict(BUILT_IN)
    wrong: list[Finding] = []
    for name, entry in entries.items():
        where = f"guard.yaml:access.{name}"
        said = [f"{name!r} is built in; take another name"] if name in BUILT_IN else []
        try:
            found[name] = _access(entry, actions)
        except ValueError as odd:
            said.append(str(odd))
        wrong += [error("G100", where, f"{one}.") for one in said]
    return found, wrong


def _access(entry: AccessEntry, actions: Sequence[str]) -> Access:
    tools = None if entry.tools is None else _tools(entry.tools, actions)
    limits = [
        (action, _limit(path, one))
        for action, paths in entry.args.items()
        for path, one in paths.items()
    ]
    strange = sorted({action for action, _ in limits} - set(actions))
    if strange:
        raise ValueError(f"args: {strange[0]!r} is no tool of the catalogue")
    return Access(
        level=Level[entry.level.upper()] if entry.level else Level.FULL,
        tools=tools,
        limits=frozenset(limits),
        scopes=None if entry.scopes is None else frozenset(entry.scopes),
        max_ttl_s=duration_ms(entry.max_ttl) // 1000 if entry.max_ttl else None,
        binding_min=int(Binding[entry.binding_min]),
    )


def _tools(patterns: Sequence[str], actions: Sequence[str]) -> frozenset[str]:
    for pattern in patterns:
        if not any(fnmatchcase(action, pattern) for action in actions):
            raise ValueError(f"tools: {pattern!r} finds no tool of the catalogue")
    return frozenset(one for one in actions if any(fnmatchcase(one, p) for p in patterns))


def _limit(path: str, entry: LimitEntry) -> Constraint:
    ranged = entry.min is not None or entry.max is not None
    if ranged + (entry.one_of is not None) + (entry.prefix is not None) != 1:
        raise ValueError(f"args: {path} needs exactly one of one_of, prefix, or min and max")
    limit: Constraint
    if entry.one_of is not None:
        limit = OneOf(path=path, values=tuple(sorted({text_of(one) for one in entry.one_of})))
    elif entry.prefix is not None:
        limit = Prefix(path=path, start=entry.prefix)
    else:
        low = -LARGEST if entry.min is None else entry.min
        high = LARGEST if entry.max is None else entry.max
        limit = Range(path=path, low=low, high=high)
    if wrong := fault(limit):
        raise ValueError(f"args: {path}: {wrong}")
    return limit
