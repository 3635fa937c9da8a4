import itertools

import pytest

from guard.errors import Refused
from guard.model.call import Budget, Outcome, ToolCall, ToolSpec, argument_bytes
from guard.model.facts import ClockFacts, CredentialFacts, Derived, Evidence, Facts, Input
from guard.model.identity import Agent, Device, Principal, Who
from guard.model.labels import Label, Secrecy, Trust
from guard.model.ledger import LedgerSpec
from guard.policy.ledgers import budget_ledgers
from guard.session.calls import abandoned, admitted, forwarded, settled
from guard.session.facts import facts
from guard.session.intent import parse_intent
from guard.session.risk import signal
from guard.session.state import Session, declared, ended, new_session, resumed, seen, signalled
from guard.session.tasks import narrowed_intent

NOW = 1_767_607_200_000
WHO = Who(
    principal=Principal(issuer="https://id.example", subject="ada"),
    agent=Agent(id="billing-bot"),
    device=Device(id="d1", compliant=True, seen_at_ms=NOW),
)
PAY = ToolSpec(
    server="payments",
    tool="send_money",
    effect=frozenset({"write", "egress", "privileged", "irreversible"}),
    output=Label(trust=Trust.TRUSTED, secrecy=Secrecy.INTERNAL),
)
WEB = ToolSpec(server="web", tool="read_page", effect=frozenset({"read"}))
CAP = LedgerSpec(name="writes", kind="calls", of="write")


def given(**values: object) -> Input:
    amount = values.get("amount_minor")
    return Input(values=values, derived=Derived(amount_minor=amount))


def call_of(spec: ToolSpec, call_id: str, **values: object) -> ToolCall:
    return ToolCall(
        id=call_id,
        session="gs_1",
        server=spec.server,
        tool=spec.tool,
        arguments=argument_bytes(values),
    )


def ledgers_of(spec: ToolSpec) -> list[LedgerSpec]:
    return [CAP, *budget_ledgers((spec,))]


def admit(
    session: Session, spec: ToolSpec, call_id: str, at_ms: int = NOW, **values: object
) -> Session:
    return admitted(
        session,
        call_of(spec, call_id, **values),
        spec,
        given(**values),
        at_ms,
        ledgers_of(spec),
        in_flight=64,
    )


def settle(session: Session, call_id: str, outcome: Outcome, **more: object) -> Session:
    return settled(session, call_id, outcome, frozenset(), {}, NOW, **more)


def facts_of(
    session: Session, spec: ToolSpec, call_id: str, at_ms: int = NOW, **values: object
) -> Facts:
    return facts(
        session,
        call_of(spec, call_id, **values),
        spec,
        given(**values),
        now_ms=at_ms,
        clock=ClockFacts(at_ms=at_ms, hour=11, weekday=0),
        credential=CredentialFacts(),
        evidence=Evidence(),
        ledger_specs=ledgers_of(spec),
    )


def fresh() -> Session:
    return new_session("gs_1", WHO, now_ms=NOW)


def task(by: str = "host", **more: object):
    raw = {"purpose": "pay invoice 42", "tools": ["payments/send_money"], "budget_minor": 1000}
    return parse_intent(raw | more, declared_by=by, max_bytes=4096)


def test_a_call_is_in_history_before_it_is_judged():
    session = admit(fresh(), PAY, "c1")
    assert session.step == 1
    assert [one.call for one in session.steps] == ["c1"]
    assert facts_of(session, PAY, "c1").history.ledgers["writes"] == 1


@pytest.mark.parametrize("order", ["forwards", "backwards", "inside_out"])
def test_of_64_parallel_calls_against_a_cap_of_10_exactly_10_pass(order):
    session = fresh()
    names = [f"c{n}" for n in range(64)]
    for name in names:
        session = admit(session, PAY, name)
    judged = {
        "forwards": names,
        "backwards": names[::-1],
        "inside_out": [n for pair in zip(names[31::-1], names[32:], strict=True) for n in pair],
    }[order]
    passed = 0
    for name in judged:
        ok = facts_of(session, PAY, name).history.ledgers["writes"] <= 10
        passed += ok
        session = settle(session, name, Outcome.OK if ok else Outcome.REFUSED)
    assert passed == 10


