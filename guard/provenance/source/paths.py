"""Whether a path is one of which the person spoke: its name, and where it lies.

A file of another name or in another place is another file, and one that a call makes there is read
by whoever looks there next. It decides nothing.
"""

import re
import unicodedata
from collections.abc import Sequence

from guard.provenance.request.pieces import asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.speech.frames import Entity
from guard.provenance.typed.canonical import text_of
from guard.provenance.vocabulary.lexicon import Capability
from guard.provenance.vocabulary.titles import content_words
from guard.provenance.vocabulary.words import DOCUMENTS

_PLAIN = re.compile(r"\w[\w ,()&'+-]*(?:\.\d+)*(?:\.([A-Za-z0-9]{1,8}))?(?<! )")
"""A name as people give it: with one ending, and nothing that a program reads as another one."""
_LIES = re.compile(
    r"[\"'`]?\s+(?:in|inside|within|under|from|im|aus|dans|de)\s+"
    r"(?:(?:the|my|our|der|dem|meinem|le|mon)\s+)?(?:(?:folder|directory|ordner|dossier)\s+)?[\"'`]?",
    re.IGNORECASE,
)
"""What stands between a file and the folder in which it lies."""
_BECOMES = re.compile(r"[\"'`]?\s+(?:to|as|into|in|nach|zu|en)\s+[\"'`]?")
"""What stands between that folder and the name that the file gets."""
_LISTED = re.compile(r"[\"'`]?(?:\s*,\s*|\s+(?:and|und|et|&)\s+)[\"'`]?")
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
    if any(one in _ELSEWHERE or _is_document(one) for one in away) or not _worded(
        task, name.removesuffix(f".{found[1]}")
    ):
        return False
    folder = path[: len(path.rstrip("/")) - len(name)].rstrip("/")
    if not folders or (folder and _says(task, folder)):
        return True
    if any(place.seen.trusted for place in known.places("text", text_of(folder))):
        return True
    return folders[0] != "" and all(_worded(task, one) and _says(task, one) for one in folders)


def _is_document(name: str) -> bool:
    """Return whether a name is a file's: it is no folder, and what lies in one is another thing."""
    found = _PLAIN.fullmatch(name)
    return found is not None and bool(found[1]) and found[1].casefold() in DOCUMENTS


def lies_where_said(task: Task, able: Capability, path: str, role: str = "") -> bool:
    """Return whether a path joins a file and the folder in which the person says that it lies.

    "Rename a.txt in /docs to b.txt" names /docs/a.txt and /docs/b.txt, for what renames; and "move
    a.txt from /docs into /old" names /old/a.txt.

    Args:
        task: what the person said.
        able: what the tool does: the folder of another request is none of this one's.
        path: as the call holds it.
        role: of the argument: what is moved is not where it goes to.
    """
    folder, _, name = path.rpartition("/")
    if not folder or not name:
        return False
    moved = role == "path" and "move" in able.verbs
    own = asking(task.pieces, able) or (task.pieces if len(task.pieces) == 1 else ())
    found = (_lying(task.wanted, one.held) for one in own)
    return any(
        ((folder, name) in lies and not (moved and goes))
        or ((folder, name) in goes and role != "source")
        for lies, goes in found
    )


def _lying(text: str, held: Sequence[Entity]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return folder and name of each file of which a request says where it lies, and where to."""
    named = [one for one in held if one.kind == "filename"]
    found: set[tuple[str, str]] = set()
    goes: set[tuple[str, str]] = set()
    before: list[str] = []  # of a list of files, those up to here
    for one, after, then in zip(named, named[1:], [*named[2:], None], strict=False):
        if "/" in one.literal:
            continue
        before.append(one.literal)
        between = text[one.end : after.start]
        if "/" in after.literal and _LIES.fullmatch(between):
            folder = after.literal.rstrip("/")
            found.update((folder, each) for each in before)
            if then and _BECOMES.fullmatch(text[after.end : then.start]):
                if "/" not in then.literal:
                    goes.add((folder, then.literal))
                elif "." not in then.literal.rpartition("/")[2]:  # another folder: names are kept
                    goes.update((then.literal.rstrip("/"), each) for each in before)
        if not _LISTED.fullmatch(between):
            before = []
    return found, goes


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
