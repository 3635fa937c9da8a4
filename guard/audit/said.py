"""What a session was told to do, kept beside the tree: the person's words and the declared task.

It can be erased like facts. A value that the words call a password, a PIN or a key is left out:
whoever reads the log can judge a session again, and not log in with it.
"""

from collections.abc import Mapping, Sequence

from guard.model.call import Json
from guard.provenance.entities import extract
from guard.session.intent import TaskIntent

GAP = "[secret]"


def beside(words: Sequence[str] = (), intent: TaskIntent | None = None) -> Mapping[str, Json]:
    """Return what is kept of words and of a task; nothing where there are none."""
    kept: dict[str, Json] = {}
    if words:
        kept["words"] = [without_secrets(one) for one in words]
    if intent is not None:
        kept["intent"] = intent.canonical
    return kept


def without_secrets(text: str) -> str:
    """Return a person's words without the secrets that they name as such."""
    gaps = sorted(
        ((one.start, one.end) for one in extract(text) if one.frame == "secret"), reverse=True
    )
    for start, end in gaps:
        text = f"{text[:start]}{GAP}{text[end:]}"
    return text
