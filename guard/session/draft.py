"""A proposed task -> one that can be shown to a person: nothing in it that their words do not bear.

A draft comes from a model that may be wrong or misled. It can only leave tools out; it names no
value, no domain and no number of its own. Nothing here puts a task in force.
"""

import json
from collections.abc import Iterable

from guard.errors import Unusable
from guard.model.call import ToolSpec
from guard.provenance.request.said import read_task
from guard.provenance.request.task import Task
from guard.provenance.speech.granting import granted
from guard.provenance.vocabulary.lexicon import capability
from guard.session.intent import TaskIntent, parse_intent

_CHANGING = frozenset({"write", "egress", "privileged", "irreversible"})
_MOST_CALLS = 20


def checked(words: str, draft: bytes, tools: Iterable[ToolSpec], *, max_bytes: int) -> TaskIntent:
    """Return the task that a draft proposes, for a person to confirm.

    Args:
        words: what the person said; it becomes the purpose.
        draft: the proposal (JSON): tools, egress, calls.
        tools: what the catalogue lists and people confirmed.
        max_bytes: the longest declaration (bytes).

    Raises:
        Unusable: `draft_unsupported`: it asks for more than the words or the catalogue bear;
            `intent_unusable`: it is no declaration.
    """
    try:
        said = json.loads(draft)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not said.keys() <= {"tools", "egress", "calls"}:
        raise _unsupported("it is not an object of tools, egress and calls")
    intent = parse_intent({**said, "purpose": words}, declared_by="user", max_bytes=max_bytes)
    known, task = {one.action: one for one in tools}, read_task([words])
    for name in sorted(intent.tools | intent.calls.keys()):
        spec = known.get(name)
        if spec is None:
            raise _unsupported(f"the catalogue does not list {name!r}")
        if spec.effect & _CHANGING and not granted(task.words, capability(spec.named, spec.intent)):
            raise _unsupported(f"the words do not ask for what {name!r} does")
    for domain in sorted(intent.egress):
        if not _named(task, domain):
            raise _unsupported(f"the words do not name the domain {domain!r}")
    for name, most in intent.calls.items():
        if not 0 < most <= _MOST_CALLS:
            raise _unsupported(f"it would call {name!r} {most} times, at most {_MOST_CALLS} may be")
    return intent


def _named(task: Task, domain: str) -> bool:
    return any(
        domain == canonical.rpartition("@")[2].partition("/")[0].partition(":")[0]
        for kind, canonical in task.frames
        if kind in {"email", "url", "host"}
    )


def _unsupported(why: str) -> Unusable:
    return Unusable(
        f"The draft cannot be offered: {why}.",
        code="draft_unsupported",
        next_step="Declare the task by hand, or hand over the person's words alone.",
    )
