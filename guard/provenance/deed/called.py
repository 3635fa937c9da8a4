"""What a tool does as the person speaks of it: by its name, or by the verb of its noun.

Who wants a report on time off wants no time off. It compares words and decides nothing.
"""

from collections.abc import Set as AbstractSet
from functools import lru_cache

from guard.model.call import ToolSpec
from guard.model.origin import LINKED, PROMPT
from guard.provenance.argument.phrases import KEPT, blotted
from guard.provenance.argument.settings import Values, by_its_name
from guard.provenance.deed.budget import asks_for
from guard.provenance.deed.implied import IMPLYING, implied
from guard.provenance.request.task import Task, task_of
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import own_kin
from guard.provenance.schema.readings import HANDED, REMOVING, SENDS, TIERED, Reading, readings
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.asks import Ask
from guard.provenance.speech.granting import granted
from guard.provenance.speech.sentences import (
    MARKS,
    WORD,
    Words,
    cased,
    dictated,
    is_english,
    marked,
    requests,
    sentences,
)
from guard.provenance.speech.unasked import without
from guard.provenance.thing.sides import OTHER_SIDE, on_side, side_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import ARTICLES, AUXILIARIES, NUMBERS, OBJECTS
from guard.provenance.vocabulary.idioms import idioms
from guard.provenance.vocabulary.lexicon import (
    Capability,
    capability,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.lexicon import Words as Said
from guard.provenance.vocabulary.tongues import abroad

_OTHERS = AUXILIARIES - {"you", "let", "help", "i'll", "we'll", "you'll"}
"""Words before what anybody may do, or somebody else is to do."""
_PLAIN = KEPT | {"amount", "percent", "date", "time"}
_COUNTED = frozenset({"one", "some", "more", "few"}) | (NUMBERS.keys() - {"twice"})
_NEAR = 3
"""So many words may say of what sort a thing is."""
_PLACED = frozenset({"id", "path", "source"})
_ENDS = _PLACED | {"recipient", "url"}
_NEEDING = frozenset({TIERED, SENDS})
"""Verbs of readings that need a value of the person's in the call."""
_MAKES = frozenset({"create"})
_ACCOUNTS = frozenset(
    map(
        stem,
        (
            *("report", "summary", "overview", "analysis", "statistics", "chart", "graph", "memo"),
            *("breakdown", "presentation", "survey", "article", "essay", "briefing", "dashboard"),
        ),
    )
)
"""Nouns of what tells about other things."""
_TOLD_IN = frozenset({"file", "mail", "message", "page"})
_ABOUT = frozenset({"about", "regarding", "concerning", "on"})
_PLACING = _ABOUT | {"of", "for", "to", "with", "from", "in", "at", "by", "into", "under"}
_EDITS = frozenset(map(stem, ("edit", "update", "modify", "change", "manage", "patch")))
_WAYS = (
    (frozenset(map(stem, ("add", "append", "include"))), frozenset({"create", "add_member"})),
    (frozenset(map(stem, ("remove", "delete"))), frozenset({"delete", "remove_member"})),
)
"""Verbs with which names of arguments begin, and the classes of those by which people ask."""
_OWN = frozenset({"i", "we", "i'd", "we'd"})
"""Those whose wish it has to be where somebody is to do it."""


def able_of(task: Task, spec: ToolSpec) -> Capability:
    """Return what a tool does, read so that the person asks for it, if they do.

    Args:
        task: what the person said.
        spec: the tool.
    """
    if spec.intent or not readings(spec.named):
        return capability(spec.named, spec.intent)
    return _read(task.text, spec.named)


@lru_cache(maxsize=4096)  # a task lives long, and so do its tools
def _read(text: str, name: str) -> Capability:
    task, able = task_of(text), capability(name)
    if asks_for(task.words, task.asks, able):
        return able
    own = without(blotted(task.wanted, 0, task.entities, _PLAIN), dictated(task.wanted))
    meant = (one.able for one in readings(name) if _meant(own, task.words, task.asks, one))
    return next(meant, able)


def _meant(text: str, words: Said, asks: tuple[Ask, ...], one: Reading) -> bool:
    """Return whether a request is for what a reading of a tool's name says."""
    able = one.able
    if not one.more <= words.stems:
        return False
    if able.verbs:
        return bool(asks_for(words, asks, able))
    return granted(words, able) and _is_told(text, able.own, one.thing, there=one.there)


def _is_told(text: str, verbs: frozenset[str], thing: str, *, there: bool) -> bool:
    """Return whether the agent is told to do one of these: not who may, nor that Tom is to.

    Args:
        text: what the person said.
        verbs: the stems of what is to be done.
        thing: the stem of what it has to be done to; empty: anything.
        there: whether that is there before: "the guests", and not "a pass".
    """
    for start, end in sentences(text):
        words = [*WORD.finditer(text, start, end)]
        meant = dict(idioms([one[0] for one in words]))
        marks = frozenset[str]() if thing else verbs & marked(text, start, end)
        for at, one in enumerate(words):
            own = [one[0], *meant.get(at, "").split()]
            own += marks if one[0].casefold() in MARKS else ()
            if thing and not _has_object(text, words, at, thing, there=there):
                continue
            if not verbs.isdisjoint(map(stem, own)) and requests(text, words, at):
                before, earlier = cased(words, at - 1), {cased(words, at - n) for n in range(2, 6)}
                theirs = not earlier.isdisjoint(_OWN)
                if before not in _OTHERS and (before != "to" or theirs):
                    return True
        if not thing and any(
            stem(two) in verbs
            for _, whole in abroad([one[0] for one in words])
            for two in whole.split()
        ):
            return True
    return not thing and not is_english(frozenset(map(str.casefold, WORD.findall(text))))


def _has_object(text: str, words: Words, at: int, thing: str, *, there: bool) -> bool:
    """Return whether one such thing, and no word between, is the object of a verb: "a refill"."""
    at += there and cased(words, at + 1) in {"me", "us"}  # "send me the guests"
    first = cased(words, at + 1)
    begins = OBJECTS if there else ARTICLES | _COUNTED
    bare = stem(first) == thing and not there  # "request refills", "request leave"
    if first not in begins and not (first.isdigit() and not there) and not bare:
        return False
    for place in range(at + 1 + (not bare), min(at + 2 + _NEAR, len(words))):
        word = words[place]
        if text[words[place - 1].end() : word.start()].strip() or is_stop(word[0]):
            return False
        if stem(word[0]) == thing:
            after = words[place + 1] if place + 1 < len(words) else None
            if after is None or text[word.end() : after.start()].strip():
                return True
            if there and after[0].casefold() in OBJECTS:
                return False  # the guests get something
            # A refill form is a form.
            return is_stop(after[0]) or not after[0].islower() or not after[0].isalpha()
    return False


def only_topic(task: Task, able: Capability) -> bool:
    """Return whether every request to make something makes what tells about a tool's thing.

    Args:
        task: what the person said.
        able: what the tool does: "create a report on time off" asks for no `create_time_off`.
    """
    if able.verbs.isdisjoint(_MAKES):
        return False
    things = frozenset(one for one in able.stems if noun_classes(one) or not verb_classes(one))
    if not things:
        return False
    own = [task.wanted[slice(*one.place)] for one in task.asks if not one.verbs.isdisjoint(_MAKES)]
    return bool(own) and all(_tells(text, things, able.nouns) for text in own)


@lru_cache(maxsize=4096)
def _tells(text: str, things: frozenset[str], nouns: frozenset[str]) -> bool:
    """Return whether a request is for what tells about things, and for none of them."""
    said = [one[0].casefold() for one in WORD.finditer(text)]
    end = next((at for at, one in enumerate(said) if one in _PLACING), len(said))
    made = [stem(one) for one in said[1:end] if not is_stop(one) or stem(one) in things]
    if not made or made[-1] in things or not noun_classes(made[-1]).isdisjoint(nouns):
        return False
    account, classes = made[-1] in _ACCOUNTS, noun_classes(made[-1])
    if not (account or classes & _TOLD_IN):
        return False
    if not things.isdisjoint(made):
        return account  # a report of invoices, said as an invoice report
    about = _ABOUT | {"of"} if account else _ABOUT
    at = next((at for at, one in enumerate(said) if one in about), len(said))
    return not things.isdisjoint(map(stem, said[at + 1 :]))


def as_held(
    task: Task, known: Known, spec: ToolSpec, able: Capability, values: Values,
    roles: AbstractSet[str],
) -> Capability:  # fmt: skip
    """Return what a tool does, once it is known what a call of it holds.

    Args:
        task: what the person said.
        known: what the session has seen.
        spec: the tool.
        able: what it does, as the person speaks of it.
        values: the arguments of the call, with their worth.
        roles: what they are there.
    """
    read = "pay" in able.verbs and "pay" not in capability(spec.named, spec.intent).verbs
    if read and not any(value.level == "dest" and value.text for value, _ in values):
        return able._replace(verbs=frozenset(), own=frozenset())  # cash for oneself pays nobody
    if not roles.isdisjoint(_PLACED) and _is_turned(task, values):
        return able._replace(verbs=frozenset(), own=frozenset())
    if (able.own in _NEEDING or able.verbs == REMOVING) and _lacks(task, able, values):
        return able._replace(verbs=frozenset(), own=frozenset())
    handed = not able.verbs and able.own <= HANDED and bool(able.own)
    if handed and any(_makes_more(able, *pair) for pair in values):
        return able._replace(own=frozenset())
    if able.own or not able.stems.isdisjoint(IMPLYING):  # most tools have no word of their own
        able = by_its_name(task, known, implied(task, known, able, values), values)
    return able


def by_arguments(task: Task, able: Capability, values: Values) -> Capability:
    """Return what a tool that edits does by the arguments of a call: `add`, and `remove_ids`."""
    if "change" not in able.verbs or able.stems.isdisjoint(_EDITS):
        return able
    first = {stem(words_in(value.path)[0]) for value, one in values if words_in(value.path)}
    acts = [able.verbs | way for verbs, way in _WAYS if not verbs.isdisjoint(first)]
    does = [able._replace(verbs=verbs) for verbs in acts]
    own = able.own & task.words.acts & {stem(x) for v, _ in values for x in words_in(v.path)}
    if len(does) == 1 and own and _WAYS[0][1] <= acts[0]:
        return able._replace(verbs=frozenset())  # "label them" is to add labels
    if len(does) > 1 and not all(asks_for(task.words, task.asks, one) for one in does):
        return able  # of two acts each has to be asked for
    return does[0] if does else able


def _is_known(value: Value, one: Worth) -> bool:
    """Return whether a call is about somebody whom the person named, be it by a record."""
    return value.level == "dest" and one.source >= LINKED


def _is_theirs(value: Value, one: Worth) -> bool:
    """Return whether a call goes to somebody whom the person named."""
    return value.level == "dest" and one.source is PROMPT


def _lacks(task: Task, able: Capability, values: Values) -> bool:
    """Return whether a call does not hold what its tool, as it was read, needs of the person's."""
    if able.own == TIERED:  # nobody said to what
        return not any(_is_told_of(task, *pair) for pair in values)
    if able.own == SENDS:  # an export to nobody sends nothing
        return not any(_is_theirs(*pair) for pair in values)
    if able.verbs == REMOVING and "unshar" in able.stems:  # from a file a note may be removed
        return not any(_is_known(*pair) for pair in values)
    return False


def _is_turned(task: Task, values: Values) -> bool:
    """Return whether a call does something with a thing and itself, or the other way round.

    "Redirect /a to /b" redirects no /b.
    """
    ends = [value for value, _ in values if value.role in _ENDS and value.text]
    things = [one for one in ends if one.role in _PLACED]
    if any(one.text == two.text and one.path != two.path for one in things for two in ends):
        return True
    names = {one.text.rpartition("/")[2] for one in things if one.role == "source"}
    new = {one.text.rpartition("/")[2] for one in things if one.role == "path"} if names else set()
    if any("." in one and one.casefold() not in task.folded for one in new - names):
        return True  # what is moved keeps its name
    return any(
        on_side(other, said, task.wanted) and not on_side(side, said, task.wanted)
        for one in things
        if one.role == "path" and (side := side_of(one.path))
        for said, other in [(one.text.strip().casefold(), OTHER_SIDE[side])]
    )


def _is_told_of(task: Task, value: Value, one: Worth) -> bool:
    """Return whether a choice of a call is a word of the person's."""
    free = one.why == "exempt" or value.level not in {"dest", "target"}
    return free and bool(value.text) and stem(value.text) in task.words.stems


def _makes_more(able: Capability, value: Value, one: Worth) -> bool:
    """Return whether a call makes several where the person said "a pass": `passes: 2`."""
    many = value.text.isdigit() and value.text != "1"
    return many and one.source is not PROMPT and not own_kin(value.path).isdisjoint(able.stems)
