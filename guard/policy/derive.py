"""What the registered extractors make of the arguments that have a role in the catalogue.

A missing argument gives an empty set, or nothing for a single value; a value without one meaning
raises, and that is a refusal.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import TypeVar

from guard.model.call import ArgSpec, Held, Json, ToolSpec
from guard.model.facts import Derived
from guard.policy.extract import (
    I64_MAX,
    ExtractError,
    amount_minor,
    email_address,
    host_ip,
    identifier,
    path_norm,
    url_host,
)
from guard.policy.shape import shape_at, shape_of
from guard.provenance.vocabulary.currencies import USUAL_PLACES

_HANDLE = re.compile(r"@[^\W_][\w-]{0,63}")
"""A name on a platform; an address has something before its @."""
_DERIVED_FROM = frozenset({"recipient", "amount", "path", "source", "url"})
_Found = list[tuple[str, ArgSpec, Json]]
_Read = TypeVar("_Read")


def values_at(arguments: Mapping[str, Json], path: str) -> list[Json]:
    """Return every value at a dotted path; elements of arrays share one path, null is skipped."""
    first, *rest = path.split(".")
    value = arguments.get(first)
    if not rest and not isinstance(value, list):  # most of them
        return [] if value is None else [value]
    nodes: list[Json] = [value]
    for part in rest:
        nodes = [node[part] for node in _flat(nodes) if isinstance(node, dict) and part in node]
    return [node for node in _flat(nodes) if node is not None]


def _flat(nodes: list[Json]) -> list[Json]:
    """Return the nodes with the elements of arrays, of any depth, in place of the arrays."""
    if not any(isinstance(node, list) for node in nodes):
        return nodes
    found: list[Json] = []
    for node in nodes:
        found += _flat(node) if isinstance(node, list) else [node]
    return found


def derive(
    spec: ToolSpec,
    arguments: Mapping[str, Json],
    *,
    opaque: frozenset[str] = frozenset(),
    size: int = 0,
) -> Derived:
    """Return the derived facts of one call.

    Args:
        spec: its tool.
        arguments: as they came.
        opaque: the paths that policy cannot see into.
        size: of all arguments (bytes).

    Raises:
        ExtractError: a value with a role has no single meaning.
    """
    found: dict[str, _Found] = {}
    for path, entry in _derived_from(spec.held):
        here = [(path, entry, value) for value in values_at(arguments, path)]
        found.setdefault(entry.role, []).extend(here)
    if not found and not spec.destination:
        return Derived(opaque=opaque, bytes=size)
    people = [one for each in found.get("recipient", ()) for one in _people(*each)]
    links = found.get("url", [])
    domains = [one.rpartition("@")[2] for one in people if "@" in one[1:]]
    domains += [_read(path, url_host, value) for path, _, value in links]
    domains += [spec.destination] if spec.destination else []
    reaches = "recipient" in found or "url" in found or bool(spec.destination)
    return Derived(
        opaque=opaque,
        bytes=size,
        dest_domains=frozenset(domains) if reaches else None,
        recipients=frozenset(people) if "recipient" in found else None,
        amount_minor=_amount(spec, found["amount"]) if found.get("amount") else None,
        path=_single(path_norm, found["path"]) if "path" in found else None,
        source_path=_single(path_norm, found["source"]) if "source" in found else None,
        url_host=_single(url_host, links) if links else None,
        dest_ip=_single(host_ip, links) if links else None,
    )


@lru_cache(maxsize=4096)
def _derived_from(tool: Held) -> tuple[tuple[str, ArgSpec], ...]:
    """Return the arguments of a tool of which something is made, by their paths."""
    every = tool.spec.args.items()
    return tuple((path, one) for path, one in every if one.role in _DERIVED_FROM and not one.opaque)


def _read(path: str, extract: Callable[[Json], _Read], value: Json) -> _Read:
    """Return what an extractor makes of a value; its refusal says where the value stood."""
    try:
        return extract(value)
    except ExtractError as wrong:
        raise ExtractError(f"{wrong}", path) from None


def _people(path: str, entry: ArgSpec, value: Json) -> list[str]:
    return _read(path, partial(_people_in, entry), value)


def _people_in(entry: ArgSpec, value: Json) -> list[str]:
    """Return recipients in canonical form; one string may list several mail addresses."""
    if entry.kind == "iban":
        return ["".join(identifier(value).split()).upper()]
    text = identifier(value)
    if not entry.kind and _HANDLE.fullmatch(text):
        return [text]
    if entry.kind == "email" or (not entry.kind and "@" in text):
        if '"' in text:
            raise ExtractError("a quoted name may hide a second address")
        return [email_address(one) for one in text.replace(";", ",").split(",")]
    return [text.strip()]


def _amount(spec: ToolSpec, found: _Found) -> int:
    """Return the sum of all amounts.

    An argument of type integer holds minor units, unless its kind is `major`; numbers and strings
    hold major ones. The schema decides, not the value: JSON may write 5 for 5.0.
    """
    total = 0
    for path, _, value in found:
        total += _read(path, partial(amount_minor, scale=_places(spec.held, path)), value)
    if total > I64_MAX:
        raise ExtractError(f"the amounts of {spec.action} add up to more than 64 bits")
    return total


def _single(extract: Callable[[Json], _Read], found: _Found) -> _Read | None:
    if not found:
        return None
    path, _, value = found[0]
    if len(found) > 1:
        raise ExtractError("several values where policy can see one; give each its own call", path)
    return _read(path, extract, value)


@lru_cache(maxsize=4096)
def _places(tool: Held, path: str) -> int:
    """Return by how many decimal places an amount is taken to minor units."""
    spec, entry = tool.spec, tool.spec.args[path]
    return 0 if _in_minor_units(spec, path, entry) else scale_of(spec, path, entry)


def scale_of(spec: ToolSpec, path: str, entry: ArgSpec) -> int:
    """Return the decimal places of an amount's currency: as said, else 0 for minor units and 2."""
    if entry.scale is not None:
        return entry.scale
    return 0 if _in_minor_units(spec, path, entry) else USUAL_PLACES


def _in_minor_units(spec: ToolSpec, path: str, entry: ArgSpec) -> bool:
    """Return whether an amount is an integer and nothing else beside null, and not kind `major`.

    A schema of several types is opaque, so its amounts count as whole units: a rule that bounds
    them then sees too much, never too little.
    """
    shape = shape_at(shape_of(spec.input_schema), path)
    element = shape.element if shape is not None and shape.kind == "set" else shape
    return element is not None and element.kind == "long" and entry.kind != "major"
