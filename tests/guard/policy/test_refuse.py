"""What the compiler refuses or warns about: one test for each code."""

import pytest

from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.policy.finding import PolicyUnusable

PERMIT = '@id("ALL-1") @reason("all") permit (principal, action in Guard::Action::"any", resource is Guard::Server);'
PAY = 'forbid (principal, action == Guard::Action::"payments/send_money", resource)'


def found(files, data, tools=None):
    try:
        return list(compile_bundle({"a.cedar": files}, read_catalog(data, tools)).findings)
    except PolicyUnusable as error:
        return list(error.findings)


def tool(data, server="payments", name="send_money"):
    return data["servers"][server]["tools"][name]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ('@id("X-1") @reason("x") permit (principal', "G201"),
        ('@id("X-1") @reason("x") permit (principal == ?principal, action, resource);', "G201"),
        (f'@id("X-1") @reason("x") {PAY} when {{ context.input.memo == "x" }};', "G201"),
        (
            '@id("X-1") @reason("x") forbid (principal, action == Guard::Action::"any", resource);',
            "G201",
        ),
        (
            f'@id("X-1") @reason("x") {PAY} unless {{ context.intent.egress.containsAll(context.derived.recipients) }};',
            "G203",
        ),
        (f'@id("X-1") @reason("x") {PAY} when {{ context.input.amount_minor * 2 > 3 }};', "G204"),
        (f'@id("X-1") @reason("x") {PAY} when {{ context.input.recipient like "DE*" }};', "G205"),
        (f'@id("X-1") @reason("x") {PAY} when {{ false }};', "G206"),
        (
            '@id("X-1") @reason("x") forbid (principal, action in Guard::Action::"any", resource == Guard::Server::"nowhere");',
            "G206",
        ),
        (f'@id("X-1") @reason("x") {PAY} unless {{ context.approvals.contains("Y-1") }};', "G207"),
        (f'@reason("x") {PAY};', "G301"),
        (f'@id("guard:x") @reason("x") {PAY};', "G301"),
        (f'@id("X-1") {PAY};', "G301"),
        (f'@id("X-1") @reason("x") @aprovers("a") {PAY};', "G301"),
        (f'@id("X-1") @reason("x") @decision("setp_up") {PAY};', "G301"),
        (f'@id("X-1") @reason("x") @decision("step_up") {PAY};', "G301"),
        (
            f'@id("X-1") @reason("x") @decision("step_up") @approvers("session-owner, a") {PAY};',
            "G301",
        ),
        (f'@id("X-1") @reason("x") @decision("step_up") @approvers("a") @ttl("8d") {PAY};', "G301"),
        (
            f'@id("X-1") @reason("x") @decision("step_up") @approvers("a") @quorum("0") {PAY};',
            "G301",
        ),
        (f'@id("X-1") @reason("x") @decision("step_up") @approvers("a") @uv("yes") {PAY};', "G301"),
        (f'@id("X-1") @reason("x") @decision("narrow") {PAY};', "G301"),
        (f'@id("ALL-1") @reason("x") {PAY};', "G301"),
        (
            '@id("X-1") @reason("x") @binding_min("L9") permit (principal, action in Guard::Action::"any", resource);',
            "G301",
        ),
    ],
)
def test_a_rule_that_cannot_be_enforced_is_refused(data, rule, code):
    errors = [one for one in found(f"{PERMIT}\n{rule}", data) if one.severity == "error"]
    assert {one.code for one in errors} == {code}
    assert errors[0].where == "a.cedar:2"


def test_a_narrow_rule_over_a_tool_without_the_transform_warns(data):
    rule = f'@id("X-1") @reason("x") @decision("narrow") @narrow("drop_bcc") {PAY};'
    assert "G302" in {one.code for one in found(PERMIT + rule, data)}


def without_budget(data):
    del tool(data)["budget"]


def without_recipient(data):
    tool(data)["args"].pop("recipient")
    tool(data)["says"] = "Pay {amount_minor}"


def alias_without_role(data):
    tool(data)["input_schema"]["properties"]["reply_to"] = {"type": "string"}


