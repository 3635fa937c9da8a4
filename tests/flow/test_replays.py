"""A decision judged again from its recorded facts, by the same bundle, is the same decision."""

import asyncio
import contextlib

import pytest

from guard.audit.recorded import facts_from_text
from guard.audit.written import facts_text
from guard.errors import GuardError
from guard.judging import Judging, _Moment, _Narrowings
from guard.model.decision import Deny, Narrow, StepUp, kind
from guard.policy.evaluate import decide
from guard.provenance.result.known import Known
from guard.session.risk import signal

CALLS = [
    ("read", {"id": "1"}), ("wipe", {}), ("pay", {"amount_minor": 5}),
    ("pay", {"amount_minor": 500, "pin": "1234"}), ("pay", {"amount_minor": 5000}),
    ("pay", {"amount_minor": 5000}), ("ten", {"n": 1}), ("read_web", {"id": "1"}),
    ("note", {"text": "x"}), ("nowhere", {}), ("read", {}),
]  # fmt: skip


class Kept:
    """Narrows as the recorded call was narrowed: from its bytes, on the recorded facts."""

    def __init__(self, judging, call):
        self.judging, self.call = judging, call

    def apply(self, facts, transforms):

        moment = _Moment(known=Known(), session=None, evidence=facts.evidence, task=None)
        fresh = _Facts(self.judging, facts)
        narrowings = _Narrowings(judging=fresh, moment=moment, call=self.call)
        seen, after = narrowings.apply(facts, transforms)
        return seen._replace(evidence=facts.evidence), after


class _Facts:
    """Judging whose facts come from a record."""

    def __init__(self, judging, recorded):
        self.convert, self.recorded = judging.convert, recorded

    def facts(self, moment, call, found):
        of_call = self.recorded.call._replace(bytes_sha256=call.bytes_sha256)
        return self.recorded._replace(input=found, call=of_call)


def said(answer):
    code = answer.code if isinstance(answer, Deny) else ""
    cut = (
        [f"{one.rule}:{one.name}" for one in answer.applied]
        if isinstance(answer, Narrow | StepUp)
        else []
    )
    rules = [one.rule for one in answer.reasons if one.rule]
    return kind(answer), code, cut, rules, answer.basis.bundle, answer.basis.slice


@pytest.fixture
async def story(flow):
    """Play every sort of call, in every state of the session; keep the calls by id."""
    calls = {}
    flow.approver.script = ["approve", "approve", "deny"]
    for risk in (False, True):
        if risk:
            found = signal(
                "impossible_travel", subject="ana", at_ms=flow.clock.now_ms(), source="t"
            )
            await flow.reauthorizing.signal("gs_1", found)
        for tool, arguments in CALLS:
            call = flow.request(tool, **arguments)
            calls[call.id] = call
            with contextlib.suppress(GuardError):
                await flow.guard.call(call, flow.tool, hold_ms=0)
    many = [flow.request("ten", n=n) for n in range(12)]
    calls |= {call.id: call for call in many}
    work = (flow.guard.call(call, flow.tool, hold_ms=0) for call in many)
    await asyncio.gather(*work, return_exceptions=True)
    return calls


async def test_every_decision_of_a_long_story_comes_out_the_same(flow, story):
    judging = Judging(world=flow.world, bundle=flow.bundle, salt=b"s" * 32)
    replayed = set()
    narrowed = {}
    for event in flow.events("decision"):
        facts = facts_from_text(event.side["facts"])
        call = narrowed.get(event.call, story[event.call])
        again = decide(flow.bundle, facts, Kept(judging, call))
        if isinstance(again, StepUp):
            narrowed[event.call] = call.narrowed(again.arguments)
        leaf = event.leaf
        recorded = (
            leaf["decision"], leaf.get("code", ""), leaf.get("narrowed", []), leaf["rules"],
            leaf["bundle"], leaf["slice"],
        )  # fmt: skip
        assert said(again) == recorded
        replayed.add(leaf["decision"])
    assert replayed == {"allow", "deny", "step_up"}
    assert len(flow.events("decision")) >= len(story)


async def test_the_text_of_a_decision_is_all_of_its_facts(flow, story):
    for event in flow.events("decision"):
        text = event.side["facts"]
        assert facts_text(facts_from_text(text)) == text
