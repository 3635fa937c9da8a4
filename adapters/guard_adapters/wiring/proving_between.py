"""The token with which a probe starts a session, at a server that lets nothing in without one.

It is a real one for the grant between calls; it is in no journal, and taken back when the row of
calls is over. It is never what a call of the row is judged by.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from guard.grant.credential import BoundCaller, Credential, token_id
from guard.grant.lease import Lease
from guard.policy.catalog_server import ServerSpec
from guard.ports.between import IssuesBetween
from guard_adapters.issuer.made import Maker
from guard_adapters.wiring.issuers import issuers_of
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.probed import Left, took_back
from guard_adapters.wiring.proving_exchange import Asking


@asynccontextmanager
async def lent(
    loaded: Loaded, server: ServerSpec, maker: Maker, asking: Asking, left: list[Left]
) -> AsyncGenerator[Credential | None]:
    """Yield what goes with messages that are no calls; None where the server wants nothing.

    What could not be taken back is added to `left`.

    Raises:
        Refused, Unavailable: the authorization server gives no such token.
    """
    entry = loaded.installation.issuers.get(server.issuer)
    if not server.between or entry is None:
        yield None
        return
    issuer = issuers_of({server.issuer: entry}, maker)[server.issuer]
    try:
        if not isinstance(issuer, IssuesBetween):  # guard.yaml is refused where it is used
            yield None
            return
        lease = Lease(
            id=token_id(maker.ids.token(16)), call_id="", session="probe", kind=issuer.kind,
            deadline_ms=maker.clock.now_ms() + issuer.max_ttl_s * 1000, issuer=server.issuer,
            guard=maker.guard_id,
        )  # fmt: skip
        lease = replace(lease, handle=issuer.handle(lease))
        caller = BoundCaller(
            server=server.name, audience=server.audience or server.url, session="probe",
            principal=asking.principal, agent=asking.agent, grant=server.between,
        )  # fmt: skip
        try:
            yield await issuer.issue_between(caller, lease)
        finally:
            more = await took_back(issuer, lease)
            if more is not None:
                left.append(more)
    finally:
        close = getattr(issuer, "aclose", None)
        if close is not None:
            await close()
