"""Whether a call says the words that a person quotes for it: post "We are closed", and no others.

Only a quote that is itself what is written counts, and not one that names something, as in "the
mail 'Lunch'". Of what is to be written by "that ..." a short text has a word at least. It compares
letters and decides nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from guard.model.late import late
from guard.provenance.argument.itemised import adds_lines
from guard.provenance.request.naming import SILENT
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.asks import Ask
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.lexicon import Capability, is_stop, noun_classes, stem

_SAYS = re.compile(
    r"(?:(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bmy )\b(?:post|publish|tweet|write|says?|saying|send"
    r"|reply|answer|announce|comment|text|message|poste|schreibe?|sende|antworte|sage?|publie"
    r"|écris|envoie|réponds)"
    r"|\b(?:with|mit|avec) (?:(?:the|this|dem|der|le) )?(?:text|words?|message|texte?|nachricht)"
    r"|\b(?:contents?|text|body|inhalt|texte?|contenu)\b(?:\s+(?:of|von|de)\s+[^\"'`]{1,24}?)?"
    r"\s+(?:with|to|by|mit|durch|zu|par|en)|(?=:))"
    r"\s*[:,]?\s*[\"'`\u201c\u201e\u2018\u00ab]*$",
    re.IGNORECASE,
)
"""What stands right before words that are to be written as they are."""
_TELLS = re.compile(
    r"\b(?:message|text|tell|dm|ping|notify|write|answer|reply\s+to)\s+"
    r"(?P<who>(?:[^\s\"'`\u201c\u2018:;,.!?]+\s+){1,4})[\"'`\u201c\u201e\u2018\u00ab]*$",
    re.IGNORECASE,
)
"""The same, with whoever is told between."""
_LAST = re.compile(r"[\"'`\u201d\u2019\u00bb]*\s*(?:[.!?;\n]|$)")
_THAT = re.compile(
    r"\b(?:send|report|know|note|notes?|comment|message|text|tell|write|reply|answer|say|inform|add|leave|remind|post"
    r"|notiere?|schreibe?|sage?|erinnere?)\b[^.!?;:\n\"]{0,60}?\s(?:that|dass|daß)\s"
    r"|\bremind\s+(?:[^\s.!?;]+\s+){1,3}?to\s",
    re.IGNORECASE,
)
"""After this stands what is to be written, in the person's words or in others."""
_ABROAD = re.compile(
    r"\b(?:translat\w+|(?:in|into|auf|en)\s+(?:english|german|french|spanish|italian|portuguese|dutch"
    r"|polish|russian|chinese|japanese|deutsch|englisch|französisch|spanisch|allemand|anglais|français))\b",
    re.IGNORECASE,
)
_QUOTE = r"[\"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]*"
_BECOMES = re.compile(
    rf"{_QUOTE}\s*,?\s*(?:to|with|by|into|durch|zu|in|par|en)\s+{_QUOTE}", re.IGNORECASE
)
"""What stands between two quotes of which one is to become the other."""
_SWAPS = re.compile(
    r"\b(?:chang|replac|correct|substitut|swap|turn|fix|ersetz|\u00e4nder|remplac)\w*\b[^.;!?\n]*$",
    re.IGNORECASE,
)
_BRACES = re.compile(r"\{(?=\s*[\"'\w])(?:[^{}]|\{[^{}]*\})*:(?:[^{}]|\{[^{}]*\})*\}")
"""An object as programs write it: a name and a colon in braces."""
_SOMEBODY = r"(?!(?:(?:that|which)\s+)?(?:I|we)\b)(?:[^\s.,;:!?]+\s+){1,3}?"
_WORDS_IT = (
    r"(?:says?|said|wants?|wanted|calls?|called|suggest(?:s|ed)?|writes?|wrote|tells?|told|gave|gives"
    r"|thinks?|likes?|prefers?|preferred|picks?|picked|chose|chooses|asks?|asked|is\s+written|stands|reads)"
)
_LEFT_TO = late(
    r"\b(?:to|as|with|by)\s+(?:what(?:so)?(?:ever)?|how(?:ever)?|whichever|whatever\s+[a-z]+|anything"
    rf"|the\s+(?:name|title|word|value|one|text)(?:\s+that)?)\s+{_SOMEBODY}{_WORDS_IT}\b"
    rf"|\b(?:(?:re)?name|call|title|label)\s+[^,.;:!?]{{1,40}}?\s(?:as|like|what|how)\s+{_SOMEBODY}{_WORDS_IT}\b",
    re.IGNORECASE,
)
"""How a person leaves to somebody else what something is set to: "rename it to what Eve says"."""
_SAID_THEN = r"(?=\s+(?:as|like)\s|\s*(?:[.,;!?\n]|$))"
_GIVES = frozenset({"pay", "share", "post"})
_SETTING = frozenset({"change", "move"})
_BLANK = re.compile(r"\s+")
_MOST, _SHORT = 8, 3
_FAR = 40
_SPACE = re.compile(r"\s+")
_LEAST = 2
"""So many words are a text; one may be a name."""


