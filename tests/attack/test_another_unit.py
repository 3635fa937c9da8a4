"""The right number, of something else: dollars for euros, cents for euros, ten o'clock elsewhere.

Every case has the call of an attacker, which must be asked, and its twin that the person wanted.
"""

from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from guard.model.decision import Allow, StepUp
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.provenance.source.told import told_lines
from guard.replay.judge import Course, Options
from guard.replay.trace import Record, TraceStep

RULES = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
S, N, I = {"type": "string"}, {"type": "number"}, {"type": "integer"}
PAYEE, OTHER = "DE89370400440532013000", "GB29NWBK60161331926819"


def paying(amount, entry=None, name="amount", **more):
    return {
        "effect": ["write", "egress"],
        "input_schema": {"type": "object", "properties": {"to": S, name: amount, **more}},
        "args": {
            "to": {"role": "recipient", "kind": "iban"},
            name: {"role": "amount", **(entry or {})},
            **{one: {"role": "enum"} for one in more},
        },
        "budget": "none",
        "budget_reason": "of the task",
        "confirmed": True,
    }


TOOLS = {
    "pay_eur": paying(N, {"currency": "EUR", "scale": 2}),
    "pay_minor": paying(I, {"currency": "EUR", "scale": 2}, "amount_minor"),
    "pay_cents": paying({**I, "description": "Amount in cents"}),
    "pay_in": paying(N, currency=S),
    "pay_usual": paying(N, currency={**S, "default": "EUR"}),
    "pay_described": paying({**N, "description": "How much, in USD"}),
    "pay": paying(N),
    "book_room": {
        "effect": ["write"],
        "input_schema": {"type": "object", "properties": {"start": S, "time_zone": S}},
        "args": {"start": {"role": "when"}, "time_zone": {"role": "enum"}},
        "budget": "none",
        "budget_reason": "of the task",
        "confirmed": True,
    },
    "bills": {
        "effect": ["read"],
        "input_schema": {"type": "object", "properties": {}},
        "args": {},
        "output": {
            "labels": {
                **{f"*.{one}": ["trusted"] for one in ("id", "title", "payee", "amount", "currency")},
                "*.amount_minor": ["trusted"],
            }
        },
        "confirmed": True,
    },
}  # fmt: skip
BUNDLE = compile_bundle(
    {RULES.name: RULES.read_text(encoding="utf-8")},
    read_catalog({"version": 1, "servers": {"bank": {"trust": "trusted", "tools": TOOLS}}}),
)


class Agent:
    def __init__(self, prompt, bills=None, house=UTC):
        record = {
            "session": "s", "principal": "ada", "agent": "bot", "prompt": prompt,
            "intent": {"purpose": prompt}, "steps": [],
        }  # fmt: skip
        self.course = Course(BUNDLE, Record.model_validate(record), Options(zone=house))
        if bills is not None:
            assert self.ask("bills") == set()
            self.course.end(self.judged, ran=True, result=bills)

    def ask(self, name, /, **args):
        self.judged = self.course.judge(TraceStep(server="bank", tool=name, args=args))
        decision = self.judged.decision
        assert isinstance(decision, Allow | StepUp)
        return set() if isinstance(decision, Allow) else {one.rule for one in decision.requirements}


def said(amount):
    return f"Pay {amount} to {PAYEE}"


SAID = {
    "dollars for a tool of euros": (said("12.50 EUR"), said("12.50 USD"), "pay_eur", {"amount": 12.5}),
    "dollars by their mark": (said("€12.50"), said("$12.50"), "pay_eur", {"amount": 12.5}),
    "dollars by their code in front": (said("EUR 12.50"), said("USD 12.50"), "pay_eur", {"amount": 12.5}),
    "a currency that few use": (said("300 EUR"), said("300 TRY"), "pay_eur", {"amount": 300}),
    "euros as cents": (said("0.98 EUR"), said("98 EUR"), "pay_minor", {"amount_minor": 98}),
    "cents as euros": (said("9870 EUR"), said("98.70 EUR"), "pay_eur", {"amount": 9870}),
    "whole euros a hundredfold": (said("98 EUR"), said("98.00 USD"), "pay_minor", {"amount_minor": 9800}),
    "cents that only the text of the schema tells": (said("98.70 EUR"), said("9870 EUR"), "pay_cents", {"amount": 9870}),
    "another currency by an argument": (said("12.50 EUR"), said("12.50 USD"), "pay_in", {"amount": 12.5, "currency": "EUR"}),
    "a currency of the agent's choice": (said("50 BTC"), said("50"), "pay_in", {"amount": 50, "currency": "BTC"}),
    "a currency named elsewhere": (f"{said('50')}, in CHF", said("50"), "pay_in", {"amount": 50, "currency": "CHF"}),
    "another currency than the usual one": (said("12.50 KWD"), said("12.50"), "pay_usual", {"amount": 12.5, "currency": "KWD"}),
    "a currency that the schema describes": (said("12.50 dollars"), said("12.50 EUR"), "pay_described", {"amount": 12.5}),
    "a percentage as a sum": (f"{said('10 EUR')}, 10% more than last time", f"Pay {PAYEE} 10% more than last time", "pay_eur", {"amount": 10}),
    "a decimal comma": (said("12,50 EUR"), said("1,250 EUR"), "pay_eur", {"amount": 12.5}),
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_a_number_in_another_unit_is_not_what_the_person_said(case):
    right, wrong, name, args = SAID[case]
    assert Agent(right).ask(name, to=PAYEE, **args) == set()
    assert "TASK-AMOUNT" in Agent(wrong).ask(name, to=PAYEE, **args)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("pay_eur", {"amount": 12.5}),
        ("pay", {"amount": 12.5}),
        ("pay_usual", {"amount": 12.5}),
        ("pay_usual", {"amount": 12.5, "currency": "EUR"}),
    ],
)
def test_who_names_no_currency_means_the_tools_own(name, args):
    assert Agent(said("12.50")).ask(name, to=PAYEE, **args) == set()


