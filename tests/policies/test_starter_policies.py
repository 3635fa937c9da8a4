"""The starter policies do what their decision tables say, and the tables would notice a change."""

from pathlib import Path

import pytest

from guard.policy.catalog import read_catalog
from guard.policy.check import forbids, run_mutants, run_tables
from guard.policy.compile import compile_bundle
from guard.policy.tables import parse_table
from guard_adapters._yaml import read_yaml

HOME = Path(__file__).resolve().parents[2] / "policies"
TABLES = {
    "baseline": ["baseline"],
    "mcp-proxy": ["baseline", "mcp-proxy"],
    "agent-tasks": ["agent-tasks"],
}
NAMES = sorted(TABLES)


def texts(name):
    return {f"{name}.cedar": (HOME / f"{name}.cedar").read_text(encoding="utf-8")}


def tables(name):
    paths = [HOME / "tests" / f"{one}.yaml" for one in TABLES[name]]
    return [parse_table(read_yaml(path), where=path.name) for path in paths]


@pytest.fixture
def catalog():
    return read_catalog(dict(read_yaml(HOME / "tests" / "catalog.yaml")))


@pytest.mark.parametrize("name", NAMES)
def test_every_case_comes_out_as_written(name, catalog):
    assert run_tables(compile_bundle(texts(name), catalog), tables(name)).failures == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_compiler_warns_of_nothing_in_what_is_shipped(name, catalog):
    assert compile_bundle(texts(name), catalog).findings == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_forbid_is_fired_by_some_case(name, catalog):
    bundle = compile_bundle(texts(name), catalog)

    assert set(forbids(bundle)) <= run_tables(bundle, tables(name)).fired


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_a_case_in_which_it_was_approved(name, catalog):
    bundle = compile_bundle(texts(name), catalog)
    asked = {rule.id for rule in bundle.rules.values() if rule.kind == "step_up"}
    approved = {
        rule
        for table in tables(name)
        for case in table.cases
        for step in case.steps
        if step.expect in {"allow", "narrow"}
        for rule in step.approved
    }

    assert {rule for rule in asked if not rule.startswith("guard:")} <= approved


@pytest.mark.parametrize("name", NAMES)
def test_no_small_change_of_a_rule_goes_unnoticed(name, catalog):
    report = run_mutants(compile_bundle(texts(name), catalog), texts(name), tables(name))

    assert report.total >= 40
    assert [(one.rule, one.change) for one in report.survivors] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_rule_names_a_tool_so_that_it_holds_for_every_catalogue(name, catalog):
    text = texts(name)[f"{name}.cedar"]

    assert 'action == Guard::Action::"' not in text
    empty = read_catalog({"version": 1, "servers": {"any": {"tools": {"t": {"effect": ["read"]}}}}})
    assert compile_bundle(texts(name), empty).rules


def test_the_proxy_policy_holds_every_rule_of_baseline_word_for_word():
    start = "// ---- what is allowed"
    baseline = texts("baseline")["baseline.cedar"]

    assert baseline[baseline.index(start) :] in texts("mcp-proxy")["mcp-proxy.cedar"]


def test_the_task_policy_keeps_the_rules_on_risk_and_rate_word_for_word():
    baseline, tasks = texts("baseline")["baseline.cedar"], texts("agent-tasks")["agent-tasks.cedar"]
    risk = baseline[baseline.index("// ---- risk and device") : baseline.index("// ---- data that")]

    assert risk in tasks
    assert baseline[baseline.index("// ---- rate") :] in tasks


@pytest.mark.parametrize("name", NAMES)
def test_every_case_comes_out_alike_where_all_of_the_context_is_sent(name, catalog):
    bundle = compile_bundle(texts(name), catalog, full=True)

    assert run_tables(bundle, tables(name)).failures == ()
