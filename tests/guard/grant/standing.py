"""A bank with a small standing yes: what the tests of grants, plans and offers start from."""

from guard.grant.plan import Item, NewPlan
from guard.grant.reach import Reach
from guard.grant.scoped import Ground
from guard.grant.votes import Vote, Voter
from guard.model.call import ToolCall, argument_bytes
from guard.model.decision import Basis, Reason, Requirement, StepUp
from guard.model.limits import Equal, Range, text_of

NOW = 1_767_607_200_000
ASK = Requirement(rule="ASK-1", reason="money", kind="self")
GROUND = Ground(session="gs_1", requester="idp|ana", agent="clerk", policy_version="p1")
REACH = Reach(
    server="bank",
    tool="pay",
    constraints=(Range(path="amount", low=1, high=50), Equal(path="to", value=text_of("bob"))),
)


def item(**changes):
    fields = {"reach": REACH, "uses": 3, "ground": GROUND, "requirements": (ASK,)}
    return Item(**{**fields, **changes})


def new_plan(**changes):
    fields = {
        "id": "pln_1", "kind": "plan", "session": "gs_1", "requester": "idp|ana", "agent": "clerk",
        "items": (item(),), "ttl_s": 1800, "nonce": "00", "created_ms": NOW,
        "pending_until_ms": NOW + 300_000,
    }  # fmt: skip
    return NewPlan(**{**fields, **changes})


def vote(decision="approve", at_ms=NOW + 1, who="idp|ana", **voter):
    person = Voter(principal=who, **{"uv": True, **voter})
    return Vote(
        approval_id="pln_1", voter=person, decision=decision, method="webauthn", at_ms=at_ms
    )


def call(tool="pay", **arguments):
    return ToolCall(
        id="c1", session="gs_1", server="bank", tool=tool, arguments=argument_bytes(arguments)
    )


def step_up(**changes):
    fields = {
        "requirements": (ASK,), "arguments": b"", "reasons": (Reason(code="money", rule="ASK-1"),),
        "basis": Basis(bundle="b", slice="p1"), "grantable": True,
    }  # fmt: skip
    return StepUp(**{**fields, **changes})
