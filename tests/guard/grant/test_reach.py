"""A standing yes covers what it says, and nothing that only looks like it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import Unusable
from guard.grant.reach import Reach, checked
from guard.grant.written import constraint_from, constraint_json, reach_from
from guard.model.limits import Equal, OneOf, Prefix, Range, leaves, text_of


def reach(*limits):
    return Reach(server="bank", tool="pay", constraints=limits)


def equal(path, value):
    return Equal(path=path, value=text_of(value))


@pytest.mark.parametrize(
    ("asked", "also"),
    [(1, True), (1, 1.0), (1, "1"), (True, "true"), (None, ""), ([], {}), ([1, 2], [2, 1])],
)
def test_equal_means_the_same_value_of_the_same_type(asked, also):
    assert reach(equal("a", asked)).covers({"a": asked})
    assert not reach(equal("a", asked)).covers({"a": also})
    assert not reach(equal("a", also)).covers({"a": asked})


def test_an_argument_that_nobody_named_is_outside():
    to_bob = reach(equal("to", "bob"))
    assert to_bob.covers({"to": "bob"})
    assert not to_bob.covers({"to": "bob", "bcc": "eve"})
    assert not to_bob.covers({"to": "bob", "more": {}})
    assert not to_bob.covers({})


def test_an_argument_that_was_named_must_be_there():
    small = reach(Range(path="amount", low=0, high=10), equal("to", "bob"))
    assert not small.covers({"to": "bob"})  # the server's own default may be any amount


def test_objects_are_entered_and_names_with_dots_are_not_read_two_ways():
    inner = reach(equal("a.b", 1))
    assert inner.covers({"a": {"b": 1}})
    assert not inner.covers({"a.b": 1})
    assert leaves({"a.b": 1}) is None
    assert leaves({"": 1}) is None
    assert leaves({"a": {"b": {}}}) == {"a.b": {}}


@pytest.mark.parametrize("value", [0, 11, 10.0, True, "5", None, [5], -1])
def test_a_range_takes_whole_numbers_inside_it_only(value):
    limit = reach(Range(path="n", low=1, high=10))
    assert limit.covers({"n": 1})
    assert limit.covers({"n": 10})
    assert not limit.covers({"n": value})


def test_a_list_is_inside_a_set_when_each_of_its_values_is():
    listed = reach(OneOf(path="to", values=(text_of("a"), text_of("b"))))
    assert listed.covers({"to": "a"})
    assert listed.covers({"to": ["a", "b", "a"]})
    assert not listed.covers({"to": ["a", "eve"]})
    assert not listed.covers({"to": []})


@pytest.mark.parametrize(
    "value",
    [
        "/reports/../etc/passwd", "/reports/..", "/reports//etc", "/reports/a\\..\\b",
        "/reports/%2e%2e/x", "/reports/a\x00", "/reports/a\n/etc", "/reports/\uff0e\uff0e/x",
        "/reports/a; rm -rf /", "/reports/$(x)", "/reports/*", "/reportsx/a", "reports/a",
        "/reports", ["/reports/a"], None,
    ],
)  # fmt: skip
def test_a_prefix_has_no_way_out(value):
    limit = reach(Prefix(path="path", start="/reports/"))
    assert limit.covers({"path": "/reports/2026/q1.txt"})
    assert not limit.covers({"path": value})


@pytest.mark.parametrize(
    "start",
    [
        "", "/", "//", "rep", "/rep", "https://", "https://a.example", "https:/", "file:/", "https://a@b/../",
        "https://ana@evil.example/", "/a/../", "a//", "%2f/", " ",
    ],
)  # fmt: skip
def test_a_prefix_that_says_less_than_it_seems_is_refused(start):
    with pytest.raises(Unusable, match="reach_unusable"):
        checked(Prefix(path="p", start=start))


@pytest.mark.parametrize("start", ["/a/", "https://a.example/", "https://a.example/b/", "ana "])
def test_a_prefix_that_ends_where_a_name_ends_is_taken(start):
    assert checked(Prefix(path="p", start=start))


@pytest.mark.parametrize(
    "limit",
    [
        Range(path="n", low=2, high=1), Range(path="n", low=0, high=2**53),
        Equal(path="n", value='"' + "x" * 2000 + '"'), OneOf(path="n", values=()),
        OneOf(path="n", values=tuple(str(n) for n in range(51))),
        OneOf(path="n", values=("x" * 1001, "y" * 1000)),
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_compared_is_refused(limit):
    with pytest.raises(Unusable, match="reach_unusable"):
        checked(limit)


@pytest.mark.parametrize(
    "raw",
    [
        None, [], {}, {"arg": "a"}, {"arg": "", "equal": 1}, {"arg": "a", "equal": 1, "range": [1, 2]},
        {"arg": "a", "range": [1]}, {"arg": "a", "range": [True, 2]}, {"arg": "a", "range": [0, 1.5]},
        {"arg": "a", "any": True}, {"arg": "a", "prefix": 1}, {"arg": 1, "equal": 1},
        {"arg": "a", "one_of": "ab"}, {"arg": "*", "glob": "*"},
    ],
)  # fmt: skip
def test_a_constraint_that_is_none_is_refused(raw):
    with pytest.raises(Unusable, match="reach_unusable"):
        constraint_from(raw)


def test_an_argument_named_twice_is_refused_and_covers_nothing():
    with pytest.raises(Unusable):
        reach_from("s", "t", [{"arg": "a", "equal": 1}, {"arg": "a", "equal": 2}])
    assert not reach(equal("a", 1), Range(path="a", low=0, high=9)).covers({"a": 1})


def test_people_read_the_exact_reach_with_nothing_hidden():
    said = reach(
        Range(path="amount", low=1, high=50),
        equal("to\u202e", "bob\u200b"),
        OneOf(path="cc", values=('"a"', '"b"')),
        Prefix(path="file", start="/r/"),
    ).lines()
    assert said == (
        "amount is a whole number from 1 to 50",
        'to<U+202E> is exactly "bob<U+200B>"',
        'cc is one of "a", "b", or a list of these',
        'file begins with "/r/"',
    )
    assert reach().lines() == ("no arguments at all",)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=4),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=2), some, max_size=2),
    max_leaves=6,
)  # fmt: skip
ARGUMENTS = st.dictionaries(st.text("xyz", min_size=1, max_size=2), VALUES, max_size=4)


@given(ARGUMENTS, ARGUMENTS)
def test_an_exact_reach_covers_these_bytes_and_no_others(one, other):
    exact = reach(*(equal(path, value) for path, value in leaves(one).items()))
    assert exact.covers(one)
    assert exact.covers(other) == (text_of(one) == text_of(other))


@given(ARGUMENTS)
def test_a_constraint_reads_back_as_it_was_written(found):
    for path, value in leaves(found).items():
        limit = checked(equal(path, value))
        assert constraint_from(json.loads(json.dumps(constraint_json(limit)))) == limit
