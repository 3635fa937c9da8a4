"""Whether something is named only to say where another thing is: "the pier next to the North pier".

So is what something new of its sort is to lie in: who wants "a page 'Notes' under the page 'Team'"
wants nothing written into that. It decides nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from guard.model.late import late
from guard.model.origin import MEANT
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import own_kin
from guard.provenance.source.value import Value
from guard.provenance.speech.unasked import joined
from guard.provenance.thing.rivals import Values, apart_at, aside, is_named_in
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.lexicon import Capability, stem

_BY = late(
    r"\b(?:the|that|a|an|my|our|any)\s+(?:[a-z]+\s+)?(?P<head>(?!(?:right|just|directly|immediately|to)\s)[a-z]+)\s+"
    r"(?:(?:that|which)\s+(?:is|lies|stands|comes|sits)\s+)?(?:(?:right|just|directly|immediately)\s+)?"
    r"(?:beside|next\s+to|near(?:\s+to)?|behind|opposite(?:\s+to)?|adjacent\s+to|adjoining|closest\s+to"
    r"|nearest(?:\s+to)?|close\s+to|across(?:\s+the\s+[a-z]+)?\s+from|in\s+front\s+of"
    r"|(?:to\s+the\s+)?(?:left|right|north|south|east|west)\s+of|below|underneath|beneath"
    r"|after|before|like|similar\s+to|different\s+from|[a-z]+er\s+than|other\s+than)\s+"
    r"(?P<mark>(?:(?!\b(?:and|then|to|for|with|at|on|from|in|by|until|please)\b)[^.,;:!?\n]){1,60})",
    re.IGNORECASE,
)
"""What is told by what it lies beside, or is like: "the pier next to the North pier"."""
_NEW = late(
    r"\b(?:an?|another|une?|eine?n?)\s+(?:(?:new|neue[nrs]?|nouveau|nouvelle)\s+)?(?P<head>[^\W\d_]+)\s+"
    r"(?:(?:called|named|titled|namens)\s+)?(?:[\"'`«„“][^\"'`»”“\n]{1,80}[\"'`»”“]\s+)?"
    r"(?:under(?:neath)?|below|beneath|inside|within|in|into|sous|dans|unter)\s+"
    r"(?P<mark>(?:(?!\b(?:and|then|to|with|et|avec|und|mit)\b)[^.,;:!?\n]){1,60})",
    re.IGNORECASE,
)
"""What something new of the same sort is to lie in: "a page 'Notes' under the page 'Team'"."""
_PLACING = frozenset(
    {
        *("near", "after", "before", "next", "beside", "behind", "neighbor", "neighbour", "above"),
        *("parent", "relative", "reference", "anchor", "below", "under", "previous", "like"),
    }
)
"""Words of arguments that take what something is put beside."""
_ONE = frozenset(map(stem, ("one", "ones", "place", "thing")))


def landmarks(
    task: Task, known: Known, able: Capability, own: Sequence[Piece], values: Values
) -> Iterator[int]:
    """Yield the places of what a person names only to tell another thing of its sort from it.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        own: the requests for what the tool does; without any, "the other one" is looked for here.
        values: the arguments with their worth.
    """
    found, apart = _marks(task, _BY), -1 if own else apart_at(task.wanted, 0, len(task.wanted))
    if new := _marks(task, _NEW):  # most prompts make nothing beside another thing
        found += tuple(one for one in new if not _makes(able, one[0]))
    for at, (value, its) in enumerate(values if found or apart >= 0 else ()):
        if its.why not in MEANT or value.level not in {"target", "dest"}:
            continue
        place = its.place if its.why == "linked_record" else None
        record = known.record(place.record) if place else None
        mine = [] if _is_put(value) else [span for head, span in found if head in _heads(value)]
        mine += [(0, apart)] if apart >= 0 else []
        if any(is_named_in(aside(task, *one), value, record) for one in mine) and not is_named_in(
            aside(task, 0, len(task.wanted), tuple(joined(mine))), value, record
        ):
            yield at


def _is_put(value: Value) -> bool:
    """Return whether an argument takes what something is put beside: `after_stall_id`."""
    return not _PLACING.isdisjoint(words_in(value.path))


def _makes(able: Capability, head: str) -> bool:
    """Return whether a tool makes such a thing, so that it takes what that is to lie in."""
    return "create" in able.verbs and any(one.endswith(head) for one in able.stems)


def _heads(value: Value) -> frozenset[str]:
    return _ONE | (own_kin(value.path) or value.kin)


@lru_cache(maxsize=256)
def _marks(task: Task, how: re.Pattern[str]) -> tuple[tuple[str, tuple[int, int]], ...]:
    """Return what is told by something beside it: the stem of its noun, and where that stands."""
    return tuple((stem(one["head"]), one.span("mark")) for one in how.finditer(task.wanted))
