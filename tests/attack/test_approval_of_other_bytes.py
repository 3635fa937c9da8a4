"""An agent waits for a yes to one call, then sends another one under it. Nothing else runs."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.grant.approval import NewApproval
from guard.grant.votes import Vote, Voter
from guard.model.call import Outcome
from guard.model.decision import Requirement
from guard.model.identity import Agent, Principal, Who
from guard.ports import Attempt
from guard.session.state import new_session
from guard.testing import FrozenClock, MemoryApprovals
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore

NOW = FrozenClock().ms
WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="clerk"))
SESSION = new_session("gs_1", WHO, now_ms=NOW)
KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


def question(name="apr_1", binding="right"):
    return NewApproval(
        id=name, binding=binding, envelope=b"{}", call_id="c", call_bytes=b'{"amount":5}',
        view_json=b"{}", nonce="n", requester="idp|ana", agent="clerk", session="gs_1",
        requirements=(Requirement(rule="ASK", reason="money", kind="self"),),
        policy_version="slice-1", pending_until_ms=NOW + 300_000, grant_ttl_s=60, created_ms=NOW,
    )  # fmt: skip


def attempt(**other):
    asked = {
        "consume_id": "try-1", "judged": SESSION, "binding": "right", "policy_version": "slice-1",
        "now_ms": NOW, "outcome_due_ms": NOW + 1000,
    }  # fmt: skip
    return Attempt(**(asked | other))


@pytest.fixture(params=["memory", "file"])
async def approvals(request, tmp_path):
    """The port, with one approved question: the fake and the real one keep the same promise."""
    store = None
    if request.param == "memory":
        made = MemoryApprovals(clock=FrozenClock(), sessions={SESSION.id: SESSION})
    else:
        store = SqliteStore(tmp_path / "g.sqlite", KEY, timeout_ms=5_000, cooldown_ms=0)
        made = store.approvals
        await store.sessions.open(SESSION)
    await made.open(question(), [])
    ana = Voter(principal="idp|ana", uv=True)
    yes = Vote(approval_id="apr_1", voter=ana, decision="approve", method="test", at_ms=NOW)
    await made.vote(yes, [])
    yield made
    if store is not None:
        store.close(NOW)


@pytest.mark.parametrize(
    "other",
    [{"binding": "other"}, {"policy_version": "slice-2"}, {"now_ms": NOW + 60_000}],
    ids=["other bytes", "other policy", "too late"],
)
async def test_a_yes_is_not_used_for_anything_else(approvals, other):
    assert await approvals.consume("apr_1", attempt(**other), []) is None
    row = await approvals.get("apr_1")
    assert (row.status, row.outcome) == ("approved", None)


async def test_a_yes_is_used_once_and_only_its_own_attempt_may_ask_again(approvals):
    used = await approvals.consume("apr_1", attempt(), [])
    assert (used.status, used.outcome) == ("consumed", Outcome.RUNNING)
    again = await approvals.consume("apr_1", attempt(), [])
    assert (used.consume_try, again.consume_try) == (1, 2)
    assert replace(again, consume_try=1) == used
    assert await approvals.consume("apr_1", attempt(consume_id="try-2"), []) is None


async def test_an_unknown_approval_is_nobody_s_yes(approvals):
    assert await approvals.consume("apr_forged", attempt(), []) is None


async def test_another_call_does_not_join_the_question(approvals):
    row = await approvals.open(question("apr_2", binding="other"), [])
    assert (row.id, row.status) == ("apr_2", "pending")
