"""Whether a call acts on the one of a list that the person's rule means: "the cheapest under 200".

Held against trusted fields of lists that a tool gave whole. A member of a list of which that cannot
be said is not known to be the one. It decides nothing.
"""

from collections.abc import Iterator, Sequence

from guard.model.origin import CREATED
from guard.provenance.request.conditions import Met
from guard.provenance.request.pieces import Piece
from guard.provenance.request.ranking import Ranking
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record
from guard.provenance.source.scoped import Scope, scope_of, stems_of_days
from guard.provenance.source.value import Value
from guard.provenance.source.winning import meant
from guard.provenance.source.worth import Worth
from guard.provenance.typed.canonical import name_of

Values = Sequence[tuple[Value, Worth]]


def ranked(task: Task, known: Known, own: Sequence[Piece], values: Values) -> Met:
    """Return whether what a call acts on is what the rules of its requests mean.

    Args:
        task: what the person said.
        known: what the session has seen.
        own: the requests that the call may carry out; none: any.
        values: the arguments of the call.
    """
    rules = [
        one for one in task.rankings if not own or any(_rules(task, one, each) for each in own)
    ]
    if not rules:
        return Met.NONE
    if own and any(not any(_rules(task, one, each) for one in rules) for each in own):
        return Met.NONE  # another request asks for it without a rule
    stands = [_stands(task, one, known, own, values) for one in rules]
    return max(stands)


def of_others(task: Task, own: Sequence[Piece]) -> bool:
    """Return whether every rule is of other requests, and these name things: "show me the oldest".

    Args:
        task: what the person said.
        own: the requests that a call may carry out.
    """
    return bool(own and task.rankings) and all(
        each.held and not any(_rules(task, rule, each) for rule in task.rankings) for each in own
    )


def _rules(task: Task, rule: Ranking, piece: Piece) -> bool:
    """Return whether a request is for what a rule means, or for "it" right behind one that is."""
    first, last = rule.place
    if first < piece.end and piece.start < last:
        return True
    before = [one for one in task.pieces if one.start < piece.start]
    return piece.refers and last <= piece.start and all(
        one.start < last or one.refers for one in before if one.end > first
    )  # fmt: skip


def _stands(task: Task, rule: Ranking, known: Known, own: Sequence[Piece], values: Values) -> Met:
    members = [
        (value, one)
        for value, one in values
        if _is_member(rule, value, one, known) and not _is_called(rule, known, own, one)
    ]
    chief = [each for each in members if each[0].level == "target"] or [
        each for each in members if each[0].level == "dest" and not _is_named(known, own, each[1])
    ]
    chief = chief or [each for each in members if not each[0].level]
    if not chief:
        return Met.NONE
    found = [_of(task, rule, known, own, value, _beside(task, values, value)) for value, _ in chief]
    if any(one is None for one in found):
        return Met.UNKNOWN
    return Met.MET if all(found) else Met.REFUTED


def _is_member(rule: Ranking, value: Value, one: Worth, known: Known) -> bool:
    """Return whether a value is of one of a list, and not the person's own word for it."""
    if one.source is CREATED or one.why == "exempt":
        return False
    if rule.named:
        return bool(value.level) and value.level in {"target", "dest"}
    if one.why in {"in_prompt", "endorsed"} or value.role in {"amount", "body", "secret", "flag"}:
        return False
    return any("*" in place.seen.path for place in known.seen(value.kinds))


def _is_called(rule: Ranking, known: Known, own: Sequence[Piece], one: Worth) -> bool:
    """Return whether a request calls a record by its whole name, beside what a rule says."""
    if one.place is None or rule.named:
        return False
    names = {name for name in known.record(one.place.record).titles if not known.shared(name)}
    first, last = rule.place
    return any(
        name_of(held.literal) in names
        for each in own
        for held in each.held
        if not first <= held.start < last
    )


def _is_named(known: Known, own: Sequence[Piece], one: Worth) -> bool:
    return one.place is not None and any(
        each.naming.means(known.record(one.place.record)) for each in own
    )


def _beside(task: Task, values: Values, value: Value) -> frozenset[str]:
    """Return the stems of what else a call holds, and of how its days may be said."""
    others = [one for one, _ in values if one is not value]
    days = (one.moment[0] for one in others if one.moment[0] and task.dated(one.moment[0]))
    return stems_in([one.text for one in others]) | stems_of_days(days)


def _of(
    task: Task, rule: Ranking, known: Known, own: Sequence[Piece], value: Value,
    beside: frozenset[str],
) -> bool | None:  # fmt: skip
    def named(record: Record) -> bool:
        return any(each.naming.means(record) or _by_id(each, record) for each in own)

    found = {
        meant(rule, record, scope.listed, value, named, scope.words, beside)
        for record, scope in _lists(task, rule, known, value)
    }
    return found.pop() if len(found) == 1 else None


def _by_id(piece: Piece, record: Record) -> bool:
    ids = (one.partition(":")[2] for one in record.identity)
    return any(("text", one) in piece.keys or ("object_id", one) in piece.keys for one in ids)


def _lists(task: Task, rule: Ranking, known: Known, value: Value) -> Iterator[tuple[Record, Scope]]:
    """Yield the records of a value, each with the list of the rule that it stands in."""
    for place in known.seen(value.kinds):
        record, scope = known.record(place.record), scope_of(task, known, rule, place.action)
        if place.seen.trusted and any(one is record for one in scope.listed):
            yield record, scope
