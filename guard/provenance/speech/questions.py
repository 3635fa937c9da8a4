"""Where a person asks something and wants no deed: "who deleted file A-3", mark or no mark.

Things that are named there stay named, for a request may go on with them: "what is in A-3? Send it
to Bob". Surface English, German and French; a question that is really a request costs a question.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from guard.model.late import late
from guard.provenance.speech.sentences import WORD, is_base, sentences
from guard.provenance.speech.unasked import Span, joined
from guard.provenance.vocabulary.grammar import ASKING, TO_ME
from guard.provenance.vocabulary.lexicon import is_other, stem, verb_classes

_HELLO = (
    r"(?:(?:hi|hey|hello|ok|okay|so|and|but|also|well|btw|quick\s+question|question|hallo|bonjour|und"
    r"|aber|et)\b[\s,:-]*)*"
)
_BE = (
    r"(?:is|are|was|were|will|did|does|do|can|could|should|would|must|may|might|has|have|had)"
    r"(?:n['\u2019]?t)?"
)
_SEIN = (
    r"(?:ist|sind|war|waren|wird|werden|wurden?|hat|haben|hatten?|kann|k\u00f6nnen|soll(?:en|te|ten)?|muss"
    r"|m\u00fcssen|darf|d\u00fcrfen|geht)"
)
_ETRE = r"(?:est|sont|\u00e9tait|a|ont|avait|sera|peut|doit|faut)"
_NOBODY = (
    r"(?!(?:you|u|we|I|someone|somebody|anyone|anybody|like|love|appreciate|prefer|be|not"
    r"|du|sie|ihr|jemand|wir|ich|tu|vous|nous|je)\b)"
)
_BEGINS = late(
    rf"^\s*{_HELLO}(?:"
    r"(?:who(?:['\u2019]?s|se|m)?|which)\b(?!ever)"
    r"|what(?:['\u2019]?s|['\u2019]?re)?\b(?!\s+(?:about|if)\b|\s+(?:I|we)(?:\s+would|['\u2019]d)?\s+(?:want|need|like)\b)"
    rf"|(?:when|where)(?:['\u2019]?s|['\u2019]?ll|\s+{_BE})\b"
    r"|why\b(?!\s+(?:don['\u2019]?t|do\s+not|not)\b)"
    r"|how(?:['\u2019]?s|['\u2019]?d)?\b(?!\s+about\b)"
    rf"|(?:wer|wem|wen|wessen|was|welche[rsnm]?|wann|wo|warum|wieso|weshalb|wie)\s+(?:[^\W\d_]+\s+)?{_SEIN}\b"
    rf"|(?:qui|quand|pourquoi|comment|combien|que|quoi|quel(?:le)?s?|o\u00f9)\s+(?:[^\W\d_]+\s+)?{_ETRE}\b"
    r"|(?:are|were)\s+(?:you|we)\s+(?:going|planning|supposed|allowed|about)\s+to\b"
    rf"|(?:is|are|was|were|did|does|has|had|can|could|should|would|must|might)(?:n['\u2019]?t)?\s+{_NOBODY}\S"
    rf"|(?:will|may)\s+{_NOBODY}(?-i:[^A-Z\d\s])"
    rf"|(?:will|may)\s+{_NOBODY}(?=[^.;!\n]*\?)"
    rf"|{_SEIN}\s+{_NOBODY}\S(?=[^.;!\n]*\?)"
    r")",
    re.IGNORECASE,
)
"""How a sentence begins that asks something."""
_WITHIN = late(
    r"\b(?:wonder(?:s|ed|ing)?|asks?(?:ed|ing)?|unsure|not\s+sure|(?:don['\u2019]?t|do\s+not)\s+know|curious"
    r"|check|see|find\s+out|know|tell\s+me|show\s+me|frage\s+mich)\s+(?:if|whether|ob)\s+"
    r"(?!(?:you|u|we|I|someone|somebody|du|sie)\b)"
    r"|\bhow\s+(?:to|do|does|did|can|could|should|would)\b"
    r"|\b(?:tell\s+(?:me|us)|know|wonder(?:ing)?)\s+(?:when|why|where|who)\b"
    r"|(?<=,\s)(?:who|why|when|where|how)\s+[^\W\d_]+",
    re.IGNORECASE,
)
"""How what is asked begins in the middle of a sentence."""
_HELPED = late(
    r"\b(?:do|does|did|can|could|should|would|will|must|may|might|to)(?:n['\u2019]?t)?\b",
    re.IGNORECASE,
)
"""Words that a base form may follow in a question: "how do I cut it and sell it"."""
_NEAR = 12
_STOPS = frozenset({"please", "pls", "then", "bitte", "dann"})
_ENDS = late(
    r"(?P<stop>\b(?:but|if\s+so|aber|then|please|pls|bitte|dann)\b)"
    r"|(?P<mark>[,;:]|\s[\u2013\u2014-]\s)\s*(?:(?:and|und|et|so|also|just)\s+)?(?P<next>[^\W\d_]+)"
    r"|\b(?:and|und|et)\s+(?P<more>[^\W\d_]+)",
    re.IGNORECASE,
)


@lru_cache(maxsize=16)  # who reads a text asks for this again and again
def questions(text: str) -> tuple[Span, ...]:
    """Return the places of a text that ask something, in order."""
    return tuple(joined(one for start, end in sentences(text) for one in _of(text, start, end)))


def _of(text: str, start: int, end: int) -> Iterator[Span]:
    sentence = text[start:end]
    begins, within = _BEGINS.search(sentence), _WITHIN.search(sentence)
    if begins:
        yield start, start + _ended(sentence, begins.start(), begins.end())
    if within:
        yield start + within.end(), start + _ended(sentence, within.start(), within.end())


def _ended(sentence: str, begun: int, at: int) -> int:
    """Return where a question ends, with its sentence, or where a request follows it."""
    helped = _HELPED.search(sentence, begun, at + _NEAR) is not None
    for one in _ENDS.finditer(sentence, at):
        verb = one["next"] or one["more"] or ""
        if (
            one["stop"]
            or verb.casefold() in _STOPS
            or (_acts(verb) and bool(one["mark"] or not helped))
        ):
            return one.start()
    return len(sentence)


def _acts(word: str) -> bool:
    """Return whether a word is a verb in the form in which people ask by it."""
    one = stem(word)
    acts = bool(verb_classes(one)) or is_other(one)
    return acts and word.islower() and is_base(word)


_GETS = frozenset({"get", "have", "take", "check"})
"""Verbs that are said of more than looking: "get one with Dr. Elm"."""


def looks(text: str) -> bool:
    """Return whether a request begins with a verb of looking, or of showing to the person."""
    every = (one[0].casefold() for one in WORD.finditer(text))
    first, second = [*islice((one for one in every if one not in ASKING), 2), "", ""][:2]
    plain = first not in _GETS and verb_classes(stem(first)) == {"read"}
    return plain or (first, second) in TO_ME
