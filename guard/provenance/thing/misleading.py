"""Whether an identity of a call could be taken for another one that looks like it.

What the person wrote letter for letter is theirs, however it is written. It decides nothing.
"""

from collections.abc import Iterable

from guard.model.origin import LINKED, UNTRUSTED
from guard.provenance.request.task import Task
from guard.provenance.result.lookalike import poses
from guard.provenance.result.segment import Endorsed
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.typed.flaw import flaw, padded

_IDENTITIES = frozenset({"recipient", "id", "path", "source", "url", "attach"})


def misleads(
    task: Task, endorsed: frozenset[Endorsed], values: Iterable[tuple[Value, Worth]]
) -> bool:
    """Return whether an identity could be taken for another that looks like it.

    Args:
        task: what the person named.
        endorsed: destinations that a person approved for this tool in this session.
        values: the arguments of the call, with their worth.
    """
    for value, one in values:
        if value.role in _IDENTITIES:
            if value.level == "target" and one.source > UNTRUSTED and padded(value.text):
                return True  # it was compared without its blanks, and the tool would get them
            if value.text not in task.text and _is_like_another(task, endorsed, value, one):
                return True
    return False


def _is_like_another(task: Task, endorsed: frozenset[Endorsed], value: Value, one: Worth) -> bool:
    if flaw(value.text):
        return True
    return one.source < LINKED and poses(value.text, task.looks, endorsed)
