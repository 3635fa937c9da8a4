"""Which act or state of several a person asks for, where a tool takes it as an argument.

"Turn the lamp off" asks for set_lamp(state=off), "disable it" for set_lamp(enabled=false), "reject
AB-3" for decide(decision=reject), "dismiss it" for resolve(outcome=dismissed). Thing and state
have to stand in one clause that asks, and in none that is about another id.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from guard.provenance.deed.made import is_made
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import words_of
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import things_of
from guard.provenance.schema.roles import LEVEL_OF
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.clauses import Clauses
from guard.provenance.speech.sentences import WORD
from guard.provenance.vocabulary import phrasal
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.derivation import spoken_as
from guard.provenance.vocabulary.grammar import ASKING, CALENDAR
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_other,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)
from guard.provenance.vocabulary.synonyms import same_as
from guard.provenance.vocabulary.words import FORMAL, GENERIC

_STATES = frozenset({"on", "off"})
_PLAIN = frozenset(map(stem, CALENDAR | ASKING | {"utc", "gmt"}))
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")
_DECIDES = frozenset(map(stem, ("resolve", "close", "decide", "review", "settle", "answer")))
"""Verbs of names that leave it to an argument how something is decided."""

_VAGUE = frozenset(map(stem, FORMAL | GENERIC | {"control", "item", "record"}))
_SETS = frozenset(map(stem, ("set", "mark", "change", "move", "update", "put", "switch", "make")))
_RESPONDS = frozenset(map(stem, ("respond", "reply", "answer")))
"""Those of tools that leave it to an argument what is answered: accepted, declined."""

Values = Sequence[tuple[Value, Worth]]


def chosen(task: Task, known: Known, able: Capability, values: Values) -> int:
    """Return how often clauses ask for what a tool does by what the call chooses; 0: they do not.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: the tool; one that sets or changes, or whose own verb says nothing, as "control".
        values: the arguments of the call.
    """
    clauses = task.clauses
    little = says_little(able) or not able.stems.isdisjoint(_RESPONDS)
    if not ("change" in able.verbs or little or "move" in able.verbs):
        return 0
    things = things_of(able.stems)
    things |= same_as(things)
    targets, found = _targets(values), 0
    free = [value for value, one in values if one.why == "exempt" or _is_off(value)]
    if free and is_made(task, known, things, values):
        return 1
    if not ("change" in able.verbs or little):
        return 0
    for choice, switch in (
        (one, value.role == "flag") for value in free for one in _choices(value)
    ):
        words = [one[0] for one in WORD.finditer(choice)]
        marks = frozenset(map(stem, words))
        acts = len(words) == 1 and _acts(words[0])
        if not marks or not (able.verbs or acts or marks <= _STATES):
            continue
        opposed = phrasal.against(marks) if targets else frozenset[str]()
        if opposed and _is_opposed(clauses, targets, opposed, marks):
            continue
        told = task.words.acts & (marks | able.stems | _SETS) if acts else marks
        for clause, parts in _saying(clauses, marks, told):
            named = not things.isdisjoint(clause) or (acts and not able.verbs)
            # "Close AB-3" sets its state, whatever sort of thing that is.
            if not named and acts and marks <= task.words.acts:
                named = _is_meant(known, clause, marks, able, values, switch=switch)
            if named and _aimed(clause, targets):
                found += parts
    return found


def _saying(clauses: Clauses, marks: frozenset[str], told: frozenset[str]) -> Clauses:
    """Return the clauses that say a choice and ask by one of some verbs: not "Ann closed it"."""
    return tuple(one for one in clauses if marks <= one[0] and not told.isdisjoint(one[0]))


def _is_of(clause: frozenset[str], marks: frozenset[str], able: Capability) -> bool:
    """Return whether a clause speaks of no other sort of thing than a tool's, if it has one."""
    nouns = (classes for one in clause - marks if (classes := noun_classes(one)))
    return not able.nouns or all(not able.nouns.isdisjoint(one) for one in nouns)


def _is_meant(
    known: Known,
    clause: frozenset[str],
    marks: frozenset[str],
    able: Capability,
    values: Values,
    *,
    switch: bool,
) -> bool:
    """Return whether a clause names what a call is done to, or things of that sort alone."""
    called = [one for one in _called(known, values) if one <= clause]
    if switch:  # "disable the alarm of AB-3" switches its alarm, and no pump
        return any(_alone(clause, one | marks, able) for one in called)
    if any(_is_of(clause - one, marks, able) for one in called):
        return True
    named = any(noun_classes(one) for one in clause - marks)
    return named and bool(able.nouns) and _is_of(clause, marks, able)  # "close all bugs"


def says_little(able: Capability) -> bool:
    """Return whether a tool's name leaves it to an argument what is done."""
    return not able.verbs and all(one in _DECIDES or not is_other(one) for one in able.own)


def _is_off(value: Value) -> bool:
    """Return whether an argument takes away what somebody may do: `access: off`."""
    return value.role == "permission" and value.text == "off"


def _alone(clause: frozenset[str], said: frozenset[str], able: Capability) -> bool:
    """Return whether a clause speaks of nothing beside what was said, but for sorts of things."""
    rest = clause - said - able.stems
    return not any(one.isalpha() and not is_stop(one) and one not in _PLAIN for one in rest)


