"""Facts come back from the log exactly as they were judged."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.audit.event import facts_json
from guard.audit.recorded import facts_from_json, facts_from_text
from guard.errors import Unusable
from guard.model.facts import (
    Binding,
    CallFacts,
    ClockFacts,
    CredentialFacts,
    Derived,
    Evidence,
    Facts,
    HistoryFacts,
    Input,
    IntentFacts,
    ProvFacts,
    RiskFacts,
)
from guard.model.identity import Agent, Device, Principal, Who, Workload

text = st.text(st.characters(codec="utf-8"), max_size=6)
names = st.frozensets(text, max_size=3)
whole = st.integers(min_value=0, max_value=2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
maybe = st.none() | text
derived = st.builds(
    Derived, opaque=names, bytes=whole, dest_domains=st.none() | names,
    recipients=st.none() | names, amount_minor=st.none() | whole, path=maybe, url_host=maybe,
    dest_ip=maybe,
)  # fmt: skip
who = st.builds(
    Who,
    principal=st.builds(Principal, issuer=text, subject=text, teams=names),
    agent=st.builds(Agent, id=text, groups=names),
    workload=st.builds(Workload, id=text, attested=st.booleans()),
    device=st.builds(Device, id=text, compliant=st.booleans(), seen_at_ms=whole),
    claims=st.lists(st.tuples(text, text), max_size=2).map(tuple),
)
facts = st.builds(
    Facts,
    call=st.builds(
        CallFacts, id=text, session=text, server=text, tool=text, bytes_sha256=text,
        definition=st.sampled_from(["pinned", "unpinned", "changed"]),
    ),
    who=who,
    input=st.builds(Input, values=st.dictionaries(text, values, max_size=3), derived=derived),
    clock=st.builds(ClockFacts, at_ms=whole, hour=whole, weekday=whole),
    intent=st.builds(
        IntentFacts, declared=st.booleans(), covers=st.booleans(), args_ok=st.booleans(),
        purpose=text, egress=names, budget_minor=whole, sha256=text,
    ),
    prov=st.builds(
        ProvFacts, user_prompt=names, trusted_tool=names, untrusted=names, secret=names,
        model=names,
    ),
    history=st.builds(
        HistoryFacts, labels=names, findings=names, step=whole, denied_1h=whole,
        ledgers=st.dictionaries(text, st.booleans() | whole | names, max_size=3),
        overflow=st.booleans(),
    ),
    risk=st.builds(
        RiskFacts, session=whole, token_reuse=st.booleans(), device_compliant=st.booleans(),
        device_age_s=whole, offline=st.booleans(),
    ),
    credential=st.builds(
        CredentialFacts, binding=st.sampled_from(Binding), kind=text, ttl_floor_s=whole,
        can_cut=st.booleans(),
    ),
    evidence=st.builds(Evidence, approvals=names, applied=names),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(facts)
def test_what_was_judged_comes_back_from_its_text(given_facts):
    raw = facts_json(given_facts)
    assert facts_from_text(json.dumps(raw)) == given_facts
    assert facts_json(facts_from_json(json.loads(json.dumps(raw)))) == raw


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"call": {}}', "null"])
def test_what_is_not_a_record_is_refused_by_its_code(text):
    with pytest.raises(Unusable) as no:
        facts_from_text(text)
    assert no.value.code == "facts_unreadable"


def test_a_record_with_a_part_that_this_version_does_not_know_is_refused():
    one = Facts(
        call=CallFacts(id="c", session="s", server="v", tool="t", bytes_sha256=""),
        who=Who(principal=Principal(issuer="i", subject="s"), agent=Agent(id="a")),
        input=Input(values={}, derived=Derived()),
        clock=ClockFacts(at_ms=1, hour=1, weekday=1),
    )
    raw = facts_json(one)
    for group in sorted(raw):
        part = {key: value for key, value in raw.items() if key != group}
        with pytest.raises(Unusable):
            facts_from_text(json.dumps(part))
    raw["risk"]["future"] = 1
    with pytest.raises(Unusable):
        facts_from_text(json.dumps(raw))
