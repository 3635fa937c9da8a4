"""One thing or a list of such things: policy sees a list, whatever the call holds."""

import pytest

from guard.audit.unread import unread
from guard.model.call import ArgSpec, ToolSpec
from guard.policy.convert import ArgError, Limits, convert_args
from guard.policy.shape import shape_at, shape_of

TEXT = {"type": "string"}
LIST = {"type": "array", "items": TEXT, "minItems": 2}


def of(schema):
    return ToolSpec(
        server="s", tool="t", effect=frozenset({"write"}), args={"to": ArgSpec(role="recipient")},
        input_schema={"type": "object", "properties": {"to": schema, "why": TEXT}},
    )  # fmt: skip


def converted(schema, value):
    return convert_args(of(schema), {"to": value}, salt=b"", limits=Limits())


@pytest.mark.parametrize("options", [[TEXT, LIST], [LIST, TEXT]])
def test_what_stands_alone_is_seen_as_the_list_of_it(options):
    one, many = (converted({"anyOf": options}, value) for value in ("@kim", ["@kim", "@lea"]))

    assert (one.values["to"], many.values["to"]) == (["@kim"], ["@kim", "@lea"])
    assert one.derived.recipients == {"@kim"}


@pytest.mark.parametrize("value", [7, True, {"a": 1}, [7], None, ["@kim"]])
def test_anything_else_is_refused_as_the_schema_says(value):
    assert converted({"anyOf": [TEXT, LIST]}, value).code == "bad_argument"


@pytest.mark.parametrize(
    "options",
    [
        [TEXT, {"type": "array", "items": {"type": "integer"}}],
        [{"type": "string", "maxLength": 3}, LIST],
        [TEXT, {"type": "integer"}],
        [TEXT, LIST, {"type": "integer"}],
        [],
    ],
)
def test_other_unions_stay_closed_to_policy(options):
    assert shape_at(shape_of(of({"anyOf": options}).input_schema), "to").kind == "opaque"


def test_what_could_not_be_read_is_kept_as_far_as_the_schema_knows_it():
    kept = unread(
        of({"anyOf": [TEXT, LIST]}), {"to": "@kim", "other": 1}, "unknown_argument", Limits()
    )

    assert kept["to"] == "@kim"


def test_a_receiver_without_one_meaning_is_refused_at_its_place():
    found = converted(TEXT, "<a@b.example")

    assert isinstance(found, ArgError)
    assert (found.code, found.path) == ("extractor_failed", "to")