@lru_cache(maxsize=1024)
def _switched(path: str, text: str) -> tuple[str, ...]:
    """Return the verbs by which people set a yes or no of this name: enable, for `enabled`."""
    own = {one for one in map(stem, words_in(path.rpartition(".")[2])) if is_other(one)}
    if text == "True":
        return tuple(sorted(phrasal.alike(frozenset(own))))
    off = phrasal.against(own) | {one for one in (f"un{two}" for two in own) if is_other(one)}
    return tuple(sorted(phrasal.alike(off))) if off else ()


def _choices(value: Value) -> tuple[str, ...]:
    """Return the words by which people say what an argument chooses."""
    if value.role == "flag":
        return _switched(value.path, value.text)
    alike = phrasal.alike(spoken_as(value.text)) - {stem(value.text)}
    return (value.text, *sorted(alike)) if value.text else ()


def aims(task: Task, known: Known, able: Capability, values: Values) -> bool:
    """Return whether a tool's own verb is not said of other ids alone: "accept A-3, refuse A-4"."""
    if able.verbs:
        return True
    said = [one for one, _ in task.clauses if not able.own.isdisjoint(one)]
    if not said:
        return True
    targets = _targets(values)
    if all(_is_elsewhere(one - targets, able, values) for one in said):
        return False
    if any(_aimed(one, targets) for one in said):
        return True
    called = [*_called(known, values)]  # "flush the Salt Widow in be-1" says where it lies
    idle = _in_titles(task) | _borne(known, values)
    return any(_aimed(one - idle, targets) or any(name <= one for name in called) for one in said)


def _is_elsewhere(clause: frozenset[str], able: Capability, values: Values) -> bool:
    """Return whether a clause is about another sort of thing than a tool's, where an id is typed.

    "Reject the invoice 4411" rejects no application 4411; of an unknown sort it may be of any.
    """
    if not any(map(is_other, able.own)):
        return False  # what puts down hours, or days off, is said with whatever they are of
    things = {one for one in things_of(able.stems - able.own) - _VAGUE if not is_other(one)}
    if not things or not clause.isdisjoint(things | same_as(frozenset(things))):
        return False
    if not any(
        one.why == "in_prompt" and any(map(str.isdigit, value.text)) for value, one in values
    ):
        return False
    classes = frozenset().union(*(noun_classes(one) for one in clause - able.own)) - {"person"}
    return bool(classes) and classes.isdisjoint(able.nouns)


def _borne(known: Known, values: Values) -> frozenset[str]:
    """Return words with digits of a thing's own fields that are written otherwise than its id.

    The part "M8x40" of box BX-7 is no other box; what else may be the id of a box is one.
    """
    things = [pair for pair in values if pair[0].level == "target"]
    if len(things) != 1 or things[0][1].why != "linked_record" or things[0][1].place is None:
        return frozenset()
    value, one = things[0][0], things[0][1].place
    own = _shape(value.text)
    return frozenset(
        word for word in words_of(known.record(one.record).told) if _shape(word) != own
    )


def _shape(word: str) -> str:
    """Return how an id is written: letters, digits and what stands between them."""
    return _DIGITS.sub("9", _LETTERS.sub("a", word.casefold()))


def _in_titles(task: Task) -> frozenset[str]:
    """Return the numbers within quoted titles, which are no ids: 'Plans 2027'."""
    titles = (one.literal for one in task.entities if one.kind == "quoted" and " " in one.literal)
    return frozenset(word for one in titles for word in stems_in([one]) if word.isdigit())


def _called(known: Known, values: Values) -> list[frozenset[str]]:
    """Return the stems by which what a call is done to can be called: its id, or its own name."""
    held = [(one, two) for one, two in values if one.level == "target"]
    texts = [one.text for one, two in held if two.why == "in_prompt"]
    for _, one in held:
        if one.why == "linked_record" and one.place is not None:
            texts += known.record(one.place.record).called
    return [words for text in texts if (words := stems_in([text]))]


def _targets(values: Values) -> frozenset[str]:
    """Return the words of what a call is done to."""
    return stems_in(one.text for one, _ in values if LEVEL_OF.get(one.role) == "target")


def _aimed(clause: frozenset[str], targets: frozenset[str]) -> bool:
    """Return whether a clause names one of these ids, or no id at all."""
    like = {any(map(str.isalpha, one)) for one in targets if any(map(str.isdigit, one))}
    ids = {
        one for one in clause if any(map(str.isdigit, one)) and any(map(str.isalpha, one)) in like
    }
    return not ids or not ids.isdisjoint(targets)


def _is_opposed(
    clauses: Clauses, targets: frozenset[str], opposed: frozenset[str], marks: frozenset[str]
) -> bool:
    """Return whether the opposite is asked of these ids: "approve all, and reject AB-3"."""
    return any(
        not (clause.isdisjoint(targets) or clause.isdisjoint(opposed)) and not marks <= clause
        for clause, _ in clauses
    )


def _acts(word: str) -> bool:
    return bool(verb_classes(stem(word))) or is_other(stem(word))
