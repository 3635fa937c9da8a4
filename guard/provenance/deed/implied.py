"""Words of a tool's name that nobody has to say, because the call's own values say them.

Whoever gets a message is no further noun ("write to Ann" for `message_keeper`), whoever is invited
is what they are to be ("as a helper" for `invite_keeper`), what is forwarded is whatever was in
that mail, and what is made from a template is what that is called ("make a waiver" for
`create_form`). Only where those values are the person's. It compares words and decides nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from guard.model.origin import LINKED, PROMPT
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import own_kin, things_of
from guard.provenance.schema.switches import risks
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary.lexicon import Capability, is_stop, noun_classes, stem, stems_of

Values = Sequence[tuple[Value, Worth]]

_SENDING = frozenset({"send"})
_MAILS = frozenset({"mail", "message"})
_FORWARDS = stem("forward")
"""The verb of tools that pass on whatever is in a mail."""
_INVITES = frozenset(map(stem, ("invite", "enrol", "enroll")))
_OBJECT = re.compile(
    r"\W*\w+\s+((?:(?!of\b|on\b|for\b|from\b|to\b|with\b|about\b)[\w'\u2019-]+\s*){1,5}?)"
    r"(?=[.,;:!?]|\s*$|\s*\b(?:for|to|with|and|from|called|titled|named)\b)",
    re.IGNORECASE,
)
"""What is right behind the verb of a request, up to for whom it is."""
_MAKES, _TEMPLATE = frozenset({"create"}), stem("template")
_EITHER = frozenset({"create", "change"})
_KIND = re.compile(r"(?:type|kind)$", re.IGNORECASE)
"""How an argument is called that says what sort of thing it is about."""
_ANYTHING = frozenset(
    map(
        stem,
        (
            *("engagement", "activity", "object", "record", "entry", "item", "entity"),
            *("element", "node", "resource"),
        ),
    )
)
"""Stems of names for a thing of any sort."""
_OF_WHAT = frozenset({"about", "for", "to", "of", "on", "with", "from", "in", "at", "by", "as"})
"""Words behind which something else is named than what is made."""
_OTHER = "?"
"""No word of anybody's: nothing asks for it."""
IMPLYING = _ANYTHING | {_FORWARDS}
"""Stems of names for whose calls it is worth a look, though no word is their own."""
_ALL_AT_ONCE = frozenset({"batch", "bulk"})
_ONE_NOUN = 2
"""Words of a name that is a verb and a noun."""
_NOTHING: frozenset[str] = frozenset()


def implied(task: Task, known: Known, able: Capability, values: Values) -> Capability:
    """Return what a tool does, without those words of its name for which its call's values stand.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does by its name.
        values: the arguments of the call, with their worth.
    """
    if able.own and able.verbs == _SENDING and able.own <= _receiver(values):
        return able._replace(own=_NOTHING)
    if able.own and not _INVITES.isdisjoint(able.stems) and _is_invited(task, able, values):
        return able._replace(own=_NOTHING)
    if able.own and able.verbs >= _MAKES and _is_filled_in(task, known, values):
        return able._replace(own=_NOTHING)
    kind = _kind(able, values)
    if kind:
        classes, other = noun_classes(kind), _is_other_sort(task, kind)
        own = frozenset({kind, _OTHER} if other else () if classes else {kind})
        return able._replace(nouns=able.nouns if other else classes, own=own)
    if _FORWARDS in able.stems and _FORWARDS in task.words.acts and able.nouns <= _MAILS:
        return able._replace(nouns=_NOTHING) if _passes_on(task, known, values) else able
    return able


def _kind(able: Capability, values: Values) -> str:
    """Return the stem of what a tool for anything makes or changes by what a call chooses.

    "Create a task" asks for create_record(type=task), and not for create_record(type=user).
    """
    if able.verbs.isdisjoint(_EITHER) or not things_of(able.stems - _ALL_AT_ONCE) <= _ANYTHING:
        return ""
    kinds = [
        stem(value.text)
        for value, one in values
        if one.why == "exempt" and _KIND.search(value.path) and value.text.isalpha()
    ]
    return kinds[0] if len(kinds) == 1 else ""


