"""Rules on the flat record mean what they mean in groups, or are judged in groups."""

import json
from dataclasses import replace
from functools import partial

import pytest
from cedarpy import PolicySet, Schema, validate_policies
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guard.policy.ask import ask
from guard.policy.context import context_text
from guard.policy.lean import Flat, NotLean
from guard.policy.rule import policy_set
from tests.many import many

PAY, MAIL = "payments/send_money", "mail/send_email"
HEAD = "(principal, action in Guard::Action::{of}, resource)"
ODD = {
    "a quoted name": 'context.input has "x-note" && context.input["x-note"] == "a.b"',
    "an argument that the tool lacks": "context.input has nothing",
    "a derived value that may be lacking": "context.derived has path && context.derived.path == ''",
    "a level": "context.prov.level.dest < 4 && !context.prov.ambiguous",
    "a moment": 'context.clock.now > datetime("2026-01-05")',
    "the principal": 'principal.user == "alice" && principal in Guard::Team::"t"',
    "the action": 'action in Guard::Action::"egress"',
    "the resource": 'resource in Guard::ServerGroup::"finance" && resource.trusted',
    "a condition": 'if context.risk.offline then true else context.intent.purpose like "pay*"',
    "a set": '!context.history.labels.isEmpty() && ["secret"].containsAll(context.history.labels)',
    "a record": '{a: context.risk.session}.a > 1 && ["x"].contains(context.intent.purpose)',
    "two ledgers": "context.history.same_tool_60s > 3 && context.history.step > 4",
    "a number on both sides of a constant": "context.intent.budget_minor > 4",
    "a constant on the left": "5 <= context.intent.budget_minor",
    "a number that is one": "context.intent.budget_minor == 1 || context.intent.budget_minor != 4",
    "a number below zero": "context.risk.session < -1",
    "a number that is more than compared": "context.clock.weekday + 1 > 3",
    "two numbers": "context.history.denied_1h > 4 || context.history.denied_1h > context.clock.hour",
    "the end of the numbers": "context.history.step > 9223372036854775806",
    "the beginning of the numbers": "context.history.step <= -9223372036854775807",
    "a head on one agent": "context.risk.session > 0",
}


def rule(name, body, of="any", effect="forbid"):
    head = HEAD.format(of=f'"{of}"').replace("(principal,", "(principal is Guard::Agent,")
    return f'@id("{name}") @reason("r") {effect} {head} when {{ {body} }};\n'.replace("''", '""')


def odd_policy():
    whole = 'action == Guard::Action::"mail/send_email"'
    texts = [rule("BASE", "context.intent.declared", effect="permit")]
    for number, body in enumerate(ODD.values()):
        one = rule(f"R-{number}", body, of="any")
        if "input" in body or "derived" in body:
            one = one.replace('action in Guard::Action::"any"', whole)
        texts.append(one)
    return "".join(texts)


def as_written(cut):
    """Return the enforced rules of a slice in the form in which they were written."""
    rules = cut.enforced
    templates = {rule.id: rule.judged for rule in cut.rules.values()}
    return replace(
        rules,
        policies=PolicySet.from_pst(policy_set(templates)),
        schema=Schema.from_json_str(rules.text),
        write=partial(context_text, leaves=rules.leaves, kind=rules.context),
    )


class Pair:
    """The same rules in both forms."""

    def __init__(self, make_world):
        self.world = make_world(odd_policy())
        self.slices = self.world.bundle.slices
        self.written = {name: as_written(cut) for name, cut in self.slices.items()}

    def verdicts(self, facts):
        cut = self.slices[facts.call.action]
        for rules in (cut.enforced, self.written[cut.action]):
            found = ask(cut, rules, facts)
            yield found.allowed, [hit.id for hit in found.hits], bool(found.fault)


@pytest.fixture(scope="module")
def pair(make_world):
    return Pair(make_world)


TEXTS = st.sampled_from(["", "a.b", "pay 4", 'quo"te\\', "ä\u2028\U0001f600", "\x00\x1f\n"])
ENDS = [2**53, 2**63 - 2, 2**63 - 1, -(2**63), 1 - 2**63, 2**63]
NUMBERS = st.integers(-3, 7) | st.sampled_from(ENDS)
WORDS = st.frozensets(st.sampled_from(["secret", "untrusted", 'qu"', "é"]))
GROUPS = st.fixed_dictionaries(
    {
        "risk": st.fixed_dictionaries({"session": NUMBERS, "offline": st.booleans()}),
        "intent": st.fixed_dictionaries(
            {"declared": st.booleans(), "purpose": TEXTS, "budget_minor": NUMBERS}
        ),
        "clock": st.fixed_dictionaries({"at_ms": st.integers(-1, 2**60)}),
        "history": st.fixed_dictionaries(
            {
                "labels": WORDS,
                "step": NUMBERS,
                "denied_1h": NUMBERS,
                "ledgers": st.sampled_from(
                    [{"same_tool_60s": 9}, {"same_tool_60s": True}, {"same_tool_60s": "9"}, {}]
                ),
            }
        ),
    }
)
CALLS = st.sampled_from(
    [
        (MAIL, {"to": ["a@corp.example"], "subject": "s", "x-note": "a.b"}),
        (MAIL, {"to": ["x@evil.example"], "subject": 'quo"te\\'}),
        (PAY, {"amount_minor": 5, "recipient": "DE89"}),
        ("docs/read", {"id": "k"}),
        ("docs/list-files.v2", {"filter": 1}),
    ]
)


