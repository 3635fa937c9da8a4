"""A session's calls and results, in the terms of provenance: what its people said is the ground.

What an agent declares names nothing: only the words of the person, and tasks that others declared.
"""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType

from guard.model.call import Json, ToolCall, ToolSpec
from guard.model.labels import SECRET, Secrecy
from guard.model.origin import Source
from guard.provenance.request.soon import on_its_days
from guard.provenance.request.today import moment_of
from guard.provenance.result.known import Known
from guard.provenance.result.observe import labels_shown, observed
from guard.provenance.result.segment import Deed, Segment, UnderWay, write_digest
from guard.provenance.result.sought import sought_by
from guard.provenance.typed.exposed import shows_secret
from guard.provenance.weigh import weigh
from guard.provenance.weighed import Weighed
from guard.session.history import running
from guard.session.intent import TaskIntent
from guard.session.result import value_of
from guard.session.spoken import said_by, spoken
from guard.session.state import Session

_NOTHING: tuple[Json, ...] = (None, "", [], {})
"""Values of arguments that leave nothing out of a list."""
NOTHING_DONE: Mapping[Deed, int] = MappingProxyType({})
NOTHING_KNOWN = Known()
"""What a session knows that has seen no result. Nobody teaches it."""


def weighed_for(
    session: Session,
    call: ToolCall,
    spec: ToolSpec,
    known: Known = NOTHING_KNOWN,
    *,
    intent: TaskIntent | None = None,
    write: str = "",
    leaving: bool = False,
    house: tzinfo = UTC,
    others: Mapping[Deed, int] = NOTHING_DONE,
    now_ms: int = 0,
) -> Weighed:
    """Return where the arguments of a call came from.

    Args:
        session: whose call it is.
        call: the call with the bytes to judge.
        spec: its tool.
        known: what the session's results have shown.
        intent: the task to judge by, if it is narrower than the session's.
        write: the digest of a write, where it is known already.
        leaving: whether the call ran, and what it leaves behind is wanted.
        house: the zone in which the house reads times; UTC: nobody said.
        others: what other sessions did for the same task.
        now_ms: milliseconds since the epoch, by which "tomorrow" is a day; 0: nobody knows.
    """
    task = session.intent if intent is None else intent
    said = spoken(task)
    told = said_by(said, session.words)
    limited = [one.args[spec.action] for one in said if spec.action in one.args]
    steps = [step for one in said for step in one.steps if step.call == spec.action]
    limited += [one.args for one in steps]

    def declared(path: str, value: Json) -> Source | None:
        if not limited:  # nearly always: a task in words limits no argument
            return None
        limits = [one[path] for one in limited if path in one]
        if limits and any(limit.names(value) for limit in limits):
            return Source.PROMPT
        meant = [one.select[path] for one in steps if path in one.select]
        return Source.LINKED if any(one.holds(value, known) for one in meant) else None

    return weigh(
        call,
        spec,
        on_its_days(told, moment_of(told, now_ms, known.today), house),
        known,
        declared,
        session.labels,
        known.endorsed_for(spec.action) - session.withdrawn,
        write=write or write_digest(call, spec),
        before=() if leaving else _under_way(session, call),
        leaving=leaving,
        house=house,
        of=session.task,
        others=others,
    )


def segment_for(
    session: Session,
    call: ToolCall,
    spec: ToolSpec,
    shown: Json,
    known: Known,
    *,
    step: int,
    approved: bool = False,
    house: tzinfo = UTC,
    now_ms: int = 0,
) -> Segment:
    """Return what a call that ran leaves behind for those after it.

    Args:
        session: as it was when the call was judged.
        call: the call with the bytes that ran.
        spec: its tool.
        shown: what came back, as the agent reads it.
        known: what the session's results had shown before.
        step: the step of the session.
        approved: whether a person said yes to it: they said it of its destinations, too.
        house: the zone in which the house reads times; UTC: nobody said.
        now_ms: when it was judged (milliseconds since the epoch); 0: nobody knows.
    """
    weighs = approved or "write" in spec.effect
    weighed = (
        weighed_for(session, call, spec, known, leaving=True, house=house, now_ms=now_ms)
        if weighs
        else Weighed()
    )
    sought, most = sought_by(spec, call) if "read" in spec.effect else ((), 0)
    return observed(
        spec,
        _value(spec, shown),
        step=step,
        wrote=weighed.wrote,
        write=weighed.write,
        listed=_is_whole(session, spec, call),
        endorsed=weighed.endorses if approved else (),
        size=weighed.size,
        task=session.task,
        sought=sought,
        most=most,
    )


def _is_whole(session: Session, spec: ToolSpec, call: ToolCall) -> bool:
    """Return whether a call asks for all of a list, or for the part of it that a plan means.

    A choice from a part that the agent chose would be the agent's choice.
    """
    if "read" not in spec.effect:
        return False
    given = {name: one for name, one in call.parsed().items() if one not in _NOTHING}
    clauses = () if session.intent is None else session.intent.clauses
    parts = [
        step.args
        for one in clauses
        if one.declared_by != "agent"
        for step in one.steps
        if step.call == spec.action and step.args
    ]
    if not parts:
        return not given
    return any(
        given.keys() == part.keys() and all(part[path].names(one) for path, one in given.items())
        for part in parts
    )


def labels_of(spec: ToolSpec, shown: Json, brought: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return what a result brings into the session: the labels of its paths, and what was found.

    A secret is one even where nobody called it so; a tool whose results the catalogue calls public
    is taken at its word.
    """
    found = labels_shown(spec, _value(spec, shown)) | brought
    if SECRET in found or spec.output.secrecy is Secrecy.PUBLIC:
        return found
    return found | {SECRET} if shows_secret(value_of(shown)) else found


def _under_way(session: Session, call: ToolCall) -> tuple[UnderWay, ...]:
    """Return the writes that were admitted before this call and have not ended."""
    at = running(session.steps, call.id)
    own = session.step + 1 if at is None else session.steps[at].n
    others = [step for step in session.steps if step.write and step.n < own]
    return tuple([UnderWay((one.action, one.words), one.write, one.size) for one in others])


def _value(spec: ToolSpec, shown: Json) -> Json:
    """Return what a result shows; its texts are read as records only where somebody said so.

    Who labelled its fields knows them all. Else it is one text that the server wrote: each of
    several may be one of those that it found.
    """
    found = value_of(shown, parse=bool(spec.labels))
    return value_of(found) if spec.records and isinstance(found, str) else found
