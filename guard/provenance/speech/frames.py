"""What a sentence lets a value be: where something goes, or what is only spoken of."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from guard.model.late import late
from guard.provenance.speech.lone import is_asked
from guard.provenance.speech.pronouns import told_by
from guard.provenance.speech.relayed import recited, relayed
from guard.provenance.speech.sentences import STOP
from guard.provenance.speech.unasked import Span, joined, unasked, within
from guard.provenance.vocabulary.tongues import abroad
from guard.provenance.vocabulary.words import DEST, MENTION, WHEN

Frame = Literal["dest", "bound", "mention", "when", "secret", "unknown", "unasked", "told"]


@dataclass(frozen=True, slots=True)
class Entity:
    """One typed value: kind, canonical spelling, spelling in the text, place, and its frame."""

    kind: str
    canonical: str
    literal: str
    start: int
    end: int
    frame: Frame = "unknown"


_THE = re.compile(r"\b(?:the|my|our)\s\Z", re.IGNORECASE)
"""What stands before the name of a thing, and before nobody's."""
_KEPT = re.compile(
    r"\b(?:leave|keep|spare|skip|except|without|never|no|not|lass|lasse|behalte|nicht|garde|laisse)\b"
    r"|n['\u2019]t\b",
    re.IGNORECASE,
)
"""What stands before what is to be left as it is."""
_AFTER = re.compile(
    r"\s+(?:has |had |just |also |already )?"
    r"(?:sent|wrote|shared|asked|posted|gave|made|told|wants|said|mentioned)\b|['\u2019]s\b"
)
LISTED = re.compile(
    r"\s*(?:,|and|or|&|und|oder|et|ou|as well as|;)+"
    r"\s*(?:and|or|und|et|also|the|to|user|users)?\s*(?:the)?\s*[\"'`“]?"
)
APPOSED = re.compile(
    r"\s*,?\s*\(?\s*(?:whose |with |the )?"
    r"(?:user |their |his |her )?(?:id|e-?mail|address|account|iban|number|handle)"
    r"\s*(?:is|[:=])?\s*[\"'`“]?",
    re.IGNORECASE,
)
"""What stands between a person and the address that belongs to them."""
_SUBJECT = re.compile(r"\s+(?:is|was|has|had|says|thinks|likes|knows|needs|paid|lent|will|can)\b")
"""What stands behind who does something, and is none of a list: "tell Ann, Bob is ill"."""
_GETS = re.compile(
    r"(?:^|[,;:]\s|\b(?:please|and|then|you|to)\s)\s*(?:sign|bring|loop|let|give|put)\s+$",
    re.IGNORECASE,
)
_WRITES_TO = re.compile(
    r"(?:^|[,;:]\s|\b(?:please|and|then|also|just|now|you|to)\s)"
    r"\s*(?P<verb>mail|write|dm|alert|answer|ask|nudge|thank|page)\s+$",
    re.IGNORECASE,
)
"""Verbs that are nouns as well, or may have another object, where somebody stands right behind."""
_WRITTEN = re.compile(
    r"[\"'`\u201d\u2019)>\]]*\s+(?:in(?:to)?|as|down|off|up|on(?:to)?|under|at)\b"
)
"""What stands behind an address that is itself written somewhere: "write ann@x into the footer"."""
_DOES = (
    r"(?:\b(?:he|she|they|who|(?-i:(?!(?:I|We|You|Some|Any|Assistant)\w*\b)[A-Z])[\w'\u2019-]+)"
    r"\s+(?:(?:also|then|just)\s+)?(?:should|must|may|might|can|could|will|would|shall"
    r"|(?:has|have|is|are|was|wants?|needs?|ought)\s+to)"
    r"|\b(?:tell|ask|want|get|remind|e?-?mail|write|message|need|invite)\s+(?:him|her|them"
    r"|(?-i:[A-Z])[\w'\u2019-]+(?:\s+(?-i:[A-Z])[\w'\u2019-]+)?)\s+to)\s+"
)
_ANOTHER_DOES = late(_DOES, re.IGNORECASE)
_DOES_TO = late(
    r"\b(?:e?-?mail|send|write|dm|ping|message|text|tell|notify|inform|answer|reply)\b[^.;!?\n]*?"
    rf"{_DOES}(?:(?:also|then|just|please|go\s+and)\s+)?(?:ask|e?-?mail|write|call|contact|text|message|tell"
    r"|inform|notify|page|alert|ping|dm|thank|answer|nudge|remind|phone)\s+$",
    re.IGNORECASE,
)
"""What stands in a message before whom its reader is to ask: "mail Bob that he should ask Ann"."""
_REACHED = frozenset({"name", "email", "phone"})
_PUT_IN = re.compile(r"\s+(?:up|in|down|access|see|know)\b", re.IGNORECASE)
"""What stands around who gets into something, or is told: "sign Ann up", "let Ann know"."""
_BOUND = re.compile(
    r"\b(?:heading|headed|going|bound|off|back|travel(?:l?ing)?|fly(?:ing)?|flights?|driv(?:e|ing)"
    r"|trips?|journey|way|moving|return(?:ing)?)(?: over| out| up| down)? (?:to|for) (?:the )?"
    r"[\"'`“]?$",
    re.IGNORECASE,
)
"""What stands before where somebody travels: nothing is sent there for that."""
_ME = (
    r"\b(?:tell|inform|notify|remind|alert|warn|ping|dm|message|text|e-?mail|mail|write|answer|reply|send|show"
    r"|give|get|forward|update|let)(?:\s+to)?\s+(?:me|us)\b"
)
_IS_TO_ME = late(_ME, re.IGNORECASE)
_TO_ME = late(rf"{_ME}(?P<what>[^.!?;\n]*)$", re.IGNORECASE)
"""Where the person is told something, before what it is of: "notify me when ann@x has paid"."""
_WITH = re.compile(r"\s*(?:,|and|or|&|as\s+well\s+as)\s*$", re.IGNORECASE)
_I_AM = late(
    r"(?:\s+(?:the|a|an|my|our|it|this|that)(?:\s+[^\W\d_]+)?)?(?:\s+(?:by|via)\s+(?:e-?mail|mail|sms|text))?"
    r"(?:\s*[(,]\s*|\s+[-\u2013\u2014]\s+)"
    r"(?:(?:I\s+am|I['\u2019]m|my\s+(?:e-?mail|mail|address)(?:\s+address)?\s+is)\s+)?",
    re.IGNORECASE,
)
"""What stands between "me" and the person's own address: "mail me the list - ann@x"."""
_ENDS = re.compile(r"\s*(?:\)|[.!;]?\s*\Z|[.!;]\s)")
_DESCRIBES = re.compile(
    r"\b(?:starting|starts|beginning|begins|ending|ends) with\s*[\"'`“]?$", re.IGNORECASE
)
"""What stands before a part of a name, rather than before somebody."""
_HELD = re.compile(r"\s*[(<\[]\s*(?:mailto:)?")
"""What stands between a person and the address that is put in brackets behind them."""
_ADDRESSES = frozenset({"email", "phone", "iban"})
_VALUES = frozenset({"email", "iban", "url", "phone", "amount", "object_id"})


