"""What callers hold between calls in a flow: its server, its issuer, its front, and how it is taken away."""

from types import SimpleNamespace

import pytest

from guard.access.killing import Killing
from guard.errors import GuardError, Unavailable
from guard.lease.between import Between
from guard.policy.catalog_server import ServerSpec
from guard.testing.kills import MemoryKills
from guard_adapters.wiring.serve.between import BetweenAt
from tests.flow.conftest import RecordingIssuer, credential

URL = "http://127.0.0.1:1/mcp"
SERVER = ServerSpec(
    name="bank", trust="trusted", url=URL, audience=URL, issuer="idp", grant="a b", between="a b"
)


class Issuing(RecordingIssuer):
    """Makes credentials that are bound to no call, and leaves an object for each."""

    def __init__(self):
        super().__init__(leaves_object=True)
        self.broken = False

    async def issue_between(self, caller, lease):
        self.issued.append((caller, lease))
        if self.broken:
            raise Unavailable("It did not answer.", code="issuer_unavailable")
        return credential(lease)


def made_by(flow, issuer):
    """Let this issuer make what is held between calls; return it."""
    flow.but(issuers={"idp": issuer, "calltoken": RecordingIssuer()}, kills=MemoryKills())
    return issuer


def fronted(flow):
    """Return what a front asks for the credential of a message to the server."""

    async def session(who, handle, intent):
        return handle or flow.session

    desk = SimpleNamespace(session=session, now_ms=flow.clock.now_ms)
    return BetweenAt(desk, Between(world=flow.world), SERVER)


async def taken_away(flow, word):
    """Let an operator end or suspend the session, or stop its agent."""
    match word:
        case "end":
            await flow.reauthorizing.end("gs_1", "operator")
        case "suspend":
            await flow.reauthorizing.suspend("gs_1", "operator")
        case "kill":
            killing = Killing(world=flow.world, policy=lambda: flow.bundle)
            await killing.follow(await killing.stop("agent", "clerk", why="", by="op"))
        case _:
            raise AssertionError(word)


async def code_of(work):
    """Return the code of the guard's error with which a work fails."""
    with pytest.raises(GuardError) as no:
        await work
    return no.value.code


def states(flow):
    """Return the state of every lease, in the order in which they were reserved."""
    return [row.state for row in flow.store.leases.values()]
