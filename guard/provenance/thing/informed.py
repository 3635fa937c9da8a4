"""Whether the person is the one who is told: "notify me when ann@x has paid" writes to no Ann.

Where every request for a call only wants the person to be told something, who is spoken of in it
is nobody to whom the call goes. It decides nothing.
"""

from collections.abc import Iterator, Sequence

from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import clause_before, tells_me, to_me

_NAMED = frozenset({"in_prompt", "linked_record"})


def told_of(
    task: Task, own: Sequence[Piece], values: Sequence[tuple[Value, Worth]]
) -> Iterator[int]:
    """Yield the places of receivers of whom the person only wants to be told something.

    Args:
        task: what the person said.
        own: the requests for what the tool does.
        values: the arguments with their worth.
    """
    if not own or not to_me(task.wanted):
        return  # nearly always
    going = [
        at for at, (one, its) in enumerate(values) if one.level == "dest" and its.why in _NAMED
    ]
    if not going or not all(to_me(task.wanted[one.start : one.end]) for one in own):
        return
    for at in going:
        kinds = values[at][0].kinds
        named = [one for one in task.entities if not {*keys_of(one)}.isdisjoint(kinds)]
        if named and all(
            one.frame == "mention"
            and tells_me(clause_before(task.text, one.start), task.text[one.end :])
            for one in named
        ):
            yield at