def _is_other_sort(task: Task, kind: str) -> bool:
    """Return whether a sort is only what something else is for: "a note about the discount".

    Or no thing of its own at all: "a user guide task".
    """
    for ask in task.asks:
        said = [*WORD.finditer(task.wanted, *ask.place)]
        at = next((n for n, one in enumerate(said) if stem(one[0]) == kind), None)
        if at is None:
            continue
        before = [one[0].casefold() for one in said[1:at]]
        after = said[at + 1 : at + 2]
        joined = bool(after) and bool(noun_classes(stem(after[0][0])))
        if not joined and _OF_WHAT.isdisjoint(before):
            return False
    return True


def _receiver(values: Values) -> frozenset[str]:
    """Return what an argument is called that says whom a text goes to, and is the person's."""
    if not any(value.role == "body" for value, _ in values):
        return _NOTHING
    going = [pair for pair in values if pair[0].level in {"dest", "target"}]
    if len(going) != 1 or going[0][1].source < LINKED:
        return _NOTHING  # what is sent is one of them
    return own_kin(going[0][0].path)


def _is_invited(task: Task, able: Capability, values: Values) -> bool:
    """Return whether the person says as what somebody is invited, and the call says the same."""
    if len(able.stems) != _ONE_NOUN or any(risks(one, _NOTHING) for one in able.own):
        return False  # who is to be a helper is no administrator
    going = [one for value, one in values if value.level == "dest" and one.why != "exempt"]
    if not going or any(one.source is not PROMPT for one in going):
        return False
    kinds = (value for value, one in values if one.why == "exempt" or value.role == "permission")
    return any(_is_said_as(task.folded, one.text.casefold()) for one in kinds)


@lru_cache(maxsize=1024)
def _is_said_as(text: str, name: str) -> bool:
    """Return whether somebody is invited "as a helper"."""
    words = re.escape(name.replace("_", " "))
    within = r"(?:[^.;!?\n]|\.(?!\s))*?"
    invited = rf"\b(?:invite|enroll?)\s{within}\bas\s+(?:(?:an?|the|our|my)\s+)?{words}(?![\w-])"
    return bool(name) and re.search(invited, text) is not None


def _is_filled_in(task: Task, known: Known, values: Values) -> bool:
    """Return whether a request makes one of what the template of a call is called."""
    for value, one in values:
        if _TEMPLATE not in own_kin(value.path) or one.source < LINKED or one.place is None:
            continue
        names = [stems_in([name]) for name in known.record(one.place.record).names]
        made = (task.wanted[slice(*ask.place)] for ask in task.asks if ask.verbs >= _MAKES)
        objects = [stems_in([found[1]]) for text in made if (found := _OBJECT.match(text))]
        if any(name and name <= words for name in names for words in objects):
            return True
    return False


def _passes_on(task: Task, known: Known, values: Values) -> bool:
    """Return whether a call passes on one thing that the request names, to whom they wrote down."""
    things = [pair for pair in values if pair[0].level == "target"]
    going = [one for value, one in values if value.level == "dest"]
    if len(things) != 1 or not going or any(one.source is not PROMPT for one in going):
        return False
    value, one = things[0]
    told = known.record(one.place.record).told if one.place is not None else ()
    own = words_of(told) | stems_in([value.text])
    asked = (task.wanted[slice(*each.place)] for each in task.asks if each.verb == _FORWARDS)
    return one.source >= LINKED and any(not own.isdisjoint(_content(each)) for each in asked)


@lru_cache(maxsize=1024)
def _content(text: str) -> frozenset[str]:
    """Return the stems of a request but for stop-words and its verb."""
    return stems_of([one[0] for one in WORD.finditer(text) if not is_stop(one[0])]) - {_FORWARDS}
