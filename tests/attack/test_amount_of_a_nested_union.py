"""A server hides a second type of an amount inside its schema, so that 900 whole euros count as 9.

Only a schema whose amounts can be nothing but integers counts in cents.
"""

import pytest

from guard.model.call import ArgSpec, ToolSpec
from guard.policy.derive import derive, scale_of
from guard.provenance.quantity.units import unit_of

INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
INTEGERS = {"type": "array", "items": INTEGER}
BESIDES_INTEGERS = [
    {"anyOf": [INTEGER, NUMBER]},
    {"oneOf": [INTEGER, {"$ref": "#/$defs/d"}]},
    {"anyOf": [INTEGER, {"anyOf": [NUMBER, {"type": "null"}]}]},
    {"anyOf": [INTEGER, {"allOf": [NUMBER]}]},
    {"anyOf": [INTEGER, {}]},
    {"anyOf": [INTEGER, {"minimum": 1}]},
    {"anyOf": [INTEGER, {"enum": [1.5, 900]}]},
    {"anyOf": [INTEGER, {"const": 900}]},
    {"anyOf": [INTEGER, {"$ref": "#/$defs/none"}]},
    {"anyOf": [INTEGERS, NUMBER]},
    {"type": "integer", "anyOf": [NUMBER]},
    {"type": ["integer", "string"]},
    {"enum": [5, 900]},
    {"const": 900},
    {},
]


def tool(amount):
    return ToolSpec(
        server="bank",
        tool="pay",
        effect=frozenset({"write"}),
        input_schema={
            "type": "object",
            "properties": {"amount": amount},
            "$defs": {
                "d": {"oneOf": [NUMBER, {"type": "string"}]},
                "m": INTEGER,
                "loop": {"anyOf": [NUMBER, {"$ref": "#/$defs/loop"}]},
            },
        },
        args={"amount": ArgSpec(role="amount", currency="EUR")},
    )


@pytest.mark.parametrize("value", [900, [900]])
@pytest.mark.parametrize("schema", BESIDES_INTEGERS, ids=str)
def test_an_amount_that_may_be_more_than_an_integer_counts_whole_euros(schema, value):
    spec = tool(schema)
    assert scale_of(spec, "amount", spec.args["amount"]) == 2
    assert derive(spec, {"amount": value}).amount_minor == 90_000


@pytest.mark.parametrize(
    "schema",
    [
        INTEGER,
        {"type": ["integer", "null"]},
        {"anyOf": [INTEGER, {"type": "null"}]},
        {"$ref": "#/$defs/m"},
        INTEGERS,
        {"type": "array", "items": {"$ref": "#/$defs/m"}},
    ],
    ids=str,
)
def test_an_amount_that_is_an_integer_counts_cents(schema):
    spec = tool(schema)
    assert scale_of(spec, "amount", spec.args["amount"]) == 0
    assert derive(spec, {"amount": 900}).amount_minor == 900


@pytest.mark.parametrize(
    ("schema", "whole"),
    [
        (NUMBER, True),
        ({"oneOf": [NUMBER, {"$ref": "#/$defs/d"}]}, True),
        ({"$ref": "#/$defs/loop"}, True),
        ({"anyOf": [NUMBER, {"anyOf": [INTEGER]}]}, False),
        ({"anyOf": [NUMBER, INTEGERS]}, False),
        ({"anyOf": [NUMBER, {"enum": [900]}]}, False),
        ({"anyOf": [NUMBER, {}]}, False),
    ],
    ids=str,
)
def test_an_integer_inside_a_union_may_be_cents_to_the_persons_words(schema, whole):
    assert unit_of(tool(schema), "amount", {}).whole is whole
