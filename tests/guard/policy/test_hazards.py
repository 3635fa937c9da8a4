"""Twelve ways in which a policy engine in front of tools was seen to fail open."""

import json
from dataclasses import replace

import pytest
from cedarpy import is_authorized

from guard.model.call import ToolSpec
from guard.model.decision import Allow, Deny, Narrow, StepUp
from guard.policy.convert import ArgError, Limits, convert_args
from guard.policy.evaluate import decide, visible_tools
from guard.policy.finding import PolicyUnusable

PERMIT = '@id("ALL-1") @reason("all") permit (principal, action in Guard::Action::"any", resource is Guard::Server);\n'
MAIL = {"to": ["a@corp.example"], "subject": "s"}


def codes(error):
    return {finding.code for finding in error.value.findings if finding.severity == "error"}


def test_h01_an_erroring_forbid_denies(world, rebuilding):
    facts = world.facts("mail/send_email", MAIL)
    broken = facts._replace(history=facts.history._replace(ledgers={}))
    answer = decide(world.bundle, broken, rebuilding(world.bundle, MAIL))
    assert isinstance(answer, Deny)
    assert answer.code == "policy_error"


def test_h01_the_bare_engine_would_have_allowed_it():
    rules = "permit(principal, action, resource); forbid(principal, action, resource) when { context.n > 1 };"
    request = {"principal": 'U::"a"', "action": 'A::"b"', "resource": 'R::"c"', "context": "{}"}
    answer = is_authorized(request, rules, "[]")
    assert answer.allowed
    assert answer.diagnostics.errors


def test_h02_arithmetic_that_can_overflow_is_refused_at_load(make_world):
    rule = '@id("X-1") @reason("x") forbid (principal, action == Guard::Action::"payments/send_money", resource) when { context.input.amount_minor + 1 > 10 };'
    with pytest.raises(PolicyUnusable) as error:
        make_world(PERMIT + rule)
    assert codes(error) == {"G204"}


def test_h03_a_list_for_a_string_is_refused(world, rebuilding):
    assert world.convert("docs/read", {"id": ["k"]}) == ArgError(
        code="bad_argument", path="id", message="got list, expected a string"
    )
    facts = world.facts("docs/read", {"id": "k"})
    smuggled = facts._replace(
        input=replace(facts.input, values={"id": ["k"]}),
        intent=facts.intent._replace(declared=True),
    )
    full = make_full(world)
    assert decide(full, smuggled, rebuilding(full, {})).code == "policy_error"
    for bundle in (world.bundle, full):
        odd = facts._replace(intent=facts.intent._replace(declared=["true"], covers="true"))
        assert decide(bundle, odd, rebuilding(bundle, {})).code == "policy_error"


def make_full(world):
    from guard.policy.compile import compile_bundle  # noqa: PLC0415

    return compile_bundle({"a.cedar": PERMIT}, world.catalog, full=True)


@pytest.mark.parametrize("key", ["__extn", "__entity", "__expr"])
def test_h04_an_argument_never_becomes_a_cedar_value(world, key):
    for action, arguments in (
        ("docs/read", {"id": {key: {"fn": "ip", "arg": "10.0.0.1"}}}),
        ("docs/list-files.v2", {"filter": [{"a": {key: {}}}]}),
        ("docs/read", {"id": "k", key: "x"}),
    ):
        found = world.convert(action, arguments)
        assert isinstance(found, ArgError)
        assert found.code == "bad_argument"


