"""A tool in quarantine: an earlier credential of it could not be taken back at its target.

It gets no other one until somebody has looked there. Whether a lease is that far gone is decided in
`guard.grant.lease`.
"""

from collections.abc import Iterable

from guard.errors import Refused
from guard.grant.lease import Lease, LeaseState


def refuse_quarantined(rows: Iterable[Lease], server: str, tool: str) -> None:
    """Return if no lease of this tool is irrevocable.

    Args:
        rows: the leases of which something may still live.
        server: the server's name in the catalogue.
        tool: the tool's name there.

    Raises:
        Refused: `tool_quarantined`.
    """
    for row in rows:
        if row.state is LeaseState.IRREVOCABLE and (row.server, row.tool) == (server, tool):
            raise Refused(
                f"Lease {row.id!r} of this tool could not be revoked at its target.",
                code="tool_quarantined",
                next_step="An operator must look at the target; see `guard leases list`.",
            )
