"""Verbs that say little before the noun of an act: "file a claim" claims, "put a hold on it" holds.

Of a person's words only. The noun has to follow its own little verb with "a" before it and no other
noun behind it: a claim form is a form, and "the hold" is one that is there. It decides nothing.
"""

from collections.abc import Iterator, Sequence

from guard.provenance.vocabulary.grammar import CALENDAR, NUMBERS
from guard.provenance.vocabulary.words import set_of

_ACTS = """
claim appeal bid pledge: file lodge submit make place raise enter put
complaint=complain: file lodge submit make raise
report: file lodge
vote: cast
note comment review remark: leave drop put add write post make log
hold block freeze lock stop ban pause: put place
call ring warning=warn extension=extend upgrade discount boost: give
"""
"""Nouns, with their verb where it is another word, and the verbs that people put before them."""
_MEASURES = {
    "stars": "rate star",
    "star": "rate star",
    "points": "grade score",
    "marks": "grade mark",
}
"""What is given so many of to something, and the verbs that say so: "give it four stars"."""
_STATES = {"public": "publish", "active": "activate", "inactive": "deactivate"}
"""What a thing is made, and the verbs that say so: "make it public"."""
_MADE = frozenset({"make", "set"})
_DROPS = frozenset({"drop", "shoot", "fire"})
_LETTERS = frozenset({"line", "email", "e-mail", "mail", "message", "text", "sms", "dm"})
"""Verbs, and before "a" of what, by which people write to somebody: "drop her a short email"."""
_PUSHES = frozenset({"push", "nudge", "bump", "shift"})
_SPAN = frozenset({"hour", "minute", "day", "week", "month"})
_THEN = CALENDAR | frozenset({"tomorrow", "next"})
"""Verbs by which people put something off, by how long, or to when."""
_LOGS = frozenset({"record", "track", "book", "enter", "log", "add", "submit", "note"})
_HOURS = frozenset({"hour", "hours", "minute", "minutes"})
"""Verbs, and of what, by which people put down how long something took."""
_ON = frozenset({"hold", "block", "freeze", "lock", "stop", "ban", "pause"})
"""Nouns behind which the thing follows: "put a hold on it"."""
_TO = frozenset({"give"})
"""Verbs after which somebody may stand before the noun: "give Ann a call"."""
_SEEN = frozenset({"internal", "private", "public"})
"""Words that say who is to see what is left, so that a note of that sort is a comment."""
_ONE = frozenset({"a", "an", "another"})
_SELF = frozenset({"me", "us", "in", "out"})
_BEHIND = set_of(
    """
for on of about over with against to at in from under below beneath beside there and then please as
by until till today tomorrow
now again that saying
"""
)
"""Words that may follow such a noun; any other makes it a part of another one."""
_FAR, _FARTHER = 6, 12


def _read(text: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in text.strip().splitlines():
        nouns, _, verbs = line.partition(":")
        for one in verbs.split():
            for noun in nouns.split():
                name, _, verb = noun.partition("=")
                found.setdefault(one, {})[name] = verb or name
    return found


_ACT_OF = _read(_ACTS)
LIGHT = frozenset(_ACT_OF) | _MADE | _LOGS | _DROPS | _PUSHES


def light(said: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where such a verb stands, and the verb of the noun behind it.

    Args:
        said: the words of a sentence, in small letters.
    """
    for at, one in enumerate(said):
        if one in LIGHT:
            yield from ((at, verb) for verb in _meant(said, at, one))


def _meant(said: Sequence[str], at: int, one: str) -> Iterator[str]:
    """Yield what a little verb says with what stands behind it."""
    near = range(at + 1, min(at + _FAR, len(said)))
    if one in _LOGS:
        unit = next((word for word in near if said[word] in _HOURS), at)
        if any(_is_number(word) or word in _ONE for word in said[at + 1 : unit]):
            yield "logtime"
    if one in _MADE:
        made = next((word for word in near[1:] if said[word] in _STATES), None)
        if made is not None and (made + 1 == len(said) or said[made + 1] in _BEHIND):
            yield _STATES[said[made]]
    if one in _TO:
        many = (word for word in near[2:] if said[word] in _MEASURES and _is_number(said[word - 1]))
        yield from (_MEASURES[said[word]] for word in many)
    if one in _DROPS and _is_letter(said, at):
        yield "write send"
    if one in _PUSHES and _is_moment(said, at):
        yield "postpone reschedule"
    place = _article(said, at, one) if one in _ACT_OF else None
    if place is not None:
        seen = not _SEEN.isdisjoint(said[place + 1 : place + 2])
        noun, behind = [*said[place + 1 + seen : place + 3 + seen], "", ""][:2]
        noun = "comment" if seen and noun == "note" else noun
        fits = behind == "on" if noun in _ON else not behind or behind in _BEHIND
        if noun in _ACT_OF[one] and fits:
            yield _ACT_OF[one][noun]


def _is_moment(said: Sequence[str], at: int) -> bool:
    """Return whether it is said by how long something is pushed, or to when: not to a server."""
    for place in range(at + 1, min(at + _FARTHER, len(said) - 1)):
        after = said[place + 1]
        if said[place] in {"to", "until", "till"} and after in _THEN:
            return True
        if said[place] == "by" and (_is_number(after) or after in {"a", "an"}):
            return "".join(said[place + 2 : place + 3]).removesuffix("s") in _SPAN
    return False


def _is_letter(said: Sequence[str], at: int) -> bool:
    """Return whether a letter follows a verb, and whom it is for before it: not "drop the mail"."""
    near = said[at + 1 : at + 1 + _FAR]
    first = next((n for n, word in enumerate(near) if n and word in {"a", "an"}), len(near))
    return not _LETTERS.isdisjoint(near[first + 1 : first + 4])


def _is_number(word: str) -> bool:
    return word.isdigit() or word in NUMBERS or word in {"one", "half"}


def _article(said: Sequence[str], at: int, verb: str) -> int | None:
    """Return where the "a" stands that belongs to such a verb; None: nowhere."""
    if verb in _TO:
        near = range(at + 1, min(at + _FAR, len(said)))
        return next((place for place in near if said[place] in _ONE), None)
    place = at + 1 + (not _SELF.isdisjoint(said[at + 1 : at + 2]))
    return place if not _ONE.isdisjoint(said[place : place + 1]) else None
