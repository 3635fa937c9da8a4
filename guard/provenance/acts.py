"""Which act or state of several a person asks for, where a tool takes it as an argument.

"Turn the lamp off" asks for set_lamp(state=off), and "reject AB-3" for decide(decision=reject). The
thing and its state have to stand in one clause that asks, and in none that is about another id.
"""

from collections.abc import Sequence

from guard.provenance.clauses import Clauses
from guard.provenance.kin import things_of
from guard.provenance.known import Known
from guard.provenance.lexicon import Capability, is_other, stem, verb_classes
from guard.provenance.roles import LEVEL_OF
from guard.provenance.searched import stems_in
from guard.provenance.sentences import WORD
from guard.provenance.task import Task
from guard.provenance.value import Value
from guard.provenance.worth import Worth

_STATES = frozenset({"on", "off"})

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
    if not ("change" in able.verbs or (not able.verbs and not any(map(is_other, able.own)))):
        return 0
    things = things_of(able.stems)
    targets, found = _targets(values), 0
    for choice in (value.text for value, one in values if one.why == "exempt" and value.text):
        words = [one[0] for one in WORD.finditer(choice)]
        marks = frozenset(map(stem, words))
        acts = len(words) == 1 and _acts(words[0])
        if not marks or not (able.verbs or acts or marks <= _STATES):
            continue
        for clause, parts in clauses:
            named = not things.isdisjoint(clause) or (acts and not able.verbs)
            # "Close AB-3" sets its state, whatever sort of thing that is.
            if not named and acts and marks <= task.words.acts and marks <= clause:
                named = any(one <= clause for one in _called(known, values))
            if named and marks <= clause and _aimed(clause, targets):
                found += parts
    return found


def aims(able: Capability, values: Values, clauses: Clauses) -> bool:
    """Return whether a tool's own verb is not said of other ids alone: "accept A-3, refuse A-4"."""
    if able.verbs:
        return True
    said = [one for one, _ in clauses if not able.own.isdisjoint(one)]
    if not said:
        return True
    targets = _targets(values)
    return any(_aimed(one, targets) for one in said)


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


def _acts(word: str) -> bool:
    return bool(verb_classes(stem(word))) or is_other(stem(word))
