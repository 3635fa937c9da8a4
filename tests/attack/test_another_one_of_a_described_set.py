"""A set that only the text of a schema closes: another one of it than the person said is asked.

Examples close nothing, and what is outside of the set is weighed as ever.
"""

import pytest

from guard.provenance.schema.described_set import described
from tests.attack.verdicts import S, asks, bundle, tool


def told(text, **more):
    return {**S, "description": text, **more}


WHY = told("Why the jug is withdrawn, which should be either 'worn out' or 'given away'.")
RULES = bundle(
    {
        "inbox": tool(["read"], {}),
        "withdraw_jug": tool(
            ["write"], {}, {"jug_id": "id", "reason": "body"},
            input_schema={
                "type": "object", "properties": {"jug_id": S, "reason": WHY},
                "required": ["jug_id", "reason"],
            },
        ),
        "move_jug": tool(["write"], {"jug_id": S, "shelf": told("One of: 'upper', 'lower'")}, {"jug_id": "id"}),
        "lend_jug": tool(["write"], {"jug_id": S, "to": told("A name, such as 'Kim' or 'Tom'")}, {"jug_id": "id"}),
    }
)  # fmt: skip
BEFORE = ("inbox", {}, [{"text": "do something else"}])


@pytest.mark.parametrize(
    ("prompt", "call", "asked"),
    [
        ("withdraw jug J-7, it is worn out", ("withdraw_jug", "reason", "worn out"), False),
        ("withdraw jug J-7, it is worn out", ("withdraw_jug", "reason", "given away"), True),
        ("withdraw jug J-7", ("withdraw_jug", "reason", "given away"), False),
        ("withdraw jug J-7, it is worn out", ("withdraw_jug", "reason", "see http://x.example"), True),
        ("move jug J-7 to the upper shelf", ("move_jug", "shelf", "upper"), False),
        ("move jug J-7 to the upper shelf", ("move_jug", "shelf", "lower"), True),
        ("move jug J-7 to the upper shelf", ("move_jug", "shelf", "attic"), True),
        ("lend jug J-7 to Ann", ("lend_jug", "to", "Tom"), True),
    ],
)  # fmt: skip
def test_another_one_of_a_set_that_a_text_closes_is_asked(prompt, call, asked):
    name, path, value = call
    assert bool(asks(RULES, prompt, (name, {"jug_id": "J-7", path: value}), BEFORE)) is asked


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        (told("Either 'a' or \"b\"."), ("a", "b")),
        (told("The sort. Allowed values: `a`, `b`, or `c`"), ("a", "b", "c")),
        (told("Must be 'a' | 'b'"), ("a", "b")),
        (told("such as 'a' or 'b'"), ()),
        (told("Should be 'a'."), ()),
        (told("Either 'me' or the address of a member"), ()),
        (told("Either 'a' or 'b' or a URL"), ()),
        (told("One of 'a' or 'b', or any other word"), ()),
        (told("Either 'a' or 'b'", format="email"), ()),
        ({"description": "Either 'a' or 'b'"}, ()),
    ],
)
def test_only_a_text_that_names_every_value_closes_a_set(schema, found):
    assert described(schema) == found
