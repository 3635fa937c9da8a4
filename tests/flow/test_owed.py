"""Whoever takes in a signal may die before what people said is void: nobody uses it all the same."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from guard.errors import ApprovalPending
from guard.grant.approval import ApprovalState
from guard.model.secevent import SecurityEvent, Subject
from guard.session.risk import signal
from guard.session.state import signalled, suspended
from tests.flow.conftest import bundle_of
from tests.flow.stepwise import real_flow
from tests.postgres import POSTGRES

POLICY = """
@id("OK-1") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource is Guard::Server);
@id("ASK-1") @decision("step_up") @approvers("session-owner") @ttl("300s") @grant_ttl("60s") @reason("money")
forbid (principal, action == Guard::Action::"bank/pay", resource);
"""
PAID = {"amount_minor": 5, "recipient": "DE1"}


@pytest.fixture(params=["sqlite", POSTGRES])
async def world(request):
    with TemporaryDirectory() as folder:
        flow = real_flow(request.param, Path(folder), bundle_of(POLICY))
        await flow.open("gs_1")
        yield flow
        flow.store.close(flow.clock.now_ms())


async def asked(world):
    with pytest.raises(ApprovalPending) as waits:
        await world.call("pay", **PAID)
    return waits.value.approval_id


async def said_yes(world):
    """Let the person say yes to a payment that nobody has made yet."""
    name = await asked(world)
    await world.approvals.vote(world.vote(name), [])
    return name


def event(kind, jti="j1"):
    return SecurityEvent(
        issuer="idp", jti=jti, kind=kind, claims={}, at_ms=0,
        subject=Subject(issuer="idp", subject="ana"),
    )  # fmt: skip


async def state_of(world, name):
    return (await world.approvals.get(name)).at(world.clock.now_ms()).status


async def test_a_yes_of_before_a_signal_is_not_used_where_its_guard_died_in_between(world):
    yes = await said_yes(world)
    await world.reauthorizing.hear(event("credential-change"))  # and no more: it died here
    assert await asked(world) != yes
    assert await state_of(world, yes) is not ApprovalState.CONSUMED
    assert not (await world.state()).owed.open


async def test_without_a_signal_the_same_yes_is_used(world):
    yes = await said_yes(world)
    await world.call("pay", **PAID)
    assert await state_of(world, yes) is ApprovalState.CONSUMED


@pytest.mark.parametrize("change", ["signal", "suspended"])
async def test_what_a_guard_changed_before_it_died_is_followed_by_the_next_that_sees_it(
    world, change
):
    yes = await said_yes(world)
    bad = signal("operator_narrow", subject="s", at_ms=world.clock.now_ms(), source="t")
    await world.world.sessions.update(
        "gs_1", lambda one: signalled(one, bad, 1) if change == "signal" else suspended(one, 1)
    )
    session = await world.reauthorizing.owed(await world.state())
    assert not session.owed.open
    assert await state_of(world, yes) is ApprovalState.REVOKED
    assert await world.reauthorizing.owed(session) is session  # and once is enough


async def test_what_was_followed_is_owed_no_more_and_what_comes_meanwhile_is(world):
    told = await world.reauthorizing.hear(event("credential-change"))
    await world.reauthorizing.hear(event("credential-change", "j2"))
    await world.reauthorizing.follow(told)
    assert (await world.state()).owed.open  # the second one's questions may be younger
    await world.reauthorizing.owed(await world.state())
    assert not (await world.state()).owed.open