def framed(text: str, found: list[Entity]) -> Iterator[Entity]:
    """Yield the values of a text, each with its frame."""
    before: Entity | None = None
    named = [(one.literal, one.start, one.end) for one in found if one.kind == "name"]
    silent, passed = silences(text, found), relayed(text)
    cited = recited(text, _spans(found, {"quoted"}), _spans(found, _VALUES))
    told = {
        place for at, places in told_by(text, named) if not within(at, silent) for place in places
    }
    for one in found:
        now = one
        if one.frame == "unknown":
            now = replace(one, frame=_frame(text, one, before))
        if one.kind not in {"date", "time"} and within(one.start, silent):
            now = replace(one, frame="unasked")
        elif one.kind not in {"date", "time"} and (
            within(one.start, passed) or (one.kind != "quoted" and within(one.start, cited))
        ):
            now = replace(one, frame="told")
        elif one.kind == "amount" and is_asked(text, one.start, one.end):
            now = replace(one, frame="unasked")
        # "Ask Bob and tell him" names him twice: once in a sentence, and once as where it goes.
        yield replace(now, frame="dest") if (one.start, one.end) in told else now
        before = now


def is_id(one: Entity) -> bool:
    """Return whether a person writes one object, by its id, its file, or a word with a digit."""
    word = one.kind == "name" and " " not in one.canonical and any(map(str.isdigit, one.canonical))
    return word or one.kind in {"object_id", "filename"}


def spoken_of(text: str, found: Iterable[Entity]) -> list[Entity]:
    """Return the things of which a text speaks: those with an id, else "the Old Tandem".

    What it wants to be left alone is none of them.
    """
    every = [one for one in found if not _KEPT.search(clause_before(text, one.start))]
    with_id = [one for one in every if is_id(one)]
    return with_id or [one for one in every if _THE.search(text, 0, one.start)]