def deep(levels):
    return {"a": deep(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"id": "k", "page": 1.5}, "bad_argument"),
        ({"id": "k", "page": float("nan")}, "bad_argument"),
        ({"id": "k", "page": float("inf")}, "bad_argument"),
        ({"id": "k", "page": None}, "bad_argument"),
        ({"id": "k", "page": True}, "bad_argument"),
        ({"id": "k", "page": 2**63}, "bad_argument"),
        ({"id": "k", "page": deep(200)}, "too_large"),
        ({"id": "\ud800"}, "bad_argument"),
        ({"id": "k" * 70_000}, "too_large"),
        ({"id": "k", "other": 1}, "unknown_argument"),
        ({}, "bad_argument"),
    ],
)
def test_h05_odd_json_is_refused_before_the_engine(world, arguments, code):
    found = world.convert("docs/read", arguments)
    assert isinstance(found, ArgError)
    assert found.code == code


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN"])
def test_h05_a_number_that_json_does_not_have_is_refused_wherever_it_lies(number):
    held = {"type": "object", "additionalProperties": True}
    schema = {"type": "object", "properties": {"id": {"type": "string"}, "held": held}}
    spec = ToolSpec(server="s", tool="t", effect=frozenset({"write"}), input_schema=schema)
    sent = f'{{"held":{{"deep":[{number}]}},"id":"k"}}'
    for size in (len(sent), None):
        found = convert_args(spec, json.loads(sent), salt=b"s", limits=Limits(), size=size)
        assert (found.code, found.path) == ("bad_argument", "held.deep")


def test_h06_contains_all_of_nothing_is_refused_at_load(make_world):
    rule = '@id("X-1") @reason("x") forbid (principal, action == Guard::Action::"mail/send_email", resource) unless { context.intent.egress.containsAll(context.derived.dest_domains) };'
    with pytest.raises(PolicyUnusable) as error:
        make_world(PERMIT + rule)
    assert codes(error) == {"G203"}


def test_h06_tainted_mail_to_nobody_is_denied(world):
    tainted = {"labels": frozenset({"untrusted_web"})}
    to_nobody = world.decide("mail/send_email", {"to": [], "subject": "s"}, history=tainted)
    foreign = world.decide(
        "mail/send_email", {"to": ["x@evil.example"], "subject": "s"}, history=tainted
    )
    declared = world.decide("mail/send_email", MAIL, history=tainted)
    assert (to_nobody.code, foreign.code) == ("tainted_egress", "tainted_egress")
    assert isinstance(declared, Allow)


@pytest.mark.parametrize(
    "body",
    [
        "when { context.input.amount > 1 }",
        'when { context.input.memo == "x" }',
        'when { context.history.labels == "secret" }',
        "when { context.nothing }",
        'when { context.input.amount_minor > "1" }',
    ],
)
def test_h07_a_forbid_that_could_never_fire_is_refused_at_load(make_world, body):
    rule = f'@id("X-1") @reason("x") forbid (principal, action == Guard::Action::"payments/send_money", resource) {body};'
    with pytest.raises(PolicyUnusable) as error:
        make_world(PERMIT + rule)
    assert codes(error) == {"G201"}


def test_h08_without_rules_nothing_is_allowed(make_world):
    empty = make_world({})
    assert empty.decide("docs/read", {"id": "k"}).code == "no_permit"
    assert visible_tools(empty.bundle, empty.facts("docs/read", {"id": "k"})) == frozenset()


def test_h09_rules_on_arguments_do_not_hide_a_tool(world):
    facts = world.facts(
        "docs/read", {"id": "k"}, history={"labels": frozenset({"untrusted_web", "secret"})}
    )
    assert "payments/send_money" in visible_tools(world.bundle, facts)


def test_h09_a_device_that_is_not_compliant_hides_what_cannot_be_narrowed(world):
    facts = world.facts("docs/read", {"id": "k"}, risk={"device_compliant": False})
    assert visible_tools(world.bundle, facts) == {
        "docs/read",
        "docs/list-files.v2",
        "mail/send_email",
        "web/read_page",
    } - {"web/read_page"}


