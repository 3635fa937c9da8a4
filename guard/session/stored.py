"""A session as one line of JSON for a store, and back. What cannot be read is refused, whole.

Rows instead of objects with names: the text is written and read on every call.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from guard.errors import Unavailable
from guard.model.call import Outcome
from guard.model.identity import Agent, Device, Place, Principal, Who, Workload
from guard.session.history import Step
from guard.session.intent import from_json as intent_from_json
from guard.session.owed import Owed
from guard.session.risk import Signal
from guard.session.state import Entered, Session
from guard.session.stored_narrowing import narrowing, narrowing_row
from guard.session.stored_tallies import charge_from, charge_row, tallies_json, tally_from
from guard.session.tally import LedgerState
from guard.session.trail import Trail

FORMAT = 1
UNREADABLE = frozenset({"session_unreadable", "intent_unusable"})
"""Codes of a damaged row: reading it again does not mend it."""
_RUNNING = Outcome.RUNNING.value
_ENDED = 5  # where the row of a step says how it ended
_BLANK: tuple[Any, ...] = ((), "", (), 1, "")
"""What a step has that is written shorter: no charges, no write, nobody to serve but one."""
_encode = json.JSONEncoder(separators=(",", ":")).encode


def to_json(session: Session) -> str:
    """Return everything but nothing else; the version is inside, too."""
    rest = _encode(
        {
            "v": FORMAT,
            "id": session.id,
            "who": _who_row(session.who),
            "opened": session.opened_at_ms,
            "used": session.used_at_ms,
            "intent": session.intent.canonical if session.intent else None,
            "words": list(session.words),
            "asked": session.asked,
            "task": session.task,
            "version": session.version,
            "step": session.step,
            "steps": [_step_row(one) for one in session.steps],
            "labels": sorted(session.labels),
            "full": session.ledgers.full,
            "signals": [
                [getattr(one, name) for name in Signal.__slots__] for one in session.signals
            ],
            "ended": session.ended_at_ms,
            "suspended": [session.suspended_at_ms, session.resumed_at_ms],
            "withdrawn": sorted(session.withdrawn),
            "observed": [session.observed, session.observed_sha256],
            "entered": [[one.label, one.step, one.action, one.at_ms] for one in session.entered],
            "place": session.place and [getattr(session.place, name) for name in Place.__slots__],
            "trail": [session.trail.classes, session.trail.calls_ms, session.trail.writes_ms],
            "task_times": [session.active_ms, session.task_over_ms],
            "narrowings": [narrowing_row(one) for one in session.narrowings],
            "owed": [session.owed.due, session.owed.paid, session.owed.why],
        }
    )
    return f'{rest[:-1]},"tallies":{tallies_json(session.ledgers.tallies)}}}'


def from_json(text: str) -> Session:
    """Return the session that `to_json` wrote.

    Raises:
        Unavailable: `session_unreadable`, the row is damaged or of another format.
        Unusable: `intent_unusable`, its task is.
    """
    try:
        raw = json.loads(text)
        return _session(raw)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Unavailable(
            f"The stored session cannot be read: {error!r}.",
            code="session_unreadable",
            next_step="Restore the database, or start a new session.",
        ) from None


def _session(raw: Mapping[str, Any]) -> Session:
    if raw["v"] != FORMAT:
        raise ValueError(f"format {raw['v']!r}, expected {FORMAT}")
    observed, observed_sha256 = raw.get("observed", (0, ""))  # older rows counted nothing
    suspended_at_ms, resumed_at_ms = raw.get("suspended", (0, 0))
    active_ms, task_over_ms = raw.get("task_times", (0, 0))
    due, paid, why = raw.get("owed", (0, 0, ""))
    return Session(
        id=raw["id"],
        who=_who(raw["who"]),
        opened_at_ms=raw["opened"],
        used_at_ms=raw.get("used", 0),
        intent=intent_from_json(raw["intent"]) if raw["intent"] else None,
        words=tuple(raw.get("words", ())),
        asked=raw.get("asked", ""),
        task=raw["task"],
        version=raw["version"],
        step=raw["step"],
        # Older rows kept some steps that had ended.
        steps=tuple(_step(row) for row in raw["steps"] if row[_ENDED] == _RUNNING),
        labels=frozenset(raw["labels"]),
        ledgers=LedgerState(
            tallies={key: tally_from(*row) for key, row in raw["tallies"].items()}, full=raw["full"]
        ),
        signals=tuple(_signal(*row) for row in raw["signals"]),
        ended_at_ms=raw["ended"],
        suspended_at_ms=suspended_at_ms,
        resumed_at_ms=resumed_at_ms,
        active_ms=active_ms,
        task_over_ms=task_over_ms,
        observed=observed,
        withdrawn=frozenset((role, kind, one) for role, kind, one in raw.get("withdrawn", ())),
        observed_sha256=observed_sha256,
        entered=tuple(
            Entered(label=label, step=step, action=action, at_ms=at_ms)
            for label, step, action, at_ms in raw.get("entered", ())
        ),
        place=_place(raw.get("place")),
        trail=_trail(*raw.get("trail", ((), 0, ()))),
        narrowings=tuple(narrowing(row) for row in raw.get("narrowings", ())),
        owed=Owed(due=due, paid=paid, why=why),
    )


def _place(row: list[Any] | None) -> Place | None:
    return Place(**dict(zip(Place.__slots__, row, strict=True))) if row else None


def _trail(classes: list[str], calls_ms: int, writes_ms: list[list[Any]]) -> Trail:
    return Trail(
        classes=tuple(classes),
        calls_ms=calls_ms,
        writes_ms=tuple((action, full_ms) for action, full_ms in writes_ms),
    )


def _who_row(who: Who) -> list[object]:
    principal, agent, device = who.principal, who.agent, who.device
    return [
        [principal.issuer, principal.subject, sorted(principal.teams)],
        [agent.id, sorted(agent.groups)],
        [who.workload.id, who.workload.attested],
        [device.id, device.compliant, device.seen_at_ms],
        who.claims,
    ]


def _who(row: list[Any]) -> Who:
    (issuer, subject, teams), (agent, groups), (workload, attested), device, claims = row
    device_id, compliant, seen_at_ms = device
    return Who(
        principal=Principal(issuer=issuer, subject=subject, teams=frozenset(teams)),
        agent=Agent(id=agent, groups=frozenset(groups)),
        workload=Workload(id=workload, attested=attested),
        device=Device(id=device_id, compliant=compliant, seen_at_ms=seen_at_ms),
        claims=tuple((name, value) for name, value in claims),
    )


def _step_row(step: Step) -> list[object]:
    row = [step.n, step.call, step.action, sorted(step.classes), step.at_ms, _RUNNING]
    charges = [charge_row(one) for one in step.charges]
    if not charges and not step.write and not step.finding:
        return row
    row += [charges, step.write]
    if not step.words and step.size == 1 and not step.finding:
        return row
    row += [step.words, step.size]
    return [*row, step.finding] if step.finding else row


def _step(row: list[Any]) -> Step:
    n, call, action, classes, at_ms, _, *costs = row
    charges, write, words, size, finding = [*costs, *_BLANK[len(costs) :]]  # older rows are shorter
    return Step(
        n=n,
        call=call,
        action=action,
        classes=_classes(tuple(classes)),
        at_ms=at_ms,
        charges=tuple(charge_from(*one) for one in charges),
        write=write,
        words=tuple(words),
        size=size,
        finding=finding,
    )


@lru_cache(maxsize=256)  # a catalogue has few combinations of classes
def _classes(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)


def _signal(
    kind: str,
    subject: str,
    at_ms: int,
    source: str,
    weight: int,
    half_life_ms: int,
    said_ms: int = 0,
) -> Signal:
    return Signal(
        kind=kind,
        subject=subject,
        at_ms=at_ms,
        source=source,
        weight=weight,
        half_life_ms=half_life_ms,
        said_ms=said_ms,
    )
