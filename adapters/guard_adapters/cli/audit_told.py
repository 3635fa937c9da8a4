"""The story of one call out of an audit log, as lines for a reviewer.

Text in the log was chosen by agents and tools: what cannot be seen is spelled out, each value
stands on one line, and what looks like a secret by its name is left out. Digests are in the JSON.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from guard.model.origin import Origin, Source
from guard.provenance.source.told import told as origin_told
from guard_adapters._shown import shown
from guard_adapters._shown.question import lasted
from guard_adapters.cli.audit_events import Shown, facts_of

_ENVELOPE: Final = frozenset({"v", "kind", "at_ms", "session", "call", "server", "tool"})
_DIGESTS: Final = ("_sha256", "_s256")
_LATEST_MS: Final = 2**47


def told(story: Sequence[Shown]) -> Iterator[str]:
    """Yield the lines of one call, or of one event that is of no call."""
    first = story[0]
    if not first.leaf.get("call"):
        session = str(first.leaf.get("session") or "")
        head = (
            _moment(first.leaf.get("at_ms")),
            str(first.leaf.get("kind")),
            session,
            _rest(first),
        )
        yield shown("  ".join(one for one in head if one))
        yield from _beside(first)
        return
    yield shown(f"{_moment(first.leaf.get('at_ms'))}  {_action(story)}  {_verdict(story)}")
    yield _row("Session", first.leaf.get("session"))
    facts: Mapping[str, Any] = next(filter(None, map(facts_of, story)), {})
    if facts:
        yield from _known(facts)
    elif any(one.leaf.get("kind") == "decision" for one in story):
        yield _row("Facts", "(they were erased)")
    for event in story:
        yield from _happened(event, first)
    yield _row("Call", f"{first.leaf['call']}, events {first.seq} to {story[-1].seq}")


def _action(story: Sequence[Shown]) -> str:
    named = (one.leaf for one in story if one.leaf.get("tool"))
    return next((f"{leaf.get('server')}/{leaf['tool']}" for leaf in named), "(tool not recorded)")


def _verdict(story: Sequence[Shown]) -> str:
    """Return what was decided, first to last, and how it ended."""
    said = [str(one.leaf.get("decision")) for one in story if one.leaf.get("kind") == "decision"]
    ends = [one.leaf for one in story if one.leaf.get("kind") in {"outcome", "outcome_resolved"}]
    end = str(ends[-1].get("outcome")) if ends else "no end recorded"
    return f"{', '.join(dict.fromkeys(said)) or 'not judged'} -> {end}"


def _known(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield who called, for what, with which arguments, and what the session had seen."""
    yield _row("Who", _who(_group(facts, "who")))
    purpose = _group(facts, "intent").get("purpose")
    if purpose:
        yield _row("Task", json.dumps(purpose, ensure_ascii=False))
    for name, value in _group(facts, "input").items():
        yield _row("Argument", f"{name} = {json.dumps(value, ensure_ascii=False)}")
        for line in _origins(_group(facts, "prov"), name):
            yield _row("", f"  {line}")
    history, risk = _group(facts, "history"), _group(facts, "risk")
    for label, some in (("Seen", history.get("labels")), ("Found", history.get("findings"))):
        if isinstance(some, list) and some:
            yield _row(label, ", ".join(map(str, some)))
    counted = {name: count for name, count in _group(history, "ledgers").items() if count}
    if counted:
        yield _row("Counted", ", ".join(f"{n} {json.dumps(v)}" for n, v in counted.items()))
    if risk.get("session") or risk.get("token_reuse") or risk.get("offline"):
        more = [name for name in ("token_reuse", "offline") if risk.get(name)]
        yield _row("Risk", ", ".join([f"{risk.get('session')} of 3", *more]))


def _who(who: Mapping[str, Any]) -> str:
    seen = who.get("device") or "device"
    device = f"{seen} never seen" if not who.get("device_seen_ms") else (
        f"device {seen} {'in order' if who.get('device_compliant') else 'not known to be in order'}"
    )  # fmt: skip
    return f"{who.get('subject')} of {who.get('issuer')}, by agent {who.get('agent')}, {device}"


def _origins(prov: Mapping[str, Any], name: str) -> Iterator[str]:
    """Yield where the values of one argument came from; nothing for logs of another version."""
    found = prov.get("origins")
    for raw in found if isinstance(found, list) else ():
        try:
            one = Origin(**{**raw, "source": Source(raw["source"])})
            inner = one.path.removeprefix(name)
            if one.path.startswith(name) and inner[:1] in {"", ".", "["}:
                yield f"{inner.lstrip('.')} {origin_told(one)}".strip()
        except (KeyError, TypeError, ValueError):
            continue


def _happened(event: Shown, first: Shown) -> Iterator[str]:
    """Yield one event of a call: what it was, and how long after the first."""
    kind, leaf = str(event.leaf.get("kind")), event.leaf
    match kind:
        case "decision":
            yield _row("Decision", f"{_decided(leaf)}{_after(event, first)}")
            if leaf.get("shadow"):
                yield _row("On trial", _value(leaf["shadow"]))
        case "outcome":
            code = f" ({leaf['code']})" if leaf.get("code") else ""
            labels = leaf.get("labels") or ()
            more = f", labels {', '.join(map(str, labels))}" if labels else ""
            yield _row("Outcome", f"{leaf.get('outcome')}{code}{more}{_after(event, first)}")
        case _:
            yield _row("Then", f"{kind}  {_rest(event)}{_after(event, first)}")
    yield from _beside(event)


def _decided(leaf: Mapping[str, Any]) -> str:
    """Return one decision with its reasons, each with its rule where they can be told apart."""
    reasons, rules = [*map(str, leaf.get("reasons", ()))], [*map(str, leaf.get("rules", ()))]
    if len(reasons) == len(rules):
        said = [f"{reason} ({rule})" for reason, rule in zip(reasons, rules, strict=True)]
    else:
        said = [*reasons, *(f"({rule})" for rule in rules)]
    code = str(leaf.get("code") or "")
    said = said if not code or code in reasons else [code, *said]
    if leaf.get("argument"):
        said.append(f"argument {leaf['argument']}")
    if leaf.get("narrowed"):
        said.append(f"narrowed by {', '.join(map(str, leaf['narrowed']))}")
    return f"{leaf.get('decision')}: {', '.join(said) or 'no rule said so'}"


def _beside(event: Shown) -> Iterator[str]:
    names = (("said", "Found"), ("words", "Words"), ("intent", "Task"), ("reason", "Reason"))
    for name, label in names:
        if name in event.beside:
            yield _row(label, _value(event.beside[name]))


def _rest(event: Shown) -> str:
    """Return what else a leaf says, digests left out."""
    return " ".join(
        f"{name}={_value(value)}"
        for name, value in event.leaf.items()
        if name not in _ENVELOPE and not name.endswith(_DIGESTS)
    )


def _row(label: str, value: object) -> str:
    return shown(f"  {label:<10} {value}".rstrip())


def _group(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = facts.get(name)
    return found if isinstance(found, dict) else {}


def _value(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _after(event: Shown, first: Shown) -> str:
    start, end = first.leaf.get("at_ms"), event.leaf.get("at_ms")
    if event is first or not isinstance(start, int) or not isinstance(end, int):
        return ""
    ms = max(0, end - start)
    return f", after {ms} ms" if ms < 2_000 else f", after {lasted(ms)}"  # noqa: PLR2004


def _moment(at_ms: object) -> str:
    if not isinstance(at_ms, int) or not 0 <= at_ms < _LATEST_MS:
        return "(no time)"
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
