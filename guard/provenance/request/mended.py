"""What a person takes back or puts right in a later turn: "no", "I meant 15", "not to Bob".

It rewrites their turns as they are meant: what was put right stands where the mistake stood, and
what was taken back is marked, so that it authorises nothing until they ask for it again. It only
ever narrows: a new value is one that the person wrote. What is no correction goes on adding.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from guard.provenance.request.swapped import (
    MOMENTS,
    Keys,
    Meant,
    acts_of,
    edited,
    struck,
    swapped,
    values_of,
)
from guard.provenance.speech.asks import Ask
from guard.provenance.speech.frames import spoken_of
from guard.provenance.speech.retract import Tone, asks_nothing, tone_of
from guard.provenance.speech.sentences import WORD, acting, sentences
from guard.provenance.speech.turns import as_one, bare, out
from guard.provenance.speech.unasked import forbidden, within
from guard.provenance.vocabulary.contrary import opposites
from guard.provenance.vocabulary.grammar import FURTHER, REFERRING
from guard.provenance.vocabulary.lexicon import is_other, is_stop, stem, verb_classes

_VAGUE = frozenset({"read", "create", "change"})


@lru_cache(maxsize=256)  # a session is judged far more often than its person speaks
def mended(said: tuple[str, ...]) -> str:
    """Return the turns of a person as one text, as they are meant by the last of them."""
    turns = [bare(one) for one in said]
    gone: set[int] = set()
    last: list[int] = []
    for at in range(1, len(turns)):
        tone = tone_of(turns[at])
        if last and _resumes(turns, at, last, tone):
            gone.difference_update(last)
            last = []
            continue
        before = [one for one in range(at) if one not in gone]
        if _mend(turns, at, before, tone):
            gone.update(before)
            last = before
    return as_one(out(one) if at in gone else one for at, one in enumerate(turns))


def _resumes(turns: Sequence[str], at: int, last: Iterable[int], tone: Tone) -> bool:
    """Return whether a turn asks again for what was taken back: "ok, go ahead", "delete it"."""
    if tone.turns or tone.goes_on:
        return tone.goes_on
    own = acts_of(turns[at])
    if not own or values_of(turns[at]) or REFERRING.isdisjoint(_words(turns[at])):
        return False
    return any(
        _alike(one, other) for number in last for other in acts_of(turns[number]) for one in own
    )


def _mend(turns: list[str], at: int, before: Sequence[int], tone: Tone) -> bool:
    """Put right in the turns before one what it puts right; return whether it takes all back."""
    said, own = turns[at], acts_of(tone.rest)
    asked = [one for one in before if any(_alike(a, b) for a in own for b in acts_of(turns[one]))]
    dropped = _dropped(said)
    _reverse(turns, before, tone, aside=bool(asked))
    if not (tone.adds and own):
        any_of = tone.mends or (tone.refuses and not tone.takes)
        meant = Meant(said=said, rest=tone.rest, dropped=dropped, any_of=any_of)
        if (any_of or dropped) and swapped(turns, meant, asked or before):
            turns[at] = _asking_once(said, own) if asked else said
        elif _asks_again(turns, at, before, tone):
            pass
        elif tone.stops and (tone.takes or not asked):
            return any(_asks(turns[one]) for one in before) or not _is_one(turns[: at + 1])
        elif tone.turns:
            for one in asked[-1:]:
                _strike_acts(turns, one, own)
    _forbid(turns, said, before)
    return False


def _reverse(turns: list[str], before: Sequence[int], tone: Tone, *, aside: bool) -> None:
    """Take back the acts of which a turn asks for the opposite, or for another one in their place.

    What was named with them stays named: "reject it" after "approve AB-3". `aside`: the turn asks
    for the same once more, so that it puts something else of it right.
    """
    acts = acting(tone.rest)
    other = tone.mends and not (tone.adds or aside) and not REFERRING.isdisjoint(_words(tone.rest))
    other = other and any(verb_classes(one) - {"read"} or is_other(one) for one in acts)
    for number in reversed(before) if acts else ():
        own = acting(turns[number])
        gone = own if other else {one for one in own if not acts.isdisjoint(opposites(one))}
        words = WORD.finditer(turns[number]) if gone else ()
        places = [one.span() for one in words if stem(one[0]) in gone]
        turns[number] = struck(turns[number], places)
        other = other and not places


def _dropped(text: str) -> Keys:
    """Return the values that a turn forbids or leaves out."""
    places = forbidden(text)
    return (
        frozenset((one.kind, one.canonical) for one in values_of(text) if within(one.start, places))
        if places
        else frozenset()
    )


def _asks_again(turns: Sequence[str], at: int, before: Iterable[int], tone: Tone) -> bool:
    """Return whether "cancel it" asks once more for what was to be cancelled: a booking."""
    said = turns[at]
    if not tone.undoes or tone.holds:
        return False
    parts = [tone_of(said[start:end]) for start, end in sentences(said)]
    if any(one.undoes and one.refuses for one in parts):
        return False  # "no, cancel it"
    own = [one for one in acts_of(said) if "cancel" in one.verbs]
    return any(_alike(a, b) for one in before for a in own for b in acts_of(turns[one]))


def _asks(turn: str) -> bool:
    """Return whether a turn asks for anything: without that there is nothing to take back."""
    return bool(acts_of(turn)) or not asks_nothing(turn)


def _is_one(turns: Iterable[str]) -> bool:
    """Return whether some turns speak of one thing, which "cancel it" can mean."""
    things = (one for turn in turns for one in spoken_of(turn, values_of(turn)))
    return len({one.canonical for one in things}) == 1


def _alike(one: Ask, other: Ask) -> bool:
    return one.verb == other.verb or not (one.verbs - _VAGUE).isdisjoint(other.verbs)


def _strike_acts(turns: list[str], number: int, own: Sequence[Ask]) -> None:
    """Take back what one turn asks for where a later one asks for it otherwise."""
    asked = [
        one.place for one in acts_of(turns[number]) if any(_alike(one, other) for other in own)
    ]
    turns[number] = struck(turns[number], asked)


def _asking_once(text: str, own: Sequence[Ask]) -> str:
    """Return a turn that asks no second time for what it only puts right."""
    verbs = {one.verb for one in own}
    return edited(
        text, [(*one.span(), "then") for one in WORD.finditer(text) if stem(one[0]) in verbs]
    )


def _forbid(turns: list[str], text: str, before: Sequence[int]) -> None:
    """Take back what a turn forbids or leaves out of what was asked for: "but not to Bob"."""
    places = forbidden(text)
    if not places:
        return
    own = values_of(text)
    for start, end in places:
        named = {
            one.canonical.casefold()
            for one in own
            if start <= one.start < end and one.kind not in MOMENTS
        }
        words = _words(text[start:end])
        verbs = frozenset[str]() if named or words & FURTHER else _verbs(words)
        for number in before:
            values = [one for one in values_of(turns[number]) if one.canonical.casefold() in named]
            asked = [one.place for one in acts_of(turns[number]) if not one.verbs.isdisjoint(verbs)]
            spans = [*((one.start, one.end) for one in values), *asked]
            turns[number] = struck(turns[number], spans)


def _words(text: str) -> frozenset[str]:
    return frozenset(one[0].casefold() for one in WORD.finditer(text))


def _verbs(words: Iterable[str]) -> frozenset[str]:
    found = (verb_classes(stem(one)) for one in words if not is_stop(one))
    return frozenset[str]().union(*found) - _VAGUE
