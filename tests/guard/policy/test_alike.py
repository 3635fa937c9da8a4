"""Numbers that are written alike compare alike, and questions that are alike are asked once."""

import operator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model.identity import Agent
from guard.policy.alike import alike, compared, compares
from guard.policy.ask import REMEMBERED, ask, verdict

LONGS = st.integers(-(2**63), 2**63 - 1)
NEAR = st.integers(-4, 4)
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
PAY, READ = "payments/send_money", "docs/read"
ARGUMENTS = {"amount_minor": 5, "recipient": "DE89"}


@given(constants=st.lists(LONGS | NEAR, min_size=1, unique=True), number=LONGS | NEAR)
def test_no_comparison_tells_a_number_from_what_stands_for_it(constants, number):
    stands = int(alike(tuple(sorted(constants)))(number))
    for one in constants:
        for holds in COMPARISONS:
            assert holds(stands, one) == holds(number, one)
    assert -(2**63) <= stands <= 2**63 - 1


def test_a_number_that_takes_part_in_anything_else_is_not_in_it(make_world):
    world = make_world(
        '@id("A") @reason("r") permit (principal, action in Guard::Action::"any", resource) when '
        "{ context.risk.session < 3 && context.clock.hour > 4 && context.clock.hour + 1 < 9 && "
        "context.history.step > context.risk.score && 7 > context.risk.session };"
    )
    cut = world.bundle.slices[READ]
    assert compared(compares(rule.judged) for rule in cut.rules.values()) == {}
    flat = cut.enforced.policies.to_pst().static_policies.values()
    assert compared(map(compares, flat)) == {"risk.session": (3, 7)}


@pytest.fixture
def asked(make_world):
    """Return what asks the engine, and how often it was asked since."""
    cut = (world := make_world()).bundle.slices[PAY]
    verdict.cache_clear()

    def ask_one(facts):
        return ask(cut, cut.enforced, facts), verdict.cache_info().misses

    return world, ask_one


def test_calls_that_no_rule_tells_apart_are_one_question(asked):
    world, ask_one = asked
    first, _ = ask_one(world.facts(PAY, ARGUMENTS))
    again, questions = ask_one(world.facts(PAY, {**ARGUMENTS, "amount_minor": 99_000}))
    assert first.allowed
    assert (again, questions) == (first, 1)
    other, questions = ask_one(world.facts(PAY, {**ARGUMENTS, "amount_minor": 100_001}))
    assert not other.allowed
    assert questions == 2


def test_another_caller_is_another_question(asked):
    world, ask_one = asked
    facts = world.facts(PAY, ARGUMENTS)
    ask_one(facts)
    other = facts._replace(who=replace(facts.who, agent=Agent(id="other")))
    assert ask_one(other)[1] == 2


def test_a_context_that_holds_whole_texts_is_not_kept(make_world):
    world = make_world(
        '@id("A") @reason("r") permit (principal, action == Guard::Action::"docs/read", resource) '
        'when { context.input.id like "k*" };'
    )
    cut = world.bundle.slices[READ]
    kept = verdict.cache_info().currsize
    for length in range(REMEMBERED, REMEMBERED + 50):
        facts = world.facts(READ, {"id": "k" * length})
        assert ask(cut, cut.enforced, facts).allowed
    assert verdict.cache_info().currsize == kept
