# ruff: noqa: F811  the fixture has the name of what it gives
"""A sub-agent tries to do what the agent above it may not: by rule, by budget, by a yes, by arguments."""

from dataclasses import replace

import pytest

from guard.audit.recorded import facts_from_text
from guard.errors import ApprovalPending, NotAllowed
from guard.model.decision import Allow, Basis, Deny, Narrow, Reason, Requirement, StepUp, Terms
from guard.model.identity import Agent
from guard.policy.delegate import met
from guard.policy.evaluate import decide
from tests.flow.conftest import CATALOG, bundle_of, flow  # noqa: F401  the same small world

ANY = 'action in Guard::Action::"any"'
HELPER = 'Guard::Agent::"clerk act=helper"'
RULES = f"""
@id("OK-1") @reason("open") permit (principal is Guard::Agent, {ANY}, resource is Guard::Server);
@id("NO-1") @reason("not_the_clerk") forbid (principal == Guard::Agent::"clerk", action == Guard::Action::"bank/wipe", resource);
@id("NO-2") @reason("not_the_helper") forbid (principal == {HELPER}, action == Guard::Action::"bank/note", resource);
@id("NO-3") @reason("not_below_the_helper") forbid (principal == Guard::Agent::"clerk act=helper act=sub", action == Guard::Action::"bank/read", resource);
@id("ASK-1") @decision("step_up") @approvers("session-owner") @reason("ask_the_clerk")
forbid (principal == Guard::Agent::"clerk", action == Guard::Action::"bank/pay", resource) when {{ context.input has pin }};
@id("CUT-1") @decision("narrow") @narrow("cap") @reason("cap_the_clerk")
forbid (principal == Guard::Agent::"clerk", action == Guard::Action::"bank/pay", resource) when {{ context.input has amount_minor && context.input.amount_minor > 1000 }};
"""


@pytest.fixture(scope="module")
def bundle():
    return bundle_of(RULES, CATALOG)


async def call(flow, tool, *acting, **arguments):
    request = replace(flow.request(tool, **arguments), acting=acting)
    return await flow.guard.call(request, flow.tool, hold_ms=0)


async def test_what_the_agent_above_may_not_do_its_sub_agent_may_not_do(flow):
    with pytest.raises(NotAllowed, match="not_the_clerk"):
        await call(flow, "wipe", "helper")
    with pytest.raises(NotAllowed, match="not_the_clerk"):
        await call(flow, "wipe", "helper", "sub")


async def test_every_agent_of_the_chain_is_asked(flow):
    with pytest.raises(NotAllowed, match="not_the_helper"):
        await call(flow, "note", "helper", "sub", text="x")
    with pytest.raises(NotAllowed, match="not_below_the_helper"):
        await call(flow, "read", "helper", "sub", id="1")
    await call(flow, "read", "helper", id="1")
    await call(flow, "note", text="x")


async def test_a_name_with_a_blank_is_not_two_actors(flow):
    assert Agent(id="a").acting(("b", "c")).id == "a act=b act=c"
    await call(flow, "note", "other act=helper", text="x")  # as the token front quotes it: %20
    assert flow.events("decision")[-1].leaf["decision"] == "allow"


async def test_sub_agents_spend_the_budget_of_the_session_and_get_no_new_one(flow):
    for turn in range(10):
        await call(flow, "ten", *([f"helper{turn}"] if turn % 2 else []), n=turn)
    with pytest.raises(NotAllowed):
        await call(flow, "ten", "fresh", n=11)


async def test_a_question_for_the_agent_above_is_a_question_for_its_sub_agent(flow):
    with pytest.raises(ApprovalPending):
        await call(flow, "pay", "helper", pin="1", amount_minor=5)


async def test_a_yes_to_the_agent_above_is_none_to_its_sub_agent(flow):
    flow.approver.script = ["silence", "approve"]
    with pytest.raises(ApprovalPending):
        await call(flow, "pay", pin="1", amount_minor=5)
    (asked,) = await flow.approvals.listed(open_only=True)
    await flow.approvals.vote(flow.vote(asked.id), [])
    flow.approver.script = ["silence"]
    with pytest.raises(ApprovalPending):  # a question of its own, under its own name
        await call(flow, "pay", "helper", pin="1", amount_minor=5)
    rows = await flow.approvals.listed(open_only=False)
    assert {row.agent for row in rows} == {"clerk", "clerk act=helper"}
    assert len({row.binding for row in rows}) == 2


async def test_what_is_cut_for_the_agent_above_is_not_sent_whole_by_its_sub_agent(flow):
    with pytest.raises(NotAllowed, match="delegation_conflict"):
        await call(flow, "pay", "helper", amount_minor=5_000)
    await call(flow, "pay", "helper", amount_minor=900)


async def test_the_log_names_the_sub_agent_and_decides_the_same_again(flow):
    with pytest.raises(NotAllowed):
        await call(flow, "wipe", "helper")
    facts = facts_from_text(flow.events("decision")[0].side["facts"])
    assert (facts.who.agent.id, facts.who.agent.parents) == ("clerk act=helper", ("clerk",))
    assert decide(flow.bundle, facts, None).code == "not_the_clerk"


BASIS = Basis(bundle="b", slice="s")
ALLOW = Allow(reasons=(), terms=Terms(scopes=frozenset("ab"), max_ttl_s=60), basis=BASIS)
FEWER = Allow(reasons=(), terms=Terms(scopes=frozenset("bc"), binding_min=2), basis=BASIS)
DENY = Deny(code="no", basis=BASIS)
NEED = Requirement(rule="R", reason="r", kind="self")
ASK = StepUp(
    requirements=(NEED,), arguments=b"{}", reasons=(Reason(code="r", rule="R"),), basis=BASIS
)
OTHER = replace(ASK, requirements=(replace(NEED, rule="S"),), grantable=True)


def cut(arguments):
    applied = [None]
    return Narrow(
        arguments=arguments, applied=tuple(applied), reasons=(), terms=Terms(), basis=BASIS
    )


@pytest.mark.parametrize("one", [ALLOW, FEWER, ASK, cut(b"1"), DENY])
@pytest.mark.parametrize("other", [ALLOW, FEWER, ASK, cut(b"1"), cut(b"2"), DENY])
def test_the_answer_is_never_milder_than_either(one, other):
    strict = {Allow: 0, Narrow: 1, StepUp: 2, Deny: 3}
    both = met(one, other)
    assert strict[type(both)] >= max(strict[type(one)], strict[type(other)]) or (
        isinstance(one, Narrow) and isinstance(other, Allow)
    )


def test_a_credential_carries_what_both_leave_and_people_are_asked_for_both():
    assert met(ALLOW, FEWER).terms == Terms(scopes=frozenset("b"), max_ttl_s=60, binding_min=2)
    assert [one.rule for one in met(ASK, OTHER).requirements] == ["R", "S"]
    assert not met(ASK, OTHER).grantable
