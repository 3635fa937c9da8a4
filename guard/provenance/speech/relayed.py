"""Where a person passes on what is no request of theirs: pasted text, and what others are told.

"Tell Bob that I cannot pay Ann" asks to tell Bob, and to pay nobody; a mail that was pasted may be
read and sent on, and orders nothing. What stands in such a place is known, and gives no authority.
Surface English and German; where no end can be seen it reaches on, which costs a question.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from guard.model.late import late
from guard.provenance.speech.pasted import pasted
from guard.provenance.speech.sentences import is_base, sentences
from guard.provenance.speech.unasked import Span, joined, without
from guard.provenance.speech.wishes import reminds, taken_up, wishes
from guard.provenance.vocabulary.lexicon import noun_classes, verb_classes
from guard.provenance.vocabulary.lexicon import stem as stem_of

_TELLS = (
    r"\b(?:tell|inform|notify|remind|let|write|message|text|e-?mail|answer|reply|say|warn|assure"
    r"|sage?|schreibe?|informiere|erinnere|antworte|teile)\b"
)
_EXPLAINS = (
    r"\b(?:explain|describe|show|teach|ask|check|find\s+out"
    r"|erkläre?|beschreibe?|zeige?|frage?|prüfe?|explique[rz]?)\b"
)
_SUBJECT = r"(?:I|we|he|she|they|it)(?:['\u2019](?:m|ll|ve|d|re|s))?\s+[^\W\d_]+"
_CONTENT = late(
    r"\b(?:tell|inform|notify|remind|warn|assure|sage?|informiere|erinnere)(?:\s+[^\s;!?:,]+){1,4}:\s+"
    rf"|{_EXPLAINS}(?:\s+[^\s;!?]+){{0,8}}?,?\s+"
    r"(?:whether|ob|wie|how(?=\s+(?:to|I|we|you|he|she|they|one)\b)|why|warum|weshalb|wieso|pourquoi"
    r"|what\s+(?:happens|would|will|might|could)|was\s+passiert)\s+"
    rf"|{_TELLS}(?:\s+[^\s;!?]+){{1,8}}?,?\s+(?:that|dass|daß|whether|ob|how|why|wie|warum)\s+"
    r"|\b(?:reply|answer|respond|say|mention)\s+that\s+"
    r"(?=(?:I|we|you|he|she|they|it|the|our|my|this|there)\b)"
    rf"|{_TELLS}(?:\s+(?!to\b)[^\s;!?,]+){{1,4}}?\s+(?={_SUBJECT})"
    rf"|{_TELLS}(?:\s+[^\s;!?,]+){{1,4}}?,\s+(?=(?:ich|wir|er|sie|es)\s)",
    re.IGNORECASE,
)
_ONE = (
    r"(?:@?(?-i:[^\W\d_a-zß-ÿ])[\w.'\u2019-]*(?:\s+(?-i:[^\W\d_a-zß-ÿ])[\w.'\u2019-]*){0,2}"
    r"|(?:my|our|the|his|her|their|meine[nmr]?|unsere[nmr]?|de[nmr])\s+[^\W\d_]+"
    r"|him|her|them|every(?:one|body)|ihm|ihr|ihnen|allen)"
)
_SOMEBODY = rf"{_ONE}(?:\s+(?:and|und)\s+{_ONE})?"
_BIDS = late(
    r"\b(?:(?:tell|ask|remind|instruct|urge|warn|advise)\s+"
    r"(?!(?:me|us|you)\b)[^\s,;:!?]+(?:\s+[^\s,;:!?]+){0,2}?\s+(?:not\s+)?to\s+"
    rf"|(?:(?:tell|ask|remind|warn|inform|notify|sage?|erinnere|informiere)\s+{_SOMEBODY}"
    rf"|let\s+{_SOMEBODY}\s+know),\s+(?:please\s+|bitte\s+)?)(?P<verb>[^\W\d_]+)",
    re.IGNORECASE,
)
"""How somebody else is bidden to do what comes next: "tell Bob to pay", "tell Bob, pay"."""
_REASON = late(r"\b(?:because|weil)\s+", re.IGNORECASE)
_NEXT = late(
    r"(?:,\s*(?:(?:and|und|then|dann)\s+)?|\b(?:and|und)\s+)(?:(?P<loud>please|then|bitte|dann)\b|(?P<verb>[^\W\d_]+))",
    re.IGNORECASE,
)
_MODAL = late(
    r"\b(?:will|would|can|can(?:no|['\u2019])t|could|shall|should|must|may|might|to|going|want|['\u2019]ll"
    r"|werden?|will|können|kann|soll|muss)\b",
    re.IGNORECASE,
)
_LEAST = 3
_MOST = 20
"""So many of one sentence are read one by one; then the rest of it is taken for one."""
_WORD = late(r"[^\W\d_]+")


@lru_cache(maxsize=16)  # who reads a text asks for this again and again
def relayed(text: str) -> tuple[Span, ...]:
    """Return the places of a text that pass on what is not the person's request, in order."""
    return tuple(joined([*pasted(text), *_told(text)]))


