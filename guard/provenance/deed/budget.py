"""How much of what a person asked for is left, after what was done of it.

Each request is good for the calls that it names: one, or one for each receiver that it lists, or
for each of a kind. What was done is taken off the requests as favourably as it can be, so that two
tools which do the same share one request. It counts calls, and decides nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from guard.model.call import ToolSpec
from guard.model.facts import LARGEST_LEFT
from guard.provenance.request.task import Task
from guard.provenance.result.segment import Deed, UnderWay
from guard.provenance.schema.readings import Reading, readings
from guard.provenance.schema.service import done_with
from guard.provenance.speech.asks import ALL, Ask
from guard.provenance.speech.granting import worded
from guard.provenance.vocabulary.lexicon import Capability, Words, capability, noun_classes
from guard.provenance.vocabulary.prepared import prepares

_BUYING = frozenset({"buy"})
_NOTHING: frozenset[str] = frozenset()
MOST = 64
"""More calls than this that are left are not told apart."""


def asked(task: Task, able: Capability, *, bare: bool = False) -> tuple[Ask, ...]:
    """Return the requests for what a tool does.

    Args:
        task: what the person said.
        able: what the tool does.
        bare: the call holds nothing that could be compared with what they said, so that they have
            to name what the tool acts on.
    """
    return asks_for(task.words, task.asks, able, bare)


@lru_cache(maxsize=4096)  # a task lives long, and so do its tools
def asks_for(
    words: Words,
    asks: tuple[Ask, ...],
    able: Capability,
    bare: bool = False,  # noqa: FBT001, FBT002  a cache key
) -> tuple[Ask, ...]:
    """Return those of some requests that are for what a tool does, as `asked` does."""
    if not worded(words, able):
        return ()
    spoken = not bare or any(
        one in words.stems for one in able.stems if able.nouns and noun_classes(one)
    )
    return tuple(one for one in asks if one.fits(able) and (spoken or one.names(able)))


def ending(able: Capability, done: Mapping[Deed, int]) -> Capability | None:
    """Return what a tool does that ends what this session prepared: it buys what is in the cart.

    Args:
        able: what it does by its name.
        done: what was done before; without anything that is prepared there is nothing to end.
    """
    if not done:  # the first act of a task
        return None
    names = (capability(deed[0].rpartition("/")[2], deed[1]).stems for deed in done)
    if not any(prepares(one, able.stems) for one in names):
        return None
    return able if able.verbs else able._replace(verbs=_BUYING, own=_NOTHING, nouns=_NOTHING)


def done_of(
    own: Mapping[Deed, int], others: Mapping[Deed, int] | None, before: Sequence[UnderWay]
) -> Mapping[Deed, int]:
    """Return for how many receivers what was done for a task, or is under way.

    Args:
        own: what this session did.
        others: what other sessions did.
        before: the writes of this session that have not ended.
    """
    if not others and not before:
        return own
    done = Counter(own)
    done.update(others or {})
    for one in before:
        done[one.deed] += one.size
    return done


def left(
    task: Task,
    spec: ToolSpec,
    able: Capability,
    done: Mapping[Deed, int],
    *,
    kinds: frozenset[str],
    nouns: frozenset[str],
    both: bool = False,
) -> int:
    """Return how many calls of a tool the task still holds: `MOST` or more are `LARGEST_LEFT`.

    Args:
        task: what the person said.
        spec: the tool.
        able: what it does, as the person speaks of it.
        done: for how many receivers what was done before.
        kinds: what the receivers of the call are; empty: it goes to nobody.
        nouns: what the call is about, its receivers included.
        both: whether it is done to a thing, wherever it goes.
    """
    own = asked(task, able)
    if not own:
        return _by_words(task, spec, able, done, kinds)
    for one in own:
        if one.many and (ALL in one.many or not nouns.isdisjoint(one.many)):
            return LARGEST_LEFT
    found = _left(task.asks, bool(kinds), both, able, _done(spec, done), spec.action)
    return LARGEST_LEFT if found >= MOST else found


def _by_words(
    task: Task,
    spec: ToolSpec,
    able: Capability,
    done: Mapping[Deed, int],
    kinds: frozenset[str],
) -> int:
    """Return what is left where words name the tool and no request is for it.

    It is good for one call, or one for each receiver named anywhere, or for each id. What a tool
    did that bears the same verb under another name is taken off it as well: lend, and create_loan.
    """
    if task.plural:
        return LARGEST_LEFT
    deed, named = (spec.action, spec.intent), capability(spec.named, spec.intent)
    spent = sum(
        many
        for other, many in done.items()
        if other == deed or _bears(able, named, done_with(spec, other[0]))
    )
    if not kinds:
        return max(task.ids, 1) - spent
    going = sum(kind in kinds and "dest" in how for (kind, _), how in task.frames.items())
    return max(going, 1) - spent


@lru_cache(maxsize=4096)
def _bears(able: Capability, named: Capability, name: str) -> bool:
    """Return whether a tool does what another is called by its noun's verb, or the other way."""
    if able.verbs:
        return False
    read = able != named
    others = [*(one.able for one in readings(name)), *([capability(name)] if read else [])]
    return any(not able.own.isdisjoint(one.own) for one in others if not one.verbs)


