"""Whose answer counts, and when there are enough of them.

Rule 1: a model never votes, and nobody answers for themselves where somebody else is asked. Rule 2:
no requirement met by nobody: an empty list, a quorum of none and an unknown person are all no. This
file stores nothing and believes what the place of the answer established about the person.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, Literal

from guard.errors import Refused
from guard.model.call import Json, ToolSpec
from guard.model.decision import Reason, Requirement

FAULTS: Final[Mapping[str, str]] = {
    "not_session_owner": "only the person whom the agent acts for may answer this",
    "is_requester": "nobody reviews what their own agent asks for",
    "is_agent": "an agent does not review itself",
    "is_agent_owner": "who owns the agent does not review it",
    "not_in_group": "none of your groups is asked",
    "key_enrolled_by_requester": "the person whom the agent acts for let your passkey in",
    "linked_by_enrolment": "you and somebody who said yes let each other in: that is one yes",
    "disabled": "you are no longer listed among the reviewers",
    "key_too_new": "this passkey was added a moment ago and does not count yet",
    "no_uv": "your device must make sure that it is you: by PIN, finger or face",
    "key_not_device_bound": "the rule wants a passkey that provably never leaves its device",
    "match_wrong": "what was typed is not what the call holds",
}
"""Why a yes does not count: code -> what the person reads."""


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
    owns: frozenset[str] = frozenset()  # agents that are theirs


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


def with_vote(votes: tuple[Vote, ...], vote: Vote) -> tuple[Vote, ...]:
    """Return the votes with one more: a no takes the place of that person's yes.

    A second yes of one person changes nothing.
    """
    others = tuple(one for one in votes if one.voter.principal != vote.voter.principal)
    if vote.decision == "approve" and len(others) < len(votes):
        return votes
    return (*others, vote)


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
        ("is_agent_owner", asker.agent in voter.owns),
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
    return one.principal in {other.invited_by, other.key_enrolled_by} or other.principal in {
        one.invited_by,
        one.key_enrolled_by,
    }


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


def useless(
    requirements: Sequence[Requirement], asker: Asker, votes: Sequence[Vote], new: Vote, call: bytes
) -> str | None:
    """Return None if a new yes brings the question on, else the code why it does not.

    Args:
        requirements: what is asked.
        asker: on whose behalf.
        votes: the answers so far.
        new: the yes.
        call: the bytes that would run.
    """
    codes = [_useless(asked, asker, votes, new, call) for asked in requirements]
    return None if None in codes else next(iter(codes), "not_in_group")


def _useless(
    asked: Requirement, asker: Asker, votes: Sequence[Vote], new: Vote, call: bytes
) -> str | None:
    if code := eligible(asked, asker, new.voter, new.at_ms):
        return code
    if not all(_typed(new, path, call) for path in asked.match):
        return "match_wrong"
    others = [one for one in votes if one.voter.principal != new.voter.principal]
    counting = [one for one in others if _counts(asked, asker, one, call)]
    # Unless a yes of somebody unconnected is among them, the two add up to one.
    bound = bool(counting) and all(linked(new.voter, one.voter) for one in counting)
    return "linked_by_enrolment" if bound and asked.quorum > 1 else None


def may_deny(requirements: Sequence[Requirement], asker: Asker, voter: Voter) -> str | None:
    """Return None if this person may say no, else the code: "no" is cheap, for those concerned.

    The person whom the agent acts for always may; of others, who is in a group that is asked.
    """
    if voter.disabled:
        return "disabled"
    asked = any(one.groups & voter.groups for one in requirements if one.kind == "review")
    return None if asked or voter.principal == asker.requester else "not_in_group"


def reasons_of(requirements: Sequence[Requirement]) -> tuple[Reason, ...]:
    """Return why these requirements ask people."""
    return tuple(Reason(code=one.reason, rule=one.rule) for one in requirements)


def answerable(
    requirements: Sequence[Requirement], asker: Asker, people: Sequence[Voter], now_ms: int
) -> bool:
    """Return whether these people, all saying yes, would be enough."""
    return bool(requirements) and all(
        _enough(asked, [one for one in people if eligible(asked, asker, one, now_ms) is None])
        for asked in requirements
    )


def _counts(asked: Requirement, asker: Asker, vote: Vote, call_bytes: bytes) -> bool:
    return (
        vote.decision == "approve"
        and eligible(asked, asker, vote.voter, vote.at_ms) is None
        and all(_typed(vote, path, call_bytes) for path in asked.match)
    )


def _met(asked: Requirement, votes: Sequence[Vote]) -> bool:
    return _enough(asked, list({vote.voter.principal: vote.voter for vote in votes}.values()))


def _enough(asked: Requirement, people: Sequence[Voter]) -> bool:
    return asked.quorum > 0 and any(
        not any(linked(one, other) for one, other in combinations(group, 2))
        for group in combinations(people, asked.quorum)
    )


def _typed(vote: Vote, path: str, call_bytes: bytes) -> bool:
    found = values_at(json.loads(call_bytes), path)
    # What is absent, null or empty cannot be typed, so it cannot be matched either.
    return bool(found) and all(one not in {"", "null"} and one in vote.typed for one in found)


def values_at(arguments: Json, path: str) -> list[str]:
    """Return what a reviewer must type for a path: each value, and each item of a list, as text."""
    value = arguments
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return [
        one
        if isinstance(one, str)
        else json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for one in (value if isinstance(value, list) else [value])
    ]


def typed_paths(
    requirements: Sequence[Requirement], spec: ToolSpec, arguments: Json
) -> tuple[Requirement, ...]:
    """Return the requirements with the argument paths of this call where rules name roles.

    Raises:
        Refused: `nothing_to_match`: a rule wants a value typed, and the call holds none of its
            kind. Nobody is asked for what nobody can answer.
    """
    return tuple(
        replace(one, match=_paths(one, spec, arguments)) if one.match else one
        for one in requirements
    )


def _paths(asked: Requirement, spec: ToolSpec, arguments: Json) -> tuple[str, ...]:
    listed = (path for role in asked.match for path in spec.paths(role))
    held = [
        path
        for path in listed
        if any(one not in {"", "null"} for one in values_at(arguments, path))
    ]
    if not held:
        raise Refused(
            f"A person must type the call's {' or '.join(asked.match)}, and it holds none.",
            code="nothing_to_match",
            next_step="Name the value in the arguments.",
        )
    return tuple(dict.fromkeys(held))
