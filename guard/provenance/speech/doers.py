"""Who is to do what a verb says: the one who is told to, or somebody else.

"Tom wants to archive T-1", "I need Bob to approve it" and "the board should close it" ask nobody
here to do that; "I want to close it" does. What somebody does with themselves, as "Ann has to move
to Monday", is done to them. Surface English; it decides nothing.
"""

import re
from collections.abc import Sequence

from guard.model.late import late
from guard.provenance.vocabulary.grammar import (
    ARTICLES,
    ASKING,
    CALENDAR,
    OBJECTS,
    OWNED,
    OWNING,
    PEOPLE,
)
from guard.provenance.vocabulary.lexicon import is_stop, stem
from guard.provenance.vocabulary.words import set_of

_MODALS = set_of("can could will would shall should must may might")
_WISHING = frozenset(
    map(
        stem,
        set_of(
            """
            want need plan intend hope like love prefer try wish mean decide agree expect attempt
            have has had going ought aim propose refuse offer promise threaten tried
            """
        ),
    )
)
"""Verbs before "to" by which somebody says what they will do, or have to."""
_READY = set_of("about allowed able ready willing keen eager set due used came says said")
"""Words before "to" that say the same of somebody, and of no thing: "Bob is about to"."""
_HAVING = frozenset(
    map(
        stem,
        set_of("want need like get prefer expect wish allow enable permit ask asked tell told for"),
    )
)
"""Verbs before somebody and "to" by which that one is to do it."""
_LOOSE = set_of("get for")
"""Those of them that are said of things as well: "get the list to update it"."""
_MUST = frozenset(map(stem, set_of("need have has ought")))
_THIRD = set_of("has wants needs was decided agreed tried planned hoped offered refused promised")
_BETWEEN = set_of(
    "would is are am was were be been has have had do does did will not really also just still now"
)
"""What may stand between somebody and what they want: "Tom would really like to"."""
_MINE = set_of("i we you u id im wed")
_ANYBODY = set_of("someone somebody anyone anybody assistant agent bot chatbot ai system")
"""Whoever is asked, as who must do it."""
_SAYING = frozenset(map(stem, set_of("include mention contain cover say read show tell list")))
"""What a text or a thing does by itself: "the invitation should include the address"."""
_ONESELF = frozenset(
    map(
        stem,
        set_of(
            """
            move switch change transfer shift start end begin join leave register enroll enrol go
            subscribe unsubscribe upgrade downgrade reschedule renew open close stop run turn return
            increase decrease rise fall drop grow expire ship arrive apply appear revert reset
            """
        ),
    )
)
"""What somebody or something does by itself where nothing follows that it is done to."""
_ENTERS = frozenset(map(stem, set_of("join leave enter attend quit")))
"""The same, whatever follows: "Ann wants to join the group"."""
_JOINING = set_of("and or")
_BREAKS = frozenset(",:;()")
_FAR = 4
_AGO = 20

_DO_SO = (
    r"(?:(?:do|handle)\s+(?:it|that|this|so)|go\s+(?:ahead|for\s+it)|take\s+care\s+of\s+(?:it|that|this)"
    r"|help(?:\s+(?:him|her|them))?(?:\s+with\s+(?:it|that|this))?)"
    r"(?:\s+(?:please|now|today|then|asap|right\s+away|at\s+once|for\s+(?:him|her|them|me|us)))*"
    r"(?:,?\s+(?:please|thanks|thank\s+you))?\s*"
)
_SO_BE_IT = late(
    r"[^.,;:!?\n]{0,160}[.,;:!?\n]\s*(?:(?:ok|okay|yes|so|and|then|just)\b,?\s*)*"
    rf"(?:(?:please\s+)?{_DO_SO}(?:[.!;\n]|$)|(?:can|could|will|would)\s+you\s+(?:please\s+)?{_DO_SO}(?:[.!?\n]|$))"
    r"(?!\s*(?:no|nope|not|never|but|only|unless|if|wait|actually)\b)",
    re.IGNORECASE,
)
"""With this the person asks for what somebody else wants: "Tom wants to close it, please do so".

Only where their sentence ends with it: "do it only for T-2" is another thing.
"""
_FOR_A_CUSTOMER = late(
    r"\s*(?:(?:(?:the|our|my|this|a)\s+)?(?:customer|client|guest|caller|patient|passenger|tenant|subscriber"
    r"|buyer|traveller)|(?:mr|mrs|ms)\.?\s+[^\W\d_]+)\s+"
    r"(?:wants|wishes|needs|would\s+like)\s+to\s+[^.,;:!?\n]+[.!]?\s*",
    re.IGNORECASE,
)
"""The whole of what is said by who serves somebody: "the customer wants to cancel order o-5"."""
_CARRIES_OUT = frozenset(map(stem, set_of("process handle grant fulfil fulfill execute carry")))
_POLITE = set_of("please kindly")
_REQUESTS = set_of("request wish")
_NO_MORE = re.compile(r"(?:(?!\b(?:by|with|as)\b)[^.,;:!?\n])*[.!]?\s*\Z", re.IGNORECASE)
"""The end of all that is said: "handle Ann's request to close it: tell her no" closes nothing."""

Words = Sequence[re.Match[str]]


def by_another(text: str, words: Words, at: int) -> bool:
    """Return whether the verb at a place of a sentence is what somebody else is to do.

    Args:
        text: the text.
        words: the words of the sentence.
        at: which of them is the verb, in its base form.
    """
    if at and _said(words, at - 1) in _JOINING:  # "Tom wants to open T-1 and archive it"
        earlier = range(at - 2, max(at - _AGO, 0), -1)
        verbs = (one for one in earlier if _leads(_said(words, one - 1)))
        before = next((one for one in verbs if words[one][0].isalpha()), 0)
        if not before or not _whole(text, words, before, at):
            return False
        at = before
    if not _theirs(text, words, at):
        return False
    return not (_SO_BE_IT.match(text, words[at].end()) or _FOR_A_CUSTOMER.fullmatch(text))


