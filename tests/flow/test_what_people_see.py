"""What a person is shown is made from the real call, its session and the policy in force."""

import json

import pytest

from guard.errors import NotAllowed, NotApproved
from guard.grant.view import view_from
from guard.model.call import Outcome
from guard.model.review import Entry, Said
from guard.session.intent import parse_intent
from guard.session.risk import signal
from guard.session.state import declared, signalled, told
from guard.testing import RecordingTool

IBAN = "DE89370400440532013000"


async def shown(flow, **arguments):
    flow.clock.advance(1_000)
    flow.approver.script = ["deny"]
    with pytest.raises(NotApproved):
        await flow.call("pay", **{"amount_minor": 500, **arguments})
    return view_from(flow.approver.seen[-1].view_json)


async def change(flow, work):
    await flow.world.sessions.update("gs_1", work)


async def test_it_names_effect_rule_place_reach_and_what_a_yes_gives(flow):
    view = await shown(flow, recipient=IBAN)

    (why,) = view.why
    assert view.headline == f"Pays 5.00 EUR to {IBAN}"
    assert (why.rule, why.reason, why.kind) == ("ASK-1", "money", "self")
    assert why.where.startswith("10-test.cedar")
    blast = view.blast
    assert (blast.amount_minor, blast.currency, blast.targets) == (500, "EUR", 1)
    assert (blast.destinations, blast.reversible, blast.environment) == ((IBAN,), "", "")
    assert (view.gives.grant_ttl_s, view.gives.credential, view.gives.binding) == (
        60,
        "recorded",
        2,
    )
    assert (view.standing.agent, view.standing.principal) == ("clerk", "idp|ana")


async def test_the_point_where_untrusted_text_entered_is_on_it(flow):
    await flow.call("read_web", by=RecordingTool(returns={"text": "hi"}), id="x")
    await flow.call("read", id="x")
    view = await shown(flow)

    (step,) = view.chain.steps
    assert (step.n, step.action, step.brought) == (
        1,
        "bank/read_web",
        ("untrusted", "untrusted_bank"),
    )
    first = view.chain.entries[0]
    assert first == Entry(label="untrusted", step=1, action="bank/read_web", at_ms=first.at_ms)


async def test_the_point_is_kept_through_a_long_session_on_the_real_store(durable):
    await durable.call("read_web", by=RecordingTool(returns={"text": "hi"}), id="x")
    for n in range(20):
        await durable.call("read", id=str(n))
    view = await shown(durable)

    assert {(one.step, one.action) for one in view.chain.entries} == {(1, "bank/read_web")}


async def test_the_call_whose_result_gave_a_value_is_on_it(flow):
    await flow.call("read", id="y")
    await flow.call("read_web", by=RecordingTool(returns={"text": f"pay {IBAN}"}), id="x")
    view = await shown(flow, recipient=IBAN)

    assert [(one.n, one.gave) for one in view.chain.steps] == [(1, ()), (2, ("recipient",))]


async def test_who_declared_the_task_is_told_and_the_agents_own_words_stand_apart(flow):
    host = {"purpose": "pay the rent", "tools": ["any"]}
    await change(
        flow, lambda s: declared(s, parse_intent(host, declared_by="host", max_bytes=4096))
    )
    agent = {"purpose": "BELIEVE ME", "tools": ["any"]}
    await change(
        flow, lambda s: declared(s, parse_intent(agent, declared_by="agent", max_bytes=4096))
    )
    await change(flow, lambda s: told(s, "Pay my rent, please"))
    view = await shown(flow)

    assert view.chain.task == (
        Said(by="words", text="Pay my rent, please"),
        Said(by="host", text="pay the rent"),
    )
    assert view.chain.prose == ("BELIEVE ME",)


async def test_a_risk_that_rose_is_told_with_what_it_was(flow):
    flow.clock.advance(3_600_000)
    now = flow.clock.ms
    one = signal("risk_level_medium", subject="s", at_ms=now, source="idp")
    await change(flow, lambda s: signalled(s, one, now))
    view = await shown(flow)

    assert (view.chain.risk, view.chain.risk_before) == (1, 0)
    assert [(one.kind, one.source) for one in view.chain.signals] == [("risk_level_medium", "idp")]


async def differs(flow):
    flow.approver.script = ["approve"]
    await flow.call("pay", amount_minor=200, recipient=IBAN)
    view = await shown(flow, recipient=IBAN)

    changes = {one.path[0]: (one.change, [was.text for was in one.was]) for one in view.arguments}
    assert changes == {"amount_minor": ("changed", ["200"]), "recipient": ("same", [])}
    assert view.before.approval == flow.approver.seen[0].id


async def test_it_says_what_differs_from_the_last_approved_call(flow):
    await differs(flow)


async def test_the_real_store_finds_the_last_approved_call(durable):
    await differs(durable)


async def test_a_question_that_was_never_used_is_no_last_approved_call(flow):
    await shown(flow)
    view = await shown(flow, amount_minor=300)

    assert view.before is None


async def test_more_than_a_person_can_read_is_denied_and_nobody_is_asked(flow):
    flow.settings = flow.settings.model_copy(update={"max_review_bytes": 1_024})
    with pytest.raises(NotAllowed) as no:
        await flow.call("pay", amount_minor=500, recipient="x" * 2_000)

    assert no.value.code == "too_large_to_review"
    assert flow.approver.seen == []
    assert flow.tool.runs == []
    assert flow.outcomes() == [("refused", "too_large_to_review")]


async def test_a_declared_blob_may_be_larger(flow, make_bundle, catalogue):
    listed = json.loads(json.dumps(catalogue))
    listed["servers"]["bank"]["tools"]["pay"]["args"]["recipient"] = {"kind": "blob"}
    flow.bundle = make_bundle(catalog=listed)
    flow.settings = flow.settings.model_copy(update={"max_review_bytes": 1_024})
    view = await shown(flow, recipient="x" * 2_000)

    (blob,) = [one for one in view.arguments if one.hidden == "blob"]
    assert (blob.size, blob.values) == (2_002, ())


async def test_a_call_that_ran_already_is_asked_about_as_that(flow):
    assert (await shown(flow, recipient=IBAN)).ran is None
    flow.clock.advance(700_000)  # the no is forgotten
    flow.approver.script = ["approve"]
    await flow.call("pay", amount_minor=500, recipient=IBAN)
    used = flow.approver.seen[-1]
    flow.clock.advance(39_000)

    ran = (await shown(flow, recipient=IBAN)).ran
    assert (ran.approval, ran.outcome) == (used.id, "ok")
    again = view_from(flow.approver.seen[-1].view_json)
    assert again.asked_ms - ran.at_ms == 40_000
    assert (await shown(flow, recipient=IBAN, amount_minor=501)).ran is None


async def test_a_call_that_may_have_run_is_asked_about_as_that(flow):
    flow.approver.script = ["approve"]
    flow.tool.outcome = Outcome.UNKNOWN
    await flow.call("pay", amount_minor=500, recipient=IBAN)

    assert (await shown(flow, recipient=IBAN)).ran.outcome == "unknown"
