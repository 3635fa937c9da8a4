"""Whether a number that the person wrote without a noun is another thing than a call takes it for.

"Ada Roe (1060)" is no 1060 that is called Bo Lund; and what "add a note to 7703" remarks on is
nothing that another request deletes. It decides nothing.
"""

from guard.provenance.request.ids import called_beside, only_remarked_on
from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import plainly
from guard.provenance.source.value import Value
from guard.provenance.vocabulary.lexicon import Capability, stem

_REMARKS = frozenset(map(stem, ("comment", "note", "remark", "reply", "respond", "answer")))
_PUTS = frozenset({"create", "post", "publish", "send", "share", "schedule", "read"})
"""Classes of the verbs by which somebody remarks on a thing."""


def strays_by_number(task: Task, known: Known, able: Capability, value: Value) -> bool:
    """Return whether a number of the person's is not what a call does something to.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        value: an argument of the call, which holds it.
    """
    said = value.text.strip().removeprefix("#").casefold()
    if not said.isdigit():
        return False  # nearly always
    if name := called_beside(task.text).get(said):
        return _is_called_otherwise(known, value, said, name)
    places = only_remarked_on(task.text).get(said, ())
    return bool(places) and not _remarks(task, able, places)


def _is_called_otherwise(known: Known, value: Value, said: str, name: str) -> bool:
    """Return whether a record of this number is known, and does not bear a name."""
    words = frozenset(plainly(name).split())
    records = (known.record(place.record) for place in known.seen(value.kinds))
    return any(
        one.names and not any(words <= frozenset(plainly(own).split()) for own in one.names)
        for one in records
        if any(own.rpartition(":")[2] == said for own in one.identity)
    )


def _remarks(task: Task, able: Capability, places: tuple[int, ...]) -> bool:
    """Return whether a tool remarks on things, and is asked for where one of these is named."""
    if able.stems.isdisjoint(_REMARKS) or not able.verbs <= _PUTS:
        return False
    return any(
        piece.start <= at < piece.end for piece in asking(task.pieces, able) for at in places
    )
