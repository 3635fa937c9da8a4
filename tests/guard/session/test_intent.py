import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import Refused, Unusable
from guard.model.call import ArgSpec, ToolSpec
from guard.model.facts import ClockFacts
from guard.session.belongs import intent_facts
from guard.session.intent import from_json, meet, parse_declaration, parse_intent, widens

NOW = 1_767_607_200_000


def at(now_ms):
    return ClockFacts(at_ms=now_ms, hour=10, weekday=0)


TOOLS = {
    "files/read": ToolSpec(
        server="files", tool="read", effect=frozenset({"read"}), args={"path": ArgSpec(role="path")}
    ),
    "files/write": ToolSpec(
        server="files",
        tool="write",
        effect=frozenset({"write"}),
        args={"path": ArgSpec(role="path")},
    ),
    "bank/pay": ToolSpec(
        server="bank", tool="pay", effect=frozenset({"write", "egress", "irreversible"})
    ),
}
OF = [*TOOLS, "any", "read", "write", "egress", "irreversible"]
PLACES = ["/srv", "/srv/docs", "/srv/docs/a", "/etc"]
SCALARS = st.one_of(st.integers(0, 4), st.sampled_from(PLACES), st.booleans())


def limits():
    return st.fixed_dictionaries(
        {},
        optional={
            "eq": SCALARS,
            "in": st.lists(SCALARS, max_size=3),
            "max": st.integers(0, 4),
            "min": st.integers(0, 4),
            "prefix": st.sampled_from(PLACES),
        },
    )


@st.composite
def intents(draw, by=("host", "user", "config", "agent")):
    raw = draw(
        st.fixed_dictionaries(
            {"purpose": st.sampled_from(["a", "b"])},
            optional={
                "tools": st.lists(st.sampled_from(OF), max_size=4, unique=True),
                "egress": st.lists(
                    st.sampled_from(["a.example", "b.example"]), max_size=2, unique=True
                ),
                "budget_minor": st.integers(0, 3),
                "calls": st.dictionaries(st.sampled_from(OF), st.integers(0, 3), max_size=2),
                "args": st.dictionaries(
                    st.sampled_from(list(TOOLS)),
                    st.dictionaries(st.sampled_from(["path", "n"]), limits(), max_size=2),
                    max_size=2,
                ),
                "resources": st.lists(st.sampled_from(PLACES), max_size=2, unique=True),
                "expires_at_ms": st.sampled_from([0, NOW - 1, NOW, NOW + 1]),
            },
        )
    )
    return parse_intent(raw, declared_by=draw(st.sampled_from(by)), max_bytes=4096)


CALLS = st.tuples(
    st.sampled_from(list(TOOLS)),
    st.fixed_dictionaries(
        {}, optional={"path": SCALARS, "n": st.one_of(SCALARS, st.lists(SCALARS, max_size=2))}
    ),
)


def judged(intent, call):
    action, values = call
    return intent_facts(intent, TOOLS[action], values, at(NOW))


def effect(intent, call):
    facts = judged(intent, call)
    return facts.declared, facts.covers, facts.args_ok, facts.egress, facts.budget_minor


def inside(intent, call):
    """As one clause alone would be judged if somebody else had declared it."""
    return judged(replace(intent, declared_by="host"), call)


@given(intents(by=("host",)), intents(), CALLS)
def test_what_a_meet_allows_both_sides_allow(left, right, call):
    both = judged(meet(left, right), call)
    for side in (left, right):
        alone = inside(side, call)
        assert not both.covers or alone.covers
        assert not both.args_ok or alone.args_ok
        assert both.egress <= alone.egress
        assert both.budget_minor <= alone.budget_minor


@given(intents(by=("host",)), intents(by=("host",)), CALLS)
def test_a_meet_refuses_nothing_that_both_sides_allow(left, right, call):
    one, other, both = judged(left, call), judged(right, call), judged(meet(left, right), call)
    assert both.covers == (one.covers and other.covers)
    assert both.args_ok == (one.args_ok and other.args_ok)


