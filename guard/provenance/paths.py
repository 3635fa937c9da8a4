"""Whether a path that a call makes is one of which the person spoke: its name, and where it lies.

A file of another name or in another place is read by whoever looks there next. It decides nothing.
"""

import re
import unicodedata

from guard.provenance.canonical import text_of
from guard.provenance.known import Known
from guard.provenance.task import Task
from guard.provenance.titles import content_words
from guard.provenance.words import DOCUMENTS

_PLAIN = re.compile(r"\w[\w ,()&'+-]*(?:\.\d+)*(?:\.([A-Za-z0-9]{1,8}))?(?<! )")
"""A name as people give it: with one ending, and nothing that a program reads as another one."""
_ELSEWHERE = frozenset({"", ".", "..", "~"})
"""Folders that stand for another one than they say."""


def named_path(task: Task, known: Known, path: str) -> bool:
    """Return whether every word of a path is the person's, or its folder is the house's.

    Args:
        task: what the person said.
        known: what the session has seen: a folder that a trusted field holds is as good as said.
        path: as the call holds it.
    """
    *folders, name = path.rstrip("/").split("/")
    found = _PLAIN.fullmatch(name)
    if found is None or unicodedata.normalize("NFKC", path) != path or "\\" in path:
        return False
    if found[1] and found[1].casefold() not in DOCUMENTS:
        return False  # a program may read or run it
    away = folders[1:] if folders[:1] == [""] else folders
    if not _ELSEWHERE.isdisjoint(away) or not _worded(task, name.removesuffix(f".{found[1]}")):
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
    if not any(map(str.isalnum, text)):
        return False
    whole = rf"(?<![\w/])/?{re.escape(text.strip('/'))}(?!/?\w)"
    return re.search(whole, task.text, re.IGNORECASE) is not None
