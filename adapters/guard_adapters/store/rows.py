"""Approvals and leases as text: every field by name, bytes as text, nothing but JSON in a store."""

import json
from dataclasses import asdict
from typing import Any, Final

from guard.grant.approval import Approval, ApprovalState
from guard.grant.lease import Lease, LeaseState
from guard.grant.written import requirement_from, requirement_json, vote_from, vote_json
from guard.model.call import Outcome

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
    raw["requirements"] = [requirement_json(one) for one in approval.requirements]
    raw["votes"] = [vote_json(one) for one in approval.votes]
    return json.dumps(raw, separators=(",", ":"))


def approval_from(text: str) -> Approval:
    """Return the approval that a row holds."""
    raw = json.loads(text)
    for name in _BYTES:
        raw[name] = raw[name].encode()
    raw["requirements"] = tuple(requirement_from(one) for one in raw["requirements"])
    raw["votes"] = tuple(vote_from(one) for one in raw["votes"])
    raw["status"] = ApprovalState(raw["status"])
    raw["outcome"] = None if raw["outcome"] is None else Outcome(raw["outcome"])
    if raw["outcome"] not in {None, Outcome.RUNNING}:
        # An older guard did not write down who was told: nobody says that the answer was lost.
        raw.setdefault("told_ms", raw["consumed_ms"])
    return Approval(**raw)


def due_ms(approval: Approval) -> int:
    """Return when a sweep must look at a row again (Unix milliseconds); 0 = never."""
    match approval.status:
        case ApprovalState.PENDING:
            return approval.pending_until_ms
        case ApprovalState.APPROVED:
            return approval.grant_until_ms
        case _:
            return approval.outcome_due_ms if approval.outcome is Outcome.RUNNING else 0


def storable(name: str) -> bool:
    """Return whether a name that somebody sent can be one of ours: what cannot, is not there."""
    return name.isascii() and "\0" not in name


OPEN: Final = "status IN ('pending', 'approved')"
"""Approvals and plans that may still be used, in SQL. Indexes say it in these words."""

LEASE_LIVES: Final = "state NOT IN ('consumed', 'expired', 'revoked')"
"""Leases of which something may live at a target, likewise: those that have not ended."""


def picked(
    mark: str, session: str, requester: str = "", *, open_only: bool
) -> tuple[str, list[str]]:
    """Return which approvals or plans are wanted, as a clause, and its values in their order.

    Only what is asked for is in it: with "this one or anybody's" a database looks through them all.
    `mark` stands before the number of a value.
    """
    given = [(name, one) for name, one in (("session", session), ("requester", requester)) if one]
    terms = [OPEN] if open_only else []
    terms += [f"{name} = {mark}{n}" for n, (name, _) in enumerate(given, start=1)]
    return " AND ".join(terms) or "true", [one for _, one in given]


def spelled(name: str) -> str:
    """Return a name of somebody else's as every database can keep it: NUL, lone surrogates, all."""
    return name.encode("unicode_escape").decode("ascii")


def asked(approval: Approval) -> list[str]:
    """Return the groups that a question asks, in order; none: it asks whose call it is."""
    return sorted({name for one in approval.requirements for name in one.groups})


def lease_text(lease: Lease) -> str:
    """Return one lease as JSON."""
    return json.dumps(asdict(lease), separators=(",", ":"))


def lease_from(text: str) -> Lease:
    """Return the lease that a row holds."""
    raw = json.loads(text)
    return Lease(**{**raw, "state": LeaseState(raw["state"])})
