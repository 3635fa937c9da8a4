"""The arguments as a person sees them: nothing lost, nothing invented, secrets not at all."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guard.grant.view import view_from, view_json
from guard.model.call import ArgSpec, ToolCall, ToolSpec, argument_bytes
from guard.model.decision import Applied
from guard.model.facts import ProvFacts
from guard.model.legible import pieces, read_back
from guard.model.origin import Origin, Source
from guard.policy.argued import MAY_CHANGE, arguments_of, gone_since, shown_bytes, value_at
from guard.policy.looks import looks_like
from guard.testing.review import a_view

TEXT = st.text(max_size=20) | st.text(alphabet="<U+202E>\u202e \n\t\u0301a", max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def call(arguments):
    sent = arguments if isinstance(arguments, bytes) else argument_bytes(arguments)
    return ToolCall(id="c", session="s", server="bank", tool="pay", arguments=sent)


def rows(arguments, prov=None, *, before=b"", applied=(), effect="write", **args):
    spec = ToolSpec(server="bank", tool="pay", effect=frozenset({effect}), args=args)
    return arguments_of(call(arguments), spec, prov or ProvFacts(), applied, before)


def value_of(one):
    return one.text if one.kind == "text" else json.loads(one.text)


def rebuilt(found):
    """Return the bytes that the rows stand for."""
    root = {}
    for row in found:
        if row.values and row.values[0].kind == "raw":
            return row.values[0].text.encode()
        values = [value_of(one) for one in row.values]
        node, leaf = root, values if row.listed else values[0]
        for name, after in zip(row.path, [*row.path[1:], None], strict=True):
            fresh = leaf if after is None else ([] if isinstance(after, int) else {})
            if isinstance(node, list):
                if name == len(node):
                    node.append(fresh)
            else:
                node.setdefault(name, fresh)
            node = node[name]
    return argument_bytes(root)


@given(st.dictionaries(TEXT, JSON, max_size=5).filter(lambda one: json.dumps(one).isascii()))
def test_the_bytes_can_be_made_again_from_the_rows(arguments):
    try:
        sent = argument_bytes(arguments)
    except ValueError:  # half a character: refused before anybody is asked
        return
    found = rows(sent)
    assume(not any(row.hidden for row in found))  # a name that says "secret" hides its value
    assert rebuilt(found) == sent


@given(TEXT)
def test_what_is_shown_reads_back_to_the_letter(text):
    shown = "".join(one.text for one in pieces(text))
    assert read_back(shown) == text
    assert "\u202e" not in shown
    assert "\t" not in shown


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a b", ["plain"]),
        (" a", ["blank", "plain"]),
        ("a  b ", ["plain", "blank", "plain", "blank"]),
        ("a\nb", ["plain", "line", "plain"]),
        ("<U+202E>", ["odd", "plain"]),
        ("a\u202eb", ["plain", "odd", "plain"]),
    ],
)
def test_blanks_lines_and_hidden_characters_are_marked(text, kinds):
    assert [one.kind for one in pieces(text)] == kinds


def test_bytes_that_are_written_in_another_way_are_shown_as_they_are():
    sent = b'{"b": 1, "a": 1e2}'
    (row,) = rows(sent)
    assert (row.path, row.values[0].kind, row.values[0].text) == ((), "raw", sent.decode())


def test_a_call_without_arguments_has_no_rows():
    assert rows({}) == ()


def test_a_secret_is_neither_shown_nor_told_by_its_digest():
    (row,) = rows({"pin": "1234"}, pin=ArgSpec(role="secret"))
    assert (row.hidden, row.values, row.sha256, row.size) == ("secret", (), "", 0)
    assert value_at(argument_bytes({"pin": "1234"}), ("pin",)) == '"1234"'


def test_a_secret_that_changed_says_so_and_not_from_what():
    before = argument_bytes({"pin": "1234"})
    (row,) = rows({"pin": "9999"}, before=before, pin=ArgSpec(role="secret"))
    assert (row.change, row.was) == ("changed", ())


def test_a_blob_is_named_by_digest_and_size_and_costs_nobody_reading():
    big = {"file": "x" * 100_000, "name": "a"}
    found = rows(big, file=ArgSpec(kind="blob"))
    assert [one.hidden for one in found] == ["blob", ""]
    assert found[0].size == 100_002
    assert shown_bytes(found) < 100
    assert shown_bytes(rows(big)) > 100_000


def test_each_row_says_how_it_differs_from_the_last_approved_call():
    before = argument_bytes({"a": 1, "b": 2, "d": 4, "e": {"f": 1}})
    found = {one.path: one for one in rows({"a": 1, "b": 3, "c": 3}, before=before)}
    assert [one.change for one in found.values()] == ["same", "changed", "new"]
    assert [one.text for one in found["b",].was] == ["2"]
    assert gone_since(call({"a": 1, "b": 3, "c": 3}), before) == (("d",), ("e", "f"))


def origin(path, source, why, **more):
    return Origin(path=path, role="recipient", kind="email", source=source, why=why, **more)


def test_each_value_has_its_origin_and_the_untrusted_its_mark():
    prov = ProvFacts(
        untrusted=frozenset({"b"}),
        user_prompt=frozenset({"a", "e"}),
        origins=(
            origin("b", Source.UNTRUSTED, "untrusted_only", step=3, action="m/read"),
            origin("c", Source.COMPOSED, "composed"),
            origin("d", Source.LINKED, "linked_record", step=2, action="m/get", field="x"),
            origin("a", Source.PROMPT, "in_prompt"),
        ),
    )
    cut = Applied(rule="CUT-1", name="cap", changes=("f",))
    given_ = {"a": "x", "b": "x", "c": "x", "d": "x", "e": "x", "f": 1, "g": 1}
    found = {one.path[0]: one for one in rows(given_, prov, applied=(cut,))}
    kinds = {name: [o.kind for o in one.origins] for name, one in found.items()}
    assert kinds == {
        "a": ["person"], "b": ["call"], "c": ["agent"], "d": ["call"], "e": ["tool"],
        "f": ["policy"], "g": ["unknown"],
    }  # fmt: skip
    assert [name for name, one in found.items() if one.untrusted] == ["b"]
    assert (found["b"].origins[0].step, found["d"].origins[0].step) == (3, 2)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("pay@\u0430pple.com", "host in DNS: xn--pple-43d.com"),
        ("https://xn--pple-43d.com/x", "host xn--pple-43d.com reads as \u0430pple.com"),
        ("p\u0430ypal", "letters of two scripts in one word"),
    ],
)
def test_a_name_that_looks_like_another_is_named(text, note):
    assert note in looks_like(text)


@pytest.mark.parametrize("text", ["acme.example", "Grüße", "日本語", "a.b.c", "xn--", "1.5"])
def test_ordinary_words_carry_no_note(text):
    assert looks_like(text) == ()


@pytest.mark.parametrize(
    ("role", "effect", "value", "said"),
    [
        ("attach", "write", "reports/may.pdf", True),
        ("command", "privileged", "sh deploy.sh", True),
        ("url", "read", "https://acme.example/terms", True),
        ("path", "privileged", "scripts/deploy.sh", True),
        ("path", "egress", "reports/may.pdf", True),
        ("path", "write", "reports/may.pdf", False),  # it is written there
        ("attach", "write", "", False),
        ("body", "egress", "the text itself", False),
    ],
)
def test_what_only_points_at_content_says_that_it_may_change(role, effect, value, said):
    odd = " ".join(f"xn--{n}.example" for n in range(20)) if said else ""
    (row,) = rows({"a": f"{value}{odd}"}, effect=effect, a=ArgSpec(role=role))
    assert (row.notes[:1] == (MAY_CHANGE,)) is said  # first: of many notes the last are folded


@given(st.dictionaries(st.text(min_size=1, max_size=5), JSON, max_size=3))
def test_a_stored_view_is_the_same_view(arguments):
    try:
        view = a_view(arguments)
    except ValueError:
        return
    stored = view_json(view)
    assert view_from(stored) == view
    assert view_json(view_from(stored)) == stored
