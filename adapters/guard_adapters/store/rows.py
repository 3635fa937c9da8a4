"""Approvals and leases as text: every field by name, bytes as text, nothing but JSON in a store."""

import json
from dataclasses import asdict
from typing import Any

from guard.grant.approval import Approval, ApprovalState
from guard.grant.lease import Lease, LeaseState
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from guard.model.decision import Requirement

_BYTES = ("envelope", "call_bytes", "view_json")


def approval_text(approval: Approval) -> str:
    """Return one row as JSON."""
    raw: dict[str, Any] = {
        name: getattr(approval, name)
        for cls in (type(approval).__mro__)
        for name in getattr(cls, "__slots__", ())
    }
    for name in _BYTES:
        raw[name] = raw[name].decode()
    raw["requirements"] = [_requirement(one) for one in approval.requirements]
    raw["votes"] = [_vote(one) for one in approval.votes]
    return json.dumps(raw, separators=(",", ":"))


def approval_from(text: str) -> Approval:
    """Return the approval that a row holds."""
    raw = json.loads(text)
    for name in _BYTES:
        raw[name] = raw[name].encode()
    raw["requirements"] = tuple(
        Requirement(**{**one, "groups": frozenset(one["groups"]), "match": tuple(one["match"])})
        for one in raw["requirements"]
    )
    raw["votes"] = tuple(_vote_from(one) for one in raw["votes"])
    raw["status"] = ApprovalState(raw["status"])
    raw["outcome"] = None if raw["outcome"] is None else Outcome(raw["outcome"])
    return Approval(**raw)


def lease_text(lease: Lease) -> str:
    """Return one lease as JSON."""
    return json.dumps(asdict(lease), separators=(",", ":"))


def lease_from(text: str) -> Lease:
    """Return the lease that a row holds."""
    raw = json.loads(text)
    return Lease(**{**raw, "state": LeaseState(raw["state"])})


def _requirement(asked: Requirement) -> dict[str, Any]:
    raw = {name: getattr(asked, name) for name in Requirement.__slots__}
    return raw | {"groups": sorted(asked.groups), "match": list(asked.match)}


def _vote(vote: Vote) -> dict[str, Any]:
    raw = {name: getattr(vote, name) for name in Vote.__slots__}
    voter = {name: getattr(vote.voter, name) for name in Voter.__slots__}
    voter["groups"] = sorted(vote.voter.groups)
    return raw | {"voter": voter, "typed": list(vote.typed)}


def _vote_from(raw: dict[str, Any]) -> Vote:
    voter = Voter(**{**raw["voter"], "groups": frozenset(raw["voter"]["groups"])})
    return Vote(**{**raw, "voter": voter, "typed": tuple(raw["typed"])})
