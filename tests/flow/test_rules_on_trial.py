"""A rule on trial answers in the log and nowhere else."""

import pytest

from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle

SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}}
CATALOG = {
    "version": 1,
    "rule_sets": {"90-*.cedar": "shadow"},
    "servers": {
        "bank": {
            "tools": {
                name: {"effect": ["read"], "confirmed": True, "input_schema": SCHEMA}
                for name in ("read", "read_web")
            }
        }
    },
}
OPEN = '@id("OK-1") @reason("open") permit (principal, action in Guard::Action::"any", resource);'
TRIALS = {
    "deny": '@id("TRY-1") @reason("trial") forbid (principal, action == Guard::Action::"bank/read", resource);',
    "step_up": '@id("TRY-1") @decision("step_up") @approvers("session-owner") @reason("trial")\n'
    'forbid (principal, action == Guard::Action::"bank/read", resource);',
}


@pytest.fixture(params=TRIALS)
def trial(request, flow):
    rules = {"10-open.cedar": OPEN, "90-trial.cedar": TRIALS[request.param]}
    flow.bundle = compile_bundle(rules, read_catalog(CATALOG))
    return flow, request.param


async def test_what_it_would_have_answered_is_in_the_log_and_the_call_runs(trial):
    flow, answer = trial
    await flow.call("read", text="a")
    assert len(flow.tool.runs) == 1
    (event,) = flow.events("decision")
    assert event.leaf["decision"] == "allow"
    assert event.leaf["shadow"] == {"decision": answer, "rules": ["TRY-1"]}
    assert flow.approver.seen == []


async def test_a_tool_that_it_does_not_name_has_no_word_of_it(trial):
    flow, _ = trial
    await flow.call("read_web", text="a")
    (event,) = flow.events("decision")
    assert "shadow" not in event.leaf
