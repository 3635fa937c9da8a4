"""Whether a call goes against what the person chose, by any of the readers that compare its values.

It only puts them together: one that finds something is enough. It decides nothing.
"""

from collections.abc import Mapping, Sequence

from guard.provenance.argument.quotes import left_to_another, misquoted
from guard.provenance.deed.called import only_topic
from guard.provenance.deed.edits import cuts_otherwise
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.slot import Slot
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.asks import Ask
from guard.provenance.thing.ascribed import ascribed
from guard.provenance.thing.paired import crosses
from guard.provenance.vocabulary.contrary import ends_unasked
from guard.provenance.vocabulary.lexicon import Capability


def astray(
    task: Task,
    known: Known,
    able: Capability,
    slots: Mapping[str, Slot],
    values: Sequence[tuple[Value, Worth]],
    meant: Sequence[Ask],
    *,
    said: bool,
) -> bool:
    """Return whether a call that changes something does another thing than was chosen.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        slots: what each argument is.
        values: the arguments of the call, with their worth.
        meant: the requests for it.
        said: whether their words name what it does.
    """
    texts = [one.text for one, _ in values]
    bodies = [one.text for one, _ in values if one.role == "body"]
    return (
        (not said and ends_unasked(task.words, able))
        or only_topic(task, able)
        or crosses(task, known, values)
        or ascribed(task, known, slots, values)
        or left_to_another(task, able, values)
        or misquoted(task, able, meant, bodies, texts)
        or cuts_otherwise(task, values)
    )
