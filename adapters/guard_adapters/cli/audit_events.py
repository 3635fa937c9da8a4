"""The events of an audit log, read for people: what cannot be read is left to `verify`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guard.audit.redact import SALT, redacted
from guard_adapters.store.log import LogRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One event: its leaf, and what is kept beside it (nothing, where it was erased)."""

    seq: int
    leaf: Mapping[str, Any]
    beside: Mapping[str, Any]


def events(rows: LogRows) -> Iterator[Shown]:
    """Yield the events that can be read; `verify` is what complains about the others."""
    for seq, data in rows.leaves:
        leaf = _object(data)
        if leaf:
            yield Shown(seq=seq, leaf=leaf, beside=_object(rows.sides.get(seq, "{}")))


def facts_of(event: Shown) -> dict[str, Any]:
    """Return the facts of a decision, secrets left out; empty where they were erased."""
    facts = _object(event.beside.get("facts", "{}"))
    if isinstance(given := facts.get("input"), dict):
        facts["input"] = redacted(given, {}, salt_of(event))
    return facts


def salt_of(event: Shown) -> bytes:
    """Return the salt of one event; zeros where there is none."""
    try:
        salt = bytes.fromhex(str(event.beside.get("salt", "")))
    except ValueError:
        salt = b""
    return salt if len(salt) == SALT else bytes(SALT)


def _object(text: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}
