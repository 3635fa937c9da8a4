"""Whose answer counts, and when there are enough of them.

Rule 1: a model never votes, and nobody answers for themselves where somebody else is asked. Rule 2:
no requirement met by nobody: an empty list, a quorum of none and an unknown person are all no. This
file stores nothing and believes what the place of the answer established about the person.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from guard.model.decision import Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """On whose behalf the question is asked: the person, and the agent that acts for them."""

    requester: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voter:
    """One person at the moment of a vote, as the place where they answered established it."""

    principal: str
    groups: frozenset[str] = frozenset()
    uv: bool = False  # the device or the terminal made sure that it is this person
    device_bound: bool = False
    key_enrolled_by: str = ""
    key_usable_from_ms: int = 0
    invited_by: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One person's answer. One each: a yes may become a no, never back."""

    approval_id: str
    voter: Voter
    decision: Literal["approve", "deny"]
    method: str  # webauthn, login, terminal, device
    at_ms: int
    reason: str = ""
    typed: tuple[str, ...] = ()  # values that the reviewer typed instead of clicking
    evidence_s256: str = ""


def eligible(asked: Requirement, asker: Asker, voter: Voter, now_ms: int) -> str | None:
    """Return None if this person's yes counts for the requirement, else the code why not."""
    match asked.kind:
        case "self" if voter.principal != asker.requester:
            return "not_session_owner"
        case "review" if wrong := _reviewer_fault(asked, asker, voter):
            return wrong
        case "self" | "review":
            return _key_fault(asked, voter, now_ms)


def _reviewer_fault(asked: Requirement, asker: Asker, voter: Voter) -> str | None:
    faults = (
        ("is_requester", voter.principal == asker.requester),
        ("is_agent", voter.principal == asker.agent),
        ("not_in_group", not asked.groups & voter.groups),
        ("key_enrolled_by_requester", voter.key_enrolled_by == asker.requester),
    )
    return next((code for code, wrong in faults if wrong), None)


def _key_fault(asked: Requirement, voter: Voter, now_ms: int) -> str | None:
    faults = (
        ("disabled", voter.disabled),
        ("key_too_new", now_ms < voter.key_usable_from_ms),
        ("no_uv", asked.uv and not voter.uv),
        ("key_not_device_bound", asked.device_bound and not voter.device_bound),
    )
    return next((code for code, wrong in faults if wrong), None)


def linked(one: Voter, other: Voter) -> bool:
    """Return whether one of them let the other in: then two answers are not two people's."""
    return one.invited_by == other.principal or other.invited_by == one.principal


def quorum_met(
    requirements: Sequence[Requirement], asker: Asker, votes: Sequence[Vote], call_bytes: bytes
) -> bool:
    """Return whether every requirement has its quorum of distinct, unconnected people.

    A vote counts wherever its voter's group is named; one person may meet several requirements.
    """
    return bool(requirements) and all(
        _met(asked, [v for v in votes if _counts(asked, asker, v, call_bytes)])
        for asked in requirements
    )


def _counts(asked: Requirement, asker: Asker, vote: Vote, call_bytes: bytes) -> bool:
    return (
        vote.decision == "approve"
        and eligible(asked, asker, vote.voter, vote.at_ms) is None
        and all(_typed(vote, path, call_bytes) for path in asked.match)
    )


def _met(asked: Requirement, votes: Sequence[Vote]) -> bool:
    people = list({vote.voter.principal: vote.voter for vote in votes}.values())
    return asked.quorum > 0 and any(
        not any(linked(one, other) for one, other in combinations(group, 2))
        for group in combinations(people, asked.quorum)
    )


def _typed(vote: Vote, path: str, call_bytes: bytes) -> bool:
    value = json.loads(call_bytes)
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # What is absent, null or empty cannot be typed, so it cannot be matched either.
    return value not in {"", "null"} and value in vote.typed
