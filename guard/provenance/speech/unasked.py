"""Where a text asks for nothing: what it forbids or leaves out, asks about, or tells as done.

Surface English and German, and nothing deeper. Whatever stands in such a place gives no authority;
where the end of one cannot be seen it reaches to the end of the sentence, which costs a question.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from guard.model.late import late
from guard.provenance.speech.reach import acts, begun, ended
from guard.provenance.speech.sentences import dictated, sentences
from guard.provenance.speech.spoken import (
    ABOUT,
    ASKS_ME,
    BACKS,
    BEFORE,
    BUT,
    HELD,
    KEEPS,
    NOBODY,
    REFUSES,
    SPARED,
    TALKS,
    UNDONE,
    WONDERS,
    WRONG,
)
from guard.provenance.speech.staying import staying
from guard.provenance.speech.turns import left_out
from guard.provenance.vocabulary.lexicon import (
    noun_classes,
    stem,
    verb_classes,
)

Span = tuple[int, int]

_ASIDE = r"(?:\s*,[^,.;!?\n]{0,60},)?"
_LURE = r"(?!\s+(?:only|just|forget|hesitate|fail|miss|neglect|nur|vergessen))"
_SPENT = (
    r"(?!\s+(?:need|want)\s+(?!to\b|you\b|anybody\b|anyone\b)"
    r"(?:(?!\w+ed\b|paid\b|sent\b|done\b|gone\b|to\b)[\w'\u2019-]+\s+){1,6}?any\s?(?:more|longer)\b)"
)
"""That somebody does not need a thing any more forbids nothing."""
_DOES = r"(?<!it )(?<!this )(?<!that )does"
_FORBIDS = late(
    rf"\b(?:do|{_DOES}|must|should|shall|may|can|could|will|would)(?:\s+not|n['\u2019]?t)\b{_LURE}{_SPENT}{_ASIDE}"
    rf"|\b(?:can|won|shan)(?:not|['\u2019]t)\b{_LURE}{_ASIDE}|\bnever\b{_LURE}{_ASIDE}"
    rf"|(?<!vergiss )(?<!vergessen sie )\b(?:nicht(?!\s+(?:an|für|mit|bei|zu)\b)"
    rf"|nichts|nie|niemals|kein(?:e|en|em|er|es|esfalls)?)\b{_LURE}"
    r"|\b(?:avoid|refrain\s+from|hold\s+(?:off|back)|wait\s+(?:with|before))\b"
    r"|\bwarte[nt]?\s+(?:noch\s+)?(?:mit|bevor)\b|\battend(?:s|ez|re)\s+(?:avant|pour)\b"
    r"|(?<!oublie )(?<!oubliez )(?<!hésite )(?<!hésitez )(?<!manque )(?<!manquez )"
    r"\b(?:pas|jamais|rien|aucune?)\b(?!\s+(?:seulement|que|mal|de\s+(?:souci|problème)))"
    r"|\bno\s+(?!for\b|to\b|and\b|more\b|later\b|less\b|fewer\b|longer\b|doubt\b|problem\b|matter\b"
    r"|(?:wait|stop|sorry|actually|rather)\s*[,.!;:\u2026\u2014\u2013])[^\W\d_]{3,}",
    re.IGNORECASE,
)
"""Words that forbid what their clause says."""
_LEAVES_OUT = late(
    rf"\bnot\b{_LURE}{_SPENT}|(?<!vergiss )(?<!vergessen sie )\bnicht\b{_LURE}"
    r"|\b(?:without|except|excluding|ohne|au(?:ß|ss)er|statt|anstatt|sauf|sans|hormis)\b"
    r"|\bau\s+lieu\s+d(?:e\b|['\u2019])|\bplutôt\s+qu(?:e\b|['\u2019])"
    r"|\b(?:instead\s+of|other\s+than|rather\s+than|apart\s+from|aside\s+from)\b"
    r"|(?<!not )(?<!n't )(?<!n\u2019t )(?<!never )\b(?:forget|never\s?mind|ignore|disregard)\s+"
    r"(?:about\s+)?"
    r"(?!(?:to|how|it|that|this)\b)(?=\w)",
    re.IGNORECASE,
)
"""Words that leave out what comes after them."""
_ONLY_AFTER = late(
    r"(?:do(?:\s+not|n)|avoid|refrain|hold|wait|warte|attend|no\s|stop|halt|pause|before|bevor|ehe|avant)",
    re.IGNORECASE,
)
_SAID = (
    r"(?:say|said|ok|okay|okayed|confirm(?:ed)?|approved?|agreed?|authori[sz]ed?|tell\s+you|told\s+you"
    r"|sign(?:ed)?\s+off|give\s+(?:you\s+)?(?:the|my|a)\s+(?:ok|okay|go|green|word|nod))"
)
_HELD = late(
    r"\b(?:only|not|until|till|unless|before|after|once|when|if|as\s+soon\s+as)\s+(?:[^\W\d_]+\s+)?"
    rf"(?:I|we)(?:['\u2019]ve|\s+have)?\s+(?:[^\W\d_]+\s+)?{_SAID}\b"
    r"|\b(?:after|upon|until|pending|wait\s+for)\s+my\s+(?:[^\W\d_]+\s+)?"
    r"(?:ok|okay|approval|confirmation|consent|go)\b"
    r"|\b(?:erst|nur|sobald|wenn|nachdem|bevor|bis)\s+(?:[^\W\d_]+\s+){0,2}(?:ich|wir)\b[^.;!?\n]{0,40}?"
    r"\b(?:ok|okay|sagen?|gesagt|bestätigen?|bestätigt|zustimmen?|zugestimmt|freigeben?|freigegeben"
    r"|genehmigen?|genehmigt|einverstanden|melden?)\b"
    r"|\b(?:erst|nur)\s+nach\s+meiner\b"
    r"|\b(?:quand|que|seulement|si)\s+(?:je\s+(?:[^\W\d_]+['\u2019\s]\s*)?|j['\u2019](?:ai|aurai)\s+)"
    r"(?:dis|dit|dirai|confirme|confirmé|valide|validé|approuve|approuvé|donne|donné)\b"
    r"|\baprès\s+mon\s+accord\b",
    re.IGNORECASE,
)
"""Words that hold back what their sentence says until the person says more."""
_OPENS = 24
"""How far in a sentence such words hold back what was said before it: "But only when I say so"."""
_BEGINS = (
    r"(?:^|(?<=[,;:(]\s)|(?<=\band\s)|(?<=\bor\s)|(?<=\bbut\s)"
    r"|(?<=\bund\s)|(?<=\boder\s)|(?<=\baber\s))"
)
_WONDERS = late(
    rf"{_BEGINS}(?:(?:did|have|has|had|does|was|were|should|am|do(?!\s+you\s+(?:mind|think)\b))\s+[^\W\d_]"
    r"|(?:habe?|hast|hat|haben|wurden?|soll(?:en|te|ten)?)\s+[^\W\d_])",
    re.IGNORECASE,
)
"""How a question begins that wants a yes or a no, and not a deed."""
_ONE = r"(?:I|he|she|they|one|anybody|anyone|somebody|someone|ich|er|man|wir)"
_MODAL = (
    r"(?:can|could|may|might|must|shall|should|will|would|do|does|kann|können|muss|müssen|darf|dürfen"
    r"|soll(?:en|te|ten)?|werden?)"
)
_MAY = late(
    rf"{_BEGINS}(?:{_MODAL}\s+{_ONE}\b(?!\s+(?:have|get|ask|trouble|bother|bitten)\b)"
    rf"|(?:how|when|where|why|what|wie|wann|wo|warum|wieso|weshalb|was)(?:\s+[^\W\d_]+)?\s+{_MODAL}\s+(?:{_ONE}|we)\b"
    rf"|(?:who|wer)\s+{_MODAL}\b"
    r"|would\s+you\s+mind\s+if\b|(?:is|would)\s+it\s+(?:be\s+)?(?:ok|okay|fine|safe|wise|possible)\b)",
    re.IGNORECASE,
)
"""How a question begins that asks what the person may do, or how, and not for a deed."""
_DONE = (
    r"(?:paid|sent|wrote|written|gave|given|told|bought|mailed|emailed|transferred|wired|forwarded|shared"
    r"|invited|refunded|deleted|posted|messaged|booked|ordered)"
)
_TELLS = late(
    rf"{_BEGINS}(?:(?:I|we|he|she|they)(?:\s+have|\s+had|['\u2019]ve|['\u2019]d)?"
    rf"(?:\s+(?:already|just|once|recently|also|only))?\s+{_DONE}\b"
    r"|(?:ich\s+habe?|wir\s+haben)\b(?=[^;!?\n]{0,120}\bge\w+t\b|[^;!?\n]{0,120}\b(?:überwiesen|geschrieben|verschickt)\b))",
    re.IGNORECASE,
)
"""How a sentence begins that tells what was done."""


@lru_cache(maxsize=16)  # who reads a text asks for this again and again
def unasked(text: str, quoted: tuple[Span, ...] = ()) -> tuple[Span, ...]:
    """Return the places of a text that ask for nothing, in order, none within another.

    Args:
        text: what a person wrote.
        quoted: what they quote, so that a word in it forbids nothing.
    """
    own = without(text, joined([*quoted, *dictated(text)]))
    return tuple(joined([*_found(own), *left_out(text)]))


def forbidden(text: str) -> list[Span]:
    """Return the places of a text that forbid what they name, or leave it out, in order."""
    wrong = [one.span("value") for one in WRONG.finditer(text)]
    return joined(
        [
            *wrong,
            *(
                (start + first, start + last)
                for start, end in sentences(text)
                for pattern in (_FORBIDS, _LEAVES_OUT)
                for first, last in _spans(text[start:end], pattern, joins=pattern is _FORBIDS)
            ),
        ]
    )


def refused(text: str, places: Sequence[Span]) -> frozenset[str]:
    """Return the stems of the verbs that a text says are not to be done.

    Args:
        text: what a person wrote.
        places: where it asks for nothing.
    """
    verbs = (
        stem(one[one.lastgroup or 0])
        for one in REFUSES.finditer(text)
        if within(one.start(), places)
    )
    return frozenset(one for one in verbs if verb_classes(one) and not noun_classes(one))


def joined(places: Iterable[Span]) -> list[Span]:
    """Return places in order, those that touch as one."""
    kept: list[Span] = []
    for start, end in sorted(places):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def without(text: str, places: Iterable[Span]) -> str:
    """Return a text with blanks in some places, so that every other place stays where it is."""
    kept, last = [], 0
    for start, end in places:
        kept += [text[last:start], " " * (end - start)]
        last = end
    return "".join([*kept, text[last:]])


def within(at: int, places: Sequence[Span]) -> bool:
    """Return whether a position lies in one of these places, which are in order."""
    before = bisect_right(places, at, key=_start) - 1
    return before >= 0 and at < places[before][1]


def _start(place: Span) -> int:
    return place[0]


def _found(text: str) -> Iterator[Span]:
    before = 0
    for start, end in sentences(text):
        sentence = text[start:end].lstrip()
        held = _HELD.search(sentence) or HELD.search(sentence)
        if held:
            yield before if held.start() < _OPENS else start, end
        before, at = start, end - len(sentence)
        backs = (one.span("value") for one in BACKS.finditer(sentence) if at or one.start("value"))
        for first, last in (*_silent(sentence), *backs):
            yield at + first, at + last


def _silent(sentence: str) -> Iterator[Span]:
    for pattern in (_FORBIDS, NOBODY, TALKS):
        yield from _spans(sentence, pattern, joins=True)
    for pattern in (_LEAVES_OUT, _TELLS, KEEPS):
        yield from _spans(sentence, pattern, joins=False)
    if sentence.rstrip().endswith("?"):
        yield from _spans(sentence, _WONDERS, joins=False)
        yield from _spans(sentence, _MAY, joins=True)
    yield from _spans(sentence, WONDERS, joins=True)
    if ASKS_ME.search(sentence):
        yield from _spans(sentence, BEFORE, joins=True)
    yield from _spoken_of(sentence)


def _spoken_of(sentence: str) -> Iterator[Span]:
    """Yield the acts of a sentence that are spoken of, undone or kept from something."""
    yield from (one.span("value") for one in WRONG.finditer(sentence))
    yield from staying(sentence, acts)
    for one in BUT.finditer(sentence):
        if not acts(one["next"] or ""):  # "read them all but pay the last"
            yield one.start("value"), ended(sentence, one.end("value"), joins=False)
    for one in ABOUT.finditer(sentence):
        name = "act" if one["act"] else "subject"
        if acts(one[name]):
            yield one.start(name), ended(sentence, one.end(), joins=True)
    for one in UNDONE.finditer(sentence):
        if acts(one["act"]):
            yield one.span("act")
    for one in SPARED.finditer(sentence):
        if acts(one["verb"]):
            yield one.span("act")
            if acts(one["by"]):
                yield one.span("by")


def _spans(sentence: str, pattern: re.Pattern[str], *, joins: bool) -> Iterator[Span]:
    end = 0
    for one in pattern.finditer(sentence):
        if one.end() > end:  # or else it ends with the one before
            end = ended(sentence, one.end(), joins=joins)
        whole = joins and not _ONLY_AFTER.match(one[0])
        yield begun(sentence, one.start()) if whole else one.start(), end
