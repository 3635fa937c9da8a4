"""What a session's person said, read as a task: when they say it, and from memory for each call.

What others declared comes first: what the person says may take it back. What an agent declares is
no part of it.
"""

from collections.abc import Iterable, Sequence

from guard.provenance.request.said import read_task
from guard.provenance.request.task import Task
from guard.session.intent import TaskIntent


def spoken(intent: TaskIntent | None) -> tuple[TaskIntent, ...]:
    """Return what somebody other than the agent declared."""
    clauses = () if intent is None else intent.clauses
    return tuple([one for one in clauses if one.declared_by != "agent"])


def said_by(clauses: Iterable[TaskIntent], words: Sequence[str]) -> Task:
    """Return the task of what others declared and of what the person said."""
    return read_task((*dict.fromkeys([one.purpose for one in clauses]), *words))
