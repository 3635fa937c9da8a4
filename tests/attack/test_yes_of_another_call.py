"""Attack: an allowed call leaves a remembered yes, and a call that is not allowed takes it."""

from dataclasses import replace

import pytest

from guard.model.call import argument_bytes
from guard.model.facts import (
    AccessFacts,
    CallFacts,
    ClockFacts,
    Evidence,
    Facts,
    IntentFacts,
    RiskFacts,
)
from guard.model.identity import Agent, Principal, Who, Workload
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.policy.convert import Limits, convert_args
from guard.policy.evaluate import decide

SCHEMA = {"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]}
TOOL = {
    "effect": ["write"],
    "confirmed": True,
    "budget": "none",
    "budget_reason": "none here",
    "input_schema": SCHEMA,
}
SERVERS = {
    "vault": {"trust": "trusted", "env": "prod", "tools": {"drop": TOOL, "drop_all": TOOL}},
    "attic": {"trust": "trusted", "env": "test", "tools": {"drop": TOOL}},
}
RULES = """
@id("OWN") @reason("own") permit (principal, action in Guard::Action::"write", resource) when {
  principal in Guard::Team::"keepers" && principal.attested && resource.env == "prod"
  && context.intent.covers && context.risk.session < 2 && context.access.admits
};
@id("ASK") @decision("step_up") @approvers("keepers") @reason("ask")
forbid (principal, action == Guard::Action::"vault/drop_all", resource);
"""
LAX = 'permit (principal, action in Guard::Action::"write", resource);'
ANA = Who(
    principal=Principal(issuer="idp", subject="ana", teams=frozenset({"keepers"})),
    agent=Agent(id="bot"),
    workload=Workload(id="pod", attested=True),
)


def bundle(rules=RULES):
    return compile_bundle({"10.cedar": rules}, read_catalog({"version": 1, "servers": SERVERS}))


def call(home, server="vault", tool="drop", **changed):
    spec = home.catalog.spec(server, tool)
    found = convert_args(spec, {"key": "k"}, salt=b"s", limits=Limits())
    facts = Facts(
        call=CallFacts(id="c", session="s", server=server, tool=tool, bytes_sha256=""),
        who=ANA,
        input=found,
        clock=ClockFacts(at_ms=1_767_607_200_000, hour=11, weekday=0),
        intent=IntentFacts(declared=True, covers=True),
        risk=RiskFacts(device_compliant=True),
    )
    return facts._replace(**changed)


class Unchanged:
    def apply(self, facts, _transforms):
        return facts, argument_bytes({"key": "k"})


def answer(home, facts):
    return type(decide(home, facts, Unchanged())).__name__


OTHERS = {
    "another person": {"who": replace(ANA, principal=Principal(issuer="idp", subject="eve"))},
    "the same name at another issuer": {
        "who": replace(ANA, principal=Principal(issuer="evil", subject="ana"))
    },
    "a workload that nobody attested": {"who": replace(ANA, workload=Workload(id="pod"))},
    "another server": {"server": "attic"},
    "another tool": {"tool": "drop_all"},
    "another task": {"intent": IntentFacts(declared=True, covers=False)},
    "more risk": {"risk": RiskFacts(session=2)},
    "a narrowed session": {"access": AccessFacts(admits=False)},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_yes_of_one_call_is_no_yes_for_another(other):
    home = bundle()
    assert answer(home, call(home)) == "Allow"
    assert answer(home, call(home, **other)) != "Allow"
    assert answer(home, call(home)) == "Allow"


def test_the_yes_under_lax_rules_ends_with_them():
    lax = bundle(f'@id("LAX") @reason("r") {LAX}')
    other = call(lax, who=replace(ANA, workload=Workload()))
    assert answer(lax, other) == "Allow"
    assert answer(bundle(), other) == "Deny"


def test_an_approval_is_good_for_the_call_that_has_it():
    home = bundle()
    approved = call(home, tool="drop_all", evidence=Evidence(approvals=frozenset({"ASK"})))
    assert answer(home, approved) == "Allow"
    assert answer(home, call(home, tool="drop_all")) == "StepUp"
