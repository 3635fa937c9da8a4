"""How a later turn speaks of what was asked before: takes it back, puts it right, adds, goes on.

Surface English, German and French. "Stop" and "no" count where a turn or a sentence begins with
them; "no onions" and "stop the music" are other things. It reads one turn and changes none.
"""

import re
from dataclasses import dataclass

from guard.model.late import late
from guard.provenance.speech.questions import questions
from guard.provenance.speech.unasked import joined, without
from guard.provenance.vocabulary.grammar import CONTENTED, REFUSING
from guard.provenance.vocabulary.lexicon import is_stop, stem, verb_classes

_END = r"(?=\s*(?:$|[.,;:!?\u2026\u2014\u2013)]|(?:please|pls|thanks|then|though|bitte|merci)\b))"
_NOW = (
    r"(?:\s+(?:now|yet|anymore|any\s+more|at\s+all|right\s+now|after\s+all|for\s+now|jetzt|mehr))?"
)
_IT = (
    r"(?:it|that|this|them|everything|all\s+(?:of\s+)?(?:it|that|this)|the\s+whole\s+thing"
    r"|es|das|alles|\u00e7a|tout)"
)
_FILLER = (
    r"(?:oh|ah+|uh+|um+|h+m+|ok(?:ay)?|please|pls|sorry|well|actually|hey|(?:my\s+)?god|but|and|so|just|yikes|oops"
    r"|argh|damn|bitte|ach|je|doch|ja|also|aber|euh|bon|mais|alors|s['\u2019]il\s+(?:te|vous)\s+pla\u00eet)"
)
_OPENS = rf"(?:^|(?<=[.!?;:,\u2026\u2014\u2013\n]))\s*(?:{_FILLER}[\s,.!\u2026-]+)*"

