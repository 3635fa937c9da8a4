"""Facts come back from the log exactly as they were judged."""

import builtins
import collections.abc
import json
import types
import typing
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.audit.recorded import facts_from_text
from guard.audit.written import facts_text
from guard.errors import Unusable
from guard.model.facts import CallFacts, ClockFacts, Derived, Facts, HistoryFacts, Input, ProvFacts
from guard.model.identity import Agent, Principal, Who
from guard.model.origin import Origin, Source
from tests.many import many

text = st.text(st.characters(codec="utf-8"), max_size=6)
arguments = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
PLAIN = {
    str: text,
    int: st.integers(min_value=0, max_value=2**53 - 1),
    bool: st.booleans(),
    frozenset[str]: st.frozensets(text, max_size=3),
}
INPUT = st.dictionaries(text, arguments, max_size=3)
"""Arguments as they are judged: its hint names floats, and the log holds none."""


def every(kind):
    """Return any value of a type, every field of a record filled, those added later as well."""
    if kind in PLAIN:
        return PLAIN[kind]
    names = [one.name for one in fields(kind) if one.init] if is_dataclass(kind) else []
    if names := names or getattr(kind, "_fields", ()):
        hints = get_type_hints(kind)
        parts = {one: every(hints[one]) for one in names}
        return st.builds(kind, **parts | ({"values": INPUT} if kind is Input else {}))
    parts = get_args(kind)
    match get_origin(kind):
        case types.UnionType | typing.Union:
            return st.one_of(*map(every, parts))
        case builtins.tuple if parts[-1] is Ellipsis:
            return st.lists(every(parts[0]), max_size=2).map(tuple)
        case builtins.tuple:
            return st.tuples(*map(every, parts))
        case collections.abc.Mapping:
            return st.dictionaries(every(parts[0]), every(parts[1]), max_size=3)
        case _:
            return st.from_type(kind)


facts = every(Facts)


@settings(max_examples=many(100), deadline=None)
@given(facts)
def test_what_was_judged_comes_back_from_its_text(given_facts):
    written = facts_text(given_facts)
    assert facts_from_text(written) == given_facts
    assert facts_text(facts_from_text(written)) == written


@settings(max_examples=many(100), deadline=None)
@given(facts)
def test_the_same_facts_have_one_text_with_sorted_keys_and_no_spaces(given_facts):
    written = facts_text(given_facts)
    assert written == json.dumps(json.loads(written), sort_keys=True, separators=(",", ":"))


def test_the_text_is_the_one_that_earlier_logs_hold():
    origin = Origin(path="to", role="recipient", kind="email", source=Source.LINKED, why="selected")
    one = Facts(
        call=CallFacts(id="c", session="s", server="v", tool="t", bytes_sha256="00"),
        who=Who(principal=Principal(issuer="i", subject="\u00e4"), agent=Agent(id="a")),
        input=Input(values={"n": 5, "b": [True, None]}, derived=Derived(amount_minor=5, bytes=7)),
        clock=ClockFacts(at_ms=1, hour=2, weekday=3),
        history=HistoryFacts(ledgers={"z": frozenset("ba"), "a": True, "m": 4}),
        prov=ProvFacts(origins=(origin,)),
    )
    digest = sha256(facts_text(one).encode()).hexdigest()
    assert digest == "5747dc69b6f966bfe887cee9adb63549ee1dc4d919fc7d314bd28b186e45ff52"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"call": {}}', "null"])
def test_what_is_not_a_record_is_refused_by_its_code(text):
    with pytest.raises(Unusable) as no:
        facts_from_text(text)
    assert no.value.code == "facts_unreadable"


def test_a_record_with_a_part_that_this_version_does_not_know_is_refused():
    one = Facts(
        call=CallFacts(id="c", session="s", server="v", tool="t", bytes_sha256=""),
        who=Who(principal=Principal(issuer="i", subject="s"), agent=Agent(id="a")),
        input=Input(values={}, derived=Derived()),
        clock=ClockFacts(at_ms=1, hour=1, weekday=1),
    )
    raw = json.loads(facts_text(one))
    for group in sorted(raw):
        part = {key: value for key, value in raw.items() if key != group}
        with pytest.raises(Unusable):
            facts_from_text(json.dumps(part))
    raw["risk"]["future"] = 1
    with pytest.raises(Unusable):
        facts_from_text(json.dumps(raw))