def _done(spec: ToolSpec, done: Mapping[Deed, int]) -> tuple[tuple[Deed, str, int], ...]:
    """Return what was done before, each with what its tool is called."""
    if not done:  # the first act of a task
        return ()
    return tuple((deed, done_with(spec, deed[0]), many) for deed, many in sorted(done.items()))


@lru_cache(maxsize=4096)  # what was done changes only with a write
def _left(
    asks: tuple[Ask, ...],
    going: bool,  # noqa: FBT001  a cache key
    both: bool,  # noqa: FBT001
    able: Capability,
    done: tuple[tuple[Deed, str, int], ...],
    action: str,
) -> int:
    own = _places(asks, able)
    filling = _Filling(
        tuple(
            max(one.times, going and one.listed, (both or not going) and one.things) for one in asks
        )
    )
    for deed, name, many in done:
        others = (capability(name, deed[1]), *map(_in_full, readings(name)))
        fitting = own if deed[0] == action else _shared_of(asks, able, others)
        filling.add(fitting, many)
    return filling.add(own, MOST)


def _places(asks: tuple[Ask, ...], able: Capability) -> tuple[int, ...]:
    return tuple(at for at, one in enumerate(asks) if one.fits(able))


def _in_full(one: Reading) -> Capability:
    """Return what a tool does by another name, that name among its words."""
    return one.able._replace(stems=one.able.stems | one.able.verbs)


def _shared_of(
    asks: tuple[Ask, ...], able: Capability, others: Iterable[Capability]
) -> tuple[int, ...]:
    """Return the requests that a tool which can be called in several ways may have met."""
    return tuple(sorted({at for other in others for at in _shared(asks, able, other)}))


def _shared(asks: tuple[Ask, ...], able: Capability, other: Capability) -> tuple[int, ...]:
    """Return the requests that what another tool did may have met in place of this one."""
    if prepares(able.stems, other.stems) or prepares(other.stems, able.stems):
        return ()  # what is in the cart is not bought yet
    return tuple(
        at
        for at, one in enumerate(asks)
        if one.fits(other)
        # A request that names this tool by its own verb is not met by one that it does not name.
        and not (one.verb in able.stems and one.verb not in other.stems)
        # And two that act on things of different sorts stand in each other's way only where the
        # request does not say on what, and names the other by its own verb.
        and (not other.nouns.isdisjoint(able.nouns) or (not one.nouns and one.verb in other.stems))
    )


class _Filling:
    """Calls put into requests, moved to others as long as that makes room (augmenting paths)."""

    def __init__(self, rooms: tuple[int, ...]) -> None:
        self.rooms = rooms
        self.held: list[list[tuple[int, ...]]] = [[] for _ in rooms]

    def add(self, fitting: tuple[int, ...], many: int) -> int:
        """Put in up to so many calls, and return how many found room."""
        for number in range(min(many, MOST)):
            if not self._put(fitting, set()):
                return number
        return min(many, MOST)

    def _put(self, fitting: tuple[int, ...], tried: set[int]) -> bool:
        for at in fitting:
            if at in tried:
                continue
            tried.add(at)
            held = self.held[at]
            if len(held) < self.rooms[at]:
                held.append(fitting)
                return True
            for place, other in enumerate(held):
                if self._put(other, tried):
                    held[place] = fitting
                    return True
        return False
