"""Whether a call takes somebody in small letters who was said for another request.

"Kick rosa-w and notify sam-k": a name that is known for one only by the verb before it holds for
what that verb asks for, and for nothing else of the prompt. It decides nothing.
"""

from collections.abc import Iterator, Sequence

from guard.provenance.request.logins import is_login, logins
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem, verb_classes

_HANDS = frozenset(map(stem, ("assign", "reassign", "delegate", "hand")))


def misheard(task: Task, able: Capability, values: Sequence[tuple[Value, Worth]]) -> Iterator[int]:
    """Yield the places of receivers that are said by the verb of another request.

    Args:
        task: what the person said.
        able: what the tool does.
        values: the arguments of a call, with their worth.
    """
    said = logins(task.wanted)
    own = asking(task.pieces, able) if said else ()
    for at, (value, one) in enumerate(values if own else ()):
        if value.level != "dest" or one.why != "in_prompt":
            continue
        places = [place for place in said if place[1].literal == value.text]
        held = any(_is_for(task, own, able, value, *place) for place in places)
        if not places:  # "assign it to sam-k, with label rosa-w"
            by = [one for one in task.pieces if not one.keys.isdisjoint(value.kinds)]
            held = not is_login(value.text) or not by or any(one in own for one in by)
        if not held:
            yield at


def _is_for(
    task: Task, own: Sequence[Piece], able: Capability, value: Value, verb: str, who: Entity
) -> bool:
    """Return whether a name that stands behind a verb is said for what a tool does."""
    piece = next((one for one in task.pieces if one.start <= who.start < one.end), None)
    asked = stem(verb)
    words = {stem(one) for one in words_in(value.path.rstrip(".*").rpartition(".")[2])}
    if piece and asked in _HANDS and piece.refers and stem(f"{verb}ee") in words:
        return True  # "open a ticket and assign it to sam-k"
    if piece is None or piece not in own:
        return False
    before = [one for one in piece.asks if one.place[0] <= who.start]
    near = max(before, key=lambda one: one.place[0], default=None)
    if near is not None and not near.fits(able):
        return False
    if asked in _HANDS and asked not in able.stems | words:
        return near is None or near.verb == asked
    classes = verb_classes(asked)  # whoever is to be sent something is nobody to invite
    sends = "send" in able.verbs & classes and able.verbs <= classes | {"share"}
    fits = sends or not able.verbs.isdisjoint(classes - {"send"})
    return not verb or asked in able.stems | words or fits
