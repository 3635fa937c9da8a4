"""Whether a named thing stands in another way than the request says, or may be another one.

"The jacket order that is in review" is no delivered one. And a word of a title, as "the fence task"
for "Paint the fence", tells one thing from others only where none of them bears it, in a list that
nothing narrowed but what was said of the thing. It decides nothing.
"""

import re
from collections.abc import Iterator, Sequence

from guard.model.origin import MEANT
from guard.provenance.request.pieces import Piece
from guard.provenance.request.task import Task
from guard.provenance.result.bearing import told_of, words_of
from guard.provenance.result.known import Known, Place
from guard.provenance.result.records import Record, is_id, plainly
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.thing.bounded import states_in
from guard.provenance.thing.listed import is_sought, rivals
from guard.provenance.vocabulary.lexicon import is_stop, stem

_JOINED = re.compile(r"(?:[.,;:!?]|\b(?:and|then|or|but))\s*\Z", re.IGNORECASE)
"""What stands before another request."""
_DONE = frozenset(
    map(stem, ("closed", "done", "completed", "complete", "resolved", "finished", "archived"))
)
_OVER = _DONE | frozenset(
    map(
        stem,
        (
            *("delivered", "cancelled", "canceled", "rejected", "declined", "paid", "failed"),
            *("expired", "returned", "refunded", "shipped", "deleted", "merged"),
        ),
    )
)
"""States after which nothing is open."""
_OPEN = frozenset(map(stem, ("open", "active", "unfinished", "current")))
_WAITING = frozenset(
    map(
        stem,
        (
            *("pending", "waiting", "awaiting", "queued", "placed", "new", "open", "requested"),
            *("submitted", "unconfirmed", "received", "created", "todo", "unshipped"),
            *("undelivered", "undispatched"),
        ),
    )
)
_SENT = frozenset(map(stem, ("shipped", "dispatched", "sent")))
_SENT_ON = _SENT | frozenset(map(stem, ("delivered", "returned")))
_FOLLOWS = (_SENT, _SENT_ON), (_DONE, _DONE)
"""What stands so, stands in none of the first ways any more."""
_NEGATED = re.compile(
    r"\b(?:has|have|is|are|was|were)(?:n['\u2019]t|\s+(?:not|never))\s+"
    r"(?:(?:yet|already|been|being|marked|as)\s+)*(?P<one>[^\W\d_]+)"
    r"|\b(?:un|non-?|not[- ]yet[- ])"
    r"(?P<un>(?:shipp|deliver|dispatch|finish|resolv|complet|cancell?|return|clos)ed|sent|done)\b",
    re.IGNORECASE,
)
"""How a thing does not stand: "that hasn't shipped", "undelivered"."""

Values = Sequence[tuple[Value, Worth]]


def mistold(task: Task, known: Known, own: Sequence[Piece], values: Values) -> Iterator[int]:
    """Yield the places of things that every request for a call tells otherwise, or not enough.

    Args:
        task: what the person said.
        known: what the session has seen.
        own: the requests for that.
        values: the arguments with their worth.
    """
    for at, (value, its) in enumerate(values):
        if value.level != "target" or its.why not in MEANT:
            continue
        place = its.place or next((one for one in known.seen(value.kinds) if one.record), None)
        if place is None or not is_id(place.seen.path):
            continue
        record = known.record(place.record)
        pieces = [one for one in own if _names(one, value, record)]
        texts = [_whole(task.wanted, task, one) for one in pieces]
        titled = words_of(tuple(sorted(record.titles))) | told_of(record)
        told = pieces or [one for one in own if not titled.isdisjoint(one.stems)]
        if told and all(_is_told_otherwise(task, known, place, one) for one in told):
            yield at
        elif its.why == "linked_record" and texts and _is_by_a_word(task, record):
            beside = [one.text for n, (one, _) in enumerate(values) if n != at]
            said = [_said(*pair, record) for pair in zip(pieces, texts, strict=True)]
            if all(_is_loose(task, known, place, one, beside) for one in said):
                yield at


