"""Which words of a person may set an option of a call: those of its own request.

"Read the comments and delete the photo" deletes no comments. What is said in no request for
anything else counts, and what a request of the option's own name adds: "and notify the owner".
It decides nothing.
"""

from functools import lru_cache

from guard.provenance.request.asides import WISHES, only_told, strangers
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.speech.unasked import joined, without
from guard.provenance.vocabulary.lexicon import Capability


def said_for(
    task: Task, able: Capability, words: frozenset[str], stems: frozenset[str]
) -> frozenset[str]:
    """Return which stems of a text may be said of an option of a call.

    Args:
        task: what the person said.
        able: what the tool does.
        words: the stems of what the option is called.
        stems: of all that they ask for.
    """
    stems -= only_told(task.wanted)
    return stems - _elsewhere(task.wanted, task.pieces, able, words)


@lru_cache(maxsize=1024)
def _elsewhere(
    text: str, pieces: tuple[Piece, ...], able: Capability, words: frozenset[str]
) -> frozenset[str]:
    """Return the stems that only requests for something else have."""
    own = asking(pieces, able)
    if not own:
        return frozenset()
    first, keys = min(one.start for one in own), frozenset().union(*(one.keys for one in own))
    mine = frozenset().union(*(one.stems for one in own))
    strange = frozenset[str]()
    for one in pieces:
        if any(one is each for each in own):
            continue
        alike = one.keys <= keys and (one.start > first or bool(one.stems & WISHES))
        if alike and (not one.asks or any(ask.verb in words for ask in one.asks)):
            mine |= one.stems
        else:
            strange |= one.stems
    places = [(one.start, one.end) for one in pieces]
    others = [*strangers(text, places)]
    strange |= stems_in(text[start:end] for start, end in others)
    outside = stems_in([without(text, joined([*places, *others]))])
    return strange - mine - outside
