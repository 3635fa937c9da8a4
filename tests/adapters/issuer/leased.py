"""Leases and calls as the guard hands them to an issuer, on the real clock."""

import dataclasses
import os
import time

from guard.grant.credential import BoundCall, BoundCaller, token_id
from guard.grant.lease import Lease
from guard.grant.signing import args_s256
from guard.model.decision import Terms
from guard_adapters.issuer.made import Maker
from guard_adapters.store.clock import SystemClock, SystemIds

GUARD = "tester"


class Later(SystemClock):
    """The real clock, set forward as a test needs it."""

    def __init__(self):
        super().__init__()
        self.ahead_ms = 0

    def now_ms(self):
        return super().now_ms() + self.ahead_ms


def maker(folder, clock=None, guard=GUARD):
    return Maker(
        guard_id=guard, clock=clock or SystemClock(), ids=SystemIds(), folder=folder, timeout_s=5.0
    )


def a_call(grant="tool_crm_read", tool="read", arguments=b"{}", **more):
    fields = {
        "call_id": "call_1", "server": "crm", "tool": tool, "args_s256": args_s256(tool, {}),
        "audience": "stdio:crm", "principal": "ana", "agent": "clerk", "session": "gs_1",
        "grant": grant, "arguments": arguments,
    }  # fmt: skip
    return BoundCall(**{**fields, **more})


def a_lease(issuer, ttl_s=30, guard=GUARD, **more):
    row = Lease(
        id=token_id(os.urandom(16)), call_id="call_1", session="gs_1", kind=issuer.kind,
        deadline_ms=int(time.time() * 1000) + ttl_s * 1000, guard=guard, issuer="it", **more,
    )  # fmt: skip
    return dataclasses.replace(row, handle=issuer.handle(row))


async def issued_between(issuer, ttl_s=30, *, grant, audience):
    lease = a_lease(issuer, ttl_s)
    caller = BoundCaller(
        server="crm", audience=audience, principal="ana", agent="clerk", session="gs_1", grant=grant
    )
    return lease, await issuer.issue_between(caller, lease)


async def issued(issuer, ttl_s=30, call=None, **more):
    lease = a_lease(issuer, ttl_s)
    credential = await issuer.issue(call or a_call(**more), Terms(max_ttl_s=ttl_s), lease)
    return lease, credential