def _is_told_otherwise(task: Task, known: Known, place: Place, piece: Piece) -> bool:
    """Return whether a request says how its thing stands, or does not, and it stands otherwise."""
    record = known.record(place.record)
    return _stands_so(_whole(task.text, task, piece), record) or _stands_otherwise(
        _whole(task.wanted, task, piece), record, rivals(known, place)
    )


def _stands_so(text: str, record: Record) -> bool:
    """Return whether a thing stands as a request says that it does not, whoever tells."""
    said = {stem((one["one"] or one["un"]).casefold()) for one in _NEGATED.finditer(text)} & (
        _OVER | _SENT_ON
    )
    if not said:
        return False
    every = [said, *(many for first, many in _FOLLOWS if not said.isdisjoint(first))]
    own = words_of(tuple(sorted(record.states.values()))) | told_of(record)
    return not own.isdisjoint(frozenset().union(*every))


def _whole(text: str, task: Task, piece: Piece) -> str:
    """Return a request with what only looks like the next one: "cancel the jacket | order"."""
    end = piece.end
    for one in task.pieces:
        if one.start == end and not _JOINED.search(task.wanted, piece.start, end):
            end = one.end
    return text[piece.start : end]


def _names(piece: Piece, value: Value, record: Record) -> bool:
    if not piece.keys.isdisjoint(value.kinds):
        return True
    return piece.naming.means(record)


def _stands_otherwise(text: str, record: Record, listed: Sequence[Record]) -> bool:
    """Return whether a request says how its thing stands, and trusted fields say otherwise."""
    borne = {plainly(state) for one in listed for state in one.states.values()}
    said = states_in(text, frozenset(borne)) if record.states else frozenset[str]()
    if not said:
        return False
    own = words_of(tuple(sorted(record.states.values()))) | told_of(record)
    return not any(_may_stand(words_of((one,)), own) for one in said)


def _may_stand(said: frozenset[str], own: frozenset[str]) -> bool:
    """Return whether a thing may stand as a request says, in words that mean the same."""
    words = frozenset(one for one in said if not is_stop(one)) or said
    if not words.isdisjoint(own) or (not words.isdisjoint(_OPEN) and own.isdisjoint(_OVER)):
        return True
    return any(not (words.isdisjoint(one) or own.isdisjoint(one)) for one in (_DONE, _WAITING))


def _is_by_a_word(task: Task, record: Record) -> bool:
    """Return whether a record is meant by nothing but a part of its title."""
    naming = task.naming
    if not naming.links.isdisjoint(record.links) or not naming.names.isdisjoint(record.titles):
        return False
    return bool(naming.spells(record)) and not (naming.said_whole(record) & record.titles)


def _said(piece: Piece, text: str, record: Record) -> frozenset[str]:
    """Return the words of a request, without those of who gets something by it."""
    going = (one for one in piece.held if one.frame == "dest")
    names = words_of(tuple(one.literal for one in going)) - words_of(tuple(record.titles))
    words = (one for one in plainly(text).split() if not is_stop(one))
    return frozenset(map(stem, words)) - names


def _is_loose(
    task: Task, known: Known, place: Place, told: frozenset[str], beside: Sequence[str]
) -> bool:
    """Return whether what was said of a title tells its thing from no other one for sure."""
    record = known.record(place.record)
    said = words_of(tuple(sorted(record.titles))) & told
    if said and any(
        one.identity != record.identity and said <= words_of(tuple(sorted(one.titles)))
        for one in rivals(known, place)
    ):
        return True
    lists = [one for one in known.lists.shown(place.action) if one.holds(place.record)]
    sets = frozenset(map(str.casefold, beside))
    return bool(lists) and not any(
        not one.sought or is_sought(task, known, one, told, sets=sets) for one in lists
    )
