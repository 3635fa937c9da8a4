"""Whether a path that a call makes is one of which the person spoke: its name, and where it lies.

A file of another name or in another place is read by whoever looks there next. It decides nothing.
"""

import re

from guard.provenance.canonical import text_of
from guard.provenance.known import Known
from guard.provenance.lexicon import content_words
from guard.provenance.task import Task
from guard.provenance.words import DOCUMENTS

_EXTENSION = re.compile(r"(?<=[^.])\.([A-Za-z0-9]{1,8})$")


def named_path(task: Task, known: Known, path: str) -> bool:
    """Return whether every word of a path is the person's, or its folder is the house's.

    Args:
        task: what the person said.
        known: what the session has seen: a folder that a trusted field holds is as good as said.
        path: as the call holds it.
    """
    *folders, name = path.rstrip("/").split("/")
    ending = _EXTENSION.search(name)
    if ending and ending[1].casefold() not in DOCUMENTS:
        return False  # a program may read or run it
    if name.startswith(".") or not _worded(task, _EXTENSION.sub("", name)):
        return False
    folder = path[: len(path.rstrip("/")) - len(name)].rstrip("/")
    if not folders or (folder and _says(task, folder)):
        return True
    if any(place.seen.trusted for place in known.places("text", text_of(folder))):
        return True
    return folders[0] != "" and all(_worded(task, one) and _says(task, one) for one in folders)


def _worded(task: Task, text: str) -> bool:
    """Return whether the words of content in a text are the person's; numbers are nobody's."""
    words = (one for one in content_words(text) if any(map(str.isalpha, one)))
    return all(one in task.wording for one in words)


def _says(task: Task, text: str) -> bool:
    """Return whether the person wrote this, as whole words."""
    whole = rf"(?<![\w/])/?{re.escape(text.strip('/'))}(?!/?\w)"
    return re.search(whole, task.text, re.IGNORECASE) is not None
