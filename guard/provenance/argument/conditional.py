"""Whether that holds on which a person lets an act depend: by trusted fields of what it acts on.

A number that is compared with a stated one, or a state with a stated word, of the very record that
the call's target is. Everything else, and whatever strangers could have written, is not known. It
decides nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from guard.provenance.quantity.counts import things_at
from guard.provenance.request.conditions import Condition, Met
from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.result.known import PLACES, Known, Place
from guard.provenance.result.records import Record, is_id
from guard.provenance.result.select import beyond, is_amount
from guard.provenance.schema.kin import kin_of
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.thing.ranked import ranked
from guard.provenance.thing.whose import holds_value
from guard.provenance.typed.canonical import name_of
from guard.provenance.typed.money import decimal_of
from guard.provenance.vocabulary.conditional_words import COMPARED, COMPARES, ITS, NOT, STATES
from guard.provenance.vocabulary.currencies import currency_of, words_in
from guard.provenance.vocabulary.lexicon import (
    Capability,
    is_stop,
    noun_classes,
    stem,
    verb_classes,
)

Values = Sequence[tuple[Value, Worth]]


_ISNT = {"lt": "ge", "gt": "le", "le": "gt", "ge": "lt", "eq": "ne"}
_UNDONE = ("open", "new", "pending", "draft", "created", "placed", "queued", "waiting", "unpaid")
_FIRST = frozenset(map(stem, (*_UNDONE, "unshipped")))
"""States before anything was done, in which nothing has been shipped, paid, closed or the like."""
_IDS = frozenset({"id", "uid", "uuid", "key"})
_GOOD = frozenset(map(stem, ("green", "pass", "passed", "success", "successful", "succeeded")))
_BAD = frozenset(map(stem, ("red", "fail", "failed", "failing", "failure", "error", "broken")))
"""Words for how a test went, each of which people say for the others."""
_PAIRS = (
    (_GOOD, _BAD),
    (
        frozenset(map(stem, ("on", "running", "active", "enabled"))),
        frozenset(map(stem, ("off", "inactive", "idle", "disabled"))),
    ),
    (frozenset(map(stem, ("locked",))), frozenset(map(stem, ("unlocked",)))),
    (frozenset(map(stem, ("open", "opened"))), frozenset(map(stem, ("closed", "shut")))),
)
"""Words for one of two states that a thing can be in, each of which people say for the others."""
_STATED = frozenset(
    map(stem, ("status", "state", "stage", "phase", "condition", "zustand", "statut", "estado"))
)


def condition(task: Task, known: Known, able: Capability, values: Values) -> int:
    """Return how the condition stands under which a call was asked for, as `Met` has it.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call.
    """
    if not (task.conditions or task.rankings):  # nearly always
        return 0
    own = carried_out(task, known, able, values)
    return int(max(_stand(task, known, able, values, own), ranked(task, known, own, values)))


def carried_out(task: Task, known: Known, able: Capability, values: Values) -> Sequence[Piece]:
    """Return the requests that a call may carry out: those that name what it is done to."""
    own = asking(task.pieces, able)
    weighed = [(value, one) for value, one in values if value.level in {"target", "dest"}]
    return [one for one in own if any(_names(known, one, *each) for each in weighed)] or own


def _stand(task: Task, known: Known, able: Capability, values: Values, own: Sequence[Piece]) -> Met:
    if own:
        return min(_granted(task, one, able, known, values) for one in own)
    # No request is seen for it: what its words or values stand beside holds for it, and what in
    # another language holds for nothing that is seen.
    spoken = able.own | {one for one in able.stems if not verb_classes(one).isdisjoint(able.verbs)}
    loose = [
        one
        for one in task.conditions
        if not spoken.isdisjoint(one.words)
        or any(_stands_in(task.text, one, value.text) for value, _ in values if value.level)
        or (one.foreign and not any(_governs(one, each) for each in task.pieces))
    ]
    return max((_stands(one, known, values) for one in loose), default=Met.NONE)


def _granted(task: Task, piece: Piece, able: Capability, known: Known, values: Values) -> Met:
    """Return how one request stands: all that it depends on has to hold."""
    on = [one for one in task.conditions if _governs(one, piece, able)]
    return max((_stands(one, known, values) for one in on), default=Met.NONE)


def _stands_in(text: str, one: Condition, said: str) -> bool:
    """Return whether what depends on a condition says a value, as whole words."""
    said = said.strip().removesuffix(".0")
    held = re.compile(rf"(?<!\w){re.escape(said)}(?!\w)") if said else None
    return held is not None and any(held.search(text, first, last) for first, last in one.acts)


def _names(known: Known, piece: Piece, value: Value, one: Worth) -> bool:
    """Return whether a request names a value of a call, or the record that it is of."""
    if holds_value(piece, value):
        return True
    return one.place is not None and piece.naming.means(known.record(one.place.record))


def _governs(one: Condition, piece: Piece, able: Capability | None = None) -> bool:
    """Return whether a request depends on a condition."""
    own = [each for each in piece.asks if able and each.fits(able)] or piece.asks
    if not own:
        return one.governs(piece.start, piece.end)
    return any(one.governs(ask.place[0], ask.place[0] + 1) for ask in own)


def _stands(one: Condition, known: Known, values: Values) -> Met:
    holds = _holds(one.said, known, values)
    if holds is None:
        return Met.UNKNOWN
    return Met.MET if holds is not one.negated else Met.REFUTED


def _holds(said: str, known: Known, values: Values) -> bool | None:
    """Return whether a clause holds of everything that a call acts on; None: nobody knows."""
    acted = [value for value, _ in values if value.level == "target"] or [
        value for value, _ in values if value.level == "dest"
    ]
    each = [_of(said, value, known) for value in acted]
    if not each or None in each or len({*each}) > 1:
        return None
    return each[0]


def _of(said: str, value: Value, known: Known) -> bool | None:
    """Return whether a clause holds of one thing: of each tool's newest record of it."""
    found = [_told(said, value, one) for one in _records(value, known)]
    sure = {one for one in found if one is not None}
    return sure.pop() if len(sure) == 1 else None