def misquoted(
    task: Task, able: Capability, asks: Sequence[Ask], bodies: Iterable[str], texts: Iterable[str]
) -> bool:
    """Return whether requests dictate words, and a call writes others.

    Args:
        task: what the person said.
        able: what the tool does.
        asks: the requests for what the call does.
        bodies: the texts that the call writes.
        texts: all that it holds.
    """
    written, every = [one for one in bodies if one], [*texts]
    if not written:
        return False
    places = [one.place for one in asks] or [
        (one.start, one.end) for one in asking(task.pieces, able)
    ]
    whole = [(0, len(task.text))] if len(task.pieces) <= 1 else []
    own, quotes = places or whole, "quoted" in task.kinds
    if _strays(task.said, own, written) or (own and adds_lines(task, able, own, written, every)):
        return True
    if not (quotes or "{" in task.said):  # nearly always
        return False
    held = [_plain(one) for one in every]
    wrong = _miswrites(task, own, written, held)
    if wrong or not quotes:
        return wrong
    told = [one.place for one in asks if not _hands(task.wanted, one, able)] or places
    said = [_dictated(task.text, task.entities, one) for one in told]
    if not said or not all(said):
        return False
    return not any(quote in one for many in said for quote in many for one in held)


def _hands(text: str, ask: Ask, able: Capability) -> bool:
    """Return whether a request gives something to the tool's own thing: "give her post a heart"."""
    end = text.find(" a ", *ask.place)
    words = WORD.findall(text, ask.place[0], max(end, ask.place[0]))
    given = (name for one in words for name in noun_classes(stem(one)))
    return ask.verbs <= _GIVES and not able.nouns.isdisjoint(given)


def left_to_another(task: Task, able: Capability, values: Sequence[tuple[Value, Worth]]) -> bool:
    """Return whether a call sets what a person leaves to what somebody else says, and names not.

    The words by which they leave it are no name: nothing is called "what Eve says".

    Args:
        task: what the person said.
        able: what the tool does; only one that changes or moves something.
        values: the arguments of the call, with their worth.
    """
    if able.verbs.isdisjoint(_SETTING) or not _is_left(task.wanted):
        return False
    set_to = [one.text for one, _ in values if one.text and one.level != "target"]
    return any(not _is_said(task.wanted, one) for one in set_to)


@lru_cache(maxsize=256)
def _is_said(text: str, value: str) -> bool:
    """Return whether a value stands beside who wants it: "to Fig as Eve asked", "the one: Fig".

    What leaves it to somebody is no value: "what Eve says".
    """
    if any(_is_left(f"{way} {value}") for way in ("to", "name it as")):
        return False
    own = re.escape(value)
    said = (
        rf"\b(?:to|as|into)\s+{_QUOTE}{own}{_QUOTE}{_SAID_THEN}",
        rf":\s*{_QUOTE}{own}{_QUOTE}\s*(?:[.!;\n]|$)",
        rf",\s*[\"'`\u201c\u2018]{own}[\"'`\u201d\u2019]\s*(?:[.!;\n]|$)",
    )
    return any(re.search(one, text) for one in said)