@pytest.mark.parametrize(
    ("outcome", "left"), [("ok", 2), ("error", 2), ("unknown", 2), ("refused", 1)]
)
def test_what_may_have_acted_has_cost_something(outcome, left):
    session = settle(admit(fresh(), PAY, "c1"), "c1", Outcome(outcome))
    session = admit(session, PAY, "c2")
    assert facts_of(session, PAY, "c2").history.ledgers["writes"] == left


def test_a_refusal_is_counted_and_a_waiting_call_is_not():
    session = settle(admit(fresh(), PAY, "c1"), "c1", Outcome.REFUSED)
    session = settle(admit(session, PAY, "c2"), "c2", Outcome.REFUSED, denied=False)
    assert facts_of(session, PAY, "c3").history.denied_1h == 1


def test_what_was_refused_no_longer_counts_once_an_operator_lets_the_session_go_on():
    session = settle(admit(fresh(), PAY, "c1"), "c1", Outcome.REFUSED)
    session = admit(resumed(session, NOW), PAY, "c2")
    assert facts_of(session, PAY, "c2").history.denied_1h == 0


def test_settling_twice_changes_nothing():
    once = settle(admit(fresh(), PAY, "c1"), "c1", Outcome.OK)
    assert settle(once, "c1", Outcome.REFUSED) == once


def test_one_call_id_cannot_be_in_flight_twice():
    with pytest.raises(Refused, match="call_id_in_use"):
        admit(admit(fresh(), PAY, "c1"), PAY, "c1")


def test_an_ended_session_takes_no_call_and_still_settles():
    session = ended(admit(fresh(), PAY, "c1"), NOW)
    with pytest.raises(Refused, match="session_ended"):
        admit(session, PAY, "c2")
    assert settle(session, "c1", Outcome.OK).steps == ()


def test_too_many_calls_in_flight_are_refused():
    session = fresh()
    for n in range(64):
        session = admit(session, PAY, f"c{n}")
    with pytest.raises(Refused, match="too_many_in_flight"):
        admit(session, PAY, "one more")


def test_history_forgets_what_has_ended_and_never_what_is_in_flight():
    session = admit(fresh(), PAY, "long")
    for n in range(200):
        session = settle(admit(session, PAY, f"c{n}"), f"c{n}", Outcome.OK)
    assert [one.call for one in session.steps] == ["long"]
    assert facts_of(session, PAY, "new").history.ledgers["writes"] == 202


def test_labels_of_the_tool_enter_when_the_call_leaves():
    session = forwarded(admit(fresh(), WEB, "c1"), "c1", WEB, now_ms=NOW)
    assert session.labels == {"untrusted", "untrusted_web"}
    later = facts_of(admit(session, PAY, "c2", recipient="DE89"), PAY, "c2", recipient="DE89")
    assert later.prov.untrusted == {"recipient"}
    assert later.history.labels == session.labels


def test_a_lost_call_ends_as_unknown():
    session = abandoned(admit(fresh(), PAY, "c1"), {"c1"}, Outcome.UNKNOWN, now_ms=NOW + 1)
    assert session.steps == ()
    assert facts_of(session, PAY, "c2").history.ledgers["writes"] == 2


def test_a_budget_counts_all_calls_of_its_tool():
    pay = ToolSpec(
        server="payments",
        tool="send_money",
        effect=PAY.effect,
        budget=Budget(calls=2, amount_minor=900),
    )
    session = admit(fresh(), pay, "c1", amount_minor=500)
    session = admit(session, pay, "c2", amount_minor=450)
    ledgers = facts_of(session, pay, "c2", amount_minor=450).history.ledgers
    assert ledgers["budget:payments/send_money:calls"] == 2
    assert ledgers["budget:payments/send_money:amount_minor"] == 950
    first = facts_of(session, pay, "c1", amount_minor=500).history.ledgers
    assert first["budget:payments/send_money:amount_minor"] == 500


def test_a_narrowed_call_costs_what_it_sends():
    pay = ToolSpec(
        server="payments", tool="send_money", effect=PAY.effect, budget=Budget(amount_minor=900)
    )
    session = admit(fresh(), pay, "c1", amount_minor=500)
    ledgers = ledgers_of(pay)
    session = forwarded(session, "c1", pay, given(amount_minor=100), ledgers, now_ms=NOW)
    session = settle(session, "c1", Outcome.OK)
    ledgers = facts_of(session, pay, "c2", amount_minor=1).history.ledgers
    assert ledgers["budget:payments/send_money:amount_minor"] == 101


