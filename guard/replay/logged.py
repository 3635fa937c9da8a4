"""Recorded decisions, decided again from the facts in the log by the policy in force.

What the record cannot tell is said, never guessed: a decision of other rules, one that was made
before any rule was read, one that cut arguments (the log holds no arguments), erased facts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

from guard.audit.recorded import facts_from_text
from guard.model.call import Transform
from guard.model.decision import Decision, Deny, kind
from guard.model.facts import Facts
from guard.policy.compile import Bundle
from guard.policy.evaluate import decide


class Again(StrEnum):
    """How a recorded decision compares with the same decision now."""

    SAME = "same"
    DIFFERENT = "different"
    OTHER_RULES = "other_rules"
    BEFORE_RULES = "before_rules"
    NARROWED = "narrowed"
    ERASED = "erased"


SECOND_LOOK = frozenset({"session_ended", "tool_changed"})
"""Refusals of an approved call whose session or tool changed meanwhile: no rule said them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAgain:
    """One recorded decision: where it is, and how it compares."""

    seq: int
    call: str
    again: Again
    recorded: str = ""
    now: str = ""


def decided_again(
    bundle: Bundle, leaves: Iterable[tuple[int, bytes]], sides: Mapping[int, str]
) -> Iterator[DecidedAgain]:
    """Yield every recorded decision, decided again.

    Args:
        bundle: the policy in force.
        leaves: the log's leaves with their numbers, already checked against tree and signatures.
        sides: what is kept beside them, by number.

    Raises:
        Unusable: `facts_unreadable`: facts of another version of the guard.
    """
    for seq, data in leaves:
        leaf = json.loads(data)
        if leaf.get("kind") != "decision":
            continue
        side = json.loads(sides[seq]) if seq in sides else {}
        text = side.get("facts")
        if not isinstance(text, str):
            yield DecidedAgain(seq=seq, call=leaf["call"], again=Again.ERASED)
        else:
            yield _compared(bundle, seq, leaf, facts_from_text(text))


def _compared(bundle: Bundle, seq: int, leaf: Mapping[str, Any], facts: Facts) -> DecidedAgain:
    call = str(leaf["call"])
    cut = bundle.slice_of(facts.call.server, facts.call.tool)
    if not leaf["slice"] and leaf.get("code") != "unknown_tool":
        return DecidedAgain(seq=seq, call=call, again=Again.BEFORE_RULES)
    if leaf["slice"] != (cut.digest if cut else ""):
        return DecidedAgain(seq=seq, call=call, again=Again.OTHER_RULES)
    try:
        answer = decide(bundle, facts, _NoArguments())
    except _ArgumentsNeeded:
        return DecidedAgain(seq=seq, call=call, again=Again.NARROWED)
    recorded, now = _said(leaf), _answer(answer)
    same = recorded == now
    if not same and leaf.get("code") in SECOND_LOOK and not leaf["rules"]:
        return DecidedAgain(seq=seq, call=call, again=Again.BEFORE_RULES)
    again = Again.SAME if same else Again.DIFFERENT
    return DecidedAgain(seq=seq, call=call, again=again, recorded=recorded, now=now)


def _said(leaf: Mapping[str, Any]) -> str:
    return " ".join([leaf["decision"], *leaf["reasons"], *leaf["rules"]])


def _answer(answer: Decision) -> str:
    codes = [one.code for one in answer.reasons]
    if isinstance(answer, Deny) and not codes:
        codes = [answer.code]
    return " ".join([kind(answer), *codes, *(one.rule for one in answer.reasons if one.rule)])


class _ArgumentsNeeded(Exception):
    """A rule cut the call, and its arguments are not in the log."""


class _NoArguments:
    """Stands in for the arguments: a question needs none, a narrowing cannot be made again."""

    def apply(self, facts: Facts, transforms: tuple[Transform, ...]) -> tuple[Facts, bytes]:
        return (facts, b"") if not transforms else _needed()


def _needed() -> NoReturn:
    raise _ArgumentsNeeded