@lru_cache(maxsize=256)
def _is_left(text: str) -> bool:
    return _LEFT_TO.search(text) is not None


def _miswrites(
    task: Task, places: Sequence[tuple[int, int]], bodies: Sequence[str], held: Sequence[str]
) -> bool:
    """Return whether a call writes another thing in the place of one than was said for it.

    "Change 'X' to 'Y'", and X becomes a Z; "post {...}", and nothing of the call is that.
    """
    pairs = [
        (old, new)
        for at, old, new in (_swaps(task.said, task.entities) if "quoted" in task.kinds else ())
        if any(start <= at < end for start, end in places)
    ]
    texts = [_plain(one) for one in bodies]
    swapped = {one: one.replace(old, new) for one in texts for old, new in pairs if old in one}
    if swapped:
        said = {*swapped, *swapped.values()}
        return any(new not in held for new in swapped.values()) or not said.issuperset(texts)
    braced = [one for place in places for one in _braced(task.said[slice(*place)])]
    written = [_BLANK.sub("", one) for one in bodies]
    return bool(braced) and not any(one in text for one in braced for text in written)


@lru_cache(maxsize=256)
def _swaps(text: str, entities: tuple[Entity, ...]) -> tuple[tuple[int, str, str], ...]:
    """Return where which quoted words are to become which: "replace 'twice' by 'once'"."""
    quoted = [one for one in entities if one.kind == "quoted" and one.frame not in SILENT]
    return tuple(
        (one.start, _plain(one.literal), _plain(other.literal))
        for one, other in pairwise(quoted)
        if _BECOMES.fullmatch(text, one.end, other.start)
        if _SWAPS.search(text, max(one.start - _FAR, 0), one.start)
    )


@lru_cache(maxsize=256)
def _braced(text: str) -> tuple[str, ...]:
    """Return what a text says in braces, without its blanks."""
    return tuple(_BLANK.sub("", one[0]) for one in _BRACES.finditer(text))


@lru_cache(maxsize=1024)
def _dictated(text: str, entities: tuple[Entity, ...], place: tuple[int, int]) -> tuple[str, ...]:
    """Return the words that a request dictates in quotes."""
    start, end = place
    return tuple(
        plain
        for one in entities
        if one.kind == "quoted" and one.frame not in SILENT and start <= one.start < end
        if _SAYS.search(text, max(start, one.start - _FAR), one.start) or _tells(text, start, one)
        if len((plain := _plain(one.literal)).split()) >= _LEAST
    )


def _tells(text: str, start: int, quote: Entity) -> bool:
    """Return whether a quote is what somebody is told: "message the lock keeper 'gate is open'"."""
    told = _TELLS.search(text, max(start, quote.start - _FAR), quote.start)
    if told is None or not _LAST.match(text, quote.end):
        return False
    who = told["who"].split()[-1]
    return not (is_stop(who) or noun_classes(stem(who)) - {"person", "channel"})


def _strays(text: str, places: Sequence[tuple[int, int]], bodies: Sequence[str]) -> bool:
    """Return whether every request says what to write, and no text has a word of it.

    Only of short ones can that be told; and only where all is in one language.
    """
    if len(bodies) > 1 or not places:
        return False
    said = [_clause(text, one) for one in places]
    if not all(said) or _is_abroad(text):  # most requests leave it to the agent
        return False
    own = _words(bodies[0])
    return 0 < len(own) <= _MOST and all(one.isdisjoint(own) for one in said)


@lru_cache(maxsize=256)
def _is_abroad(text: str) -> bool:
    """Return whether something is to be in another language."""
    return _ABROAD.search(text) is not None


@lru_cache(maxsize=1024)
def _clause(text: str, place: tuple[int, int]) -> frozenset[str]:
    """Return the words of content of what a request says is to be written, or remembered."""
    found = _THAT.search(text, *place)
    return _words(text[found.end() : place[1]]) if found else frozenset()


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that say something."""
    words = (one[0] for one in WORD.finditer(text))
    return frozenset(stem(one) for one in words if len(one) >= _SHORT and not is_stop(one))


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip(" .!?\"'\u201c\u201d\u201e").casefold()
