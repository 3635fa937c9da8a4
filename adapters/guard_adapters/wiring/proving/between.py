"""What a command of the operator sends to a server with messages that are no calls of a session.

A server behind a static key gets that, one that lets nothing in without a token a real one for the
grant between calls: it is in no journal, and is taken back at the end. No call is judged by either.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from guard.grant.credential import BoundCaller, token_id
from guard.grant.lease import Lease
from guard.policy.catalog_server import ServerSpec
from guard.ports.between import IssuesBetween
from guard_adapters.front.mcp.upstream.between import Key, ServerToken
from guard_adapters.front.mcp.upstream.carry import ServerKey
from guard_adapters.issuer.made import Maker
from guard_adapters.issuer.static import StaticIssuer
from guard_adapters.store.clock import SystemClock, SystemIds
from guard_adapters.wiring.credentials.issuers import issuers_of, let_go
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.proving.exchange import Asking
from guard_adapters.wiring.proving.probed import keep_left, took_back


def maker_of(loaded: Loaded) -> Maker:
    """Return what commands make issuers with: their leases are in no journal."""
    return Maker(
        guard_id="probe0",
        clock=SystemClock(),
        ids=SystemIds(),
        folder=loaded.file.parent,
        timeout_s=loaded.installation.settings.port_timeout_ms / 1000,
    )


@asynccontextmanager
async def lent(
    loaded: Loaded, server: ServerSpec, maker: Maker, asking: Asking
) -> AsyncGenerator[Key | None]:
    """Yield what goes with messages that are no calls; None where the server wants nothing.

    What could not be taken back is written down in the state folder.

    Raises:
        Refused, Unavailable: the authorization server gives no such token.
        Unusable: the key may not go there, or cannot be read.
    """
    entry = loaded.installation.issuers.get(server.issuer)
    if not server.url or entry is None:
        yield None
        return
    issuer = issuers_of({server.issuer: entry}, maker)[server.issuer]
    try:
        if isinstance(issuer, StaticIssuer):
            name, value, secret = issuer.header(server.url)
            yield ServerKey(header=name, value=value, secret=secret)
        elif server.between and isinstance(issuer, IssuesBetween):
            async with _token(loaded, server, maker, asking, issuer) as token:
                yield token
        else:
            yield None
    finally:
        await let_go(issuer)


@asynccontextmanager
async def _token(
    loaded: Loaded, server: ServerSpec, maker: Maker, asking: Asking, issuer: IssuesBetween
) -> AsyncGenerator[ServerToken]:
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
        yield ServerToken(credential=await issuer.issue_between(caller, lease))
    finally:
        left = await took_back(issuer, lease)
        if left is not None:
            keep_left(loaded.state, [left], maker.clock.now_ms())
