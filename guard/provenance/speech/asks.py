"""What a person asks for, one by one: which verb asks, about what, and how often.

A verb asks where a sentence uses it as a request: "send Bob the notes", and not "the notes that Bob
sent". It reads the surface of English and nothing deeper; in a sentence that is not English each
verb of the lexicon asks. What is misread is one request too few or too many, never another one.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from guard.provenance.speech.deeds import (
    answers,
    causes,
    hands,
    keeps,
    nouns_of,
    remarked,
    says,
    times,
    verbs_of,
)
from guard.provenance.speech.frames import APPOSED, LISTED, Entity, length, silences
from guard.provenance.speech.pronouns import Told, told_by
from guard.provenance.speech.questions import questions
from guard.provenance.speech.relayed import relayed
from guard.provenance.speech.sentences import (
    WORD,
    Words,
    cased,
    dictated,
    is_english,
    requests,
    sentences,
)
from guard.provenance.speech.unasked import Span, joined, within
from guard.provenance.vocabulary.grammar import EACH, SUPPORT
from guard.provenance.vocabulary.idioms import BENT, covered, idioms
from guard.provenance.vocabulary.lexicon import Capability, is_stop, posting, stem, verbal_classes
from guard.provenance.vocabulary.parted import parted
from guard.provenance.vocabulary.synonyms import measures
from guard.provenance.vocabulary.tongues import abroad
from guard.provenance.vocabulary.words import DEST

ALL = "*"
"""Everything there is, where nothing says of what: all of them, everybody."""

_JOIN = re.compile(
    r"(?:[,;:]|\b(?:and|then|or)\b)\s+(?=(?:to|for|with|in|on|from)\b)", re.IGNORECASE
)
_TO = re.compile(r"\s(?:to|for|an|für|à|pour)\s+$", re.IGNORECASE)
_MARK = re.compile(r"(?:\s+(?:id|no\.?|number|nr\.?))?:?\s*#?$", re.IGNORECASE)
"""What may stand between a word and the id of what it says."""
_EVERYBODY = frozenset({"everyone", "everybody"})
_NAMING = frozenset({"name", "quoted", "email", "iban", "url", "host", "phone", "object_id"})
_QUOTED = frozenset({"quoted", "email", "url", "host", "filename", "literal"})
_THINGS = frozenset({"quoted", "filename", "object_id"})
_FOR = frozenset({"for", "für", "pour"})
_MEMBERS = frozenset({"add_member", "remove_member"})
_NEAR = 4


class Ask(NamedTuple):
    """One request.

    Args:
        verb: the stem of its verb.
        verbs: the classes of it.
        nouns: classes of what it is about; empty: it does not say.
        times: how often it says so: twice, three of them.
        listed: how many receivers one phrase of it lists.
        things: how many ids, files and quotes it names that are no receivers.
        many: the classes of nouns of which it means each one, or `ALL`.
        place: where it begins and ends.
        heads: stems of its words that a tool's name has to have; empty: any may.
    """

    verb: str
    verbs: frozenset[str]
    nouns: frozenset[str] = frozenset()
    times: int = 1
    listed: int = 1
    things: int = 1
    many: frozenset[str] = frozenset()
    place: tuple[int, int] = (0, 0)
    heads: frozenset[str] = frozenset()

    def fits(self, able: Capability) -> bool:
        """Return whether this is a request for what a tool does."""
        if self.verb in able.against or not (able.must <= self.verbs or answers(self.verb, able)):
            return False
        if not self.says(able):
            return False
        if hands(self.verb, able) or keeps(self.verb, able):
            return False
        if able.verbs.isdisjoint(self.verbs):
            moved = "move" in self.verbs and "change" in able.verbs  # "move the meeting": update it
            return moved and not able.nouns.isdisjoint(self.nouns)
        if able.nouns == {"person"} and not _MEMBERS.isdisjoint(able.verbs & self.verbs):
            able = able._replace(nouns=able.nouns | {"channel"})  # "remove Tom from the group"
        if says(self.verb, able) or (able.own and answers(self.verb, able)):
            return True  # what is answered is a review, and no message
        # Where one of the two has no noun that is known, the verb is all that can be compared.
        return not able.nouns or not self.nouns or not able.nouns.isdisjoint(self.nouns)

    def says(self, able: Capability) -> bool:
        """Return whether a request without a verb names what a tool's name says of its thing."""
        heads = measures(self.heads)
        return not heads or (able.own <= heads and not heads.isdisjoint(able.stems))

    def names(self, able: Capability) -> bool:
        """Return whether this names what a tool acts on, or its very verb if it acts on nothing."""
        return self.verb in able.stems if not able.nouns else not able.nouns.isdisjoint(self.nouns)