def _theirs(text: str, words: Words, at: int) -> bool:
    lead = at - 1
    while lead > 0 and _said(words, lead).endswith("ly"):
        lead -= 1
    if lead < 1 or not _leads(_said(words, lead)) or stem(words[at][0]) in _SAYING:
        return False
    if not _whole(text, words, lead - 1, at) or _is_oneself(text, words, at):
        return False
    if _said(words, lead) in _MODALS:
        return _is_other(text, words, lead - 1, must=True)
    return _is_wished(text, words, lead - 1)


def _is_wished(text: str, words: Words, at: int) -> bool:
    """Return whether what follows a word and "to" is the wish, or the duty, of somebody else."""
    if stem(words[at][0]) in _WISHING:
        return _wishes(text, words, at)
    if _said(words, at) in _READY:
        return _is_person(words, _subject(words, at))
    if at and _is_person(words, at) and not _whole(text, words, at - 1, at):
        return True  # "for tomorrow: Bob to archive it"
    owner = at - 1 - (_said(words, at) in {"is", "was"})
    if owner >= 0 and (OWNED.search(words[owner][0]) or _said(words, owner) in OWNING):
        return not _is_granted(text, words, owner, at)  # "Bob's plan to archive it"
    return _is_had(text, words, at)


def _is_granted(text: str, words: Words, owner: int, at: int) -> bool:
    """Return whether somebody's request is to be carried out: "process Ann's wish to close it"."""
    verb = owner - 1 - (_said(words, owner - 1) in ARTICLES | {"the", "this", "my", "our"})
    verb -= _said(words, verb) == "out"
    carries = verb >= 0 and stem(words[verb][0]) in _CARRIES_OUT and _said(words, at) in _REQUESTS
    if not (carries and _whole(text, words, verb, at) and _NO_MORE.match(text, words[at].end())):
        return False
    while verb and _said(words, verb - 1) in _POLITE:
        verb -= 1
    asked = _said(words, verb - 1) == "you" and _said(words, verb - 2) in {"can", "could", "would"}
    return verb == 0 or (asked and verb == 2)  # noqa: PLR2004


def _leads(word: str) -> bool:
    return word == "to" or word in _MODALS


def _wishes(text: str, words: Words, at: int) -> bool:
    """Return whether another one than the person is the one who wants to do something."""
    verb, who = _said(words, at), _subject(words, at)
    if who < 0 or _said(words, who) in ASKING or not _whole(text, words, who, at):
        return verb in _THIRD or (who < 0 < at and _said(words, 0) in {"is", "was"})
    if _said(words, who) in ARTICLES | {"the", "this", "that", "no", "any"}:
        return False  # "the need to close it"
    return _is_other(text, words, who, must=stem(verb) in _MUST)


def _subject(words: Words, at: int) -> int:
    """Return which word stands before what is said of somebody; -1: none."""
    who = at - 1
    while who >= 0 and (_said(words, who) in _BETWEEN or _said(words, who).endswith("ly")):
        who -= 1
    return who


def _is_person(words: Words, at: int) -> bool:
    """Return whether a word is for somebody, and for no thing that has a number."""
    if at < 0:
        return False
    word = words[at][0]
    named = word[:1].isupper() and word.isalpha() and word.casefold() not in {"i", "it"}
    return named or word.casefold() in {"he", "she", "they"} | PEOPLE - {"it", "its", "me", "us"}


def _is_other(text: str, words: Words, at: int, *, must: bool) -> bool:
    """Return whether a word is somebody else than who asks and who is asked.

    `must`: whether it has to be done, so that anybody may do it.
    """
    word = _said(words, at).replace("\u2019", "'").partition("'")[0]
    if word in _MINE or word in ASKING or word in CALENDAR:
        return False
    if word in _ANYBODY:
        return not must
    named = word in {"he", "she", "they", "it", "who", "which", "that"} or not is_stop(word)
    return named and _whole(text, words, at, at + 1)


def _is_had(text: str, words: Words, at: int) -> bool:
    """Return whether somebody is wanted to do something: "I would like my boss to approve it"."""
    for one in range(at - 1, max(at - 1 - _FAR, -1), -1):
        if _said(words, one) == "to":
            return False  # "I need to log in to close it"
        if stem(words[one][0]) in _HAVING and _whole(text, words, one, at):
            who = [_said(words, place) for place in range(one + 1, at + 1)]
            if who in (["is"], ["was"]):  # "all I want is to archive it"
                return _is_other(text, words, _subject(words, one), must=False)
            loose = _said(words, one) in _LOOSE and not _is_person(words, at)
            return not loose and (_MINE | _ANYBODY | {"me"}).isdisjoint(who)
    return False


def _is_oneself(text: str, words: Words, at: int) -> bool:
    """Return whether somebody does something with themselves: "Ann has to move to Monday"."""
    verb = stem(words[at][0])
    if verb in _ENTERS or verb not in _ONESELF:
        return verb in _ENTERS
    after = _said(words, at + 1)
    if not after or not _whole(text, words, at, at + 1):
        return True
    return is_stop(after) and after not in OBJECTS


def _whole(text: str, words: Words, first: int, last: int) -> bool:
    """Return whether no mark stands between two words of a sentence."""
    if last >= len(words):
        return True
    return _BREAKS.isdisjoint(text[words[first].end() : words[last].start()])


def _said(words: Words, at: int) -> str:
    return words[at][0].casefold() if 0 <= at < len(words) else ""