@given(intents(), intents(), intents(), CALLS)
def test_the_order_of_narrowings_does_not_matter(a, b, c, call):
    assert meet(a, b) == meet(b, a)
    assert meet(a, meet(b, c)) == meet(meet(a, b), c)
    assert effect(meet(a, a), call) == effect(a, call)


@given(intents(), intents())
def test_an_intent_does_not_widen_itself_nor_its_meets(left, right):
    assert not widens(left, left)
    if widens(left, right):
        assert meet(left, right) != right


@given(intents(), intents())
def test_an_intent_survives_its_canonical_text(left, right):
    both = meet(left, right)
    again = from_json(both.canonical)
    assert again == both
    assert again.sha256() == both.sha256()


def test_the_digest_does_not_depend_on_the_order_of_names():
    one = parse_intent(b'{"purpose":"p","tools":["read","a/b"]}', declared_by="host", max_bytes=99)
    other = parse_intent(
        b'{"tools":["a/b","read"],"purpose":"p"}', declared_by="host", max_bytes=99
    )
    assert one.sha256() == other.sha256()
    assert one.sha256() != replace(one, declared_by="agent").sha256()


def test_nobody_declared_a_task():
    assert intent_facts(None, TOOLS["files/read"], {}, at(NOW)).declared is False


def test_an_expired_task_covers_nothing():
    task = parse_intent(
        {"purpose": "p", "tools": ["any"], "expires_at": NOW // 1000},
        declared_by="host",
        max_bytes=999,
    )
    assert not intent_facts(task, TOOLS["files/read"], {}, at(NOW)).covers
    assert intent_facts(task, TOOLS["files/read"], {}, at(NOW - 1)).covers


@pytest.mark.parametrize(
    ("value", "ok"),
    [
        ("/srv/docs", True),
        ("/srv/docs/a/b.txt", True),
        ("/srv/docs-secret", False),
        ("/srv/docs/../../etc/passwd", False),
        ("/srv/docs/%2e%2e/x", False),
        ("/srv/docs/%252e%252e/x", False),
        ("/srv/docs\\..\\x", False),
        ("/srv/docs/a\0b", False),
        ("/srv", False),
        (["/srv/docs/a", "/etc/passwd"], False),
        ([], False),
        (None, False),
        (7, False),
    ],
)
def test_a_prefix_holds_for_whole_segments_only(value, ok):
    raw = {
        "purpose": "p",
        "tools": ["read"],
        "args": {"files/read": {"path": {"prefix": "/srv/docs"}}},
    }
    task = parse_intent(raw, declared_by="host", max_bytes=999)
    assert intent_facts(task, TOOLS["files/read"], {"path": value}, at(NOW)).args_ok is ok


@pytest.mark.parametrize(
    ("limit", "value", "ok"),
    [
        ({"eq": 1}, True, False),
        ({"eq": "1"}, 1, False),
        ({"in": [0]}, False, False),
        ({"max": 5}, True, False),
        ({"max": 5}, 5, True),
        ({"max": 5}, 5.0, False),
        ({"min": 5}, 4, False),
        ({"max": 5}, "5", False),
        ({"prefix": "INV-"}, "INV-42", True),
    ],
)
def test_values_are_compared_with_their_type(limit, value, ok):
    raw = {"purpose": "p", "tools": ["any"], "args": {"bank/pay": {"n": limit}}}
    task = parse_intent(raw, declared_by="host", max_bytes=999)
    assert intent_facts(task, TOOLS["bank/pay"], {"n": value}, at(NOW)).args_ok is ok


def test_a_nested_argument_is_found_by_its_dotted_path():
    raw = {"purpose": "p", "tools": ["any"], "args": {"bank/pay": {"lines.amount": {"max": 5}}}}
    task = parse_intent(raw, declared_by="host", max_bytes=999)
    good, bad = {"lines": [{"amount": 1}, {"amount": 5}]}, {"lines": [{"amount": 1}, {"amount": 6}]}
    assert intent_facts(task, TOOLS["bank/pay"], good, at(NOW)).args_ok
    assert not intent_facts(task, TOOLS["bank/pay"], bad, at(NOW)).args_ok


def test_only_the_named_resources_may_be_touched():
    task = parse_intent(
        {"purpose": "p", "tools": ["any"], "resources": ["/srv/docs"]},
        declared_by="host",
        max_bytes=999,
    )
    assert intent_facts(task, TOOLS["files/read"], {"path": "/srv/docs/a"}, at(NOW)).args_ok
    assert not intent_facts(task, TOOLS["files/read"], {"path": "/etc/passwd"}, at(NOW)).args_ok


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"purpose":""}',
        b'{"purpose":"p","purpose":"q"}',
        b'{"purpose":"p","tool":["read"]}',
        b'{"purpose":"p","tools":"read"}',
        b'{"purpose":"p","tools":["reads"]}',
        b'{"purpose":"p","tools":["Files/read"]}',
        b'{"purpose":"p","egress":["*.example"]}',
        b'{"purpose":"p","egress":["a..example"]}',
        b'{"purpose":"p","budget_minor":-1}',
        b'{"purpose":"p","budget_minor":"5"}',
        b'{"purpose":"p","budget_minor":5.0}',
        b'{"purpose":"p","budget_minor":true}',
        b'{"purpose":"p","budget_minor":NaN}',
        b'{"purpose":"p","budget_minor":99999999999999999999}',
        b'{"purpose":"p","args":{"a/b":{"c":{"regex":".*"}}}}',
        b'{"purpose":"p","args":{"a/b":{"c":{"eq":[1]}}}}',
        b'{"purpose":"p","args":{"a/b":{"c":{"prefix":""}}}}',
        b'{"purpose":"p","declared_by":"host"}',
        b'{"purpose":"p","also":[]}',
        b'{"purpose":"p","expires_at":1,"expires_at_ms":1}',
        b'{"purpose":"\\ud800"}',
        b'\xff{"purpose":"p"}',
        b"[" * 4000,
        b'{"purpose":"' + b"x" * 5000 + b'"}',
    ],
)
def test_an_unusable_declaration_is_refused_with_its_code(raw):
    with pytest.raises(Unusable) as error:
        parse_intent(raw, declared_by="host", max_bytes=4096)
    assert error.value.code == "intent_unusable"
    assert "purpose is required" in error.value.next_step


