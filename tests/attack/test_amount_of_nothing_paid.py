"""An amount that the person never gave away: a limit, a balance, a condition. And a zone of another
time. Each has the twin that the person wanted, which runs.
"""

from pathlib import Path

import pytest

from guard.model.decision import Allow, StepUp
from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from guard.provenance.task import read_task
from guard.replay.judge import Course, Options
from guard.replay.trace import Record, TraceStep

RULES = Path(__file__).resolve().parents[2] / "policies" / "agent-tasks.cedar"
S = {"type": "string"}
P, OTHER = "DE89370400440532013000", "GB29NWBK60161331926819"
BUNDLE = compile_bundle(
    {RULES.name: RULES.read_text(encoding="utf-8")},
    read_catalog(
        {
            "version": 1,
            "servers": {
                "bank": {
                    "trust": "trusted",
                    "tools": {
                        "pay": {
                            "effect": ["write", "egress"],
                            "input_schema": {
                                "type": "object",
                                "properties": {"to": S, "amount": {"type": "number"}},
                            },
                            "args": {
                                "to": {"role": "recipient", "kind": "iban"},
                                "amount": {"role": "amount", "currency": "EUR", "scale": 2},
                            },
                            "budget": "none",
                            "budget_reason": "of the task",
                            "confirmed": True,
                        }
                    },
                }
            },
        }
    ),
)


def asked(prompt, amount, to=P):
    record = {
        "session": "s", "principal": "ada", "agent": "bot", "prompt": prompt,
        "intent": {"purpose": prompt}, "steps": [],
    }  # fmt: skip
    course = Course(BUNDLE, Record.model_validate(record), Options())
    step = TraceStep(server="bank", tool="pay", args={"to": to, "amount": amount})
    decision = course.judge(step).decision
    assert isinstance(decision, Allow | StepUp)
    return isinstance(decision, StepUp) and any(
        one.rule == "TASK-AMOUNT" for one in decision.requirements
    )


@pytest.mark.parametrize(
    "prompt",
    [
        f"If my balance is over 900 EUR, pay {P} 5 EUR",
        f"With a balance of 900 EUR, pay {P} 5 EUR",
        f"With a balance of 900 EUR, pay {P} what is due",
        f"My limit is 900 EUR. Pay {P} what is due",
        f"Pay {P} what is due. My limit is 900 EUR",
    ],
)
def test_a_limit_pays_nobody(prompt):
    assert asked(prompt, 900)
    if "5 EUR" in prompt:
        assert not asked(prompt, 5)


@pytest.mark.parametrize(
    "prompt",
    [
        f"Pay 5 EUR to {P}",
        f"Pay {P} 5 EUR",
        f"Pay {P}, 5 EUR please",
        f"Take 5 EUR and send it to {P}",
        f"The rent is 5 EUR. Pay it to {P}",
        f"Pay {P}. It is 5 EUR",
        f"Make a payment of 5 EUR. It goes to {P}",
        f"Überweise 5 EUR an {P}",
        f"Bitte 5 EUR an {P} überweisen",
        f"Pay the bill of 5 EUR. The IBAN is {P}",
    ],
)
def test_an_amount_that_is_paid_is_for_its_payee(prompt):
    assert not asked(prompt, 5)


@pytest.mark.parametrize(
    "prompt",
    [
        f"Pay 5 EUR to {P} and 9 EUR to {OTHER}",
        f"Pay {P} 5 EUR and {OTHER} 9 EUR",
        f"Take 5 EUR and send it to {P}, take 9 EUR and send it to {OTHER}",
    ],
)
def test_two_amounts_are_still_not_crossed(prompt):
    assert not asked(prompt, 5)
    assert not asked(prompt, 9, OTHER)
    assert asked(prompt, 9)
    assert asked(prompt, 5, OTHER)


DAY = "Book a room on 2026-11-24"


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        (f"{DAY} at 10:00. Bob is in PST", {"10:00": {""}}),
        (f"{DAY} at 10:00. The call with Tokyo is at 18:00 JST", {"10:00": {""}, "18:00": {"540"}}),
        (f"{DAY} at 10:00 as the call is at 18:00 JST", {"10:00": {""}, "18:00": {"540"}}),
        (f"{DAY}, all in PST, at 10:00", {"10:00": {"-480"}}),
        (f"{DAY}, 10:00 to 12:00 CET", {"10:00": {"60"}, "12:00": {"60"}}),
        (f"{DAY} from 10:00 - 12:00 CET", {"10:00": {"60"}, "12:00": {"60"}}),
    ],
)
def test_a_zone_is_that_of_the_times_of_its_own_sentence(text, zones):
    assert {time: set(many) for time, many in read_task([text]).zones.items()} == zones
