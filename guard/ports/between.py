"""Issuers that also serve what a caller sends between calls: to begin, to list, to listen.

Most do not: a server that wants no credential there is given none.
"""

from typing import Protocol, runtime_checkable

from guard.grant.credential import BoundCaller, Credential
from guard.grant.lease import Lease
from guard.ports import Issuer


@runtime_checkable
class IssuesBetween(Issuer, Protocol):
    """Makes a credential for a caller. Contract: it is good for no more than the caller's grant."""

    async def issue_between(self, caller: BoundCaller, lease: Lease) -> Credential: ...
