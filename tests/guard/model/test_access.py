from hypothesis import given
from hypothesis import strategies as st

from guard.model.access import FULL, Access, Level, dimensions, meet
from guard.model.limits import OneOf, Prefix, Range

ACTIONS = ("bank/pay", "bank/read", "web/get")
EFFECTS = st.sets(st.sampled_from(["read", "write", "egress", "privileged", "irreversible"]))
LIMITS = st.one_of(
    st.builds(
        lambda low, more: Range(path="n", low=low, high=low + more),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    st.builds(lambda v: OneOf(path="n", values=tuple(map(str, sorted(v)))), st.sets(st.integers(0, 9), min_size=1)),
    st.just(Prefix(path="to", start="/tmp/")),
)  # fmt: skip
ACCESSES = st.builds(
    Access,
    level=st.sampled_from(list(Level)),
    tools=st.none() | st.frozensets(st.sampled_from(ACTIONS)),
    limits=st.frozensets(st.tuples(st.sampled_from(ACTIONS), LIMITS), max_size=3),
    scopes=st.none() | st.frozensets(st.sampled_from("abc")),
    max_ttl_s=st.none() | st.integers(1, 60),
    binding_min=st.integers(0, 3),
)
ARGUMENTS = st.fixed_dictionaries(
    {}, optional={"n": st.integers(0, 20), "to": st.sampled_from(["/tmp/a", "/etc/a"])}
)
CALLS = st.tuples(st.sampled_from(ACTIONS), EFFECTS.map(frozenset), ARGUMENTS)


@given(ACCESSES, ACCESSES, ACCESSES)
def test_narrowings_meet_in_any_order_and_twice(one, two, three):
    assert meet(one, two) == meet(two, one)
    assert meet(meet(one, two), three) == meet(one, meet(two, three))
    assert meet(one, one) == one
    assert meet(one, FULL) == one


@given(ACCESSES, ACCESSES, CALLS)
def test_a_meet_admits_exactly_what_both_admit(one, two, call):
    assert meet(one, two).admits(*call) == (one.admits(*call) and two.admits(*call))


@given(ACCESSES, CALLS)
def test_a_tool_that_is_out_of_reach_admits_no_call(one, call):
    action, effect, _ = call
    assert one.reaches(action, effect) or not one.admits(*call)


@given(CALLS)
def test_each_level_admits_no_more_than_the_one_above(call):
    admitted = [Access(level=level).admits(*call) for level in sorted(Level)]
    assert admitted == sorted(admitted)


def test_a_limited_argument_must_be_there():
    small = Access(limits=frozenset({("bank/pay", Range(path="n", low=0, high=5))}))
    write = frozenset({"write"})
    assert [small.admits("bank/pay", write, one) for one in ({"n": 5}, {"n": 6}, {}, {"n": 5.0})] == [True, False, False, False]  # fmt: skip
    assert small.admits("bank/read", write, {})


def test_read_only_sends_nothing_out():
    only = Access(level=Level.READ_ONLY)
    assert only.admits("a/b", frozenset({"read"}), {})
    assert not only.admits("a/b", frozenset({"read", "egress"}), {})
    assert not only.admits("a/b", frozenset({"any"}), {})


def test_what_is_narrower_is_said_in_words():
    assert dimensions(FULL) == ()
    narrow = Access(level=Level.READ_ONLY, max_ttl_s=30, binding_min=2)
    assert dimensions(narrow) == ("level=read_only", "max_ttl=30s", "binding_min=L2")
