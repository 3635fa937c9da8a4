"""A write that ran is made again, with its arguments in another spelling.

The twin of every case is a write that does something else.
"""

import json

import pytest

from guard.model.call import ArgSpec, ToolCall, ToolSpec
from guard.provenance.result.segment import write_digest

S, N = {"type": "string"}, {"type": "number"}
PAY = ToolSpec(
    server="farm",
    tool="pay_grower",
    effect=frozenset({"write"}),
    args={"to": ArgSpec(role="recipient"), "amount": ArgSpec(role="amount"), "note": ArgSpec(role="body")},
    input_schema={
        "type": "object",
        "properties": {"to": S, "amount": N, "note": S, "speed": {**S, "default": "slow"}},
    },
)  # fmt: skip
WRITE = ToolSpec(
    server="farm",
    tool="write_grower",
    effect=frozenset({"write"}),
    args={"to": ArgSpec(role="recipient"), "text": ArgSpec(role="body")},
)


def digest(spec, args):
    raw = args if isinstance(args, bytes) else json.dumps(args).encode()
    return write_digest(ToolCall(id="c", session="s", server="farm", tool=spec.tool, arguments=raw), spec)  # fmt: skip


PAID = {"to": "kim@farm.example", "amount": 40}
AGAIN = {
    "a fraction": {"amount": 40.0},
    "a blank": {"to": "kim@farm.example "},
    "another case": {"to": "KIM@farm.example"},
    "a text": {"amount": "40.00"},
    "nothing": {"note": None},
    "the default": {"speed": "slow"},
    "another note": {"note": "second half"},
}
OTHER = [{"amount": 41}, {"amount": 4}, {"to": "kim@farms.example"}, {"speed": "fast"}, {"to": "", "amount": "kim@farm.example"}]  # fmt: skip


@pytest.mark.parametrize("case", AGAIN)
def test_a_payment_that_ran_is_seen_again_in_another_spelling(case):
    assert digest(PAY, PAID | AGAIN[case]) == digest(PAY, PAID)


@pytest.mark.parametrize("more", OTHER)
def test_another_payment_is_another_one(more):
    assert digest(PAY, PAID | more) != digest(PAY, PAID)


def test_the_order_of_arguments_makes_no_other_write():
    assert digest(PAY, dict(reversed(PAID.items()))) == digest(PAY, PAID)
    assert digest(PAY, b'{ "amount": 4e1, "to": "kim@farm.example" }') == digest(PAY, PAID)


def test_another_message_is_another_write_and_the_same_with_a_blank_is_not():
    sent = {"to": "kim@farm.example", "text": "See you soon"}
    assert digest(WRITE, sent | {"text": "see you  soon "}) == digest(WRITE, sent)
    assert digest(WRITE, sent | {"text": "Bring the seeds"}) != digest(WRITE, sent)
