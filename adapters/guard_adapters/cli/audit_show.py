"""`guard audit show`: the last events, with what was known when each decision was made.

Text in the log was chosen by agents and tools: what cannot be seen is spelled out, and what looks
like a secret by its name is left out.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from guard.audit.redact import SALT, redacted
from guard_adapters._shown import shown
from guard_adapters.cli import FINDINGS, FINE
from guard_adapters.store.log import LogRows

ENVELOPE = frozenset({"v", "kind", "at_ms", "session", "call"})


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


def show(args: argparse.Namespace, rows: LogRows) -> int:
    """Print the chosen events; 1 if there are none."""
    wanted = [
        event
        for event in events(rows)
        if args.call in {None, event.leaf.get("call")}
        and args.session in {None, event.leaf.get("session")}
    ]
    for event in wanted[-args.n :] if args.n > 0 else ():
        print(_json(event) if args.json else _text(event))
    return FINE if wanted else FINDINGS


def _json(event: Shown) -> str:
    whole = {"seq": event.seq, "event": event.leaf}
    facts = facts_of(event)
    beside = {"facts": facts} if facts else {}
    kept = ("reason", "said", "words", "intent")
    beside |= {name: event.beside[name] for name in kept if name in event.beside}
    return json.dumps(whole | beside, separators=(",", ":"))


def _text(event: Shown) -> str:
    leaf = event.leaf
    more = " ".join(
        f"{name}={_value(value)}" for name, value in leaf.items() if name not in ENVELOPE
    )
    head = f"{event.seq:>6}  {_moment(leaf.get('at_ms'))}  {leaf.get('kind')}"
    lines = [f"{shown(head)}  {_named(leaf)}{shown(more)}"]
    if "said" in event.beside:
        lines.append(f"        found: {_value(event.beside['said'])}")
    lines += [
        f"        {name}: {_value(event.beside[name])}"
        for name in ("words", "intent")
        if name in event.beside
    ]
    facts = facts_of(event)
    if facts:
        lines += [
            f"        {name}: {_value(facts[name])}" for name in ("who", "input") if name in facts
        ]
        lines += _notable(facts)
    elif leaf.get("kind") == "decision":
        lines.append("        (the facts were erased)")
    if "reason" in event.beside:
        lines.append(f"        reason: {shown(str(event.beside['reason']))}")
    return "\n".join(lines)


def _notable(facts: Mapping[str, Any]) -> list[str]:
    """Return what of the facts is not empty: the task, labels, provenance, risk."""
    found = []
    for group in ("intent", "history", "prov", "risk"):
        some = facts.get(group)
        said = {n: v for n, v in some.items() if v} if isinstance(some, dict) else {}
        if group == "risk" and not _device_seen(facts):
            said = {n: v for n, v in said.items() if n != "device_age_s"} | {"device": "never seen"}
        if said:
            found.append(f"        {group}: {_value(said)}")
    return found


def _device_seen(facts: Mapping[str, Any]) -> bool:
    """Return whether anybody ever spoke of the device; else its age is that of the clock."""
    who = facts.get("who")
    return isinstance(who, dict) and bool(who.get("device_seen_ms"))


def _named(leaf: Mapping[str, Any]) -> str:
    names = [shown(str(leaf[name])) for name in ("session", "call") if leaf.get(name)]
    return f"{' '.join(names)}  " if names else ""


def _value(value: object) -> str:
    if isinstance(value, str):
        return shown(value)
    return shown(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _moment(at_ms: object) -> str:
    if not isinstance(at_ms, int) or not 0 <= at_ms < 2**47:
        return "-"
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


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
