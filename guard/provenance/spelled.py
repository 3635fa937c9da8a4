"""Whether a request's verb is a tool's, and all that it says besides is what one thing is called.

Then the nouns of that name say nothing of what sort of thing it is: "remove the team sync" is about
an event where one is called so. It decides nothing.
"""

from collections.abc import Sequence

from guard.model.origin import Source
from guard.provenance.acts import chosen
from guard.provenance.asks import Ask
from guard.provenance.known import Known
from guard.provenance.lexicon import Capability
from guard.provenance.meant import NOTHING, said_of, words_of
from guard.provenance.settings import sets
from guard.provenance.task import Task
from guard.provenance.value import Value
from guard.provenance.worth import Worth

Values = Sequence[tuple[Value, Worth]]


def picks(task: Task, known: Known, able: Capability, values: Values) -> int:
    """Return how often the person asks for a call by what it holds; 0: not so.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    return (
        chosen(able, values, task.clauses)
        or sets(task, known, able, values)
        or spelled(task, known, able, values)
    )


def spelled(
    task: Task, known: Known, able: Capability, values: Sequence[tuple[Value, Worth]]
) -> bool:
    """Return whether a request's verb is a tool's, and all it says besides is one thing's name.

    "Remove the team sync" is about an event, whatever a team is, where that is what it is called.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if not able.verbs or able.wide:
        return False
    for value, one in values:
        if one.source is not Source.LINKED or one.place is None or value.level != "target":
            continue
        own = words_of(known.record(one.place.record).told)
        for ask in task.asks:
            if not _does(ask, able):
                continue
            for said in said_of(task.wanted[slice(*ask.place)], able, NOTHING):
                words = said.words | said.nouns
                if words and words <= own and said.many == 1:
                    return True
    return False


def _does(ask: Ask, able: Capability) -> bool:
    """Return whether the verb of a request is one for what a tool does, whatever it is about."""
    if not ask.says(able):
        return False
    return ask.verb not in able.against and able.must <= ask.verbs and bool(able.verbs & ask.verbs)
