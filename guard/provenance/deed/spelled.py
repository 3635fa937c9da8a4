"""Whether a request's verb is a tool's, and all that it says besides is what one thing is called.

Then the nouns of that name say nothing of what sort of thing it is: "remove the team sync" is about
an event where one is called so. It decides nothing.
"""

from collections.abc import Sequence
from functools import lru_cache

from guard.model.origin import LINKED
from guard.provenance.argument.settings import sets
from guard.provenance.deed.acts import chosen
from guard.provenance.deed.budget import asks_for
from guard.provenance.deed.carried import carries
from guard.provenance.deed.edits import edits
from guard.provenance.deed.goes import goes
from guard.provenance.deed.handed import handing
from guard.provenance.deed.henceforth import henceforth
from guard.provenance.deed.postponed import postpones
from guard.provenance.deed.should import should
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import own_kin, things_of
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.asks import Ask
from guard.provenance.speech.sentences import WORD
from guard.provenance.thing.described import said_of
from guard.provenance.thing.meant import LONGEST, NOTHING
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem, stems_of

_ELSEWHERE = frozenset({"add_member", "pay", "share", "send", "publish", "post", "run"})
"""Classes of verbs by which somebody gets something: they are asked for by their own words."""
_ANY = frozenset({"create", "change"})
"""Classes of verbs that say little without their thing."""
_VAGUE = frozenset(
    map(stem, ("set", "update", "change", "add", "create", "make", "put", "new", "edit", "modify"))
)
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
        chosen(task, known, able, values)
        or sets(task, known, able, values)
        or spelled(task, known, able, values)
        or len(handing(task, known, able, values))
        or ("change" in able.verbs and puts_right(task, known, able, values))
        or edits(task, able, values)
        or (" go " in task.folded and goes(task, known, able, values))
        or (not asks_for(task.words, task.asks, able) and carries(task, known, able, values))
    )


def puts_right(task: Task, known: Known, able: Capability, values: Values) -> bool:
    """Return whether the person says to when a moment is moved, or what a field is to be, or is."""
    return (
        postpones(task, known, able, values)
        or should(task, known, able, values)
        or henceforth(task, known, able, values)
    )


def spelled(task: Task, known: Known, able: Capability, values: Values) -> bool:
    """Return whether a request's verb is a tool's, and all it says besides is what the call holds.

    "Remove the team sync" is about an event, whatever a team is, where that is what it is called;
    and "delete exh-1" need not say that it is an exhibit.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if not able.verbs or able.wide or not able.verbs.isdisjoint(_ELSEWHERE):
        return False
    if not able.stems.isdisjoint(task.words.refused):
        return False
    things = [
        (value, one) for value, one in values if value.level == "target" if one.source is LINKED
    ]
    asks = [one for one in task.asks if _does(one, able)] if things else []
    if not asks:  # most calls
        return False
    own = stems_in(value.text[:LONGEST] for value, _ in values)
    own |= frozenset(stem(word) for value, _ in values for word in words_in(_last(value.path)))
    return any(
        _says_all(task.wanted[slice(*ask.place)], ask, able, own_kin(value.path), its, own)
        for value, one in things
        if (its := _told(known, one))
        for ask in asks
    )


def _told(known: Known, one: Worth) -> tuple[str, ...]:
    return known.record(one.place.record).told if one.place is not None else ()


@lru_cache(maxsize=4096)  # a task lives long, and so do its tools
def _says_all(
    text: str,
    ask: Ask,
    able: Capability,
    kin: frozenset[str],
    told: tuple[str, ...],
    own: frozenset[str],
) -> bool:
    """Return whether all that a request says of its thing is its name, or stands in the call.

    Args:
        text: of the request.
        ask: the request.
        able: what the tool does.
        kin: what the argument is called after: other words of the tool's have to be said.
        told: what the thing's record says; nothing: the person wrote its id.
        own: stems of the words of the call.
    """
    if not things_of(able.stems) <= kin | stems_of([one[0] for one in WORD.finditer(text)]):
        return False  # what is deleted is something of it, and nobody said so
    literal = not able.own or able.verbs.isdisjoint(_ANY) or ask.verb in able.stems - _VAGUE
    covered = own if literal else NOTHING  # "set exh-1 to 4" says not what of it
    return any(
        (said.words or said.nouns or not told)
        and said.words | said.nouns <= words_of(told)
        and said.many == 1
        and bool(literal or told)
        for said in said_of(text, able, covered)
    )


def _does(ask: Ask, able: Capability) -> bool:
    """Return whether the verb of a request is one for what a tool does, whatever it is about."""
    if not ask.says(able):
        return False
    return ask.verb not in able.against and able.must <= ask.verbs and bool(able.verbs & ask.verbs)


def _last(path: str) -> str:
    return path.rpartition(".")[2]
