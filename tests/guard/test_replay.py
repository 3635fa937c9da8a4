"""Recorded sessions are decided again: in the written format, from the record alone, equally twice."""

import json

import pytest

from guard.audit.written import facts_text
from guard.errors import Unusable
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.replay.judge import Course, Options
from guard.replay.line import replay_lines, written
from guard.replay.trace import parse_line

STRING = {"type": "string"}
CATALOG = read_catalog(
    {
        "version": 1,
        "servers": {
            "docs": {
                "trust": "trusted",
                "tools": {
                    "read": {
                        "effect": ["read"],
                        "input_schema": {"type": "object", "properties": {"id": STRING}},
                        "output": {"trust": "trusted", "secrecy": "secret"},
                        "confirmed": True,
                    },
                    "send": {
                        "effect": ["read"],
                        "input_schema": {"type": "object", "properties": {"to": STRING}},
                        "output": {"trust": "trusted"},
                        "confirmed": True,
                    },
                },
            }
        },
    }
)
RULES = {
    "a.cedar": """
@id("A-1") @reason("reads") permit (principal, action in Guard::Action::"read", resource);
@id("A-2") @reason("secret") @decision("step_up") @approvers("session-owner")
forbid (principal, action == Guard::Action::"docs/send", resource)
when { context.history.labels.contains("secret") };
@id("A-3") @reason("risky") forbid (principal, action in Guard::Action::"read", resource)
when { context.risk.session >= 3 };
"""
}
BUNDLE = compile_bundle(RULES, CATALOG)


def line(*steps, **more):
    base = {"session": "s-1", "principal": "alice", "agent": "bot", "intent": {"purpose": "look"}}
    return json.dumps({**base, "steps": list(steps), **more})


def step(tool, **more):
    return {"server": "docs", "tool": tool, "args": {}, "result": "x", **more}


def kinds(*lines, **options):
    return [one["decision"] for one in replay_lines(BUNDLE, lines, Options(**options))]


def test_a_decision_is_written_with_its_keys_in_order_and_compact():
    (one,) = replay_lines(BUNDLE, [line(step("read"))], Options())

    assert written(one) == (
        '{"session":"s-1","step":0,"decision":"allow","reasons":["reads"],"rules":["A-1"],'
        '"obligations":[],"micros":null}'
    )


def test_timing_is_an_integer_of_microseconds():
    ticks = iter(range(0, 10_000_000, 5_000))

    (one,) = replay_lines(BUNDLE, [line(step("read"))], Options(cpu_ns=lambda: next(ticks)))

    assert one["micros"] == 5


def test_two_runs_without_timing_are_equal():
    text = line(step("read"), step("send"), step("burn"))

    runs = [[written(one) for one in replay_lines(BUNDLE, [text], Options())] for _ in range(2)]

    assert runs[0] == runs[1]


def test_a_step_up_names_whom_it_asks():
    _, asked = replay_lines(BUNDLE, [line(step("read"), step("send"))], Options())

    assert asked["decision"] == "step_up"
    assert asked["obligations"][0]["type"] == "approval"
    assert asked["obligations"][0]["rule"] == "A-2"


def test_what_was_denied_leaves_nothing_in_a_guarded_history():
    denied = step("read", args={"more": 1})

    assert kinds(line(denied, step("send"))) == ["deny", "allow"]


def test_what_was_denied_leaves_its_result_in_a_recorded_history():
    denied = step("read", args={"more": 1})

    assert kinds(line(denied, step("send")), history="recorded") == ["deny", "step_up"]


@pytest.mark.parametrize(
    ("approve", "rules", "after"),
    [
        ("none", ["A-2"], "allow"),
        ("all", [], "deny"),
        ("recorded", ["A-2"], "deny"),
        ("recorded", ["A-9"], "allow"),
    ],
)
def test_only_an_approved_step_leaves_its_result(approve, rules, after):
    watch = (
        '@id("A-4") @reason("sent") forbid (principal, action == Guard::Action::"docs/read", '
        'resource) when { context.history.labels.contains("sent") };'
    )
    bundle = compile_bundle({**RULES, "b.cedar": watch}, CATALOG)
    approvals = [{"step": 1, "rules": rules, "by": "alice", "at": 1}]
    text = line(step("read"), step("send", labels=["sent"]), step("read"), approvals=approvals)

    out = [one["decision"] for one in replay_lines(bundle, [text], Options(approve=approve))]

    assert out == ["allow", "step_up", after]


def test_labels_of_the_record_replace_those_of_the_catalogue():
    assert kinds(line(step("read", labels=[]), step("send"))) == ["allow", "allow"]


def test_a_risk_signal_counts_from_its_moment_on():
    signals = [{"at": 1.5, "kind": "risk_level_high"}]

    assert kinds(line(step("read"), step("read"), step("read"), signals=signals)) == [
        "allow",
        "allow",
        "deny",
    ]


def test_a_tool_that_nobody_listed_is_denied():
    (one,) = replay_lines(BUNDLE, [line(step("burn"))], Options())

    assert (one["decision"], one["reasons"], one["rules"]) == ("deny", ["unknown_tool"], [])


def test_half_a_character_is_a_bad_argument_and_not_the_end():
    text = line(step("read", args={"id": "\ud800"}), step("read"))

    assert kinds(text) == ["deny", "allow"]


def test_a_bad_line_stops_with_its_number():
    with pytest.raises(Unusable) as caught:
        list(replay_lines(BUNDLE, [line(), "{"], Options()))

    assert (caught.value.code, caught.value.where) == ("bad_trace", "line 2")


def test_a_session_without_any_task_is_judged_and_tools_for_no_purpose_are_refused():
    assert kinds(line(step("read"), intent={"purpose": ""})) == ["allow"]
    with pytest.raises(Unusable) as error:
        kinds(line(step("read"), intent={"purpose": "", "tools": ["read"]}))
    assert error.value.code == "bad_trace"


def test_a_bad_line_is_denied_and_passed_over_when_asked():
    out = list(replay_lines(BUNDLE, ["{", line(step("read"))], Options(), keep_going=True))

    assert out[0] == {
        "session": None,
        "step": None,
        "decision": "deny",
        "reasons": ["bad_trace"],
        "rules": [],
        "obligations": [],
        "micros": None,
    }
    assert out[1]["decision"] == "allow"


def test_private_keys_are_passed_over():
    assert kinds(line(step("read", x_note=1), x_from="lab")) == ["allow"]


def test_a_step_is_judged_on_the_facts_that_it_brings():
    (judged,) = replayed_facts(step("read"))
    risky = {**judged, "risk": {**judged["risk"], "session": 3}}

    assert kinds(line(step("read", facts=judged), step("read", facts=risky))) == ["allow", "deny"]


def replayed_facts(*steps):
    """Return the facts of each step as a log holds them."""
    course = Course(BUNDLE, parse_line(line(*steps), number=1), Options())
    return [json.loads(facts_text(one.facts)) for one in course.steps()]


def test_arguments_that_nobody_kept_are_refused_again_under_their_code():
    (one,) = replay_lines(BUNDLE, [line(step("read", refused="too_large"))], Options())

    assert (one["decision"], one["reasons"], one["rules"]) == ("deny", ["too_large"], [])


@pytest.mark.parametrize("broken", [{"facts": {}}, {"facts": {"call": 7}}, {"cut": [{}]}])
def test_facts_that_cannot_be_read_are_a_bad_line(broken):
    with pytest.raises(Unusable) as refused:
        list(replay_lines(BUNDLE, [line(step("read", **broken))], Options()))

    assert refused.value.code == "bad_trace"
