"""Whether an argument only says which version of a thing a call writes over: its `sha`, or `etag`.

A tool that writes a thing anew wants the version that was read, so that nobody else's change is
lost. Where the thing is the person's, its version is what a look at it showed, whoever wrote that:
another one is refused, and does nothing. It decides nothing.
"""

import re
from collections.abc import Sequence

from guard.model.origin import LINKED
from guard.provenance.result.known import Known, Place
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.typed.canonical import text_of
from guard.provenance.vocabulary.lexicon import Capability, stem

_VERSION = re.compile(r"(?:.*[_.-])?(?:sha|etag|revision|rev|if_?match)", re.IGNORECASE)
_GOES_BACK = frozenset(
    map(stem, ("restore", "revert", "rollback", "reset", "checkout", "promote", "deploy", "pick"))
)
"""Words of tools that are given the version which they make the present one."""
_THINGS = frozenset({"path", "id"})


def versioned(
    known: Known, able: Capability, values: Sequence[tuple[Value, Worth]], at: int
) -> Place | None:
    """Return where the version of the thing stands that a call writes over; None: it is no version.

    Args:
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
        at: which of them may be the version.
    """
    value, _ = values[at]
    name = value.path.rpartition(".")[2]
    written = any(one.role == "body" for one, _ in values)
    if not written or not _VERSION.fullmatch(name) or not able.stems.isdisjoint(_GOES_BACK):
        return None
    things = {
        text_of(one.text)
        for n, (one, its) in enumerate(values)
        if n != at and one.role in _THINGS and its.source >= LINKED
    }
    for place in known.seen(value.kinds):
        field = place.seen.path.rpartition(".")[2]
        keys = known.record(place.record).keys if place.record else {}
        if field == name and not things.isdisjoint(map(text_of, keys.values())):
            return place
    return None