@settings(max_examples=many(300), deadline=None)
@given(call=CALLS, groups=GROUPS)
@example(call=(MAIL, {"to": [], "subject": "s"}), groups={"intent": {"purpose": 7}})
@example(call=("docs/read", {"id": "k"}), groups={"intent": {"declared": "yes"}})
def test_the_flat_form_answers_as_the_written_one(pair, call, groups):
    action, arguments = call
    lean, whole = pair.verdicts(pair.world.facts(action, arguments, **groups))
    assert lean == whole


WRONG = [None, True, 1, 2.0, "1", 2**63, [], ["x"], [1], {}, {"__entity": {"type": "A", "id": "b"}}]


FITS = {"risk.session": int, "intent.declared": bool, "intent.purpose": str}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (path, value)
        for path, fits in FITS.items()
        for value in WRONG
        if type(value) is not fits or value == 2**63
    ],
    ids=str,
)
def test_facts_of_a_wrong_type_are_judged_by_neither_form(pair, path, value):
    name, field = path.split(".")
    facts = pair.world.facts(
        PAY, {"amount_minor": 5, "recipient": "DE89"}, **{name: {field: value}}
    )
    assert list(pair.verdicts(facts)) == [(False, [], True)] * 2


@pytest.mark.parametrize("value", [one for one in WRONG if type(one) is not int] + [2**63])
def test_an_argument_of_a_wrong_type_is_judged_by_neither_form(make_world, value):
    world = make_world(rule("BASE", "context.input.amount_minor < 9", PAY, "permit"))
    cut = world.bundle.slices[PAY]
    facts = world.facts(PAY, {"amount_minor": 5, "recipient": "DE89"})
    assert ask(cut, cut.enforced, facts).allowed
    wrong = facts._replace(input=replace(facts.input, values={"amount_minor": value}))
    for rules in (cut.enforced, as_written(cut)):
        assert ask(cut, rules, wrong).fault
        assert ask(cut, rules, facts._replace(input=replace(facts.input, values={}))).fault


@pytest.mark.parametrize("words", [["secret"], frozenset({1}), frozenset({("a", "b")}), "secret"])
def test_a_set_of_something_else_is_judged_by_neither_form(pair, words):
    facts = pair.world.facts("docs/read", {"id": "k"}, history={"labels": words})
    lean, whole = pair.verdicts(facts)
    assert lean == whole


def test_no_group_is_sent_that_could_be_flat(pair):
    facts = pair.world.facts("docs/read", {"id": "k"})
    for cut in pair.slices.values():
        sent = json.loads(cut.enforced.write(facts))
        assert "risk.session" in sent
        assert not any(isinstance(one, dict) and one for one in sent.values())


def test_the_flat_rules_pass_the_engines_own_type_check(pair):
    for cut in pair.slices.values():
        flat = Flat(cut.enforced.context, cut.enforced.leaves)
        schema = json.loads(cut.enforced.text)
        schema["Guard"]["actions"][cut.action]["appliesTo"]["context"] = flat.context
        # Without a head, a rule is checked for each action; the others here have no context.
        checked = validate_policies(str(cut.enforced.policies), schema)
        wrong = [one.error for one in checked.errors]
        assert not [one for one in wrong if "not safe" in one or "not found" in one], wrong


@pytest.mark.parametrize(
    "body",
    [
        "context.intent == context.intent",
        "context has intent",
        "context has derived && context.derived has path",
    ],
)
def test_rules_that_read_a_whole_group_are_judged_as_written(make_world, body):
    policy = rule("BASE", f"context.intent.declared && {body}", effect="permit")
    world = make_world(policy)
    facts = world.facts("docs/read", {"id": "k"})
    cut = world.bundle.slices["docs/read"]

    assert "intent" in json.loads(cut.enforced.write(facts))
    assert not ask(cut, cut.enforced, facts).fault


def test_two_paths_that_would_be_written_alike_are_not_flattened():
    word = {"type": "Long"}
    context = {
        "type": "Record",
        "attributes": {
            "history": {"type": "Record", "attributes": {"a.b": word}},
            "history.a": {"type": "Record", "attributes": {"b": word}},
        },
    }
    with pytest.raises(NotLean):
        Flat(context, [("history", "a.b"), ("history.a", "b")])


def test_a_head_on_one_agent_or_group_stays(make_world):
    policy = rule("BASE", "context.intent.declared", effect="permit").replace(
        "principal is Guard::Agent", 'principal == Guard::Agent::"somebody-else"'
    )
    world = make_world(policy)
    facts = world.facts("docs/read", {"id": "k"})
    cut = world.bundle.slices["docs/read"]

    assert not ask(cut, cut.enforced, facts).allowed
    other = replace(facts.who, agent=replace(facts.who.agent, id="somebody-else"))
    assert ask(cut, cut.enforced, facts._replace(who=other)).allowed
