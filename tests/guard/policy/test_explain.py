"""What people and agents are told about a decision."""

import pytest

from guard.model.decision import Deny, Reason
from guard.policy.explain import agent_text, explain, sentence

PAY = "payments/send_money"
BIG = {"amount_minor": 500000, "recipient": "DE89"}


def test_every_rule_of_the_slice_says_whether_it_fired_and_why(world):
    answer = world.decide(PAY, BIG)
    told = explain(world.bundle, world.facts(PAY, BIG), answer)
    fired = {view.id: view.fired for view in told.rules}
    assert told.kind == "step_up"
    assert (fired["PAY-001"], fired["BASE-001"], fired["RATE-001"]) == (True, True, False)
    rate = next(view for view in told.rules if view.id == "RATE-001")
    assert "same_tool_60s) > 3" in rate.clause
    assert told.change == ("an approval of PAY-001 by finance-approver",)


def test_without_a_permit_the_missing_clauses_are_named(world):
    facts = world.facts(PAY, {"amount_minor": 1, "recipient": "DE89"}, intent={"covers": False})
    told = explain(
        world.bundle,
        facts,
        world.decide(PAY, {"amount_minor": 1, "recipient": "DE89"}, intent={"covers": False}),
    )
    assert len(told.change) == 1
    assert "covers" in told.change[0]


def test_a_denial_without_a_permit_names_what_forbids_and_the_permits_that_are_missing(world):
    late = {"clock": {"hour": 22}, "intent": {"covers": False}}
    told = explain(world.bundle, world.facts(PAY, BIG, **late), world.decide(PAY, BIG, **late))
    assert told.change[0] == "TIME-001 not firing"
    assert told.change[-1].startswith("and a permit: BASE-001: ")
    assert "covers" in told.change[-1]


def test_a_tool_that_no_catalogue_has_wants_an_entry(world):
    answer = Deny(code="unknown_tool", reasons=(Reason(code="unknown_tool"),))
    facts = world.facts(PAY, BIG)._replace(call=world.facts(PAY, BIG).call._replace(tool="gone"))
    told = explain(world.bundle, facts, answer)
    assert told.change == ("an entry for the tool in guard.yaml",)


def test_a_rule_that_fired_shows_its_condition_and_not_its_exception(world):
    mail = ("mail/send_email", {"to": ["x@evil.example"], "subject": "s"})
    tainted = {"history": {"labels": frozenset({"untrusted_web"})}}
    told = explain(world.bundle, world.facts(*mail, **tainted), world.decide(*mail, **tainted))
    (flow,) = (view for view in told.rules if view.id == "FLOW-001")
    assert flow.fired
    assert "untrusted_web" in flow.clause
    assert "unless" not in flow.clause


def test_the_agent_reads_codes_and_no_rule_text(world):
    answer = world.decide(PAY, BIG, clock={"hour": 22})
    assert agent_text(answer).startswith("not allowed: outside_business_hours.")
    assert "TIME-001" not in agent_text(answer)
    assert "context" not in agent_text(world.decide(PAY, BIG))


def test_the_sentence_shows_money_and_absence(world):
    spec = world.catalog.spec("payments", "send_money")
    assert sentence(spec, BIG) == "Pay 5000.00 EUR to DE89, memo (not given)"


def test_the_sentence_follows_no_attributes_and_hides_no_marks(data, make_world):
    data["servers"]["payments"]["tools"]["send_money"]["says"] = (
        "{amount_minor} {recipient} {memo.__class__}"
    )
    from guard.policy.catalog import read_catalog  # noqa: PLC0415

    spec = read_catalog(data).spec("payments", "send_money")
    text = sentence(spec, {"amount_minor": 1, "recipient": "A\u202eB\n", "memo": "x"})
    assert text == "0.01 EUR A<U+202E>B<U+000A> (not given)"


@pytest.mark.parametrize("hidden", ["\u3164", "\u2800", "\u00a0", "\ufe0f", "\u2003", "\u180b"])
def test_the_effect_sentence_spells_out_letters_that_are_drawn_as_nothing(data, hidden):
    from guard.policy.catalog import read_catalog  # noqa: PLC0415

    data["servers"]["payments"]["tools"]["send_money"]["says"] = "to {recipient}"
    spec = read_catalog(data).spec("payments", "send_money")
    said = sentence(spec, {"recipient": f"AC{hidden}ME"})
    assert said == f"to AC<U+{ord(hidden):04X}>ME"
