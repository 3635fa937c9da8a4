"""The decision procedure: which of the four answers, and why."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.model.call import Transform
from guard.model.decision import Allow, Deny, Narrow, StepUp
from guard.policy.compile import compile_bundle
from guard.policy.evaluate import NarrowUnavailable, decide, decide_shadow, visible_tools
from guard.policy.transform import apply_transforms
from tests.many import many

PAY, MAIL = "payments/send_money", "mail/send_email"
SMALL, BIG = (
    {"amount_minor": 50000, "recipient": "DE89"},
    {"amount_minor": 500000, "recipient": "DE89"},
)
INSIDE = {"to": ["a@corp.example"], "subject": "s"}
FOREIGN = {"to": ["x@evil.example"], "subject": "s"}


def approved(*rules):
    return {"approvals": frozenset(rules)}


def test_500_euros_are_allowed_by_the_declared_intent(world):
    answer = world.decide(PAY, SMALL)
    assert isinstance(answer, Allow)
    assert [one.rule for one in answer.reasons] == ["BASE-001"]


def test_5000_euros_to_a_recipient_from_the_model_ask_a_person(world):
    answer = world.decide(PAY, BIG)
    assert isinstance(answer, StepUp)
    assert [one.rule for one in answer.requirements] == ["PAY-001"]
    assert answer.requirements[0].groups == {"finance-approver"}
    assert json.loads(answer.arguments) == BIG
    assert answer.irreversible
    assert not answer.grantable


def test_5000_euros_to_a_recipient_from_the_user_are_allowed(world):
    assert isinstance(world.decide(PAY, BIG, prov={"user_prompt": frozenset({"recipient"})}), Allow)


def test_an_approval_of_the_rule_that_fired_is_enough(world):
    assert isinstance(world.decide(PAY, BIG, evidence=approved("PAY-001")), Allow)


def test_an_approval_does_not_outweigh_a_plain_deny(world):
    answer = world.decide(PAY, BIG, evidence=approved("PAY-001"), clock={"hour": 22})
    assert (answer.code, [one.rule for one in answer.reasons]) == (
        "outside_business_hours",
        ["TIME-001"],
    )


def test_nobody_is_asked_when_no_rule_would_permit_it_anyway(world):
    assert world.decide(PAY, BIG, intent={"covers": False}).code == "approval_would_not_help"


def test_all_step_up_rules_that_fire_must_be_met(world):
    tainted = {"labels": frozenset({"secret"})}
    answer = world.decide(PAY, BIG, history=tainted)
    assert [one.rule for one in answer.requirements] == ["PAY-001", "FLOW-002"]
    half = world.decide(PAY, BIG, history=tainted, evidence=approved("PAY-001"))
    assert [one.rule for one in half.requirements] == ["FLOW-002"]


def test_the_fourth_write_in_a_minute_is_denied_with_a_time_to_wait(world):
    ledgers = {"same_tool_60s": 4, "budget:payments/send_money:calls": 4}
    answer = world.decide(PAY, SMALL, history={"ledgers": ledgers})
    assert (answer.code, answer.retry_after_s) == ("rate_limit", 60)


def test_a_spent_budget_denies(world):
    ledgers = {"same_tool_60s": 1, "budget:payments/send_money:calls": 6}
    assert world.decide(PAY, SMALL, history={"ledgers": ledgers}).code == "budget_exceeded"


def test_bcc_is_dropped_and_the_narrowed_call_is_judged_again(world):
    answer = world.decide(MAIL, INSIDE | {"bcc": ["x@evil.example"]})
    assert isinstance(answer, Narrow)
    assert json.loads(answer.arguments) == INSIDE
    assert [(one.rule, one.name) for one in answer.applied] == [("MAIL-001", "drop_bcc")]


def test_people_are_asked_about_the_narrowed_call(world):
    answer = world.decide(MAIL, FOREIGN | {"bcc": ["y@evil.example"]})
    assert isinstance(answer, StepUp)
    assert json.loads(answer.arguments) == FOREIGN
    assert [one.rule for one in answer.applied] == ["MAIL-001"]
    assert answer.requirements[0].kind == "self"


def test_the_narrowed_call_runs_narrowed_after_the_yes(world):
    answer = world.decide(
        MAIL, FOREIGN | {"bcc": ["y@evil.example"]}, evidence=approved("MAIL-002")
    )
    assert isinstance(answer, Narrow)
    assert json.loads(answer.arguments) == FOREIGN


def test_a_plain_deny_beats_a_narrowing(world):
    assert (
        world.decide(MAIL, INSIDE | {"bcc": ["b@corp.example"]}, risk={"token_reuse": True}).code
        == "session_risk_high"
    )


def test_a_narrowing_the_tool_does_not_have_denies(world):
    answer = world.decide(PAY, SMALL, risk={"device_compliant": False})
    assert (answer.code, [one.rule for one in answer.reasons]) == (
        "narrow_unavailable",
        ["", "DEV-001"],
    )


def test_scope_narrowing_shrinks_the_credential(world):
    answer = world.decide(MAIL, INSIDE, risk={"device_compliant": False})
    assert isinstance(answer, Narrow)
    assert answer.terms.scopes == {"mail.read"}


@pytest.mark.parametrize(
    ("call", "history", "code"),
    [({"definition": "changed"}, {}, "tool_changed"), ({}, {"overflow": True}, "ledger_overflow")],
)
def test_a_changed_tool_and_an_uncountable_ledger_deny(world, call, history, code):
    assert world.decide(PAY, SMALL, call=call, history=history).code == code


def test_opaque_arguments_ask_the_owner(world):
    answer = world.decide("docs/list-files.v2", {"filter": "x"})
    assert [one.rule for one in answer.requirements] == ["guard:opaque"]
    assert answer.requirements[0].kind == "self"
    assert isinstance(world.decide("docs/list-files.v2", {}), Allow)


def test_methods_have_their_own_actions(world, rebuilding):
    facts = world.facts("docs/read", {"id": "k"})
    answers = {}
    for method in ("mcp:resources/read", "mcp:unknown", "mcp:evil/new"):
        call = facts.call._replace(tool=method)
        narrowed = facts._replace(call=call, intent=facts.intent._replace(covers=False))
        answers[method] = decide(world.bundle, narrowed, rebuilding(world.bundle, {}))
    assert isinstance(answers["mcp:resources/read"], Allow)
    assert answers["mcp:unknown"].code == answers["mcp:evil/new"].code == "no_permit"


def test_shadow_rules_are_decided_and_not_enforced(data, make_world, policy_text, rebuilding):
    data["rule_sets"] = {"90-*.cedar": "shadow"}
    strict = '@id("NEW-001") @reason("new_limit") forbid (principal, action == Guard::Action::"payments/send_money", resource) when { context.input.amount_minor > 10 };'
    world = make_world({"10-a.cedar": policy_text, "90-new.cedar": strict}, data)
    facts = world.facts(PAY, SMALL)
    narrowings = rebuilding(world.bundle, SMALL)
    assert isinstance(decide(world.bundle, facts, narrowings), Allow)
    assert decide_shadow(world.bundle, facts, lambda: narrowings).code == "new_limit"
    assert decide_shadow(world.bundle, world.facts("docs/read", {"id": "k"}), None) is None


def test_permits_combine_to_the_smallest_credential(make_world, rebuilding):
    rules = """@id("A-1") @reason("a") @scopes("x, y") @max_ttl("60s") permit (principal, action == Guard::Action::"docs/read", resource);
    @id("A-2") @reason("b") @scopes("y, z") @max_ttl("30s") @binding_min("L1") permit (principal, action == Guard::Action::"docs/read", resource);"""
    world = make_world(rules)
    assert world.decide("docs/read", {"id": "k"}).code == "obligation_unsupported"
    terms = world.decide("docs/read", {"id": "k"}, credential={"binding": 2}).terms
    assert (terms.scopes, terms.max_ttl_s, terms.binding_min) == ({"y"}, 30, 1)


def test_an_edit_of_an_unrelated_rule_keeps_the_slice_digest(world, make_world, policy_text):
    edited = make_world(policy_text.replace("amount_minor > 100000", "amount_minor > 200000"))
    assert edited.bundle.slices[MAIL].digest == world.bundle.slices[MAIL].digest
    assert edited.bundle.slices[PAY].digest != world.bundle.slices[PAY].digest
    assert edited.bundle.digest != world.bundle.digest


def test_unlisted_tools_run_only_where_the_operator_said_unsafe(
    data, make_world, policy_text, rebuilding
):
    data["servers"]["docs"]["unsafe_allow_all_unlisted"] = True
    world = make_world(policy_text, data)
    assert isinstance(world.decide("docs/whatever", {"x": {"y": 1}}), Allow)
    assert world.catalog.spec("mail", "whatever") is None


def test_transforms_leave_what_they_were_given(world):
    facts = world.facts(MAIL, INSIDE)
    given = {
        "to": ["a@corp.example", "x@evil.example"],
        "n": 900,
        "deep": {"list": [{"k": 1}, {"k": 2}]},
    }
    steps = (
        Transform(name="a", op="intersect", path="to", value="intent.egress"),
        Transform(name="b", op="cap_arg", path="n", value=100),
        Transform(name="c", op="drop_arg", path="deep.list.k"),
        Transform(name="d", op="set_arg", path="dry_run", value=True),
        Transform(name="e", op="scope", value="r"),
    )
    made = apply_transforms(given, steps, facts)
    assert made == {"to": ["a@corp.example"], "n": 100, "deep": {"list": [{}, {}]}, "dry_run": True}
    assert given["n"] == 900


def test_an_empty_intersection_is_no_narrowing(world):
    facts = world.facts(MAIL, INSIDE)
    with pytest.raises(NarrowUnavailable):
        apply_transforms(dict(FOREIGN), [Transform(name="a", op="intersect", path="to")], facts)


CALLS = st.sampled_from(
    [
        (PAY, SMALL),
        (PAY, BIG),
        (MAIL, INSIDE),
        (MAIL, FOREIGN),
        (MAIL, INSIDE | {"bcc": ["b@corp.example"]}),
        ("docs/read", {"id": "k"}),
        ("docs/list-files.v2", {"filter": 1}),
        ("web/read_page", {"url": "https://x.example/"}),
    ]
)
GROUPS = st.fixed_dictionaries(
    {
        "clock": st.fixed_dictionaries({"hour": st.integers(0, 23), "weekday": st.integers(0, 6)}),
        "risk": st.fixed_dictionaries(
            {
                "session": st.integers(0, 3),
                "token_reuse": st.booleans(),
                "device_compliant": st.booleans(),
            }
        ),
        "intent": st.fixed_dictionaries(
            {
                "declared": st.booleans(),
                "covers": st.booleans(),
                "egress": st.sampled_from([frozenset(), frozenset({"corp.example"})]),
            }
        ),
        "history": st.fixed_dictionaries(
            {"labels": st.frozensets(st.sampled_from(["secret", "untrusted_web"]))}
        ),
        "evidence": st.fixed_dictionaries(
            {
                "approvals": st.frozensets(
                    st.sampled_from(["PAY-001", "MAIL-002", "FLOW-002", "guard:opaque"])
                )
            }
        ),
    }
)


@settings(max_examples=many(150), deadline=None)
@given(call=CALLS, groups=GROUPS)
def test_what_may_be_called_is_listed(world, call, groups):
    action, arguments = call
    answer = world.decide(action, arguments, **groups)
    if not isinstance(answer, Deny):
        assert action in visible_tools(
            world.bundle, world.facts("docs/read", {"id": "k"}, **groups)
        )


@pytest.fixture(scope="module")
def full(world, policy_text):
    return compile_bundle({"10-test.cedar": policy_text}, world.catalog, full=True)


@settings(max_examples=many(150), deadline=None)
@given(call=CALLS, groups=GROUPS)
def test_projected_equals_full(world, full, rebuilding, call, groups):
    action, arguments = call
    facts = world.facts(action, arguments, **groups)
    lean = decide(world.bundle, facts, rebuilding(world.bundle, arguments))
    whole = decide(full, facts, rebuilding(full, arguments))
    assert (type(lean), lean.reasons) == (type(whole), whole.reasons)
