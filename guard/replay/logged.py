"""Recorded decisions, decided again from the facts in the log by the policy in force.

What the record cannot tell is said, never guessed: a decision of other rules or of another
catalogue (the digest of a bundle covers it, that of one action's rules does not), a refusal before
any rule was read whose arguments were too large or too secret to keep, a narrowing that an older
guard wrote down without what was left of the call, erased facts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NoReturn

from guard.audit.recorded import facts_from_text
from guard.model.call import Json, Transform
from guard.model.decision import Decision, Deny, kind
from guard.model.facts import Facts
from guard.policy.compile import Bundle
from guard.policy.convert import ArgError, convert_args, limits_of
from guard.policy.evaluate import decide
from guard.policy.transform import NarrowUnavailable


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
    bundle: str = ""  # the digest of the policy and catalogue that judged it


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
            found = DecidedAgain(seq=seq, call=leaf["call"], again=Again.ERASED)
        else:
            found = _compared(bundle, seq, leaf, side)
        yield replace(found, bundle=str(leaf["bundle"]))


def _compared(
    bundle: Bundle, seq: int, leaf: Mapping[str, Any], side: Mapping[str, Any]
) -> DecidedAgain:
    call, facts = str(leaf["call"]), facts_from_text(side["facts"])
    other = leaf["bundle"] != bundle.digest
    cut = bundle.slice_of(facts.call.server, facts.call.tool)
    if not leaf["slice"] and leaf.get("code") != "unknown_tool":
        return _unread(bundle, seq, leaf, side)
    if leaf["slice"] != (cut.digest if cut else ""):
        return DecidedAgain(seq=seq, call=call, again=Again.OTHER_RULES)
    left = [facts_from_text(one) for one in side.get("cut", ())]
    try:
        answer = decide(bundle, facts, _Left(left, stuck=leaf.get("code") == "narrow_unavailable"))
    except _ArgumentsNeeded:
        # What was kept was enough for the narrowings of that bundle: these are others.
        again = Again.OTHER_RULES if left and other else Again.NARROWED
        return DecidedAgain(seq=seq, call=call, again=again)
    recorded, now = _said(leaf), _answer(answer)
    same = recorded == now
    if not same and leaf.get("code") in SECOND_LOOK and not leaf["rules"]:
        return DecidedAgain(seq=seq, call=call, again=Again.BEFORE_RULES)
    again = Again.SAME if same else _unlike(other=other)
    return DecidedAgain(seq=seq, call=call, again=again, recorded=recorded, now=now)


def _unread(
    bundle: Bundle, seq: int, leaf: Mapping[str, Any], side: Mapping[str, Any]
) -> DecidedAgain:
    """Compare a decision without rules: a refusal, of arguments that could not be converted."""
    call, recorded = str(leaf["call"]), _said(leaf)
    if leaf["decision"] != "deny":
        now = "nothing: without rules a call is only refused"
        return DecidedAgain(seq=seq, call=call, again=Again.DIFFERENT, recorded=recorded, now=now)
    spec = bundle.catalog.spec(str(leaf["server"]), str(leaf["tool"]))
    if "unread" not in side or spec is None:
        return DecidedAgain(seq=seq, call=call, again=Again.BEFORE_RULES)
    sent: dict[str, Json] = json.loads(side["unread"])
    found = convert_args(spec, sent, salt=bytes(32), limits=limits_of(bundle.catalog))
    now = found.code if isinstance(found, ArgError) else "arguments that can be read"
    if now == leaf.get("code"):
        return DecidedAgain(seq=seq, call=call, again=Again.SAME)
    again = _unlike(other=leaf["bundle"] != bundle.digest)
    return DecidedAgain(seq=seq, call=call, again=again, recorded=recorded, now=now)


def _unlike(*, other: bool) -> Again:
    """Return how an unlike answer counts: another bundle may give another one."""
    return Again.OTHER_RULES if other else Again.DIFFERENT


def _said(leaf: Mapping[str, Any]) -> str:
    return " ".join([leaf["decision"], *leaf["reasons"], *leaf["rules"]])


def _answer(answer: Decision) -> str:
    codes = [one.code for one in answer.reasons]
    if isinstance(answer, Deny) and not codes:
        codes = [answer.code]
    return " ".join([kind(answer), *codes, *(one.rule for one in answer.reasons if one.rule)])


class _ArgumentsNeeded(Exception):
    """A rule cut the call, and its arguments are not in the log."""


class _Left:
    """What was left of the call, narrowing by narrowing, as it was recorded.

    Args:
        left: the facts of the call after each narrowing, in the order in which they were made.
        stuck: whether the record says that one could not be made.
    """

    def __init__(self, left: list[Facts], *, stuck: bool) -> None:
        self._left, self._stuck = left, stuck
        self._made: dict[tuple[Transform, ...], Facts] = {}

    def apply(self, facts: Facts, transforms: tuple[Transform, ...]) -> tuple[Facts, bytes]:
        if not transforms:
            return facts, b""
        if transforms not in self._made:
            if len(self._made) == len(self._left):
                _needed(stuck=self._stuck)
            self._made[transforms] = self._left[len(self._made)]
        return self._made[transforms], b""


def _needed(*, stuck: bool) -> NoReturn:
    if stuck:
        raise NarrowUnavailable("as it was recorded")
    raise _ArgumentsNeeded