def test_the_budget_of_a_task_shrinks_with_every_payment():
    session = declared(fresh(), task())
    left = []
    for n in range(3):
        session = admit(session, PAY, f"c{n}", amount_minor=400)
        left.append(facts_of(session, PAY, f"c{n}", amount_minor=400).intent.budget_minor)
        session = settle(session, f"c{n}", Outcome.OK)
    assert left == [1000, 600, 200]


def test_a_payment_beyond_the_money_of_its_task_is_not_covered():
    session = declared(fresh(), task())
    covered = []
    for n, amount in enumerate((400, 601, 600, 0, 1)):
        session = admit(session, PAY, f"c{n}", amount_minor=amount)
        covered.append(facts_of(session, PAY, f"c{n}", amount_minor=amount).intent.covers)
        session = settle(session, f"c{n}", Outcome.OK if covered[-1] else Outcome.REFUSED)
    assert covered == [True, False, True, True, False]


def test_who_set_no_money_is_held_to_none():
    session = admit(declared(fresh(), task(budget_minor=0)), PAY, "c1", amount_minor=10**9)
    assert facts_of(session, PAY, "c1", amount_minor=10**9).intent.covers


def test_the_calls_of_a_task_are_counted():
    session = declared(fresh(), task(calls={"write": 2}))
    covered = []
    for n in range(3):
        session = admit(session, PAY, f"c{n}")
        covered.append(facts_of(session, PAY, f"c{n}").intent.covers)
    assert covered == [True, True, False]


def test_a_new_task_has_its_own_budget_and_the_old_one_keeps_what_it_spent():
    session = declared(fresh(), task())
    session = settle(admit(session, PAY, "c1", amount_minor=400), "c1", Outcome.OK)
    other = declared(session, task(purpose="pay invoice 43"))
    assert facts_of(other, PAY, "c2", amount_minor=1).intent.budget_minor == 1000
    again = declared(other, task())
    assert facts_of(again, PAY, "c2", amount_minor=1).intent.budget_minor == 600


def test_what_an_agent_declares_for_one_call_only_narrows():
    session = declared(fresh(), task())
    call = call_of(PAY, "c1")
    assert narrowed_intent(session, call, max_bytes=4096) is None
    wide = ToolCall(
        id="c1", session="gs_1", server="payments", tool="send_money", arguments=b"{}",
        intent=b'{"purpose":"x","tools":["any"],"budget_minor":999999}',
    )  # fmt: skip
    narrower = narrowed_intent(session, wide, max_bytes=4096)
    got = facts(
        session, wide, PAY, given(), now_ms=NOW, clock=ClockFacts(at_ms=NOW, hour=1, weekday=1),
        credential=CredentialFacts(), evidence=Evidence(), intent=narrower,
    ).intent  # fmt: skip
    assert (got.declared, got.budget_minor, got.purpose) == (True, 1000, "pay invoice 42")


def test_a_session_of_somebody_else_is_unknown():
    stranger = Who(principal=Principal(issuer="https://id.example", subject="eve"), agent=WHO.agent)
    with pytest.raises(Refused, match="session_unknown"):
        seen(fresh(), stranger)


def test_a_reused_token_ends_the_session():
    reuse = signal("token_reuse", subject="gs_1", at_ms=NOW, source="verifier")
    session = signalled(fresh(), reuse, NOW)
    assert session.ended_at_ms == NOW
    assert facts_of(session, PAY, "c1").risk.token_reuse


def test_versions_are_left_to_the_store():
    session = settle(admit(fresh(), PAY, "c1"), "c1", Outcome.OK)
    assert session.version == 0


def test_judging_order_does_not_matter_for_any_order_of_few():
    for order in itertools.permutations(range(5)):
        session = fresh()
        for n in range(5):
            session = admit(session, PAY, f"c{n}")
        passed = 0
        for n in order:
            ok = facts_of(session, PAY, f"c{n}").history.ledgers["writes"] <= 2
            passed += ok
            session = settle(session, f"c{n}", Outcome.OK if ok else Outcome.REFUSED)
        assert passed == 2
