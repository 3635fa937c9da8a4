"""Whether one request holds all that a call does, where its verb is none of the tool's.

"Keep AB-3 another five days for Ann" extends something, and nobody says "extend". Then the rest has
to say it: the call takes up everything that the request names, and holds nothing that it does not.
Only for tools that make, set or move something, and only for a request whose verb says little, as
"give" or "put", or which says the tool's own thing: "lend it" asks for no shipment. What is sent,
paid, shared, stopped or taken away is asked for by its own word, and a number says of what it is.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from guard.model.origin import LINKED
from guard.provenance.request.naming import keys_of
from guard.provenance.request.pieces import NUMBERS, Piece
from guard.provenance.request.searched import stems_in
from guard.provenance.request.task import Task
from guard.provenance.result.known import Known
from guard.provenance.schema.kin import own_kin, things_of
from guard.provenance.schema.switches import risks, unsaid
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.frames import Entity
from guard.provenance.speech.granting import worded
from guard.provenance.speech.sentences import WORD, is_base
from guard.provenance.thing.whose import holds_value
from guard.provenance.typed.money import money_of
from guard.provenance.vocabulary.currencies import words_in
from guard.provenance.vocabulary.grammar import ASKING, AUXILIARIES, CALENDAR, OBJECTS
from guard.provenance.vocabulary.grammar import NUMBERS as NUMBER_WORDS
from guard.provenance.vocabulary.lexicon import Capability, is_other, is_stop, stem, verb_classes
from guard.provenance.vocabulary.titles import content_words

_MAKES = frozenset({"create", "change", "schedule", "move", "add_member"})
"""Classes of verbs by which something is made, set or moved."""
_ALLOTS = frozenset(
    map(
        stem,
        (
            *("allocate", "allot", "apply", "assign", "attach", "charge", "credit", "enrol"),
            *("enroll", "issue", "label", "link", "log", "mark", "prescribe", "tag"),
        ),
    )
)
"""Verbs of tools in no class that do the same."""
_BOUGHT = frozenset(map(stem, ("book", "reserve")))
"""Those that keep something for somebody, though whoever buys does it too."""
_LIGHT = frozenset(
    map(
        stem, ("bring", "get", "give", "hand", "hold", "keep", "let", "line", "pass", "put", "take")
    )
)
"""Verbs that leave it to the rest of a request to say what is done."""
_NOT = frozenset(
    map(
        stem,
        (
            *("avoid", "check", "compare", "drop", "end", "explain", "finish", "forget", "halt"),
            *("ignore", "imagine", "leave", "lift", "lose", "miss", "omit", "prevent", "pull"),
            *("quit", "refuse", "say", "see", "skip", "spare", "stop", "think", "undo", "waive"),
            *("draft", "jot", "mention", "note", "remark", "remember", "write"),
        ),
    )
)
"""Verbs that ask for the opposite of making something, or for nothing."""
_AWAY = frozenset({"off", "out", "away", "down", "back", "from", "without", "except", "than"})
"""Little words by which something is taken, or comes from elsewhere."""
_FROM = frozenset({"from"})
_JUDGED = frozenset({"when", ""})
_IDLE = frozenset(map(stem, ("is", "with", "has", "set")))
_SUMS = frozenset(map(stem, ("amount", "sum", "total", "value")))
"""Names of numbers that are of what the person says."""
_LEAST = 2
_NOTHING = frozenset[str]()
_MORE = frozenset({"account", "additional", "another", "extra", "further", "new", "onto", "over"})
"""Words that say nothing of what is done."""
_STOP = re.compile(r"[,;:]\s")
_WHY = re.compile(
    r"[,;:]\s|\b(?:because|since|so|as|when|while|before|after|if|unless|for)\b", re.IGNORECASE
)
"""Where a request goes on to say why, for what, or what then."""

Values = Sequence[tuple[Value, Worth]]


def carries(task: Task, known: Known, able: Capability, values: Values) -> int:
    """Return how many requests are worded like the one that holds all that a call does; 0: none.

    Args:
        task: what the person said.
        known: what the session has seen.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    if not _makes(able) or not worded(task.words, able._replace(own=frozenset())):
        return 0
    verbs = _verbs(task)
    for piece, (verb, own) in zip(task.pieces, verbs, strict=True):
        if not verb or not _open(piece, verb, able, values) or _goes_on(task, piece):
            continue
        taken = _taken(task, known, piece, verb, values)
        if taken and _plain(task, piece, whole=not own) <= taken | _kin(values) | {verb}:
            return sum(one == verb for one, _ in verbs)
    return 0


def _goes_on(task: Task, piece: Piece) -> bool:
    """Return whether a request names something behind a comma: "hold A for now, Ann will call"."""
    stop = _STOP.search(task.wanted, piece.start, piece.end)
    return stop is not None and any(one.start >= stop.end() for one in piece.held)


def _verbs(task: Task) -> list[tuple[str, bool]]:
    """Return the verb of each request, and whether it says one: "A to Ann and B to Bob" goes on."""
    found = list[tuple[str, bool]]()
    last, end = "", -1
    for one in task.pieces:
        own = leading(task.wanted[one.start : one.end])
        last = own or (last if one.start == end else "")
        found.append((last, bool(own)))
        end = one.end
    return found


def _plain(task: Task, piece: Piece, *, whole: bool) -> frozenset[str]:
    """Return the stems of what a request says beside its little words, values and rules.

    `whole`: to its end; or to where it goes on to say why, or what then.
    """
    beside = None if whole else _WHY.search(task.wanted, piece.start, piece.end)
    end = beside.start() if beside else piece.end
    held = [(one.start, one.end) for one in task.entities if one.start != piece.start]
    held += [one.place for one in task.rankings]
    words = (
        one[0]
        for one in WORD.finditer(task.wanted, piece.start, end)
        if not any(first <= one.start() < last for first, last in held)
    )
    return frozenset(stem(one) for one in words if not (is_stop(one) or _is_idle(one)))


