"""By which rule a person means one of a list: "the best rated under 210", "whichever is closer".

It finds the rule with its filter. It knows no call and no list.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guard.model.late import late
from guard.provenance.result.select import BEGUN, DUE, RANKS, TOUCHED, is_nth
from guard.provenance.speech.sentences import sentences
from guard.provenance.speech.unasked import Span
from guard.provenance.vocabulary.grammar import RANKLESS, UNCOMPARED
from guard.provenance.vocabulary.words import set_of

_NAMES_ONE = (
    r"(?:\b(?:(?:that|which|who)\s+(?:is|are)(?:\s+the)?|the|my|our|your|their|its|his|her|whose|der|die|das|den|dem|le|la|les|el|los|las)\s+"
    r"(?:[^\W\d_]+\s+)?|(?P<whose>(?:\b(?-i:[A-Z])[^\W\d_]+\s+){0,2}\b(?-i:[A-Z])[^\W\d_]+)['\u2019]s\s+)"
)
_MOST = late(
    rf"{_NAMES_ONE}(?P<rank>(?:best|top|highest|lowest|worst)[\s-]rated|longest[\s-](?:standing|serving|running)|most\s+recent|(?:most|least)\s+[^\W\d_]{{4,}}|best|worst"
    r"|[^\W\d_]{2,}est(?:e[nmrs]?)?|[^\W\d_]{3,}ste[nmrs]?|(?:plus|moins|m\u00e1s|menos)\s+[^\W\d_]{4,}|meilleur\w*|mejor)\b"
    r"(?!\s+(?:version|priority|quality|setting|level|practice\w*|regards|wishes|effort|possible|interest|importance"
    r"|updates?|news|extent|degree|standard|way|convenience|of\s+(?:my|our)\s+(?:knowledge|ability))\b)",
    re.IGNORECASE,
)
_MORE = late(
    r"\b(?P<which>whichever|whatever(?=\s+(?:is|costs?)\b))\b"
    r"|\bthe\s+(?P<rank>(?:more|less)\s+[^\W\d_]{4,}|[^\W\d_]{2,}er|worse)\s+(?:one|of|option)\b(?!\s+the\s+(?:day|week|month)s?\b)",
    re.IGNORECASE,
)
_ID = 3
"""The fewest digits of a number that is more likely what something is called than how many."""
_PHRASE = re.compile(
    r"[^.,;:!?\n]{1,60}?(?=\s(?:that|who|whose|about|when|if|is|has|should|can|to|for|from|with)\b"
    r"|[.,;:!?\n]|$)",
    re.IGNORECASE,
)
_SEVERAL = set_of(
    "them these those both all two three and or us you any pair couple lot bunch set group list"
    " each which everything"
)
"""Words for several things of which one may be more than another."""
_THAT = r"(?:that|which|who)"
_AFTER = r"(?=\s*(?:[.,;:!?]|$|(?:to|and|or|should|has|must|can|needs|back|please|now|go)\b))"
"""What may stand behind: nothing that tells it from others."""
_HAS = rf"(?:{_THAT}\s+)?(?:has|have)"
_IS_DUE = rf"(?:{_THAT}\s+)?(?:is|are)\s+due"
_UNTOUCHED = (
    rf"(?:{_THAT}\s+)?(?:hasn['\u2019]t|has\s+not)\s+been\s+"
    r"(?:updated|changed|modified|edited|used|touched)\s+(?:(?:for|in)\s+)?(?:the\s+)?longest"
)
_LAST = tuple(
    (
        re.compile(
            rf"\b(?:the|whichever)\s+(?P<rest>[^.,;:!?]{{2,40}}?)\s+{how}\b(?:\s+time\b)?"
            rf"{_AFTER}",
            re.IGNORECASE,
        ),
        fields,
        most,
    )
    for how, fields, most in (
        (rf"{_IS_DUE}\s+(?:first|next|soonest)", DUE, False),
        (rf"{_IS_DUE}\s+(?:last|latest)", DUE, True),
        (rf"{_HAS}\s+been\s+[^.,;:!?]{{2,24}}?\s(?:for\s+)?(?:the\s+)?longest", BEGUN, False),
        (_UNTOUCHED, TOUCHED, False),
    )
)
"""How the one of a list is told by what is said behind it."""
_AS = re.compile(
    r"\bas\s+(?P<rank>early|soon|late|cheap|close|near|quick|fast)(?:ly)?\s+as\s+(?:possible|you\s+can)\b",
    re.IGNORECASE,
)
_AS_RANK = {
    "early": "earliest",
    "soon": "earliest",
    "late": "latest",
    "cheap": "cheapest",
    "close": "closest",
    "near": "nearest",
    "quick": "quickest",
    "fast": "fastest",
}
_OF_THEM = re.compile(
    r"\bthe\s+(?P<rank>[^\W\d_]{2,}er|worse)\s+of\s+(?:the|my|our|those|these)\s+two\s+(?P<rest>[^.,;:!?]{2,40}?)"
    r"(?=\s+(?:go|to|for|with|on|in|at|be)\b|[.,;:!?]|$)",
    re.IGNORECASE,
)
"""Which of two that are told by what they are, and not by their names."""
_ENDS = re.compile(
    r"[,;:]\s|\b(?:and|then|but|to|for|with\s+my|using|und|dann|et|puis|y)\b", re.IGNORECASE
)
_FOUND = re.compile(
    r"\s*\b(?:(?:that\s+)?you\s+(?:can\s+)?(?:find|see|get)|there\s+is|(?:that\s+(?:is|are)\s+)?available|on\s+offer)\s*\Z",
    re.IGNORECASE,
)
"""What tells it from none of the others."""
_ENDS_SO, _ARTICLES = re.compile(r"ste[nmrs]?$"), frozenset({"der", "die", "das", "den", "dem"})
_BACK = frozenset({"", "one", "ones", "of them", "of these", "of those", "one of them"})
"""What is said of the one where the words before have said it: "find trains, take the fastest"."""
_TOLD = re.compile(
    r"\b(?:to|for|from|in|at|of|on)\s+([^,;:]+?)\s*(?:,|;|:|\b(?:and|then|und|dann|et|puis|y)\b)[^,;:]*\Z",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:is|are|costs?|comes|has(?:\s+the)?)\s+(?:the\s+)?(?P<rank>(?:more|less|most|least)\s+[^\W\d_]+|[^\W\d_]+)",
    re.IGNORECASE,
)

ORDERS = {
    **dict.fromkeys(
        ("highest", "largest", "biggest", "greatest", "most", "longest", "latest", "heaviest"), True
    ),
    **dict.fromkeys(
        ("lowest", "smallest", "fewest", "least", "shortest", "earliest", "lightest"), False
    ),
}
"""Words that order by what is said behind them, and whether the most of it is meant."""


class Ranking(NamedTuple):
    """One rule.

    Args:
        place: where its words stand.
        fields: the words of the fields that order; empty: it is not known by which.
        most: whether the one with the most of it is meant.
        rest: what else it says of the one: a filter, or what it is.
        named: whether it chooses between things that the person names.
        many: among how many there have to be; 0: any number.
        word: by which it orders, as it is said.
        more: what stands behind: where the one goes, or what is done with it.
    """

    place: Span
    fields: frozenset[str]
    most: bool
    rest: str
    named: bool
    many: int = 0
    word: str = ""
    more: str = ""


def rankings_of(text: str) -> tuple[Ranking, ...]:
    """Return the rules by which a text says which one of several is meant."""
    return tuple(one for start, end in sentences(text) for one in _in_sentence(text, start, end))


def _in_sentence(text: str, start: int, end: int) -> Iterator[Ranking]:
    taken = [*_told_behind(text, start, end), *_of_two(text, start, end)]
    yield from taken
    yield from _superlatives(text, start, end, taken)
    for one in _AS.finditer(text, start, end):
        word = _AS_RANK[one["rank"].casefold()]
        fields, most = _order(word)
        yield Ranking((start, end), fields, most, "", named=False, word=word)
    yield from _comparatives(text, start, end, taken)


def _superlatives(text: str, start: int, end: int, taken: Sequence[Ranking]) -> Iterator[Ranking]:
    """Yield the rules that name the one with the most of something."""
    for one in _MOST.finditer(text, start, end):
        word = " ".join(one["rank"].casefold().split())
        if word in RANKLESS or _is_german(word, one[0]) or _is_within(one.start("rank"), taken):
            continue
        cut = _ENDS.search(text, one.end(), end)
        stop = cut.start() if cut else end
        fields, most = _order(word)
        if is_nth(text, one.start("rank"), one.end("rank")):
            fields, word = frozenset(), ""  # nobody knows which one that is
        rest, more = text[one.end() : stop].strip(" .!?\n"), [one["whose"] or ""]
        rest = _FOUND.sub("", rest)
        if cut and cut[0].casefold() in {"to", "for"}:
            last = _ENDS.search(text, cut.end(), end)
            more.append(text[cut.end() : last.start() if last else end].strip(" .!?\n"))
        elif rest.casefold() in _BACK:
            rest, more = "", [*more, *_told_before(text, start, one.start())]
        told = " ".join(filter(None, more))
        yield Ranking((one.start(), stop), fields, most, rest, named=False, word=word, more=told)


def _is_german(word: str, said: str) -> bool:
    """Return whether a word ends as German ones that order, behind an English one: the toaster."""
    article = said.split(maxsplit=1)[0].casefold()
    return _ENDS_SO.search(word) is not None and article not in _ARTICLES


def _comparatives(text: str, start: int, end: int, taken: Sequence[Ranking]) -> Iterator[Ranking]:
    """Yield the rules that choose between things: whichever, the cheaper of the two."""
    for one in _MORE.finditer(text, start, end):
        word = (one["rank"] or "").casefold()
        if word in UNCOMPARED or _is_within(one.start(), taken) or _is_of_one(text, one, end):
            continue
        said = _COMPARED.search(text, one.end(), end) if one["which"] else None
        word = said["rank"].casefold() if said else word
        cut = _ENDS.search(text, said.end(), end) if said else None
        rest = text[said.end() : cut.start() if cut else end].strip(" .!?\n") if said else ""
        fields, most = _order(word)
        yield Ranking((start, end), fields, most, rest, named=True, word=word)


def _is_of_one(text: str, said: re.Match[str], end: int) -> bool:
    """Return whether what is said is of one thing, so that nothing is compared: the keeper of it.

    "The older of them", "of the pair", "of A and B" and "of my boats" compare.
    """
    if said["which"] or not said[0].casefold().endswith("of"):
        return False
    behind = _PHRASE.match(text, said.end(), end)
    words = _up_to_an_id(behind[0].casefold().split() if behind else [])
    several = any(one in _SEVERAL or (one.endswith("s") and one[-2:] != "ss") for one in words)
    return bool(words) and not several


def _up_to_an_id(words: list[str]) -> list[str]:
    """Return the words up to the id of one thing, where a number follows: of "order 5017 4 EUR"."""
    for at, one in enumerate(words[:-1]):
        if at and len(one) >= _ID and one.isdigit() and words[at + 1][0].isdigit():
            return words[: at + 1]
    return words


def _told_before(text: str, start: int, end: int) -> Iterator[str]:
    """Yield what the words before a rule say of those among which it chooses."""
    if told := _TOLD.search(text, start, end):
        yield told[1]


def _told_behind(text: str, start: int, end: int) -> Iterator[Ranking]:
    for pattern, fields, most in _LAST:
        for one in pattern.finditer(text, start, end):
            yield Ranking(one.span(), fields, most, one["rest"], named=False)


def _of_two(text: str, start: int, end: int) -> Iterator[Ranking]:
    for one in _OF_THEM.finditer(text, start, end):
        fields, most = _order(one["rank"].casefold())
        yield Ranking(one.span(), fields, most, one["rest"], named=False, many=2)


def _is_within(at: int, taken: Sequence[Ranking]) -> bool:
    return any(one.place[0] <= at < one.place[1] for one in taken)


def _order(word: str) -> tuple[frozenset[str], bool]:
    return next(
        ((fields, most) for pattern, fields, most in RANKS if pattern.fullmatch(word)),
        (frozenset(), True),
    )
