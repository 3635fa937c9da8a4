"""Sequences and distinct counts in the catalogue, and in rules that read them."""

import pytest

from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.policy.finding import PolicyUnusable
from guard.replay.judge import Options, judge_record
from guard.replay.trace import Record

TOOLS = {
    "read": {"effect": ["read"], "confirmed": True, "input_schema": {"type": "object", "properties": {}}},
    "send": {
        "effect": ["write", "egress"], "budget": "none", "budget_reason": "t", "confirmed": True,
        "args": {"to": {"role": "recipient"}},
        "input_schema": {"type": "object", "properties": {"to": {"type": "string"}}},
    },
}  # fmt: skip
RULES = """
@id("OK") @reason("open") permit (principal, action in Guard::Action::"any", resource);
@id("LEAK") @reason("leak") forbid (principal, action in Guard::Action::"egress", resource)
when { context.history.leak };
@id("MANY") @reason("many") forbid (principal, action in Guard::Action::"egress", resource)
when { context.history.people > 2 };
@id("AGAIN") @reason("again") forbid (principal, action in Guard::Action::"read", resource)
when { context.history.same_read };
@id("FAILS") @reason("fails") forbid (principal, action in Guard::Action::"read", resource)
when { context.history.failed > 1 };
@id("BUSY") @reason("busy") forbid (principal, action in Guard::Action::"any", resource)
when { context.history.busy > 9 };
"""
LEDGERS = {
    "leak": {
        "sequence": [{"event": "label", "label": "secret"}, {"event": "request", "of": "egress"}],
        "window": "30m",
        "unless": "approved",
    },
    "people": {"distinct": "derived.recipients", "of": "egress", "key": "agent", "window": "10m"},
    "same_read": {"repeated": 3, "of": "read", "window": "10m"},
    "failed": {"count": "errors", "of": "any", "window": "60s"},
    "busy": {"count": "running", "of": "any"},
}


def catalog(**ledgers):
    data = {
        "version": 1,
        "servers": {"s": {"trust": "trusted", "tools": TOOLS}},
        "ledgers": ledgers,
    }
    return read_catalog(data)


def decided(*steps):
    bundle = compile_bundle({"r.cedar": RULES}, catalog(**LEDGERS))
    made = [
        {"server": "s", "tool": tool, "args": args, "labels": labels}
        for tool, args, labels in steps
    ]
    record = {
        "session": "x",
        "principal": "a",
        "agent": "b",
        "intent": {"purpose": "p"},
        "steps": made,
    }
    judged = judge_record(bundle, Record.model_validate(record), Options())
    return [[one.rule for one in step.decision.reasons] for step in judged]


def test_a_rule_reads_what_a_secret_was_followed_by():
    assert decided(
        ("send", {"to": "a"}, []), ("read", {}, ["secret"]), ("read", {}, []), ("send", {"to": "a"}, [])
    ) == [["OK"], ["OK"], ["OK"], ["LEAK"]]  # fmt: skip


def test_a_rule_reads_how_many_receivers_there_were():
    sent = [("send", {"to": one}, []) for one in "aabbc"]
    assert decided(*sent) == [["OK"]] * 4 + [["MANY"]]


def test_a_rule_reads_that_the_same_call_comes_again_and_says_so_each_time():
    told = [("read", {}, []), ("send", {"to": "a"}, []), *[("read", {}, [])] * 2]
    assert decided(*told) == decided(*told) == [["OK"]] * 3 + [["AGAIN"]]


def test_a_rule_reads_that_the_same_value_was_looked_up_first():
    looked = {
        "sequence": [
            {"event": "response", "of": "s/read", "match": "result.owner"},
            {"event": "request", "of": "s/send", "match": "input.to"},
        ],
        "window": "10m",
    }
    rule = """
@id("LOOK") @reason("look") forbid (principal, action == Guard::Action::"s/send", resource)
unless { context.history.looked };
"""
    tools = {**TOOLS, "read": {**TOOLS["read"], "output": {"extract": {"owner": "recipient"}}}}
    data = {"version": 1, "servers": {"s": {"trust": "trusted", "tools": tools}}}
    made = read_catalog({**data, "ledgers": {"looked": looked}})
    bundle = compile_bundle({"r.cedar": RULES.split('@id("LEAK")', maxsplit=1)[0] + rule}, made)
    steps = [
        {"server": "s", "tool": "send", "args": {"to": "ada"}},
        {"server": "s", "tool": "read", "args": {}, "result": {"owner": "ada"}},
        {"server": "s", "tool": "send", "args": {"to": "bob"}},
        {"server": "s", "tool": "send", "args": {"to": "ada"}},
    ]
    record = {"session": "x", "principal": "a", "agent": "b", "intent": {"purpose": "p"}}
    judged = judge_record(bundle, Record.model_validate({**record, "steps": steps}), Options())
    assert [step.decision.reasons[0].rule for step in judged] == ["LOOK", "OK", "LOOK", "OK"]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"sequence": [{"of": "any"}], "window": "5m"}, "at least 2"),
        ({"sequence": [{"of": "any"}, {"event": "response"}], "window": "5m"}, "as last step"),
        ({"sequence": [{"label": "secret"}, {}], "window": "5m"}, "no label event"),
        ({"sequence": [{}, {}], "of": "any", "window": "5m"}, "beside a sequence"),
        ({"sequence": [{}, {}]}, "no window"),
        ({"sequence": [{"match": "input.to"}, {}], "window": "5m"}, "on all of them or on none"),
        ({"sequence": [{"match": "result.to"}, {"match": "input.to"}], "window": "5m"}, "expected input."),
        ({"sequence": [{"event": "response", "match": "result."}, {"match": "input.to"}], "window": "5m"}, "expected input."),
        ({"sessions": "open", "window": "1h"}, "expected key task, principal or agent"),
        ({"sessions": "open", "key": "agent"}, "no window"),
        ({"sequence": [{}, {"of": "s/none"}], "window": "5m"}, "expected an action"),
        ({"distinct": "derived.amount_minor", "of": "any", "window": "5m"}, "derived.recipients"),
        ({"distinct": "derived.path", "of": "any", "window": "5m", "unless": "approved"}, "only a sequence"),
        ({"repeated": 1, "of": "any", "window": "5m"}, "greater than or equal to 2"),
        ({"repeated": 3, "count": "calls", "of": "any", "window": "5m"}, "exactly one"),
        ({"repeated": 3, "of": "any"}, "no window"),
        ({"count": "running", "of": "any", "window": "5m"}, "under way now"),
        ({"distinct": "derived.path", "count": "calls", "of": "any", "window": "5m"}, "exactly one"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_with_the_reason(entry, says):
    with pytest.raises(PolicyUnusable) as caught:
        compile_bundle({"r.cedar": RULES}, catalog(**LEDGERS, bad=entry))
    assert any(says in one.message for one in caught.value.findings)
