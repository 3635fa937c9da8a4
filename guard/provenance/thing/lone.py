"""Whether "it" is the only thing of its sort that a session has shown.

Of what the words before speak of ("what leave did Ida ask for?"), in a list that holds all there is
of that: "decline it" then can mean nothing else. Only where all of this stands in trusted fields,
and where nothing was asked for in between, of which "it" might come. "Read the page about leave and
delete it" speaks of a page. It decides nothing.
"""

import re
from functools import lru_cache

from guard.provenance.request.pieces import Piece
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known, Place
from guard.provenance.schema.kin import kin_of
from guard.provenance.source.value import Value
from guard.provenance.speech.sentences import WORD, is_base, sentences
from guard.provenance.thing.bounded import ANY
from guard.provenance.thing.described import Said
from guard.provenance.thing.listed import is_sought, listing_of, rivals
from guard.provenance.vocabulary.grammar import ASKING, AUXILIARIES, PAST
from guard.provenance.vocabulary.lexicon import is_other, is_stop, noun_classes, stem, verb_classes
from guard.provenance.vocabulary.words import set_of

_IT = re.compile(
    r"\W*(?:[^\W\d_]+\W+){1,4}?(?:it|that\s+one|this\s+one)\b(?!['\u2019-])", re.IGNORECASE
)
"""A few words, a verb among them, and what they are done to."""
_BEHIND = frozenset(
    {
        *("about", "on", "of", "from", "with", "in", "by", "for", "at", "to", "into", "under"),
        *("behind", "before", "after", "like", "without", "over", "through", "than", "as"),
    }
)
"""Words behind which a thing is only what something else has to do with."""
_BEFORE = set_of("the my our your his her their its a an this that what which any")
_LEFT_OUT = set_of("not no none never nothing but except without besides other others rest else")
_LITTLE = ASKING | AUXILIARIES
_SEEKS = frozenset(map(stem, ("ask", "apply")))
_READS = frozenset({"read"})
_NOTHING: frozenset[str] = frozenset()


def is_lone(task: Task, known: Known, value: Value, place: Place, piece: Piece, said: Said) -> bool:
    """Return whether a request for "it" can mean nothing but the thing of a place.

    Args:
        task: what the person said.
        known: what the session has seen.
        value: the id.
        place: where a result showed it.
        piece: the request.
        said: what it says of its thing: nothing else.
    """
    if said.words or said.nouns or said.many != 1 or said.dated or said.bounds != ANY:
        return False
    before = _before(task, piece) if piece.refers and place.seen.trusted else _NOTHING
    listing = listing_of(known, place) if before else None
    if listing is None:
        return False
    record = known.record(place.record)
    kin = kin_of(place.action.rpartition("/")[2]) | value.kin
    about = words_of(record.sure) | kin
    if not record.identity or not _is_spoken_of(task.text[: piece.start], about, kin):
        return False
    alone = all(one.identity == record.identity for one in rivals(known, place))
    return alone and is_sought(task, known, listing, before)


@lru_cache(maxsize=256)
def _before(task: Task, piece: Piece) -> frozenset[str]:
    """Return the stems of what was said before a request for "it"; none: it may be of a deed."""
    earlier = [one for one in task.pieces if one.start < piece.start]
    if not _IT.match(task.wanted, piece.start, piece.end) or any(
        not each.verbs <= _READS for one in earlier for each in one.asks
    ):
        return _NOTHING
    return stems_in([task.text[: piece.start]])


@lru_cache(maxsize=256)
def _is_spoken_of(text: str, about: frozenset[str], kin: frozenset[str]) -> bool:
    """Return whether the last sentence of a text speaks of one thing, and of nothing else.

    Args:
        text: what was said before "it".
        about: stems of the words of the thing, and of its sort.
        kin: those of its sort.
    """
    every = ([one[0] for one in WORD.finditer(text[at:end])] for at, end in sentences(text))
    told = [words for words in every if not _LITTLE.issuperset(map(str.casefold, words))]
    found = set[str]()
    words = told[-1] if told else []
    if not _LEFT_OUT.isdisjoint(map(str.casefold, words)):
        return False
    for at, word in enumerate(words):
        if word.casefold() in _BEHIND and not found:
            return False
        after = word[0].isupper() and stem(words[at - 1]) in found  # the leave Report
        if not after and _says_nothing(words, at):
            continue
        if not found and not _is_thing(words, at):
            return False
        found.add(stem(word))
    return found <= about and not found.isdisjoint(kin)


def _is_thing(words: list[str], at: int) -> bool:
    """Return whether a word stands where a thing does: "the leave", "Ida's leave", "what leave"."""
    before = words[at - 1].casefold().replace("\u2019", "'") if at else ""
    return before in _BEFORE or before.endswith("'s")


def _says_nothing(words: list[str], at: int) -> bool:
    """Return whether a word of a sentence names no thing: one of grammar, a verb, or a name."""
    word, plain = words[at], words[at].casefold()
    if is_stop(word) or plain in _LITTLE or plain in PAST or plain.endswith("ed"):
        return True
    own = stem(word)
    named = at and word[0].isupper() and not noun_classes(own)
    if "enough" in words[at : at + 2] or named:
        return True
    first = all(is_stop(one) or one.casefold() in _LITTLE for one in words[:at])
    return own in _SEEKS or (first and is_base(plain) and bool(verb_classes(own) or is_other(own)))
