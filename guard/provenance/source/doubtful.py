"""Whether the names by which a person means a record are those of another one as well.

"The Old Tandem of Vera Stoll" is one, although she has two: what one name leaves open, another one
of the same request says. Where a request has the open name alone, it may mean any that bear it.
"""

import re

from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.result.records import Record, names_of, plainly

_AND = re.compile(r"\b(?:and|then|while|und|dann|et|puis|y)\b|[;&]", re.IGNORECASE)
"""Where a request goes on with something else."""


def doubtful(task: Task, known: Known, record: Record, said: frozenset[str]) -> bool:
    """Return whether what was said of a record does not tell which one it is.

    Args:
        task: what the person said.
        known: what the session has seen.
        record: a record.
        said: those of its trusted names that they used.
    """
    open_ = [one for one in said if known.mistaken(record, one)]
    if not open_:  # nearly always
        return False
    sure = [f" {plainly(one)} " for one in said if one not in open_]
    requests = [task.wanted[one.start : one.end] for one in task.pieces]
    texts = [f" {plainly(part)} " for one in requests for part in _AND.split(one)]
    alone = (one for one in texts if not any(two in one for two in sure))
    return not sure or any(f" {plainly(two)} " in one for one in alone for two in open_)


def called_besides(task: Task, known: Known, record: Record) -> frozenset[str]:
    """Return what else the person calls a record, of whose own name nobody is sure.

    Args:
        task: what the person said.
        known: what the session has seen.
        record: a record.
    """
    more = task.naming.asks_for(record) - names_of(record, sure=True)
    return frozenset(
        one for one in more if not known.within_another(record, plainly(one), task.naming.said)
    )