def asks_of(text: str, found: Sequence[Entity]) -> tuple[Ask, ...]:
    """Return the requests in a person's text, in its order.

    Args:
        text: what the person wrote.
        found: the typed values in it, with their frames, in the order of the text.
    """
    names = [(one.literal, one.start, one.end) for one in found if one.kind == "name"]
    silent = tuple(joined([*silences(text, found), *relayed(text)]))
    told = tuple(one for one in told_by(text, names) if not within(one[0], silent))
    silent = tuple(joined([*silent, *questions(text)]))
    reading = _Reading(text, found, told, silent)
    return tuple(one for start, end in sentences(text) for one in reading.sentence(start, end))


class _Reading:
    """One text while its requests are looked for."""

    def __init__(
        self, text: str, found: Sequence[Entity], told: tuple[Told, ...], silent: tuple[Span, ...]
    ) -> None:
        self.text, self.silent = text, silent
        self.told, self.pronouns = told, [at for at, _ in told]
        said = {at for start, end in dictated(text) for at in range(start, end)}
        given = (one for one in found if one.kind in _QUOTED)  # quotes, files and addresses
        self.masked = said.union(*(range(one.start, one.end) for one in given))
        self.naming = [one for one in found if one.kind in _NAMING and one.start not in said]
        self.amounts = [(one.start, one.end) for one in found if one.kind == "amount"]
        counted = {one.start for one in found if one.kind == "quantity"}
        self.marks = {  # "order 55" is a thing, and "order 6 pens" asks for some
            one.start - len(mark[0])
            for one in found
            if one.kind == "object_id" and one.start not in counted
            if (mark := _MARK.search(text, max(one.start - 12, 0), one.start))
        }
        self.starts = [one.start for one in self.naming]
        self.paths = [one.start for one in found if one.kind == "filename"]
        self.things = [
            (one.start, one.canonical)
            for one in found
            if one.kind in _THINGS and one.frame in {"unknown", "mention"}
        ]

    def words(self, start: int, end: int) -> list[re.Match[str]]:
        """Return the words of the person's own: not those of what they quote or link."""
        every = WORD.finditer(self.text, start, end)
        return [one for one in every if one.start() not in self.masked]

    def named(self, start: int, stop: int) -> list[Entity]:
        """Return what is named between two places."""
        return self.naming[bisect_left(self.starts, start) : bisect_left(self.starts, stop)]

    def sentence(self, start: int, end: int) -> Iterator[Ask]:
        words = self.words(start, end)
        english = is_english(frozenset([one[0].casefold() for one in words]))
        own = [one[0] for one in words]
        foreign = {at: whole for at, whole in abroad(own) if not verbs_of(own[at])}
        apart, taken = {**foreign, **dict((idioms if english else parted)(own))}, covered(own)
        verbs = [
            one
            for at, one in enumerate(words)
            if (at in apart or verbs_of(one[0]) or one[0].casefold() in SUPPORT)
            and at not in taken
            and one.end() not in self.marks
            and not within(one.start(), self.silent)
            and (not english or at in foreign or requests(self.text, words, at))
        ]
        begun = [
            self.clause(verbs[at - 1].end() if at else start, one.start())
            for at, one in enumerate(verbs)
        ]
        for one, (first, last) in zip(verbs, pairwise([*begun, end]), strict=True):
            found = self.ask(one[0], first, last, apart.get(words.index(one), ""))
            if found.verbs:
                yield found

    def clause(self, after: int, verb: int) -> int:
        """Return where a request begins: "and to each of them, send a note"."""
        ends = [one.end() for one in _JOIN.finditer(self.text, after, verb)]
        return ends[-1] if ends else verb

    def ask(self, word: str, start: int, stop: int, whole: str = "") -> Ask:
        verb = whole.split(maxsplit=1)[0] if whole else word
        words = self.words(start, stop)
        going = [one for one in self.named(start, stop) if one.frame == "dest"]
        told = self.told[bisect_left(self.pronouns, start) : bisect_left(self.pronouns, stop)]
        phrase = bool(whole) and word.casefold() not in whole.split()  # "call it off" is no call
        about = self.objects(words[1:] if phrase else words)
        nouns = frozenset(x for one in about for x in nouns_of(one[0], asks=one[0] == word))
        other = causes(words) or (whole and word.casefold() in BENT)  # "check it off"
        own = whole.split() if other else [word, *whole.split()]
        verbs = frozenset(name for one in own for name in verbs_of(one)) | self.done(word, words)
        verbs, nouns = remarked(stem(verb), posting(verbs, nouns), nouns, words)
        first, last = self.placed(start, stop)
        return Ask(
            verb=stem(verb),
            verbs=verbs,
            nouns=nouns | {"file"} if nouns and self.files(start, stop) else nouns,
            times=times(words),
            things=max(1, len({one for _, one in self.things[first:last]})),
            listed=max(
                [1, *map(length, self.groups(going)), *(self.listed(places) for _, places in told)]
            ),
            many=self.many(words),
            place=(start, stop),
        )

    def files(self, start: int, stop: int) -> bool:
        """Return whether a file is named between two places."""
        return any(start <= at < stop for at in self.paths)

    def placed(self, start: int, stop: int) -> tuple[int, int]:
        """Return which things stand between two places: the first, and the one after them."""
        return bisect_left(self.things, (start, "")), bisect_left(self.things, (stop, ""))

    def objects(self, words: Words) -> Words:
        """Return the words of a request without what it is for: "pay 40 EUR to Ann for lunch"."""
        at = next((at for at, one in enumerate(words) if at > 1 and one[0].casefold() in _FOR), 0)
        if not at:
            return words
        start, stop = words[0].start(), words[at].start()
        paid = bisect_left(self.amounts, (start, 0)) < bisect_left(self.amounts, (stop, 0))
        if not paid and not any(nouns_of(one[0]) for one in words[1:at]):
            return words
        later = range(at + 1, len(words))
        after = next((one for one in later if words[one][0].casefold() in DEST), len(words))
        return [*words[:at], *words[after:]]

    def done(self, verb: str, words: Words) -> frozenset[str]:
        """Return what is done where the verb leaves it to its object: "make a payment"."""
        if verb.casefold() not in SUPPORT:
            return frozenset()
        at = next((at for at, one in enumerate(words) if one[0] == verb), 0)
        near = range(at + 1, min(at + 1 + _NEAR, len(words)))
        heads = (words[one][0] for one in near if not nouns_of(cased(words, one + 1)))
        heads = (one for one in heads if not one.endswith("ed"))  # "add the tag refunded"
        return frozenset(name for one in heads for name in verbal_classes(stem(one)))

    def many(self, words: Words) -> frozenset[str]:
        """Return of what a request means each one."""
        found: set[str] = set()
        for at, one in enumerate(words):
            if one[0].casefold() in EACH:
                near = [nouns_of(after[0]) for after in words[at + 1 : at + 1 + _NEAR]]
                said = any(not is_stop(after[0]) for after in words[at + 1 : at + 3])
                if one[0].casefold() in _EVERYBODY:
                    near = [frozenset({"person"})]
                # Each of something that the lexicon does not know is each of nothing known.
                found |= next((nouns for nouns in near if nouns), set() if said else {ALL})
        return frozenset(found)

    def listed(self, places: frozenset[tuple[int, int]]) -> int:
        """Return how many people a pronoun stands for: those of one phrase."""
        names = {start for start, _ in places}
        phrases = self.groups(self.named(min(names), max(names) + 1))
        return max(
            (len({one.canonical for one in many if one.start in names}) for many in phrases),
            default=1,
        )

    def groups(self, going: Sequence[Entity]) -> list[list[Entity]]:
        """Return the values that stand in one list: "Ann, Bob and Cy"."""
        groups: list[list[Entity]] = []
        for one in going:
            last = groups[-1][-1] if groups else None
            if last is not None and self.joins(last, one):
                groups[-1].append(one)
            else:
                groups.append([one])
        return groups

    def joins(self, one: Entity, other: Entity) -> bool:
        between = self.text[one.end : other.start]
        first = bisect_left(self.amounts, (one.end, 0))
        if first < len(self.amounts) and self.amounts[first][1] <= other.start:
            # "5 EUR to Ann and 9 EUR to Bob": each of the list has its own amount.
            start, end = self.amounts[first]
            between = _TO.sub("", self.text[one.end : start] + self.text[end : other.start])
        between = between.lstrip("\"'`\u201d\u2019)")
        return not between.strip(" (\"'`") or bool(
            LISTED.fullmatch(between) or APPOSED.fullmatch(between)
        )
