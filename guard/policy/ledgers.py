"""Which ledgers the catalogue asks for: the operator's own, and one for each budget.

Only words: counting is done by the session. A ledger without a window, or of nothing, is refused.
"""

from collections.abc import Mapping
from typing import get_args

from guard.model.call import ToolSpec
from guard.model.ledger import LedgerKind, LedgerSpec, SequenceStep
from guard.policy.catalog_file import LedgerEntry, SequenceEntry
from guard.policy.catalog_tool_file import Key
from guard.policy.duration import duration_ms
from guard.policy.finding import Finding, error

SUMMABLE = frozenset({"derived.amount_minor", "derived.bytes"})
"""Paths that always hold an integer; `input.<path>` is checked against the tool's schema."""

COUNTABLE = frozenset(
    {"derived.recipients", "derived.dest_domains", "derived.url_host"}
    | {"derived.path", "derived.source_path"}
)
"""Paths whose values `distinct` tells apart, beside `input.<path>`."""
KINDS = "count, sum, labels, formerly, distinct, sequence, repeated, sessions"
SHORTEST = 2
"""Steps of the shortest sequence; of one step, `formerly` and `count` tell."""

_DAY_MS = 86_400_000
_PATHS = ("input.", "derived.")
_WITH_RESULT = frozenset({"response", "label"})
"""Events that come with a result: others know the arguments alone."""
_WHOLE = frozenset({"", "session", "task"})
"""Windows that never end; only what is under way now has none."""


def budget_name(action: str, what: str) -> str:
    """Return the ledger of a budget; `what` is calls or amount_minor."""
    return f"budget:{action}:{what}"


def budget_ledgers(specs: tuple[ToolSpec, ...]) -> tuple[LedgerSpec, ...]:
    """Return the ledgers that budgets need. A principal's budget is one of 24 hours."""
    made: list[LedgerSpec] = []
    for spec in specs:
        budget = spec.budget
        if budget is None:
            continue
        key = next(known for known in get_args(Key) if known == budget.per)
        window = _DAY_MS if key in {"principal", "agent"} else 0
        of = spec.action
        if budget.calls:
            name = budget_name(of, "calls")
            made.append(LedgerSpec(name=name, kind="calls", of=of, key=key, window_ms=window))
        if budget.amount_minor:
            name, path = budget_name(of, "amount_minor"), "derived.amount_minor"
            made.append(
                LedgerSpec(name=name, kind="sum", of=of, path=path, key=key, window_ms=window)
            )
    return tuple(made)


def declared_ledgers(
    entries: Mapping[str, LedgerEntry],
) -> tuple[tuple[LedgerSpec, ...], tuple[Finding, ...]]:
    """Return the operator's ledgers, and what is wrong with those that cannot be kept."""
    made: list[LedgerSpec] = []
    findings: list[Finding] = []
    for name, entry in entries.items():
        wrong = _wrong(entry)
        if wrong:
            findings.append(error("G401", f"guard.yaml:ledgers.{name}", wrong))
            continue
        window = 0 if entry.window in _WHOLE else duration_ms(entry.window)
        made.append(
            LedgerSpec(
                name=name,
                kind=_kind(entry),
                of=entry.of or "any",
                path=entry.sum or entry.distinct or "",
                per=entry.per,
                match=tuple(sorted(entry.match.items())),
                key=entry.key,
                window_ms=window,
                steps=tuple(SequenceStep(**one.model_dump()) for one in entry.sequence or ()),
                unless=entry.unless,
                times=entry.repeated or 0,
            )
        )
    return tuple(made), tuple(findings)


def _kind(entry: LedgerEntry) -> LedgerKind:
    given: tuple[tuple[LedgerKind, bool], ...] = (
        ("sum", entry.sum is not None),
        ("labels", entry.labels),
        ("formerly", entry.formerly is not None),
        ("distinct", entry.distinct is not None),
        ("sequence", entry.sequence is not None),
        ("repeated", entry.repeated is not None),
        ("sessions", entry.sessions is not None),
    )
    return next((kind for kind, is_given in given if is_given), entry.count or "calls")


def _wrong_sequence(entry: LedgerEntry) -> str:
    steps = entry.sequence or []
    if entry.of:
        return "got `of` beside a sequence, whose steps say it."
    if len(steps) < SHORTEST:
        return f"got a sequence of {len(steps)} steps, expected at least {SHORTEST}."
    if steps[-1].event != "request":
        return f"got {steps[-1].event!r} as last step, expected request: the call that is judged."
    if any(one.label and one.event != "label" for one in steps):
        return "got `label` on a step that is no label event."
    return _wrong_ties(steps)


def _wrong_ties(steps: list[SequenceEntry]) -> str:
    """Return what is wrong with the values that tie the steps together, or nothing."""
    tied = [one for one in steps if one.match]
    if tied and len(tied) < len(steps):
        return "got `match` on some steps, expected it on all of them or on none."
    for one in tied:
        known = _PATHS if one.event not in _WITH_RESULT else (*_PATHS, "result.")
        if not one.match.startswith(known) or one.match.endswith("."):
            return f"got match {one.match!r} on a {one.event}, expected {' or '.join(known)}<path>."
    return ""


def _wrong(entry: LedgerEntry) -> str:
    """Return the first thing wrong with one entry, or nothing."""
    kinds: list[object] = [
        entry.count,
        entry.sum,
        entry.labels or None,
        entry.formerly,
        entry.distinct,
    ]
    kinds += [entry.repeated, entry.sessions, None if entry.sequence is None else "sequence"]
    if sum(kind is not None for kind in kinds) != 1:
        return f"got none or several kinds, expected exactly one of {KINDS}."
    return _wrong_calls(entry) or _wrong_window(entry) or _wrong_path(entry)


def _wrong_calls(entry: LedgerEntry) -> str:
    if entry.sequence is not None:
        return _wrong_sequence(entry)
    if entry.unless:
        return "got `unless`, which only a sequence has."
    if entry.sessions is not None:
        alone = "got sessions of one session, expected key task, principal or agent."
        return alone if entry.key == "session" else ""
    return "" if entry.of else "got an empty `of`, expected a class such as write, or an action."


def _wrong_window(entry: LedgerEntry) -> str:
    if entry.count == "running":
        return "got a window beside what is under way now." if entry.window else ""
    if not entry.window:
        return "got no window, expected a duration such as 60s, or session, or task."
    if entry.window in {"session", "task"}:
        return ""
    try:
        duration_ms(entry.window)
    except ValueError as wrong:
        return f"{wrong}, or session, or task."
    return ""


def _wrong_path(entry: LedgerEntry) -> str:
    for name, path, known in (
        ("sum", entry.sum, SUMMABLE),
        ("distinct", entry.distinct, COUNTABLE),
    ):
        if path is not None and path not in known and not path.startswith("input."):
            return f"got {name} of {path!r}, expected {', '.join(sorted(known))} or input.*."
    return ""