def test_h10_an_unknown_or_wrapped_tool_is_denied(world, rebuilding):
    facts = world.facts("docs/read", {"id": "k"})
    for server, tool in (
        ("docs", "call_tool"),
        ("nowhere", "read"),
        ("docs", ""),
        ("docs", "read/"),
    ):
        call = facts.call._replace(server=server, tool=tool)
        answer = decide(world.bundle, facts._replace(call=call), rebuilding(world.bundle, {}))
        assert answer.code == "unknown_tool"


def test_h11_only_a_clear_allow_is_an_allow(world, rebuilding):
    facts = world.facts("docs/read", {"id": "k"})
    odd = facts._replace(risk=facts.risk._replace(session="0"))
    assert decide(world.bundle, odd, rebuilding(world.bundle, {})).code == "policy_error"


def test_h12_an_absent_argument_does_not_skip_a_rule_unnoticed(make_world):
    rule = '@id("X-1") @reason("x") forbid (principal, action == Guard::Action::"docs/read", resource) when { context.input has page && context.input.page > 3 };'
    findings = make_world(PERMIT + rule).bundle.findings
    assert ("G202", "X-1") in {(one.code, one.rule) for one in findings}


def test_projection_keeps_the_world_closed(make_world):
    lean = make_world(PERMIT)
    assert lean.convert("docs/read", {"id": "k", "extra": 1}).code == "unknown_argument"


def test_a_class_name_as_tool_name_is_only_a_tool(world):
    assert world.decide("docs/any", {}).code == "unconfirmed"


def test_a_rule_without_scope_is_told_how_to_leave_scopes_out(make_world):
    rule = '@id("X-1") @reason("x") forbid (principal, action, resource) when { context.risk.session > 1 };'
    with pytest.raises(PolicyUnusable) as error:
        make_world(PERMIT + rule)
    assert 'action in Guard::Action::"any"' in " ".join(one.message for one in error.value.findings)


def test_engine_messages_never_leave_through_the_agents_text(world, make_world, rebuilding):
    from guard.policy.explain import agent_text  # noqa: PLC0415

    facts = world.facts("docs/read", {"id": "k"})
    secret = facts._replace(risk=facts.risk._replace(session="hunter2"))
    moment = 'context.risk.session > 1 && context.clock.now < datetime("2026-01-05")'
    engine = make_world(
        f'@id("NOW") @reason("r") permit(principal, action in Guard::Action::"any", resource)'
        f" when {{ {moment} }};"
    ).bundle
    answer = decide(engine, secret, rebuilding(engine, {}))
    assert "hunter2" in answer.detail
    assert "hunter2" not in agent_text(answer)
    lean = decide(world.bundle, secret, rebuilding(world.bundle, {}))
    assert (lean.code, answer.code) == ("policy_error", "policy_error")
    assert "hunter2" not in lean.detail


def test_values_never_reach_a_refusals_message(world):
    found = world.convert("docs/read", {"id": {"deep": "hunter2"}})
    assert "hunter2" not in json.dumps([found.code, found.path, found.message])


def test_the_same_facts_and_bundle_give_the_same_answer(world):
    first, second = (
        world.decide("mail/send_email", MAIL | {"bcc": ["b@corp.example"]}) for _ in range(2)
    )
    assert isinstance(first, Narrow)
    assert first == second


def test_salt_changes_the_digest_of_a_secret(data, make_world):
    data["servers"]["docs"]["tools"]["read"]["args"] = {"id": {"role": "secret"}}
    spec = make_world(PERMIT, data).catalog.spec("docs", "read")
    one, two = (
        convert_args(spec, {"id": "hunter2"}, salt=salt, limits=Limits()) for salt in (b"a", b"b")
    )
    assert one.values["id"].startswith("sha256:")
    assert one.values["id"] != two.values["id"]


def test_an_approval_of_another_rule_does_not_help(world):
    answer = world.decide(
        "payments/send_money",
        {"amount_minor": 500000, "recipient": "DE89"},
        evidence={"approvals": frozenset({"MAIL-002"})},
    )
    assert isinstance(answer, StepUp)