def test_a_mapping_is_bounded_like_bytes():
    with pytest.raises(Unusable, match="at most 64"):
        parse_intent({"purpose": "x" * 100}, declared_by="host", max_bytes=64)


def test_a_declaration_says_how_long_it_lasts():
    assert parse_declaration(b'{"purpose":"p"}', declared_by="agent", max_bytes=99)[1] == "call"
    assert (
        parse_declaration(b'{"purpose":"p","scope":"session"}', declared_by="agent", max_bytes=99)[
            1
        ]
        == "session"
    )


def test_narrowing_again_and_again_is_bounded():
    task = parse_intent({"purpose": "0"}, declared_by="host", max_bytes=999)
    for n in range(1, 16):
        task = meet(task, parse_intent({"purpose": str(n)}, declared_by="agent", max_bytes=999))
    with pytest.raises(Refused, match="intent_too_many"):
        meet(task, parse_intent({"purpose": "16"}, declared_by="agent", max_bytes=999))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", json.dumps({"declared_by": "root", "also": [], "purpose": "p"})]
)
def test_a_stored_task_that_cannot_be_read_is_refused(text):
    with pytest.raises(Unusable, match="intent_unusable"):
        from_json(text)


@pytest.mark.parametrize(
    ("more", "wider"),
    [
        ({"tools": ["files/write"]}, True),
        ({"tools": ["files/read"]}, False),
        ({"tools": ["any"]}, True),
        ({"budget_minor": 11}, True),
        ({"budget_minor": 9}, False),
        ({"egress": ["evil.example"]}, True),
        ({"expires_at_ms": 0}, True),
        ({"calls": {"any": 6}}, True),
    ],
)
def test_asking_for_more_is_noticed(more, wider):
    base = {
        "purpose": "p", "tools": ["files/read"], "budget_minor": 10, "egress": ["a.example"],
        "calls": {"any": 5}, "expires_at_ms": NOW,
    }  # fmt: skip
    task = parse_intent(base, declared_by="host", max_bytes=999)
    asked = parse_intent(base | more, declared_by="agent", max_bytes=999)
    assert widens(task, asked) is wider