def _records(value: Value, known: Known) -> Iterator[Record]:
    yield from (known.record(one) for one in newest(value, known))


def newest(value: Value, known: Known) -> Iterable[int]:
    """Return the newest record of a thing that each tool showed, if all of them are known."""
    found: dict[str, int] = {}
    for kind, canonical in value.kinds:
        places = known.places(kind, canonical)
        if len(places) >= PLACES:
            return ()  # later ones were forgotten
        for one in places:
            if one.record and one.seen.trusted and _is_own(one, value, known):
                found[one.action] = max(found.get(one.action, 0), one.record)
    return found.values()


def _is_own(place: Place, value: Value, known: Known) -> bool:
    """Return whether a field holds the name of its own record, and not that of another one."""
    record, name = known.record(place.record), name_of(value.text)
    if not is_id(place.seen.path):
        return name in record.called and not known.mistaken(record, name)
    *around, last = place.seen.path.split(".")
    if len(record.identity) == 1 or not [one for one in words_in(last) if one not in _IDS]:
        return True
    # The 4 of a list of pull requests is one's own, whatever else of it bears an id.
    shown = kin_of(place.action.rpartition("/")[2])
    return last == "number" and around[-1:] in ([], ["*"]) and not shown.isdisjoint(value.kin)


def _told(said: str, value: Value, record: Record) -> bool | None:
    compared = COMPARED.fullmatch(said) or COMPARES.fullmatch(said)
    if compared:
        return _compares(compared, value, record)
    stated = STATES.fullmatch(said)
    return _is_in(stated, value, record) if stated else None


def _compares(one: re.Match[str], value: Value, record: Record) -> bool | None:
    how = next(name for name in ("lt", "gt", "le", "ge", "eq") if one.groupdict().get(name))
    if NOT.search(one["of"]):
        how = _ISNT[how]
    unit = one["unit"]
    if unit and not _fits(unit, record):
        return None
    fields = _fields(one["of"], value, record)
    limit = decimal_of(one["number"].replace(",", ""))
    numbers = [record.measures[name] for name in fields]
    if not numbers or limit is None or not all(isinstance(each, Decimal) for each in numbers):
        return None
    found = {beyond(how, each, limit) for each in numbers if isinstance(each, Decimal)}
    return found.pop() if len(found) == 1 else None


def _fits(unit: str, record: Record) -> bool:
    """Return whether what stands behind a number is the currency of a record, or none."""
    coin = currency_of(unit)
    return bool(coin) and not record.claimed - {coin} and record.currencies <= {coin}


def _fields(subject: str, value: Value, record: Record) -> list[str]:
    """Return the fields that a subject means: those that it names, or how much the thing is."""
    stems, named = _subject(NOT.sub(" ", subject), value, record), record.measures
    if not stems:
        return [name for name in named if is_amount(name)]
    return [name for name in named if stems <= things_at(name)]


def _subject(said: str, value: Value, record: Record) -> set[str]:
    """Return the stems by which a subject says more than the thing that the call is done to."""
    own = {one[0].casefold() for one in WORD.finditer(value.text)}
    for name in record.called:  # the thing by its own trusted name, said whole
        words = {one[0].casefold() for one in WORD.finditer(name)}
        own |= words if words <= {one[0].casefold() for one in WORD.finditer(said)} else set()
    words = {one[0].casefold() for one in WORD.finditer(said)} - own - ITS
    found = {stem(one) for one in words if not is_stop(one)} - value.kin
    return {one for one in found if value.nouns.isdisjoint(noun_classes(one)) or one in _STATED}


def _is_in(one: re.Match[str], value: Value, record: Record) -> bool | None:
    """Return whether a record is in a stated state, as far as the words leave no doubt."""
    stems = _subject(one["of"], value, record)
    explicit = not stems.isdisjoint(_STATED)
    own = frozenset(stems - _STATED)
    fields = [name for name in record.states if own == things_at(name) - _STATED - value.kin]
    if not fields:
        return None
    wanted = _spelled(one["word"])
    states = {_spelled(record.states[name]) for name in fields}
    negated = bool(one["no"] or one["not"] or one["not2"])
    if len(states) != 1:
        return None
    state = states.pop()
    outcome = _outcome(state) if _outcome(wanted)[:1] == _outcome(state)[:1] else ""
    if state == wanted or outcome:
        return (state == wanted or outcome == _outcome(wanted)) is not negated
    if explicit or (state in _FIRST and wanted not in _FIRST):
        return negated
    return None  # what was delivered has been shipped


def _outcome(word: str) -> str:
    """Return which of two states is said, as of a test or a switch; empty: it does not say."""
    found = (f"{at}{word in two}" for at, (one, two) in enumerate(_PAIRS) if word in one | two)
    return next(found, "")


@lru_cache(maxsize=1024)
def _spelled(word: str) -> str:
    return " ".join(map(stem, re.split(r"[\s_-]+", word.casefold().strip())))
