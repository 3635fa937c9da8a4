"""How many things a request does the same to: "delete the three old drafts", "lock every gate".

Only where they are the object of its verb, or what several things are made of, and only for calls
that are each about a thing of their own: a number that a call holds itself is how many it makes of
one. What is paid, sent, shared and published is counted by its receivers. It decides nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import dropwhile, takewhile

from guard.provenance.request.pieces import Piece, asking
from guard.provenance.request.task import Task
from guard.provenance.source.value import Value
from guard.provenance.source.worth import Worth
from guard.provenance.speech.sentences import WORD
from guard.provenance.typed.derived import unit_of
from guard.provenance.vocabulary.grammar import (
    ARTICLES,
    ASKING,
    AUXILIARIES,
    EVERY,
    NUMBERS,
    is_plural,
)
from guard.provenance.vocabulary.lexicon import Capability, is_stop, stem
from guard.provenance.vocabulary.phrasal import PARTICLES

_RECEIVED = frozenset({"pay", "send", "share", "publish", "post", "run", "buy"})
_BEFORE = ASKING | AUXILIARIES | ARTICLES | PARTICLES | {"you", "the", "these", "those", "all"}
_OWN = frozenset({"the", "my", "our", "these", "those", "all", "both"})
_MEASURES = """
times days nights weeks months years people persons guests adults children kids stars points beds
degrees percent seats passengers copies euros dollars pounds units pieces
"""
_NO_THINGS = frozenset(map(stem, _MEASURES.split()))
"""What is said so many of to say how long, for whom, or how much of one."""
_ALL = EVERY - {"both"}
_PARTS = _OWN | {"of"}
_EVERY = frozenset({"every", "each"})
_WHOLE = frozenset({"everything", "everyone", "everybody"})
_WORDS = {**NUMBERS, "both": 2}
_MOST, _NEAR = 20, 4
_DONE_TO = frozenset({"dest", "target"})
_BOUND = re.compile(
    r"\b(?:out\s+of|budget|limit|most|least|instead|than|not|under|over)\b", re.IGNORECASE
)
"""Words beside which an amount is none of those to be put down."""
MANY = 64
"""As many as there are."""

Values = Sequence[tuple[Value, Worth]]


def several(task: Task, able: Capability, values: Values) -> int:
    """Return how many calls one request for what a tool does is good for; 0: it does not say.

    Args:
        task: what the person said.
        able: what the tool does.
        values: the arguments of the call, with their worth.
    """
    levels = {value.level for value, _ in values}
    sums = "amount" in levels
    if sums and levels.isdisjoint(_DONE_TO) and "pay" not in able.verbs:
        return max((_sums(task, one) for one in asking(task.pieces, able)), default=0)
    if not able.verbs.isdisjoint(_RECEIVED) or able.wide:
        return 0
    pieces = asking(task.pieces, able)
    many = max([_many(task.wanted[one.start : one.end]) for one in pieces], default=0)
    if sums and many in {value.money.number for value, _ in values if value.money is not None}:
        return 0
    return 0 if many == MANY and "target" not in levels else many


def _sums(task: Task, piece: Piece) -> int:
    """Return how many amounts follow in a list on what a request wants put down: "my expenses"."""
    own = [one for one in task.asks if one.place[0] <= piece.start < one.place[1]]
    if not own:
        return 0
    begun = own[0].place[0]
    end = min((one.place[0] for one in task.asks if one.place[0] > begun), default=len(task.wanted))
    said = [one[0] for one in WORD.finditer(task.wanted, begun, end)]
    amounts = [one for one in task.entities if one.kind == "amount" and begun <= one.start < end]
    plural = any(is_plural(one) and not is_stop(one) for one in said[1 : 1 + _NEAR])
    bound = _BOUND.search(task.wanted, begun, end)
    return len(amounts) if plural and not bound else 0


@lru_cache(maxsize=1024)
def _many(text: str) -> int:
    """Return how many things the verb of a text has as its object."""
    words = [one[0].casefold() for one in WORD.finditer(text)]
    found = 0
    for at, one in enumerate(words):
        number = int(one) if one.isascii() and one.isdigit() else _WORDS.get(one, 0)
        if not (one in _ALL or 1 < number <= _MOST) or not _is_object(words, at):
            continue
        after = [*dropwhile(_PARTS.__contains__, words[at + 1 :])]
        if one in _WHOLE or (one in _ALL and after[:1] in (["them"], [])):
            return MANY
        near = [*takewhile(lambda word: not is_stop(word), after[:_NEAR])]
        head = next((word for word in near if _is_head(word, every=one in _EVERY)), "")
        if not head or stem(head) in _NO_THINGS or unit_of(head) is not None:
            continue
        if near[0] in _WORDS or near[0].isdigit():
            continue  # "all 3 stays" are three
        if number or one in _ALL:
            found = max(found, number or MANY)
    return found


def _is_head(word: str, *, every: bool) -> bool:
    return word.isalpha() and (every or (is_plural(word) and not word.endswith(("us", "is"))))


def _is_object(words: Sequence[str], at: int) -> bool:
    """Return whether a word belongs to the object of the verb with which words begin."""
    if len([one for one in words[:at] if not (one in _BEFORE or is_stop(one))]) == 1:
        return True
    made_of = at > 2 and words[at - 1] in _OWN and words[at - 2] == "of"  # noqa: PLR2004
    return made_of and (words[at - 3] == "out" or is_plural(words[at - 3]))
