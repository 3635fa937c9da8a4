"""Where a person tells of what somebody wants of them, of what they mean to do, or of a reminder.

"Bob asked me to pay Ann", "remind me to pay Ann", "tomorrow I will pay Ann" and "a task to pay Ann"
ask for no payment. Surface English, German and French; what looks like a wish costs a question.
"""

import re
from collections.abc import Iterator

from guard.model.late import late
from guard.provenance.vocabulary.grammar import OBJECTS
from guard.provenance.vocabulary.idioms import idioms
from guard.provenance.vocabulary.lexicon import is_other, noun_classes, stem, verb_classes

_WORD = r"[^\W\d_]+"
_A_WHILE = r"(?:\s+[^\s;!?,]+){0,3}?"
_WANTED = late(
    r"\b(?:ask(?:s|ed)?|tells?|told|wants?|wanted|begs?|begged|urges?|urged|expect(?:s|ed)?"
    r"|instruct(?:s|ed)?|order(?:s|ed)|requires?|required|would\s+like|needs?|needed)"
    rf"\s+(?:me|us){_A_WHILE}\s+to\s+(?P<verb>{_WORD})"
    rf"|\b(?:promised|agreed|refused|decided)\s+to\s+(?P<other>{_WORD})"
    rf"|(?:\b(?:was|were|am|are|is|been)|['\u2019](?:m|re))\s+(?:{_WORD}\s+)?"
    rf"(?:asked|told|supposed|expected|required|instructed|reminded|obliged)\s+to\s+(?P<more>{_WORD})",
    re.IGNORECASE,
)
"""What somebody wants of somebody."""
_ABROAD = late(
    r"\b(?:hat|haben|hatte[n]?)\s+(?:mich|uns)\s+(?:darum\s+)?gebeten\b|\b(?:bat|baten|bittet)\s+(?:mich|uns)\b"
    r"|\b(?:will|wollen|möchte[n]?|verlangt|verlangen),?\s+dass\s+(?:ich|wir)\b"
    r"|\b(?:m['\u2019]|nous\s+)(?:a|ont|avait|avaient)\s+(?:demandé|dit|prié)\s+(?:de\b|d['\u2019])"
    r"|\b(?:veut|veulent|voudrait)\s+que\s+(?:je|nous)\b",
    re.IGNORECASE,
)
"""The same in German and French."""
_MEANT = late(
    r"\b(?:I|we)(?:['\u2019]ll|\s+(?:will|shall|might|may|could)|(?:\s+am|['\u2019]m|\s+are|['\u2019]re)\s+going\s+to)"
    rf"\s+(?:{_WORD}ly\s+|then\s+|also\s+)?(?P<verb>{_WORD})"
    r"|\b(?:ich\s+werde|wir\s+werden|werde\s+ich|werden\s+wir|je\s+vais|nous\s+allons)\s"
    r"|\b(?:überweise|zahle|bezahle|sende|schicke|schreibe|lösche)\s+ich\b"
    r"|\bje\s+[^\W\d_]{2,}rai\b",
    re.IGNORECASE,
)
"""What the person means to do themselves."""
_TOLD_TO = late(
    r"\b(?:remind|ask|tell|instruct|urge|beg|advise)\s+(?!you\b)[^\s;!?,]+(?:\s+[^\s;!?,]+){0,4}?"
    rf"\s+(?:not\s+)?to\s+(?P<verb>{_WORD})",
    re.IGNORECASE,
)
"""What somebody else is to do, or the person later."""
_NOTED = late(
    r"\b(?:todo|to-do|task|reminder|note|memo|ticket|event|entry|item|appointment)"
    rf"\s+(?:for\s+{_WORD}\s+)?to\s+(?P<verb>{_WORD})"
    r"|\berinnere?\s+(?:mich|uns|ihn|sie)\b(?:\s+[^\s;!?,]+){0,4}?(?:\s+daran)?,?\s"
    r"|\b(?:aufgabe|erinnerung|notiz|termin),\s+(?=[^.;!?\n]{0,160}\bzu\s+[^\W\d_]+en\b)"
    r"|\brappelle[sz]?[-\s](?:moi|nous|lui)\b(?:\s+[^\s;!?,]+){0,4}?\s+(?:de\s|d['\u2019])"
    r"|\b(?:tâche|rappel|note)\s+(?:de|pour)\s+(?=[^\W\d_]+(?:er|ir|re)\b)",
    re.IGNORECASE,
)
"""What is put down to be done at some time."""
_SO_BE_IT = late(
    r"(?:^|[.,;!?:\n]\s*|\b(?:please|and|just|you|then|bitte)\s+)(?:do|handle|pay|send|settle)"
    r"\s+(?:it|that|this|so|them)\b"
    r"|(?<!not )(?<!n't )\b(?:go\s+ahead|take\s+care\s+of\s+(?:it|that|this|them))\b"
    r"|\b(?:mach|erledige)\s+das\b"
    r"|\bfais[-\s]le\b",
    re.IGNORECASE,
)
"""With this the person makes another one's wish their own."""

_NEAR = 10
"""So many words may make up what somebody wishes: "get the old one out of the way"."""


def reminds(words: str) -> bool:
    """Return whether words begin by reminding somebody."""
    return words[:6].casefold() in {"remind", "erinne", "rappel"}


def taken_up(text: str) -> bool:
    """Return whether a person makes another one's wish their own: "please do it"."""
    return _SO_BE_IT.search(text) is not None


def wishes(
    text: str, start: int, end: int, *, own: bool, noted: bool = True
) -> Iterator[int]:  # fmt: skip
    """Yield where in a sentence begins what is wished, meant or put down, and not asked for.

    Args:
        text: the text.
        start: where the sentence begins.
        end: where it ends.
        own: whether the person takes up what others wish, and what they themselves mean to do.
        noted: whether what is put down, or somebody is reminded of, counts.
    """
    for pattern in (_NOTED, _TOLD_TO) if own else (_NOTED, _TOLD_TO, _WANTED, _ABROAD, _MEANT):
        if noted or pattern is not _NOTED:
            yield from _begun(text, pattern, start, end, noted=noted)


def _begun(
    text: str, pattern: re.Pattern[str], start: int, end: int, *, noted: bool
) -> Iterator[int]:  # fmt: skip
    for one in pattern.finditer(text, start, end):
        if not noted and reminds(one[0]):
            continue
        verb = next((name for name, word in one.groupdict().items() if word), "")
        if not verb:
            yield one.end()
        elif _acts(one[verb], text[one.end() : end]):
            yield one.start(verb)


def _acts(word: str, after: str) -> bool:
    """Return whether a word after "to" is a verb that does something: not "add it to order 55"."""
    if is_other(stem(word)) or any(at == 0 for at, _ in idioms([word, *after.split()[:_NEAR]])):
        return True
    acts = verb_classes(stem(word)) - {"read"}
    if not acts or "pay" in acts or not noun_classes(stem(word)):
        return bool(acts)
    first = after.split(maxsplit=1)[:1]
    return bool(first) and (first[0].casefold() in OBJECTS or "@" in first[0] or first[0].istitle())
