"""What the guard reads out of recipients that are no plain addresses."""

import pytest

from guard.model.call import ArgSpec, ToolSpec
from guard.policy.derive import derive
from guard.policy.extract import ExtractError

SPEC = ToolSpec(
    server="feed",
    tool="post",
    effect=frozenset({"write"}),
    args={"to": ArgSpec(role="recipient")},
)


@pytest.mark.parametrize("handle", ["@kim", "@Kim_Lee", "@team-7"])
def test_a_handle_is_somebody_and_no_address(handle):
    found = derive(SPEC, {"to": [handle]})
    assert found.recipients == {handle}
    assert found.dest_domains == frozenset()


@pytest.mark.parametrize(
    "text", ["@evil.example", "@kim@evil.example", "@kim,a@b.example", "@", "@_"]
)
def test_an_address_without_a_name_before_it_is_refused(text):
    with pytest.raises(ExtractError):
        derive(SPEC, {"to": [text]})


def paying(schema_type, **entry):
    return ToolSpec(
        server="shop",
        tool="refund",
        effect=frozenset({"write"}),
        args={"amount": ArgSpec(role="amount", **entry)},
        input_schema={"type": "object", "properties": {"amount": {"type": schema_type}}},
    )


@pytest.mark.parametrize(
    ("spec", "value", "minor"),
    [
        (paying("number"), 49.9, 4990),
        (paying("string"), "49.90", 4990),
        (paying("number", scale=0), 50, 50),
        (paying("integer"), 4990, 4990),
        (paying("integer", kind="major"), 50, 5000),
    ],
    ids=["number", "string", "number of a currency without cents", "cents", "whole units"],
)
def test_an_amount_without_a_scale_is_read_as_its_schema_type_suggests(spec, value, minor):
    assert derive(spec, {"amount": value}).amount_minor == minor


def test_a_third_decimal_place_needs_a_scale_that_says_so():
    with pytest.raises(ExtractError):
        derive(paying("number"), {"amount": 49.901})
    assert derive(paying("number", scale=3), {"amount": 49.901}).amount_minor == 49901