def guests(data, **args):
    """Let the tool take people as objects; a role for a member says who they are."""
    person = {"type": "object", "properties": {"address": {"type": "string"}}}
    tool(data)["input_schema"]["properties"]["attendees"] = {"type": "array", "items": person}
    tool(data)["args"] |= args
    tool(data)["says"] += "".join(f" {{{path}}}" for path in args)


def test_an_alias_is_settled_by_what_stands_in_it(data):
    guests(data, **{"attendees.address": {"role": "recipient"}})
    assert "G104" not in {one.code for one in found(PERMIT, data)}
    guests(data)
    del tool(data)["args"]["attendees.address"]
    assert "G104" in {one.code for one in found(PERMIT, data)}


def open_argument(data):
    tool(data)["input_schema"]["properties"]["extra"] = {"type": "object"}


def silent_sentence(data):
    tool(data)["says"] = "Pay {amount_minor}"


def unknown_in_sentence(data):
    tool(data)["says"] += " {nope}"


def role_on_nothing(data):
    tool(data)["args"]["nope"] = {"role": "id"}


def ledger_of_nothing(data):
    data["ledgers"]["x"] = {"count": "calls", "window": "60s"}


def ledger_without_window(data):
    data["ledgers"]["x"] = {"count": "calls", "of": "any"}


def ledger_of_unknown(data):
    data["ledgers"]["x"] = {"count": "calls", "of": "pay/nope", "window": "60s"}


def ledger_of_text(data):
    data["ledgers"]["x"] = {"sum": "input.memo", "of": "payments/send_money", "window": "60s"}


def misspelt_key(data):
    tool(data)["efect"] = ["read"]


def unknown_effect(data):
    tool(data)["effect"] = ["any"]


def read_and_write(data):
    tool(data, "docs", "read")["effect"] = ["read", "write"]


def method_as_tool(data):
    data["servers"]["docs"]["tools"]["mcp:resources/read"] = {"effect": ["read"]}


def two_transforms(data):
    tool(data)["narrow"] = {"x": {"drop_arg": "memo", "scope": "y"}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without_budget, "G102"),
        (without_recipient, "G103"),
        (alias_without_role, "G104"),
        (open_argument, "G105"),
        (silent_sentence, "G106"),
        (unknown_in_sentence, "G106"),
        (role_on_nothing, "G101"),
        (ledger_of_nothing, "G401"),
        (ledger_without_window, "G401"),
        (ledger_of_unknown, "G401"),
        (ledger_of_text, "G401"),
        (misspelt_key, "G100"),
        (unknown_effect, "G100"),
        (read_and_write, "G100"),
        (method_as_tool, "G100"),
        (two_transforms, "G100"),
    ],
)
def test_a_catalogue_that_protects_nothing_is_refused(data, change, code):
    change(data)
    assert code in {one.code for one in found(PERMIT, data) if one.severity == "error"}


def test_an_offered_tool_that_is_not_listed_warns(data):
    warned = found(PERMIT, data, {"docs": {"delete": {"type": "object", "properties": {}}}})
    assert ("G101", "docs/delete is offered and not listed; it is hidden.") in {
        (one.code, one.message) for one in warned
    }


def test_an_irreversible_tool_that_nobody_is_asked_about_warns(data):
    assert "G107" in {one.code for one in found(PERMIT, data)}


def test_a_finding_names_file_line_code_and_rule(data):
    (only,) = [
        one
        for one in found(f'// first\n{PERMIT}\n\n@id("X-1") @reason("a;b") {PAY};', data)
        if one.severity == "error"
    ]
    assert str(only).startswith("a.cedar:4: error G301 X-1: got @reason('a;b')")


def test_the_error_carries_every_finding(data):
    without_budget(data)
    silent_sentence(data)
    with pytest.raises(PolicyUnusable) as error:
        compile_bundle({"a.cedar": PERMIT}, read_catalog(data))
    assert {"G102", "G106"} <= {one.code for one in error.value.findings}
    assert error.value.code == "policy_unusable"
