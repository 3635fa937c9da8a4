"""Where a person pastes what others wrote: between marks, or behind a request to work on its words.

A pasted text may be read, summarised and sent on, and orders nothing. Marks show where it ends;
"translate this: ..." shows only where it begins, so all that follows in that turn counts as pasted,
which costs a question. Surface English, German and French.
"""

import re
from collections.abc import Iterator

from guard.model.late import late
from guard.provenance.speech.sentences import is_base
from guard.provenance.speech.turns import turns
from guard.provenance.speech.unasked import Span
from guard.provenance.vocabulary.lexicon import stem, verb_classes

_FENCED = late(
    r"^[ \t]*(```|~~~)[^\n]*\n.*?(?:^[ \t]*\1[ \t]*$|\Z)|\"\"\".*?(?:\"\"\"|\Z)",
    re.MULTILINE | re.DOTALL,
)
_CITED = late(r"^[ \t]*>[^\n]*$", re.MULTILINE)
_FORWARDED = late(
    r"^[ \t]*(?:-{2,}[ \t]*(?:forwarded message|original message|weitergeleitete nachricht"
    r"|ursprüngliche nachricht|message transféré)\b|begin forwarded message:"
    r"|anfang der weitergeleiteten nachricht:)"
    r"|^(?:from|von|de):[^\n]{0,200}\n(?:to|an|à|cc|subject|betreff|objet|date|datum|sent|gesendet)\b[^\n:]{0,20}:"
    r"|^(?:from|von|de):[^\n]{1,200}\n[ \t]*\n|^(?:fwd?|wg):"
    r"|^(?:on|am|le)\b[^\n]{5,120}\b(?:wrote|schrieb[^\n:]{0,80}|a écrit) ?:[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
"""How a pasted mail begins. Nothing tells where it ends."""
_HEDGED = late(
    r"<<<.*?(?:>>>|\Z)"
    r"|^[ \t]*[-=*_#]{2,}[ \t]*(?:begin|start|beginn|anfang|début)\b[^\n]*$.*?"
    r"(?:^[ \t]*[-=*_#]{2,}[ \t]*(?:end|stop|ende|schluss|fin)\b[^\n]*$|\Z)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
"""Marks between which a text is pasted."""
_TAG = late(r"<(/?)([A-Za-z][\w:-]{0,40})(?:\s[^<>\n]{0,200})?>")

_TEXT = (
    r"(?:texts?|e-?mails?|mails?|messages?|sms|letters?|notes?|posts?|comments?|articles?|paragraphs?|sentences?|passages?|snippets?"
    r"|excerpts?|reviews?|tweets?|poems?|lyrics|transcripts?|nachricht(?:en)?|briefe?s?|texte[sn]?|satz|sätze|absatz|kommentare?"
    r"|courriels?|lettres?|phrases?|paragraphes?|commentaires?)"
)
_THIS = (
    r"(?:this|these|that|the\s+following|following|below|diese[nrsm]?|folgende[nrsm]?|das\s+folgende|ce(?:ci|t|tte|s)?|le\s+suivant"
    r"|suivant(?:e?s?)|ci-dessous)"
)
_REWORD = (
    r"(?:summari[sz]e|translate|proof-?read|paraphrase|rephrase|reword|rewrite|shorten|condense|spell-?check|tl;?dr|transcribe"
    r"|übersetze?n?|fasse?|korrigiere?n?|kürze?n?|formuliere?n?|umschreibe?n?"
    r"|résume[rz]?|tradui(?:s|sez|re)|corrige[rz]?|reformule[rz]?|raccourci(?:s|ssez|r))"
)
"""Verbs that work on words, whatever they are of."""
_WORK = (
    r"(?:rate|count|check|fix|correct|improve|analy[sz]e|classify|explain|review|edit|polish|simplify|judge|evaluate|assess|interpret"
    r"|describe|detect|extract|look\s+at|reply\s+to|respond\s+to|answer|comment\s+on|tell\s+me\s+(?:what|if|whether)"
    r"|what\s+(?:does|do|is|are|would)|how\s+(?:does|do|many|long|polite|formal)"
    r"|(?<!\w )(?:is|are|does|ist)|do\s+you\s+(?:like|understand)"
    r"|zähle?|prüfe?|bewerte|erkläre|beantworte|analysiere|verbessere|antworte|was\s+(?:bedeutet|heißt|will|steht)"
    r"|compte[rz]?|vérifie[rz]?|explique[rz]?|analyse[rz]?|évalue[rz]?|améliore[rz]?|réponds?|que\s+(?:veut|signifie))"
)
"""Verbs that work on words where they are said of a text."""
_ON = (
    rf"(?:{_THIS}(?:\s+{_TEXT})?|(?:the|my|a|an|die|den|das|der|eine?n?|le|la|les|l['\u2019]|un|une|the\s+\w+\s+of\s+(?:the|this))?\s*"
    rf"(?:{_TEXT}|words?|characters?|letters?|tone|grammar|spelling|typos?|wörter|zeichen|ton|grammatik|rechtschreibung"
    r"|mots|caractères|ton|grammaire|orthographe))"
)
_REQUEST = late(
    rf"\b(?:{_REWORD}\b(?P<gap>[^\n:.!?]{{0,80}}?)|{_WORK}\b(?P<more>[^\n:.!?]{{0,60}}?)\b{_ON}\b(?P<rest>[^\n:.!?]{{0,40}}?))"
    r"(?P<colon>\s?:(?=\s))"
    rf"|\b(?:{_REWORD}|{_WORK})\b(?P<before>[^\n:.!?]{{0,60}}?)\b{_THIS}\b(?P<after>[^\n:.!?]{{0,40}}?)"
    r"(?P<gone>[.!?]?[ \t]*\n[ \t]*\n|[:?][ \t]*\n)"
    rf"|\b(?:{_REWORD}|{_WORK})\b(?P<of>[^\n:.!?]{{0,60}}?)\b(?:the\s+following|das\s+folgende|le\s+suivant)\s*(?P<dot>\.\s)",
    re.IGNORECASE,
)
"""A request to work on the words that come next."""
_SAYS = late(
    rf"\b(?P<who>(?:it|he|she|they|one|someone|somebody|er|sie|es|il|elle|on|(?-i:[A-Z]\w+)"
    rf"|(?:an?|the|my|our|his|her|their|one|another|eine?r?|der|die|das|mein\w*|un|une|le|la|mon|ma)\s+[^\W\d_]+|{_TEXT})(?:\s+(?:just|only|also|that|which|below|here|from\s+\w+|I\s+got|von\s+\w+|de\s+\w+))?)\s+"
    r"(?:says?|said|reads?|wrote|writes|states?|goes|sagt|sagte|schreibt|schrieb|lautet|dit|écrit|a\s+écrit)\s?:\s"
    rf"|\b(?P<got>(?:I|we)(?:['\u2019]ve)?\s+(?:have\s+)?(?:just\s+)?(?:got|get|received|found|saw|have)|ich\s+habe|wir\s+haben|j['\u2019]ai\s+reçu"
    rf"|here\s+(?:is|are)|here['\u2019]s|hier\s+ist|voici)\s+(?:(?:{_THIS}|an?|the|another|eine?n?|die|den|un|une|le|la)\s+)?(?:[\w-]+\s+)?"
    rf"{_TEXT}\b[^\n:.!?]{{0,50}}:\s",
    re.IGNORECASE,
)
"""How a person says that what comes next was written by somebody."""
_FOLLOWS = late(r"follow|folg|suivant", re.IGNORECASE)
_UP = late(r"above|obige|ci-dessus|what|geschrieben|ce\s+que", re.IGNORECASE)
_ABOVE = late(
    rf"\b(?:{_REWORD}|{_WORK})\b[^\n:.!?]{{0,60}}?\b(?:the\s+above|above|obige[nrsm]?|ci-dessus)\b"
    r"|\b(?:(?:that|this)(?:['\u2019]s|\s+is|\s+was)\s+what\s+(?:[^\W\d_]+\s+){1,3}?(?:wrote|writes|said|says|sent)"
    r"|(?:so\s+)?(?:das\s+)?hat\s+(?:mir\s+)?[^\W\d_]+\s+(?:mir\s+)?(?:das\s+)?geschrieben"
    r"|c['\u2019]est\s+ce\s+que\s+(?:[^\W\d_]+['\u2019\s]\s*){1,4}?(?:écrit|dit|envoyé))\b",
    re.IGNORECASE,
)
_FYI = late(
    r"^\s*(?:fyi|fwd|z\.?\s?k\.?|zur\s+info(?:rmation)?|pour\s+info(?:rmation)?)\s*[:\n]",
    re.IGNORECASE,
)
_MARKED = late(r"\s*(?:[\"'`“„«<>~]|---|===|\*\*\*)")
"""What begins with a mark has its own end."""
_FILES = late(
    r"\b(?:files?|documents?|pages?|links?|urls?|folders?|sites?|videos?|dateien?|seiten?|fichiers?)\s*$",
    re.IGNORECASE,
)
_NAMED = late(r"\s*(?:https?://\S|www\.\S|[~./\w-]{0,120}\w\.[a-z]\w{1,4}\b)", re.IGNORECASE)
_AND = late(
    r"(?:,|\b(?:and|then|und|dann|et|puis)\b)\s+(?:then\s+|dann\s+)?(?P<verb>[^\W\d_]+)",
    re.IGNORECASE,
)
_OWN = frozenset({"create", "send", "post", "share", "change", "schedule"})
_DOES = frozenset({"do", "make", "follow", "tu", "mach", "fais"})


def pasted(text: str) -> Iterator[Span]:
    """Yield the places of a text where others wrote what stands there."""
    for start, end in turns(text):
        turn = text[start:end]
        yield from ((start + first, start + last) for first, last in _in_turn(turn))


def _in_turn(turn: str) -> Iterator[Span]:
    yield from (one.span() for one in _FENCED.finditer(turn))
    yield from (one.span() for one in _CITED.finditer(turn))
    yield from (one.span() for one in _HEDGED.finditer(turn))
    yield from _tagged(turn)
    begins = [one.start() for one in (_FORWARDED.search(turn),) if one]
    begins += [at for at in (_worked_on(turn), _said(turn)) if at >= 0]
    begins += [one.end() for one in (_FYI.match(turn),) if one]
    if begins:
        yield min(begins), len(turn)
    above = _ABOVE.search(turn) if _UP.search(turn) else None
    if above:
        yield 0, above.start()


def _sentence(turn: str, at: int) -> int:
    """Return where the sentence of a place begins."""
    found = [turn.rfind(stop, 0, at) for stop in (". ", "! ", "? ", "\n")]
    return max(found) + 1


def _worked_on(turn: str) -> int:
    """Return where a text begins that a person wants worked on; -1: none does."""
    leads = ":" in turn or "\n" in turn or _FOLLOWS.search(turn)
    for one in _REQUEST.finditer(turn) if leads else ():
        between = "".join(
            one[name] or "" for name in ("gap", "more", "rest", "before", "after", "of")
        )
        if any(_asks(more["verb"]) for more in _AND.finditer(between)):
            continue  # "summarise the mail and do the following: ..."
        if _MARKED.match(turn, one.end()):
            continue
        if (
            one["colon"]
            and _FILES.search(turn, 0, one.start("colon"))
            and _NAMED.match(turn, one.end())
        ):
            continue  # "summarise these files: a.txt and b.txt"
        if turn[one.end() :].strip():
            return one.end()
    return -1


def _said(turn: str) -> int:
    """Return where begins what somebody wrote, by the person's own words; -1: nothing does."""
    for one in _SAYS.finditer(turn) if ":" in turn else ():
        before = turn[_sentence(turn, one.start()) : one.start()]
        if one["who"] and any(_makes(word) for word in re.findall(r"[^\W\d_]+", before)):
            continue  # "post a note that says: ..."
        if not _MARKED.match(turn, one.end()):
            return one.end()
    return -1


def _asks(word: str) -> bool:
    return word.casefold() in _DOES or (is_base(word.casefold()) and bool(verb_classes(stem(word))))


def _makes(word: str) -> bool:
    return is_base(word.casefold()) and not verb_classes(stem(word)).isdisjoint(_OWN)


def _tagged(text: str) -> Iterator[Span]:
    """Yield what stands between a tag and the last one that closes it: <mail> ... </mail>."""
    tags = list(_TAG.finditer(text))
    last = {one[2].casefold(): one.end() for one in tags if one[1]}
    for one in tags:
        end = 0 if one[1] else last.get(one[2].casefold(), 0)
        if end > one.end():
            yield one.start(), end
