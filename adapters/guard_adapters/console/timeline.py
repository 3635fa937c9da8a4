"""A session as its log tells it: one line a call, and which results gave which later argument.

Read from the log alone, so it shows what was written down and nothing that anybody remembers.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from guard.model.legible import legible
from guard.model.origin import Source
from guard.model.sheets import weight
from guard_adapters.console.looking import Logged, Passage
from guard_adapters.console.picture import Link, Picture, drawn

GOES_ON = frozenset({"approval_opened", "consume", "outcome", "outcome_resolved"})
UNDER_WAY = frozenset({"waiting", "running"})


@dataclass(slots=True, kw_only=True)
class Call:
    """One call of a session. `took`: (step, argument, untrusted) of values from earlier results.

    `task` is the purpose that others had declared then, cut where it is long.
    `outcome` is `waiting` while people are asked, `running` from then on, and how it ended at last;
    `later`: it ended, further on in the log.
    """

    call: str
    at_ms: int
    action: str
    seq: int
    step: int = 0
    task: str = ""
    decision: str = ""
    code: str = ""
    rules: list[str] = field(default_factory=list)
    approval: str = ""
    outcome: str = "running"
    labels: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)
    took: list[tuple[int, str, bool]] = field(default_factory=list)

    @property
    def texts(self) -> Sequence[str]:
        """Return what its line holds of others' texts."""
        named = (path for _, path, _ in self.took)
        return [self.action, self.task, self.code, *self.rules, *self.brought, *named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What happened to a session beside its calls; `why` is empty where the log says no more."""

    seq: int
    at_ms: int
    kind: str
    why: str

    @property
    def texts(self) -> Sequence[str]:
        """Return what its line holds of others' texts."""
        return [self.kind, self.why]


Line = TypeVar("Line", Call, Other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The calls in their order, what else happened, and the picture of the chain.

    `older`: the number in the log below which the part before begins; 0: there is none.
    """

    calls: Sequence[Call]
    others: Sequence[Other]
    picture: Picture
    older: int = 0


MOST_CALLS: Final = 60
MOST_OTHERS: Final = 40
ROOM, OTHERS_ROOM = 48_000, 24_000
"""What the calls of one page may weigh, and what is beside them (bytes)."""
PURPOSE: Final = 160
"""How much of a purpose stands beside a call (characters)."""
LINE: Final = 560
"""What the mark-up around one line weighs at most."""


def timeline(passage: Passage, in_flight: Collection[str] = ()) -> Timeline:
    """Return the newest calls of a passage that fit on one page, oldest first.

    Args:
        passage: leaves of one session.
        in_flight: its calls that have not ended.
    """
    calls: dict[str, Call] = {}
    others: list[Logged] = []
    for row in passage.rows:
        kind, name = row.leaf.get("kind"), str(row.leaf.get("call", ""))
        if kind == "decision":
            _decided(calls, row, name)
        elif name in calls and kind in GOES_ON:
            _went_on(calls[name], row)
        elif not name:
            others.append(row)
    for row in passage.later:
        name = str(row.leaf.get("call", ""))
        if name in calls and row.leaf.get("kind") in GOES_ON:
            _went_on(calls[name], row)
    every = [*calls.values()]
    if passage.later:
        for one in every:
            if one.outcome in UNDER_WAY and one.call not in in_flight:
                one.outcome = "later"
    _first_labels(every)
    beside = [_other(row) for row in others]
    found, few = _fitting(every, MOST_CALLS, ROOM), _fitting(beside, MOST_OTHERS, OTHERS_ROOM)
    left = [found[0].seq] if len(found) < len(every) else []
    left += [few[0].seq] if len(few) < len(beside) else []
    older = max(left, default=passage.rows[0].seq if passage.older else 0)
    # What happened before the oldest line of this page is on the next one.
    found = [one for one in found if one.seq >= older]
    beside = [one for one in few if one.seq >= older]
    return Timeline(calls=found, others=beside, picture=_picture(found), older=older)


def _fitting(rows: Sequence[Line], most: int, room: int) -> Sequence[Line]:
    """Return the newest lines that a page has room for, and at least one."""
    for at, one in enumerate(reversed(rows)):
        room -= sum(40 + weight(text) for text in one.texts) + LINE
        if at and (room < 0 or at >= most):
            return rows[len(rows) - at :]
    return rows


def _decided(calls: dict[str, Call], row: Logged, name: str) -> None:
    leaf = row.leaf
    if name not in calls:
        calls[name] = Call(
            call=name,
            at_ms=_int(leaf.get("at_ms")),
            action=f"{leaf.get('server')}/{leaf.get('tool')}",
            seq=row.seq,
        )
    one = calls[name]
    # A call is decided again after people said yes: the first answer is why they were asked.
    one.decision = one.decision or str(leaf.get("decision", ""))
    one.code = str(leaf.get("code", "") or one.code)
    one.rules = one.rules or _texts(leaf.get("rules"))
    if one.outcome in UNDER_WAY:
        one.outcome = "waiting" if leaf.get("decision") == "step_up" else "running"
    facts = _facts(row.side)
    one.step = one.step or _int(facts.get("history", {}).get("step"))
    said = facts.get("intent", {})
    if said.get("declared"):
        purpose = str(said.get("purpose", ""))
        one.task = purpose if len(purpose) <= PURPOSE else f"{purpose[:PURPOSE]}\u2026"
    for origin in facts.get("prov", {}).get("origins", []):
        step, path = _int(origin.get("step")), str(origin.get("path", ""))
        low = _int(origin.get("source")) <= Source.UNTRUSTED
        if step and (step, path, low) not in one.took:
            one.took.append((step, path, low))


def _went_on(one: Call, row: Logged) -> None:
    leaf = row.leaf
    match leaf.get("kind"):
        case "approval_opened":  # another one beside it would be a canary
            one.approval = one.approval or str(leaf.get("approval", ""))
        case "consume":
            one.outcome = "running"
        case "outcome_resolved":
            one.outcome, one.code = str(leaf.get("outcome", "")), str(leaf.get("why", one.code))
        case _:
            one.outcome = str(leaf.get("outcome", ""))
            one.code = str(leaf.get("code", "") or one.code)
            one.labels = _texts(leaf.get("labels"))


def _first_labels(calls: Iterable[Call]) -> None:
    """Say of each call which labels it brought in that no call had brought before."""
    seen: set[str] = set()
    for one in calls:
        one.brought = [label for label in one.labels if label not in seen]
        seen.update(one.brought)


def _picture(calls: Sequence[Call]) -> Picture:
    at = {one.step: number for number, one in enumerate(calls) if one.step}
    rows, links, told = [], [], []
    for number, one in enumerate(calls):
        bad = any(label.startswith("untrusted") for label in one.brought)
        note = "untrusted text came in" if bad else ("refused" if one.outcome == "refused" else "")
        rows.append((f"{one.step or '?'} {one.action}", "untrusted" if bad else "step", note))
        if bad:
            told.append(f"Step {one.step}, {legible(one.action)}: untrusted text came in.")
        for step, path, low in one.took:
            if at.get(step, number) < number:
                links.append(Link(start=at[step], end=number, untrusted=low))
                told.append(f"Step {one.step}: {legible(path)} came from step {step}.")
    return drawn(rows, links, told)


def _other(row: Logged) -> Other:
    said = (row.leaf.get(name) for name in ("signal", "why", "reason"))
    why = next((one for one in said if isinstance(one, str)), "")
    kind = str(row.leaf.get("kind", ""))
    return Other(seq=row.seq, at_ms=_int(row.leaf.get("at_ms")), kind=kind, why=why)


def _facts(side: Mapping[str, Any]) -> dict[str, Any]:
    text = side.get("facts")
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except ValueError:  # erased, or not ours: the line stands without it
        return {}
    return found if isinstance(found, dict) else {}


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
