"""Decision tables pass when the policy does what they say, and fail when it does not."""

import pytest

from guard.errors import Unusable
from guard.policy.catalog import read_catalog
from guard.policy.check import run_mutants, run_table, table_findings
from guard.policy.compile import compile_bundle
from guard.policy.tables import parse_table

CATALOG = read_catalog(
    {
        "version": 1,
        "servers": {
            "docs": {
                "trust": "trusted",
                "tools": {
                    "read": {
                        "effect": ["read"],
                        "input_schema": {
                            "type": "object",
                            "properties": {"id": {"type": "string"}},
                        },
                        "output": {"secrecy": "secret"},
                        "confirmed": True,
                    }
                },
            }
        },
    }
)
PERMIT = '@id("A-1") @reason("reads") permit (principal, action in Guard::Action::"any", resource);'
SECRET = (
    '@id("A-2") @reason("secret") @decision("step_up") @approvers("session-owner") '
    'forbid (principal, action in Guard::Action::"any", resource) '
    'when { context.history.labels.contains("secret") };'
)
FILES = {"a.cedar": f"{PERMIT}\n{SECRET}\n"}


@pytest.fixture
def bundle():
    return compile_bundle(FILES, CATALOG)


def table(*cases, given=None):
    rows = [{"name": f"case {index}", **case} for index, case in enumerate(cases)]
    return parse_table({"given": given or {}, "cases": rows}, where="t.yaml")


READ = {"call": "docs/read", "args": {"id": "a"}}
TAINTED = {"history": {"labels": ["secret"]}}


def test_a_case_that_comes_out_as_written_passes(bundle):
    report = run_table(bundle, table({**READ, "expect": "allow", "rules": ["A-1"]}))

    assert (report.passed, report.failures, report.fired) == (1, (), frozenset({"A-1"}))


def test_a_case_that_comes_out_otherwise_says_what_was_wanted_and_what_came(bundle):
    report = run_table(bundle, table({**READ, "expect": "deny", "rules": ["A-9"]}))

    assert [str(one) for one in report.failures] == [
        "FAIL case 0: wanted deny [A-9], got allow [A-1]"
    ]


def test_the_wrong_rule_is_a_failure_even_if_the_answer_is_right(bundle):
    case = {**READ, "expect": "step_up", "rules": ["A-1"], "given": TAINTED}

    assert run_table(bundle, table(case)).failures


def test_approvers_and_approvals_are_compared(bundle):
    asked = {**READ, "expect": "step_up", "approvers": ["session-owner"], "given": TAINTED}
    approved = {**READ, "expect": "allow", "approved": ["A-2"], "given": TAINTED}

    assert run_table(bundle, table(asked, approved)).failures == ()


def test_labels_of_one_step_are_met_by_the_next(bundle):
    steps = [{**READ, "expect": "allow"}, {**READ, "expect": "step_up", "rules": ["A-2"]}]

    assert run_table(bundle, table({"steps": steps})).failures == ()


def test_a_step_that_did_not_run_leaves_no_label(bundle):
    steps = [
        {"call": "docs/read", "args": {"id": "a", "more": 1}, "expect": "deny"},
        {**READ, "expect": "allow"},
    ]

    assert run_table(bundle, table({"steps": steps})).failures == ()


def test_what_is_unlisted_is_denied_and_not_an_error_of_the_table(bundle):
    case = {"call": "docs/burn", "args": {"x": 1}, "expect": "deny", "reasons": ["unknown_tool"]}

    assert run_table(bundle, table(case)).failures == ()


@pytest.mark.parametrize(("strict", "severity"), [(False, "warning"), (True, "error")])
def test_a_forbid_that_no_case_fires_is_a_finding(bundle, strict, severity):
    report = run_table(bundle, table({**READ, "expect": "allow"}))

    (found,) = table_findings(bundle, report, strict=strict)
    assert (found.code, found.severity, found.rule) == ("G501", severity, "A-2")


def test_a_failed_case_is_an_error(bundle):
    report = run_table(
        bundle, table({**READ, "expect": "deny"}, {**READ, "expect": "step_up", "given": TAINTED})
    )

    assert [(one.code, one.severity) for one in table_findings(bundle, report, strict=False)] == [
        ("G501", "error")
    ]


def test_a_table_that_looks_away_lets_mutants_live(bundle):
    blind = run_mutants(bundle, FILES, [table({**READ, "expect": "allow"})])

    assert ("A-2", "dropped") in {(one.rule, one.change) for one in blind.survivors}


def test_a_table_that_looks_kills_every_mutant(bundle):
    seeing = table({**READ, "expect": "allow"}, {**READ, "expect": "step_up", "given": TAINTED})

    assert run_mutants(bundle, FILES, [seeing]).survivors == ()


def test_a_misspelt_expectation_is_refused():
    with pytest.raises(Unusable, match="expekt"):
        table({**READ, "expekt": "deny"})


def test_a_rule_on_a_class_without_tools_waits_for_them():
    files = {
        **FILES,
        "b.cedar": '@id("B-1") @reason("r") forbid (principal, action in Guard::Action::"irreversible", resource);',
    }

    assert "B-1" in compile_bundle(files, CATALOG).rules
