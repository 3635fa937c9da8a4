"""Whether an id that strangers may have written is of the kind of thing that a call acts on.

A page, a ticket or a search may hold anything under any name. The id of a project comes from what
tells of projects, and from a record of its own there: not from one inside of something else.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import is_stop, noun_classes, stem, verb_classes
from guard.provenance.vocabulary.words import BOUNDS, FORMAL

HOLDERS = frozenset(
    map(stem, ("result", "item", "list", "record", "row", "hit", "match", "matches", "content"))
) | frozenset(
    map(stem, ("response", "payload", "output", "node", "edge", "found", "all", "open", "page"))
)
"""Words of fields that only hold what was asked for."""
HANDS = frozenset(map(stem, ("assignee", "owner", "keeper", "handler", "caretaker")))
"""Words of arguments for in whose hands a thing is: somebody, and no thing of its own sort."""
_IDS = frozenset({"id", "ids", "uid", "uuid", "key"})
"""Words before which there is a thing, be it a verb elsewhere: the `show_id` of a show."""
_EMPTY = FORMAL - {"instance", "resource"}  # a cloud has many, and stops one of them
_LEAST = 3
_NEAR = 2
_LOOKING = frozenset({"search", "find", "query", "lookup", "fetch", "get", "read", "retrieve"})
_SORTS = frozenset({("object",), ("type",), ("kind",), ("object", "type"), ("entity", "type")})
"""Names of fields in which an object says of what sort it is."""
_LISTING = frozenset({"list", "search", "find", "query", "browse", "overview"})
"""Words of tools that show what a server has."""


@lru_cache(maxsize=4096)
def kin_of(*names: str) -> frozenset[str]:
    """Return the stems of what names speak of: project of `list_projects`, of `project_id`."""
    return frozenset(
        one
        for name in names
        for word, after in pairwise([*words_in(name), ""])
        if len(word) >= _LEAST and not is_stop(word) and word not in BOUNDS | _EMPTY
        if (one := stem(word)) and (noun_classes(one) or not verb_classes(one) or after in _IDS)
    )


def own_kin(path: str) -> frozenset[str]:
    """Return the stems of what an argument's own name speaks of: card of `card_id`."""
    return kin_of(path.rpartition(".")[2])


@lru_cache(maxsize=4096)
def things_of(stems: frozenset[str]) -> frozenset[str]:
    """Return those of some stems that name what is acted on: no verbs, or nouns as well."""
    return frozenset(one for one in stems if noun_classes(one) or not verb_classes(one))


@lru_cache(maxsize=4096)
def tells_of(tool: str) -> frozenset[str]:
    """Return the classes of what a tool shows: to list boats is to show boats, and no list."""
    return _classes(kin_of(tool) - _LISTING)


@lru_cache(maxsize=4096)
def shows_people(tool: str) -> bool | None:
    """Return whether a tool shows people: `list_team_members`; None: its name does not tell."""
    for word in reversed(words_in(tool)):
        classes = frozenset(noun_classes(stem(word))) if word not in _LISTING else frozenset[str]()
        if classes:
            return "person" in classes
    return None


@lru_cache(maxsize=4096)
def shows_anything(tool: str) -> bool:
    """Return whether a tool shows whatever a server has: `search`, `crm_search_objects`."""
    words = words_in(tool)
    last = words[-1].removesuffix("s") if words else ""
    plain = last in _LOOKING or last in _EMPTY or stem(last) in HOLDERS
    return plain and not tells_of(tool) and not _LOOKING.isdisjoint(words)


@lru_cache(maxsize=4096)
def sorts_in(keys: tuple[tuple[str, str], ...], path: str) -> frozenset[str]:
    """Return the stems of what an object says that it is, beside its id: `"object": "page"`.

    Args:
        keys: its short texts, by path.
        path: of its id.
    """
    around = path.rpartition(".")[0]
    return frozenset(
        stem(text.casefold())
        for at, text in keys
        if at.rpartition(".")[0] == around and words_in(at.rpartition(".")[2]) in _SORTS
    )


@lru_cache(maxsize=4096)
def holds(
    tool: str,
    path: str,
    kin: frozenset[str],
    own: frozenset[str],
    sorts: frozenset[str] = frozenset(),
) -> bool:
    """Return whether an id in a tool's result may be of a thing of this kind.

    Args:
        tool: that showed it.
        path: where in its result.
        kin: stems of what a call acts on.
        own: stems of what its argument is called after.
        sorts: of which sort the thing is, where a tool's name leaves it open.
    """
    its, parts = kin_of(tool) | (sorts & kin), path.split(".")
    *around, _ = parts
    if its.isdisjoint(kin) and _classes(its).isdisjoint(_classes(kin)):
        # A tool that lists what there is says itself what its fields are of.
        lists = not _LISTING.isdisjoint(words_in(tool))
        if not lists or own.isdisjoint(kin_of(*parts[-_NEAR:])):
            return False
    plain = its | kin | HOLDERS | _EMPTY
    return around.count("*") <= 1 and all(
        stem(word) in plain or word in _EMPTY for key in around for word in words_in(key)
    )


def _classes(stems: Iterable[str]) -> frozenset[str]:
    return frozenset(name for one in stems for name in noun_classes(one))
