"""An agent that asks and asks: people who are worn out say yes, so it may not ask without end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guard.errors import ApprovalPending, NotAllowed, NotApproved, Refused
from guard.model.identity import Agent, Principal, Who
from guard.session.state import resumed


async def test_the_sixth_open_question_is_refused_and_nobody_is_told_of_it(flow) -> None:
    for amount in range(200, 205):
        with pytest.raises(ApprovalPending):
            await flow.call("pay", amount_minor=amount)
    with pytest.raises(Refused) as no:
        await flow.call("pay", amount_minor=300)
    assert no.value.code == "too_many_open_questions"
    assert len(flow.approver.seen) == 5
    assert flow.tool.runs == []


async def test_a_new_session_does_not_start_the_count_again(flow) -> None:
    for amount in range(200, 205):
        with pytest.raises(ApprovalPending):
            await flow.call("pay", amount_minor=amount)
    await flow.open("gs_2")
    with pytest.raises(Refused, match="too_many_open_questions"):
        await flow.call("pay", amount_minor=300, session="gs_2")


async def test_a_call_that_waits_already_may_still_join_its_question(flow) -> None:
    for amount in range(200, 205):
        with pytest.raises(ApprovalPending):
            await flow.call("pay", amount_minor=amount)
    with pytest.raises(ApprovalPending):
        await flow.call("pay", amount_minor=200)


async def deny(flow, amount_minor, session="") -> None:
    flow.approver.script = ["deny"]
    with pytest.raises(NotApproved, match="denied"):
        await flow.call("pay", amount_minor=amount_minor, session=session)


@pytest.fixture(params=["memory", "sqlite"])
def world(request):
    made = request.getfixturevalue("flow" if request.param == "memory" else "durable")
    made.hold_ms = 0  # the real store waits in real time, and this clock stands still
    return made


async def test_the_third_denial_suspends_the_session_at_once(world) -> None:
    for amount in (200, 201, 202):
        await deny(world, amount)
    assert (await world.state()).suspended_at_ms
    with pytest.raises(Refused, match="session_suspended"):
        await world.call("read", id="1")
    assert world.tool.runs == []


async def test_denials_that_nobody_waited_for_suspend_it_at_the_next_question(world) -> None:
    for amount in (200, 201, 202):
        with pytest.raises(ApprovalPending):
            await world.call("pay", amount_minor=amount)
    for asked in list(world.approver.seen):
        await world.approvals.vote(world.vote(asked.id, "deny"), [])
    with pytest.raises(Refused, match="session_suspended"):
        await world.call("pay", amount_minor=300)
    assert len(world.approver.seen) == 3


async def test_suspending_voids_what_still_waits(world) -> None:
    with pytest.raises(ApprovalPending):
        await world.call("pay", amount_minor=400)
    for amount in (200, 201, 202):
        await deny(world, amount)
    assert await world.approvals.listed(open_only=True) == []


async def test_over_new_sessions_the_denials_still_count(world) -> None:
    for number, amount in enumerate((200, 201, 202)):
        await world.open(f"gs_new{number}")
        await deny(world, amount, session=f"gs_new{number}")
    await world.open("gs_9")
    with pytest.raises(Refused, match="too_many_denials"):
        await world.call("pay", amount_minor=300, session="gs_9")
    assert len(world.approver.seen) == 3
    await world.call("read", id="1", session="gs_9")  # what needs no question still runs


async def test_after_the_window_people_may_be_asked_again(world) -> None:
    for number, amount in enumerate((200, 201, 202)):
        await world.open(f"gs_new{number}")
        await deny(world, amount, session=f"gs_new{number}")
    world.clock.advance(3_600_001)
    with pytest.raises(ApprovalPending):
        await world.call("pay", amount_minor=300)


async def test_a_session_that_an_operator_lets_go_on_starts_anew(world) -> None:
    for amount in (200, 201, 202):
        await deny(world, amount)
    world.clock.advance(1)
    now_ms = world.clock.now_ms()
    await world.world.sessions.update("gs_1", lambda one: resumed(one, now_ms))
    with pytest.raises(ApprovalPending):
        await world.call("pay", amount_minor=300)
    with pytest.raises(NotApproved, match="denied"):  # the same call is still refused
        await world.call("pay", amount_minor=200)


async def test_the_reason_of_a_no_that_nobody_waited_for_reaches_the_next_same_call(world) -> None:
    with pytest.raises(ApprovalPending) as pending:
        await world.call("pay", amount_minor=200)
    no = replace(world.vote(pending.value.approval_id, "deny"), reason="order 8 must stay")
    await world.approvals.vote(no, [])
    with pytest.raises(NotApproved) as told:
        await world.call("pay", amount_minor=200)
    assert (told.value.reason, told.value.approval_id) == ("order 8 must stay", no.approval_id)
    assert told.value.reason_code == "denied_before"


async def test_another_persons_denials_are_not_counted(flow) -> None:
    for amount in (200, 201, 202):
        await deny(flow, amount)
    other = Who(principal=Principal(issuer="idp", subject="ben"), agent=Agent(id="clerk"))
    await flow.open("gs_ben", other)
    with pytest.raises(ApprovalPending):
        await flow.call("pay", amount_minor=200, session="gs_ben")


LOCKED = """
@id("OK-1") @reason("open") permit (principal, action in Guard::Action::"any", resource);
@id("NO-1") @reason("never") forbid (principal, action == Guard::Action::"bank/wipe", resource);
@id("RATE-002") @reason("too_many_denials")
forbid (principal, action in Guard::Action::"any", resource) when { context.history.denied_1h >= 3 };
"""


@pytest.fixture
def locked(durable, make_bundle, catalogue):
    durable.bundle = make_bundle(LOCKED, catalogue)
    return durable


async def until_locked(flow) -> None:
    for _ in range(3):
        with pytest.raises(NotAllowed, match="never"):
            await flow.call("wipe")
    with pytest.raises(NotAllowed, match="too_many_denials"):
        await flow.call("read", id="1")


async def test_what_is_denied_for_earlier_denials_alone_does_not_keep_the_lock(locked) -> None:
    await until_locked(locked)
    locked.clock.advance(3_000_000)
    with pytest.raises(NotAllowed, match="too_many_denials"):
        await locked.call("read", id="1")
    locked.clock.advance(700_000)  # an hour after the others, minutes after its own
    await locked.call("read", id="1")


async def test_what_another_rule_denies_as_well_counts_on(locked) -> None:
    await until_locked(locked)
    locked.clock.advance(3_000_000)
    for _ in range(3):
        with pytest.raises(NotAllowed):
            await locked.call("wipe")
    locked.clock.advance(700_000)
    with pytest.raises(NotAllowed, match="too_many_denials"):
        await locked.call("read", id="1")


async def test_an_operator_ends_the_lock_at_once(locked) -> None:
    await until_locked(locked)
    now_ms = locked.clock.now_ms()
    await locked.world.sessions.update("gs_1", lambda one: resumed(one, now_ms))
    await locked.call("read", id="1")