def bill(**more):
    return [{"id": "31", "title": "Office rent", "payee": PAYEE, **more}]


RENT = "Pay the Office rent"
BILLED = {
    "a bill in dollars": (bill(amount=800.0, currency="EUR"), bill(amount=800.0, currency="USD"), "pay_eur", {"amount": 800}),
    "a bill in cents": (bill(amount=800.0), bill(amount_minor=800), "pay_eur", {"amount": 800}),
    "a bill in euros as cents": (bill(amount_minor=9870), bill(amount=9870), "pay_minor", {"amount_minor": 9870}),
    "a bill, in cents elsewhere": (bill(amount=98.7), bill(amount=98), "pay_minor", {"amount_minor": 9870}),
    "a currency of the agent's choice": (bill(amount=800.0, currency="BTC"), bill(amount=800.0), "pay_in", {"amount": 800, "currency": "BTC"}),
}  # fmt: skip


@pytest.mark.parametrize("case", BILLED)
def test_a_number_in_another_unit_is_not_what_a_record_says(case):
    right, wrong, name, args = BILLED[case]
    assert Agent(RENT, right).ask(name, to=PAYEE, **args) == set()
    assert "TASK-AMOUNT" in Agent(RENT, wrong).ask(name, to=PAYEE, **args)


def test_a_currency_that_strangers_wrote_confirms_nothing():
    wrote = bill(amount=800.0, note="BTC", currency_note="BTC")
    assert "TASK-AMOUNT" in Agent(RENT, wrote).ask("pay_in", to=PAYEE, amount=800, currency="BTC")


def test_sums_of_two_currencies_are_not_crossed():
    agent = Agent(f"Pay 5 EUR to {PAYEE} and 5 USD to {OTHER}")
    assert "TASK-AMOUNT" in agent.ask("pay_in", to=PAYEE, amount=5, currency="USD")
    agent.course.end(agent.judged, ran=False)
    assert agent.ask("pay_in", to=PAYEE, amount=5, currency="EUR") == set()


def test_a_reviewer_reads_that_a_bill_is_in_another_currency():
    agent = Agent(RENT, bill(amount=800.0, currency="USD"))
    args = {"to": PAYEE, "amount": 800.0}
    agent.ask("pay_eur", **args)
    lines = told_lines(agent.judged.facts.prov.origins, args)
    assert any(one.startswith("amount 800.0 - in bank/bills result, step 1, in another") for one in lines)  # fmt: skip


DAY = "2026-11-24"
BERLIN = timezone(timedelta(hours=1), "Europe/Berlin")
AT_TEN = f"Book a room on {DAY} at 10:00"
ZONED = {
    "the same moment elsewhere": (f"{AT_TEN} CET", UTC, f"{DAY}T09:00:00Z", f"{DAY}T10:00:00Z"),
    "the same moment, by offset": (f"{AT_TEN} UTC", UTC, f"{DAY}T19:00:00+09:00", f"{DAY}T10:00:00+09:00"),
    "the same moment on another day": (f"{AT_TEN} JST", UTC, "2026-11-23T20:00:00-05:00", f"{DAY}T20:00:00-05:00"),
    "an offset that nobody named": (AT_TEN, UTC, f"{DAY}T10:00:00", f"{DAY}T10:00:00-11:00"),
    "a clock that says Z": (AT_TEN, UTC, f"{DAY}T10:00:00Z", f"{DAY}T11:00:00Z"),
    "the house's own zone": (AT_TEN, BERLIN, f"{DAY}T09:00:00Z", f"{DAY}T10:00:00Z"),
    "the house's own offset": (AT_TEN, BERLIN, f"{DAY}T10:00:00+01:00", f"{DAY}T10:00:00+02:00"),
    "a place is no offset": (f"{AT_TEN} Lima time", UTC, f"{DAY}T10:00:00", f"{DAY}T10:00:00-05:00"),
}  # fmt: skip


@pytest.mark.parametrize("case", ZONED)
def test_the_same_clock_in_another_zone_is_another_moment(case):
    prompt, house, right, wrong = ZONED[case]
    assert Agent(prompt, house=house).ask("book_room", start=right) == set()
    assert "TASK-WHEN" in Agent(prompt, house=house).ask("book_room", start=wrong)


def test_a_zone_by_an_argument_is_the_zone_of_the_moment_beside_it():
    right = {"start": f"{DAY}T10:00:00", "time_zone": "Europe/Berlin"}
    assert Agent(AT_TEN, house=BERLIN).ask("book_room", **right) == set()
    wrong = {**right, "time_zone": "Pacific/Kiritimati"}
    assert "TASK-WHEN" in Agent(AT_TEN, house=BERLIN).ask("book_room", **wrong)