def _is_idle(word: str) -> bool:
    one = word.casefold()
    return one in ASKING | CALENDAR | _MORE or one in NUMBER_WORDS or one.isdigit()


def _kin(values: Values) -> frozenset[str]:
    """Return the stems of what a call acts on, and of what its arguments are called."""
    names = (stem(word) for value, _ in values for word in words_in(value.path))
    return frozenset(names).union(*(value.kin for value, _ in values))


def _makes(able: Capability) -> bool:
    if able.wide or able.must:
        return False
    if not able.verbs:
        return not able.own.isdisjoint(_ALLOTS)
    return able.verbs - {"buy"} <= _MAKES and (
        "buy" not in able.verbs or not able.stems.isdisjoint(_BOUGHT)
    )


@lru_cache(maxsize=1024)  # each call of a task is held against the same requests
def leading(text: str) -> str:
    """Return the stem of the verb with which a text asks for something; empty: with none."""
    words = [one[0] for one in WORD.finditer(text)]
    at = next(
        (n for n, one in enumerate(words) if one.casefold() not in ASKING | AUXILIARIES | {"you"}),
        0,
    )
    if at + 1 >= len(words) or not words[at].isalpha() or not is_base(words[at].casefold()):
        return ""
    verb = stem(words[at])
    # "Rosa Lind wants it": only before an article is a strange word a verb.
    strange = words[at + 1].casefold() in OBJECTS and not is_stop(words[at])
    return verb if verb in _LIGHT or verb_classes(verb) or is_other(verb) or strange else ""


def _open(piece: Piece, verb: str, able: Capability, values: Values) -> bool:
    """Return whether the verb of a request leaves it open what is done to what it speaks of."""
    moved = _FROM if "move" in able.verbs else frozenset[str]()
    if not piece.stems.isdisjoint(_AWAY - moved):
        return False  # it takes something away
    if unsaid(risks("_".join(sorted(able.stems)), _NOTHING), piece.stems):
        return False  # whoever puts Ann on it makes her no admin
    if verb in _LIGHT:
        # "Let Ann know of it" is another verb than the one that says little.
        return all(one.verb in {verb, ""} for one in piece.asks)
    if verb in able.against or verb in _NOT or is_other(verb):
        return False
    classes, things = verb_classes(verb), _things(able)
    if things and things <= piece.stems:
        return bool(classes & able.verbs) or classes <= _MAKES
    # The same act; on whom, its noun alone says: whoever adds a song adds no moderator.
    return bool(classes & able.verbs) and all(value.level != "dest" for value, _ in values)


def _things(able: Capability) -> frozenset[str]:
    """Return the stems of what a tool's name says that it acts on."""
    verbs = able.own if not able.verbs else frozenset[str]()
    return things_of(able.stems - verbs)


def _taken(task: Task, known: Known, piece: Piece, verb: str, values: Values) -> frozenset[str]:
    """Return the stems by which a request says all of a call; none: it says more, or less."""
    things, taken = 0, set[str]()
    for value, one in values:
        if not value.text or value.role in _JUDGED:
            continue
        said = _said(task, known, piece, value, one)
        if not said:
            return frozenset()
        things += value.role != "flag"
        taken |= said
    if things < _LEAST or not any(value.level in {"target", "dest"} for value, _ in values):
        return frozenset()
    keys = frozenset(key for value, _ in values for key in value.kinds)
    whole = all(
        stem(one.literal.split()[0]) == verb or _is_taken(one, keys, taken, values)
        for one in piece.held
    )
    return frozenset(taken) if whole else frozenset()


def _said(task: Task, known: Known, piece: Piece, value: Value, one: Worth) -> frozenset[str]:
    """Return the stems by which a request says a value; none: it does not."""
    own = _stems([value.text])
    if value.role in {"flag", "enum", "permission"}:
        words = _stems([" ".join(words_in(value.path))]) if value.role == "flag" else own
        said = words - _IDLE
        return own | words if said and said <= piece.stems else frozenset()
    if value.role in {"body", "title"}:
        return own if content_words(value.text) <= task.wording else frozenset()
    record = known.record(one.place.record) if one.place is not None else None
    held = holds_value(piece, value) or own <= piece.stems
    if one.source < LINKED or not (held or (record and piece.naming.means(record))):
        return frozenset()
    if value.level == "amount" and not _measured(piece, value):
        return frozenset()
    return own | _stems([*record.names, *record.titles]) if record else own


def _measured(piece: Piece, value: Value) -> bool:
    """Return whether a request says of what a number is: days, a fee, or money."""
    own = own_kin(value.path)
    paid = (money_of(one.canonical) for one in piece.held if one.kind == "amount")
    coins = any(one is not None and one.currency for one in paid)
    return not own.isdisjoint(piece.stems) or (coins and own <= _SUMS)


def _stems(texts: Iterable[str]) -> frozenset[str]:
    return stems_in(one.replace("_", " ") for one in texts)


def _is_taken(
    one: Entity, keys: frozenset[tuple[str, str]], taken: set[str], values: Values
) -> bool:
    """Return whether a call takes up what a request names."""
    if not keys.isdisjoint(keys_of(one)):
        return True
    if one.kind in NUMBERS:
        number = one.literal.split()[0]
        return (
            any(
                value.money is not None and f"{value.money.number.normalize():f}" in one.canonical
                for value, _ in values
            )
            or number in taken
        )
    return _stems([one.literal]) <= taken
