"""What a person reads of where a value came from."""

from typing import get_args

import pytest

from guard.model.origin import Origin, Source, Why
from guard.provenance.source.told import told, told_lines, without_secrets


def origin(path="to", source=Source.COMPOSED, why="composed", **more):
    return Origin(path=path, role="recipient", kind="email", source=source, why=why, **more)


READ = {"step": 2, "action": "home/read", "field": "text", "excerpt": "...Total: 98.70..."}
UNTRUSTED = {"source": Source.UNTRUSTED, "why": "untrusted_only", **READ}


def test_a_value_that_was_seen_nowhere_is_the_agents():
    found = told_lines([origin("bcc")], {"bcc": "x@y"})

    assert found == ("bcc x@y - composed by the agent, seen nowhere",)


def test_a_value_of_untrusted_text_is_told_with_tool_step_and_excerpt():
    found = told_lines([origin("amount", **UNTRUSTED)], {"amount": "98.70"})

    assert found == (
        'amount 98.70 - only in home/read result, step 2, untrusted: "...Total: 98.70..."',
    )


def test_the_weakest_comes_first():
    origins = [
        origin("a", Source.PROMPT, "in_prompt"),
        origin("b", **UNTRUSTED),
        origin("c"),
        origin("d", Source.LINKED, "linked_record", **READ),
    ]

    found = told_lines(origins, dict.fromkeys("abcd", "1"))

    assert [line[0] for line in found] == ["c", "b", "d", "a"]


def test_a_trusted_field_is_named_and_its_content_not_repeated():
    line = told(origin("to", Source.TRUSTED, "trusted_field", **READ))

    assert line == (
        "text in home/read result, step 2, trusted, of a record that the task does not name"
    )


def test_elements_of_a_list_are_told_apart_only_where_that_is_known():
    one, two = origin(), origin()
    assert [line.split(" - ")[0] for line in told_lines([one, two], {"to": ["a@b", "c@d"]})] == [
        "to a@b",
        "to c@d",
    ]

    said = origin("to", Source.PROMPT, "in_prompt")._replace(place=1)
    lines = told_lines([one._replace(place=2), said], {"to": ["a@b", "c@d"]})
    assert [line.split(" - ")[0] for line in lines] == ["to c@d", "to a@b"]
    lines = told_lines([one._replace(place=3), said], {"to": ["a@b", "c@d"]})
    assert [line.split(" - ")[0] for line in lines] == ["to (one of 2)", "to (one of 2)"]

    mixed = told_lines([one, origin("to", Source.PROMPT, "in_prompt")], {"to": ["a@b", "c@d"]})
    assert [line.split(" - ")[0] for line in mixed] == ["to (one of 2)", "to (one of 2)"]


@pytest.mark.parametrize("why", get_args(Why))
def test_what_a_secret_argument_holds_is_never_told(why):
    hidden = Origin(
        path="auth.pin", role="secret", kind="text", source=Source.UNTRUSTED, why=why, step=1,
        action="a/b", field="x", excerpt="CANARY",
    )  # fmt: skip

    assert "CANARY" not in told(hidden)
    (line,) = told_lines([hidden], {"auth": {"pin": "CANARY"}})
    assert "CANARY" not in line
    assert line.startswith("auth.pin (secret) - ")


def test_a_secret_inside_an_object_is_left_out():
    given = {"auth": {"pin": "CANARY", "user": "ana"}, "list": [{"key": "CANARY"}]}

    left = without_secrets(given, frozenset({"auth.pin", "list.key"}))

    assert left == {"auth": {"pin": "(secret)", "user": "ana"}, "list": [{"key": "(secret)"}]}


def test_an_excerpt_is_cut():
    line = told(origin(**{**UNTRUSTED, "excerpt": "x" * 500}))

    assert line.endswith(f'"{"x" * 80}…"')