_STRONG = late(
    rf"\bnever\s?mind\b(?:\s+(?:about\s+)?{_IT})?{_END}|\bnvm\b"
    r"|\bchanged?\s+my\s+mind\b|\bmade\s+up\s+my\s+mind\b|\bon\s+second\s+thoughts?,?\s+(?:no|don['\u2019]?t|let)\b"
    rf"|\b(?:forget|scratch|skip|drop|cancel|undo|abort|ignore|retract|withdraw|revoke)\s+(?:about\s+)?{_IT}{_NOW}{_END}"
    rf"|\btake\s+{_IT}\s+back\b"
    r"|\bleave\s+(?:it|that|them|everything|things)\b(?=\s*(?:$|[.,;!?]|be\b|alone\b|on\b|off\b|as\b|for\s+now|after\s+all|out\b))"
    r"|\blet\s+(?:it|them|that)\s+(?:be|go|stay)\b|\b(?:I['\u2019]d\s+)?(?:rather|better|best)\s+not\b|\blet['\u2019]?s\s+not\b"
    rf"|\b(?:do\s+not|don['\u2019]?t)\b(?:\s+do)?(?:\s+(?:{_IT}|any\s?thing|so))?{_NOW}{_END}|\bdon['\u2019]?t\s+bother\b"
    rf"|\bdo\s+nothing\b|\bI\s+(?:do\s+not|don['\u2019]?t|no\s+longer)\s+(?:want|need)\s+(?:{_IT}|to){_NOW}"
    rf"|\bno\s+(?:need|reason|point)(?:\s+(?:for\s+)?{_IT})?{_NOW}{_END}|\btoo\s+late{_NOW}{_END}|\bon\s+hold\b"
    rf"|\b(?:keep|leave)\s+(?:{_IT}|him|her|(?:that|this)\s+one){_NOW}{_END}|\b(?:says?|said)\s+(?:no|nein|non){_END}"
    rf"|\b(?:postpone|delay|defer|shelve)\s+{_IT}{_END}"
    r"|\b(?:send|give|hand|put|take)\s+(?:it|that|them|this)\s+back\b|\bleave\s+(?:that|this)\s+one\b"
    r"|\blass(?:en\s+sie|t)?\s+(?:es|das|mal|gut|lieber|bleiben|sein|stecken)\b|\bdoch\s+(?:lieber\s+)?nicht\b"
    r"|\bvergiss(?:\s+(?:es|das|alles))?(?=\s*(?:$|[.,;!?]))|\bvergessen\s+sie\s+(?:es|das)\b|\banders\s+\u00fcberlegt\b"
    r"|\b(?:lieber|besser|blo\u00df|bloss|bitte)\s+nicht\b|\b(?:mach|tu)e?\s+(?:es|das)\s+(?:bitte\s+)?nicht\b"
    r"|\blaisse[rz]?(?:\s+(?:tomber|\u00e7a|b\u00e9ton)|(?=\s*(?:$|[.,;!?])))|\bchang\u00e9\s+d['\u2019]avis\b"
    r"|\boublie[rz]?(?:\s+(?:\u00e7a|tout))?(?=\s*(?:$|[.,;!?]))|\b(?:annule[rz]?|arr\u00eate[rz]?)\s+(?:\u00e7a|tout)\b"
    r"|\b(?:finalement|surtout)\s+(?:non|pas)\b|\btant\s+pis\b|\bne\s+(?:le\s+|la\s+)?(?:fais|faites)\s+(?:pas|rien)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Words with which a person takes back what they asked for."""
_UNDO = re.compile(
    r"(?:cancel|abort|withdraw|revoke|stop|annule[rz]?)\s+(?:it|that|this)\b", re.IGNORECASE
)
_NOT_TO = re.compile(
    r"I\s+(?:do\s+not|don['\u2019]?t)\s+(?:want|need)\s+to\s+(?!cancel|stop|do\b)[^\W\d_]+\s+it",
    re.IGNORECASE,
)
"""How somebody asks to cancel a thing, and what they decline instead."""
_HOLDS = late(
    rf"{_OPENS}(?:stop(?:p)?\b(?=\s*(?:$|[.,;!?]|{_IT}\b|doing\b|right\s+there|there\b|immediately\b|now\b|please\b|sofort\b|bitte\b))"
    r"|wait\b(?!\s+for\s+(?!me\b|my\b))|hold\s+(?:on|off|it|that|your\s+horses)\b|hang\s+on\b|pause\b(?=\s*(?:$|[.,;!?]))"
    r"|not\s+(?:yet|now|so\s+fast|just\s+yet|today|tonight|tomorrow|this\s+(?:week|month|time)|any\s?more|needed|necessary)\b"
    rf"|(?:(?:maybe|perhaps|better|rather)\s+)?(?:later|(?:an|some\s+)other\s+(?:time|day)){_END}"
    r"|(?:one|just\s+a|give\s+me\s+a)\s+(?:moment|minute|second|sec|mo)\b|halt\b"
    r"|warte[nt]?\b(?!\s+auf\s+(?!mich\b))|moment(?:\s+mal)?\b(?=\s*(?:$|[.,;!?]))|(?:noch|jetzt)\s+nicht\b|nicht\s+jetzt\b|einen\s+moment\b"
    r"|attend(?:s|ez)\b|arr\u00eate[rz]?\b(?=\s*(?:$|[.,;!?]))|pas\s+(?:encore|maintenant|tout\s+de\s+suite)\b|un\s+(?:moment|instant)\b"
    r"|let\s+me\s+(?:\w+\s+)?(?:think|check|see|look|ask|talk|sleep|decide|reconsider)\b"
    r"|I\s+(?:(?:have|need|want)\s+to|must|should|['\u2019]ll)\s+(?:\w+\s+)?(?:think|check|ask|decide|sleep)\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""Words with which a person stops what goes on."""
_NO = late(
    rf"{_OPENS}(?:(?P<no>no+|nope|nah|nein|n\u00f6|non)\b(?:\s+(?P<next>[^\W\d_]+))?"
    rf"|(?P<wrong>(?:(?:that['\u2019]?s|this\s+is|it['\u2019]?s|that\s+(?:was|is)|das\s+(?:war|ist)|c['\u2019](?:est|\u00e9tait))\s+)?"
    r"(?:(?:the|a|das|der|die|le|la)\s+)?(?:wrong|falsche?[rnms]?|mauvaise?)\b)|not\s+(?:that|this|the)\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""Words with which a person says that something is not what they want."""
_MENDS = late(
    r"\b(?:I|we)\s+(?:(?:actually|really|of\s+course)\s+)?mean[t]?\b|\binstead\b(?!\s+of)|\b(?:make|change|set|let)\s+(?:it|that|this|them)\b"
    r"|\bthe\s+other\s+(?:one|ones|guy|person|way)\b|\b(?:is|are|should\s+(?:be|have\s+been)|it['\u2019]?s|was)\s+(?:actually|rather|really)\b"
    r"|\bactually\b|\brather\b(?!\s+than)|\bcorrection\b|\btypo\b|\bshould\s+have\s+(?:been|said)\b|\bmy\s+(?:mistake|bad|fault)\b|\bmistyped\b|\bI\s+misspoke\b"
    r"|\b(?:typed|wrote|spelled|said|got)\b[^.;!?\n]{0,20}\bwrong\b|(?:^|[.!?;,\n]\s*)better\s+(?=\S)"
    r"|^\s*(?:it|that)\s+(?:was|is|should\s+be)\s+(?=\S+\s*[.!]?\s*$)"
    r"|^\s*(?:(?:well|ok(?:ay)?|hm+|no|or),?\s+)*(?:let(?:['\u2019]?s|\s+us)\s+(?:go\s+(?:with|for)|call\s+it)|(?:let(?:['\u2019]?s|\s+us)\s+)?say)\s+(?=[\u20ac$\u00a3]?\d)"
    r"|(?:^|[.!?;\n]\s*)(?:oh\s+|oops,?\s+)?sorry,|\bon\s+second\s+thoughts?\b"
    r"|\b(?:ich|wir)\s+mein(?:te|e|en|ten)\b|\bstattdessen\b|\b(?:doch\s+)?lieber\b|\beigentlich\b|\bsondern\b|\bmach(?:e|en\s+sie)?\s+(?:es|das|daraus)\b"
    r"|\b(?:je\s+voulais\s+dire|plut\u00f4t|en\s+fait|au\s+lieu)\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Words with which a person puts right what they said."""
_ADDS = late(
    r"\b(?:also|too|as\s+well|additionally|another|in\s+addition|on\s+top|besides|plus"
    r"|auch|au\u00dferdem|zus\u00e4tzlich|noch\s+(?:ein|eine|einen|50)|aussi|en\s+plus|\u00e9galement)\b",
    re.IGNORECASE,
)
"""Words with which a person asks for something more."""
_CONTENT = late(
    r"\bthat['\u2019]?s\s+(?:all|it|fine|ok(?:ay)?|perfect|great|everything|enough)\b|\bnothing\s+else\b|\bwe['\u2019]?re\s+(?:done|good)\b"
    r"|\bdas\s+(?:ist|war)\s+alles\b|\bdas\s+war['\u2019]?s\b|\bsonst\s+nichts\b|\bc['\u2019]est\s+(?:tout|bon)\b|\bgo\s+ahead\b",
    re.IGNORECASE,
)
"""Words of somebody who has what they want: "no, that's all"."""
_GOES_ON = late(
    r"\bgo\s+ahead\b|\bproceed\b|\bdo\s+(?:it|that|so)\b|\bgo\s+for\s+it\b|\b(?:carry|go)\s+on\b|\bcontinue\b|\bresume\b|\bmach\s+(?:es|das|weiter)\b"
    r"|\bleg\s+los\b|\bweiter\b|\bvas[-\s]y\b|\ballez[-\s]y\b|\bfais[-\s]le\b",
    re.IGNORECASE,
)
"""Words with which a person lets go on what they had stopped."""
_NOTHING_YET = late(
    r"\s*(?:(?:hi|hey|hello|good\s+(?:morning|afternoon|evening|day))(?:\s+there)?[\s,.!]*)?"
    r"(?:(?:I|we)(?:['\u2019]d\s+like|\s+would\s+like|\s+need|\s+have|\s+want|['\u2019]ve\s+got)\s+(?:some\s+)?"
    r"(?:help|assistance|support|an?\s+(?:question|problem|issue))\s+(?:with|about|regarding|concerning)\s+"
    r"(?:(?:an?|my|our|the|one\s+of\s+(?:my|our))\s+)?[^\W\d_]+(?:\s+[^\W\d_]+)?(?:\s+#?[\w-]*\d[\w-]*)?"
    r"|(?:(?:my|the)\s+)?(?:e-?mail|number|name|id|reference)(?:\s+(?:address|number))?\s+is\s+"
    r"[\w@.+-]{2,60}(?:\s+(?-i:[A-Z])[\w-]*)?"
    r"|my\s+[^\W\d_]+(?:\s+[^\W\d_]+)?\s+is\s+[\w-]*\d[\w-]*|I(?:['\u2019]m|\s+am)\s+(?-i:[A-Z])[\w-]*(?:\s+(?-i:[A-Z])[\w-]*)?"
    r"|(?:it|that)(?:\s+is|['\u2019]s)\s+(?:the\s+)?(?:(?-i:[A-Z])[\w-]*(?:\s+(?!to\b)[\w-]+){0,2}|\w*\d[\w-]*)"
    r"|[\w.+-]+@[\w.-]+|[^\W\d_]{0,4}[-_]?\d[\w-]{0,20})?[\s.!,]*",
    re.IGNORECASE,
)
"""A turn that only greets, says that help is needed with a thing, or gives an address or an id."""
_IDLE = " \t\n.,;:!?\u2026"
_SHORT = 8
_BARE = late(
    rf"\s*(?:{_FILLER}[\s,.!\u2026-]+|(?:let['\u2019]?s|lets|then|only|maybe|rather|better|no|wait|oops|do|take|with|for|at|on)[\s,]+)*"
    r"[\u20ac$\u00a3]?\d(?:[\d.,]*\d)?\s?(?:[\u20ac$\u00a3%]|[^\W\d_]{1,12})?"
    r"(?P<after>\s*,?\s*(?:sorry|please|instead|then|rather|(?:is|are|will|would\s+be)\s+(?:enough|fine|do|better|plenty)))?\s*[.!]*\s*",
    re.IGNORECASE,
)
"""A turn that is a number, with a filler or nothing beside it: "hm, 8", "8 litres is enough"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """How a turn speaks of those before it.

    Args:
        takes: it takes back what was asked for, as "never mind".
        holds: it stops what goes on, as "wait".
        refuses: it says that something is not wanted, as "no".
        mends: it puts something right, as "I meant 15".
        adds: it asks for something more.
        goes_on: it lets go on what was stopped.
        rest: what it says beside, in its place.
        undoes: it takes back by "cancel it" alone, which may ask to cancel a thing.
    """

    takes: bool = False
    holds: bool = False
    refuses: bool = False
    mends: bool = False
    adds: bool = False
    goes_on: bool = False
    rest: str = ""
    undoes: bool = False

    @property
    def stops(self) -> bool:
        """Return whether what was asked before is not to go on as it was."""
        return self.takes or self.holds or self.refuses

    @property
    def turns(self) -> bool:
        """Return whether it speaks of what was asked before at all."""
        return self.stops or self.mends


def tone_of(turn: str) -> Tone:
    """Return how a turn speaks of what was said before it."""
    if _CONTENT.search(turn):
        return Tone(rest=turn, goes_on=_goes_on(turn))
    takes, holds, mends = (
        [one.span() for one in pattern.finditer(turn)] for pattern in (_STRONG, _HOLDS, _MENDS)
    )
    refuses = [span for one in _NO.finditer(turn) if (span := _refused(one))]
    return Tone(
        takes=bool(takes),
        holds=bool(holds),
        refuses=bool(refuses),
        mends=bool(mends) or _is_bare(turn),
        adds=_ADDS.search(turn) is not None,
        goes_on=not (takes or holds or refuses) and _goes_on(turn),
        rest=without(turn, joined([*takes, *holds, *refuses, *mends])),
        undoes=any(_UNDO.match(turn, *one) for one in takes)
        and all(_UNDO.match(turn, *one) or _NOT_TO.match(turn, one[0]) for one in takes),
    )


def asks_nothing(turn: str) -> bool:
    """Return whether a turn asks for nothing yet, so that there is nothing in it to take back."""
    if _NOTHING_YET.fullmatch(turn) is not None:
        return True
    return not without(turn, questions(turn)).strip(_IDLE)


def _is_bare(turn: str) -> bool:
    """Return whether a turn is another number than the one before, by how little it says else."""
    found = _BARE.fullmatch(turn)
    plain = turn.strip()[:1].isdigit() or turn.strip()[:1] in "\u20ac$\u00a3"
    return found is not None and bool(found["after"] or not plain)


def _goes_on(turn: str) -> bool:
    return len(turn.split()) <= _SHORT and _GOES_ON.search(turn) is not None


def _refused(one: re.Match[str]) -> tuple[int, int] | None:
    """Return where a "no" stands that refuses: not that of "no onions" and "no problem"."""
    if not one["no"]:
        return one.span()
    word = (one["next"] or "").casefold()
    if word in CONTENTED:
        return None
    plain = not word or word in REFUSING or is_stop(word) or verb_classes(stem(word))
    return (one.start(), one.end("no")) if plain else None