def silences(text: str, found: Iterable[Entity]) -> tuple[Span, ...]:
    """Return the places of a text that ask for nothing, given the typed values in it."""
    found = tuple(found)
    silent = unasked(text, (*_spans(found, {"quoted"}), *relayed(text)))
    others = [
        (one.start, one.end)
        for one in found
        if one.kind in _REACHED and _DOES_TO.search(clause_before(text, one.start))
    ]
    return tuple(joined([*silent, *others])) if others else silent


def _spans(found: Iterable[Entity], kinds: Collection[str]) -> list[Span]:
    return [(one.start, one.end) for one in found if one.kind in kinds]


def _frame(text: str, one: Entity, before: Entity | None) -> Frame:
    if one.kind not in {"amount", "percent", "date", "time"} and _AFTER.match(text, one.end):
        return "mention"
    does = one.kind == "name" and _SUBJECT.match(text, one.end)
    if before is not None and before.end <= one.start and before.frame in {"dest", "mention"}:
        between = text[before.end : one.start].lstrip("\"'`\u201d\u2019)>]")
        listed = len(between) < 40 and LISTED.fullmatch(between)  # noqa: PLR2004
        named = before.kind in {"name", "quoted"}
        held = one.kind in _ADDRESSES and _HELD.fullmatch(text, before.end, one.start)
        if listed or (named and (held or APPOSED.fullmatch(between))):
            return "mention" if does and "," in between else before.frame
    clause = clause_before(text, one.start)
    if _is_reached(text, one, clause):
        return "dest"
    if _DESCRIBES.search(clause):
        return "mention"
    if _BOUND.search(clause):
        return "bound"
    found = (
        "mention"
        if one.kind in _ADDRESSES and tells_me(clause, text[one.end :])
        else nearest(clause)
    )
    return _abroad(clause) if found == "unknown" and clause else found


def _is_reached(text: str, one: Entity, clause: str) -> bool:
    """Return whether what stands before somebody reaches them: "sign Ann up", "and mail Ann"."""
    verb = _WRITES_TO.search(clause) if one.kind in _REACHED else None
    if verb:
        put = verb["verb"].casefold() == "write" and _WRITTEN.match(text, one.end)
        return not put and not _ANOTHER_DOES.search(clause)
    return _PUT_IN.match(text, one.end) is not None and _GETS.search(clause) is not None


@lru_cache(maxsize=1024)
def to_me(text: str) -> bool:
    """Return whether a text asks that the person be told something."""
    return _IS_TO_ME.search(text) is not None


def tells_me(clause: str, after: str) -> bool:
    """Return whether a clause lets the person be told something of whoever stands behind it.

    Args:
        clause: what stands before them.
        after: what comes behind: "mail me (ann@x) the list" says who the person is.
    """
    said = _TO_ME.search(clause)
    if said is None or _WITH.match(said["what"]):
        return False  # "send me and ann@x the list"
    if _I_AM.fullmatch(said["what"]) and _ENDS.match(after):
        return False
    return nearest(said["what"]) != "dest"


def _abroad(clause: str) -> Frame:
    """Return what a clause lets a value be in which somebody is told to do something abroad."""
    words = [one for one in re.findall(r"[^\W_]+(?:['\u2019-][^\W_]+)*", clause) if one]
    told = dict(abroad(words))
    if told and words[-1].casefold() in {"a", "al"}:
        return "dest"
    its = told.get(len(words) - 1, "").split()
    return "dest" if any(one in DEST for one in its) else "unknown"


def nearest(clause: str) -> Frame:
    """Return what the last word says that frames what comes after it."""
    for word in reversed(re.findall(r"\b[^\W\d_]+\b", clause)[-6:]):
        folded = word.casefold()
        if folded in DEST:
            return "dest"
        if folded in MENTION:
            return "mention"
        if folded in WHEN:
            return "when"
    return "unknown"


def clause_before(text: str, start: int) -> str:
    """Return the part of the sentence before a place, at most 120 characters of it."""
    window = text[max(start - 120, 0) : start]
    ends = [one.end() for one in STOP.finditer(window)]
    return window[ends[-1] :] if ends else window


def length(many: Iterable[Entity]) -> int:
    """Return how many a list names, each once, an address beside its name not counted."""
    kinds: dict[str, set[str]] = {}
    for one in many:
        kinds.setdefault(one.kind, set()).add(one.canonical)
    return max(map(len, kinds.values()))
