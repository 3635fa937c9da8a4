"""The part of the operator's API about credentials: which live, where, and taking one back.

It shows names at targets and never a secret: no row holds one.
"""

from collections.abc import Sequence
from typing import Protocol

from starlette.requests import Request

from guard.grant.lease import Lease
from guard.model.call import Json
from guard_adapters.front.operator.routes import Answer


class LeaseOperating(Protocol):
    """What this part asks of a guard."""

    async def leases(self, *, open_only: bool) -> Sequence[Lease]:
        """Return leases, the last changed first."""

    async def lease(self, lease_id: str) -> Lease:
        """Return one lease."""

    async def revoke_lease(self, lease_id: str) -> Lease:
        """Take one back at its target."""


def lease_table(desk: LeaseOperating) -> tuple[tuple[str, str, Answer], ...]:
    """Return method, path and answer of each route."""

    async def leases(request: Request) -> Json:
        open_only = request.query_params.get("open") == "1"
        return {"leases": [lease_json(one) for one in await desk.leases(open_only=open_only)]}

    async def lease(request: Request) -> Json:
        return lease_json(await desk.lease(request.path_params["id"]))

    async def revoke(request: Request) -> Json:
        return lease_json(await desk.revoke_lease(request.path_params["id"]))

    return (
        ("GET", "/leases", leases),
        ("GET", "/leases/{id}", lease),
        ("POST", "/leases/{id}/revoke", revoke),
    )


def lease_json(lease: Lease) -> dict[str, Json]:
    """Return a lease as an operator may see it: everything but the digest of its secret."""
    return {
        "id": lease.id,
        "state": lease.state.value,
        "reason": lease.reason,
        "session": lease.session,
        "call": lease.call_id,
        "server": lease.server,
        "tool": lease.tool,
        "issuer": lease.issuer,
        "kind": lease.kind,
        "grant": lease.grant,
        "binding": lease.binding,
        "handle": lease.handle,
        "deadline_ms": lease.deadline_ms,
        "changed_ms": lease.changed_ms,
        "tries": lease.tries,
        "next_try_ms": lease.next_try_ms,
    }