@lru_cache(maxsize=256)
def timely(text: str, said: str) -> str:
    """Return what of a text may say when: what is asked for, and what is put down for later.

    Who is to be reminded "to pay Ann on Friday" pays nobody, and the reminder is for Friday.

    Args:
        text: what the person wrote.
        said: the same with blanks for what was left out.
    """
    return without(said, joined([*pasted(text), *_told(text, noted=False)]))


def recited(text: str, quoted: Iterable[Span], values: Iterable[Span]) -> tuple[Span, ...]:
    """Return the quotes that are sentences with values in them, rather than a value in quotes."""
    inner, found = sorted(values), []
    for start, end in quoted:
        near = inner[bisect_left(inner, (start, 0)) : bisect_left(inner, (end, 0))]
        own = [one for one in near if one[1] <= end and one != (start, end)]
        kept, last = "", start
        for first, stop in own:
            kept += text[last : max(first, last)]
            last = max(stop, last)
        words = _WORD.findall(kept + text[last:end])
        if own and (len(words) >= _LEAST or (words and _orders(words[0]))):
            found.append((start, end))
    return tuple(found)


def _orders(word: str) -> bool:
    """Return whether a word at the beginning of a quote says what to do: 'Pay bob 30 EUR'."""
    acts = verb_classes(stem_of(word))
    return bool(acts) and ("pay" in acts or not noun_classes(stem_of(word)))


def _told(text: str, *, noted: bool = True) -> Iterator[Span]:
    own = taken_up(text)
    for start, end in sentences(text):
        for pattern in (_CONTENT, _REASON):
            begins = pattern.search(text, start, end)
            if begins and (noted or not reminds(begins[0])):
                yield begins.end(), _ended(text, begins.end(), end)
        last = start
        for number, at in enumerate(sorted(wishes(text, start, end, own=own, noted=noted))):
            if at >= last:
                last = _ended(text, at, end) if number < _MOST else end
                yield at, last
        bids = (
            one
            for one in _BIDS.finditer(text, start, end)
            if _acts(one["verb"]) and (noted or not reminds(one[0]))
        )
        for number, one in enumerate(islice(bids, _MOST + 1)):
            stop = _ended(text, one.end(), end) if number < _MOST else end
            yield one.start("verb"), stop


def _acts(verb: str) -> bool:
    """Return whether a word is a verb that asks for something."""
    return is_base(verb.casefold()) and bool(verb_classes(stem_of(verb)))


def _ended(text: str, start: int, end: int) -> int:
    """Return where a clause ends, with the sentence, or where a request follows it."""
    modal = _MODAL.search(text, start, end)
    for one in _NEXT.finditer(text, start, end):
        verb = one["verb"] or ""
        if (one["loud"] or _acts(verb)) and not (modal and modal.start() < one.start()):
            return one.start()
    return end
