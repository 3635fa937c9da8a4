"""The log of a long story is decided again from its facts: the same, or said why not."""

import contextlib
import json
from collections import Counter
from dataclasses import replace

import pytest

from guard.errors import GuardError, Unusable
from guard.replay.logged import Again, decided_again
from guard.session.risk import signal

CALLS = [
    ("read", {"id": "1"}), ("wipe", {}), ("pay", {"amount_minor": 5}),
    ("pay", {"amount_minor": 500, "pin": "1234"}), ("pay", {"amount_minor": 5000}),
    ("read", {"id": 7}), ("read_web", {"id": "1"}), ("note", {"text": "x"}), ("nowhere", {}),
]  # fmt: skip


@pytest.fixture
async def log(flow):
    flow.approver.script = ["approve", "deny"]
    for risk in (False, True):
        if risk:
            now_ms = flow.clock.now_ms()
            found = signal("impossible_travel", subject="ana", at_ms=now_ms, source="t")
            await flow.reauthorizing.signal("gs_1", found)
        for tool, arguments in CALLS:
            with contextlib.suppress(GuardError):
                await flow.call(tool, **arguments)
    return list(enumerate(flow.store.events))


def again(bundle, log):
    leaves = [(seq, json.dumps(event.body()).encode()) for seq, event in log]
    sides = {seq: json.dumps(event.side) for seq, event in log if event.side}
    return list(decided_again(bundle, leaves, sides))


async def test_every_decision_comes_out_the_same_or_is_counted_with_its_reason(flow, log):
    found = Counter(one.again for one in again(flow.bundle, log))
    decisions = flow.events("decision")
    assert sum(found.values()) == len(decisions)
    assert found[Again.DIFFERENT] == found[Again.OTHER_RULES] == found[Again.ERASED] == 0
    assert found[Again.BEFORE_RULES] == found[Again.NARROWED] == 0
    assert found[Again.SAME] == len(decisions)
    assert [one for one in decisions if "cut" in one.side]
    assert len([one for one in decisions if "unread" in one.side]) == 2


async def test_a_decision_that_the_rules_do_not_give_is_found(flow, log):
    forged = [
        (seq, replace(event, leaf={**event.leaf, "decision": "allow", "rules": ["OK-1"]}))
        if event.kind == "decision" and event.leaf["rules"] == ["NO-1"]
        else (seq, event)
        for seq, event in log
    ]
    wrong = [one for one in again(flow.bundle, forged) if one.again is Again.DIFFERENT]
    assert len(wrong) == 2  # once in each state of the session
    assert all("OK-1" in one.recorded and "NO-1" in one.now for one in wrong)


async def test_what_other_rules_decided_is_not_compared(flow, log, make_bundle, policy):
    changed = make_bundle(policy.replace('@ttl("300s")', '@ttl("301s")'))
    found = Counter(one.again for one in again(changed, log))
    assert found[Again.DIFFERENT] == 0
    assert found[Again.OTHER_RULES] > 0


async def test_another_catalogue_under_the_same_rules_is_told_and_hides_no_forgery(flow, log):
    """Attack: a decision that no rule gives, in a log that is replayed after the catalogue changed.

    It cannot count as the same: it stands under the digest that it names, and the reviewer who
    replays with that bundle finds it.
    """
    other = replace(flow.bundle, digest="sha256:other")
    whole = Counter(one.again for one in again(other, log))
    forged = [
        (seq, replace(event, leaf={**event.leaf, "decision": "allow", "rules": ["OK-1"]}))
        if event.kind == "decision" and event.leaf["rules"] == ["NO-1"]
        else (seq, event)
        for seq, event in log
    ]
    found = again(other, forged)
    assert whole[Again.OTHER_RULES] == 0, "the same rules give the same answers"
    told = [one for one in found if one.again is Again.OTHER_RULES]
    assert len(told) == 2
    assert {one.bundle for one in told} == {flow.bundle.digest}
    assert Counter(one.again for one in found)[Again.SAME] == whole[Again.SAME] - 2
    assert [one.seq for one in again(flow.bundle, forged) if one.again is Again.DIFFERENT] == [
        one.seq for one in told
    ]


async def test_erased_facts_are_told_apart_and_damaged_ones_refused(flow, log):
    bare = [(seq, replace(event, side={})) for seq, event in log]
    assert {one.again for one in again(flow.bundle, bare)} == {Again.ERASED}
    torn = [
        (seq, replace(event, side={**event.side, "facts": "{}"})) if event.side else (seq, event)
        for seq, event in log
    ]
    with pytest.raises(Unusable, match="cannot be read"):
        again(flow.bundle, torn)
