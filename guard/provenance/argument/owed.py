"""Whether the amounts of a call are the person's for its payee, or for somebody else.

An amount of the prompt that was named for another payee is worth what results say of it.
"""

from collections.abc import Iterable, Sequence

from guard.model.origin import Source
from guard.provenance.quantity.sums import fits, strays
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth, worth


def owed(
    task: Task, known: Known, values: Sequence[tuple[Value, Worth]], payees: Iterable[Value]
) -> list[tuple[Value, Worth]]:
    """Return the arguments of a call, with amounts that are for others at their other worth.

    Args:
        task: what the person named.
        known: what the session has seen.
        values: the arguments with their worth.
        payees: those that say where the call goes; not looked at where no amount was said.
    """
    paid = [one.why for value, one in values if value.money is not None]
    if "in_prompt" not in paid:
        return [*values]  # most calls pay nobody
    going = [_bearing(known, one) for one in payees]
    about = frozenset(
        canonical for value, _ in values if value.level == "target" for _, canonical in value.kinds
    )
    about |= frozenset(one.casefold() for one in about)
    return [
        (value, _elsewhere(task, known, value) if _strays(task, value, one, going, about) else one)
        for value, one in values
    ]


def _strays(
    task: Task,
    value: Value,
    one: Worth,
    going: Sequence[frozenset[tuple[str, str]]],
    about: frozenset[str],
) -> bool:
    money = value.money if one.why == "in_prompt" else None
    if money is None or not any(money.number == said.number for said in task.money):
        return False
    unit = value.unit._replace(chosen=False)  # that the person said the currency was seen before
    if task.priced and about and strays(task.priced, money, unit, about):
        return True
    # How many of a thing there are is said of one of the things that the call names.
    fitting = (fits(task.sums, money, unit, payee) for payee in going)
    return not (any(fitting) if value.unit.counted and going else all(fitting))


def _elsewhere(task: Task, known: Known, value: Value) -> Worth:
    found = worth(task, known, value, target=False, said=False)
    return found if found.source is not Source.COMPOSED else Worth(found.source, "other_payee")


def _bearing(known: Known, payee: Value) -> frozenset[tuple[str, str]]:
    """Return what a payee is, and the trusted names of the records that it stands in."""
    titles = {
        title
        for place in known.seen(payee.kinds)
        if place.seen.trusted
        for title in known.record(place.record).titles
    }
    own = {(kind, one.casefold() if kind == "text" else one) for kind, one in payee.kinds}
    return frozenset(own | {("text", title) for title in titles})
