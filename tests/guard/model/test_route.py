"""Requests of plain HTTP APIs: one reading in, and written anew on the way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model.route import Unclear, arguments_of, pairs_of, parse_route, segments_of, written

PAY = parse_route("POST /invoices/{id}/pay?dry_run={dry_run}&n={count}")
SCHEMA = {
    "properties": {
        "id": {"type": "string"}, "dry_run": {"type": "boolean"}, "count": {"type": "integer"},
        "rate": {"type": "number"},
    }
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "GET", "get /a", "TRACE /a", "GET a", "GET /a//b", "GET /a/../b", "GET /a/./b", "GET /{}",
        "GET /{a}{b}", "GET /x{a}", "GET /a b", "GET /a%2Fb", "GET /{a}/{a}", "GET /{a}?a={a}",
        "GET /a?x=1", "GET /a?x={a}&x={b}", "GET /a?x={a}&y={a}", "GET /a?", "GET /a;b", "POST  /a",
    ],
)  # fmt: skip
def test_what_is_no_template_is_refused(text):
    if text == "GET /a?":
        assert parse_route(text).query == {}
        return
    with pytest.raises(ValueError):
        parse_route(text)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"a", b"//", b"//a", b"/a//b", b"/a//", b"/.", b"/..", b"/a/../b", b"/a/./b", b"/...",
        b"/%2e%2e/a", b"/%2E/a", b"/a%2Fb", b"/a%2fb", b"/a%5Cb", b"/a\\b", b"/a%00", b"/a%0d%0a",
        b"/a%252e", b"/a%", b"/a%zz", b"/a%2", b"/a;b=1", b"/a%3Bb", b"/%ff", b"/\xff", b"/a%c0%ae",
        b"/a%7f",
    ],
)  # fmt: skip
def test_a_path_with_two_readings_is_refused(raw):
    with pytest.raises(Unclear) as no:
        segments_of(raw)
    assert no.value.code == "path_unclear"


def test_a_plain_path_is_read_once():
    assert segments_of(b"/") == ((), False)
    assert segments_of(b"/a%20b/%C3%A9/x+y/") == (("a b", "é", "x+y"), True)


@pytest.mark.parametrize("raw", [b"a=1&a=2", b"=1", b"&", b"a=%", b"a=%ff", b"a=1&%61=2", b"a&a"])
def test_a_parameter_twice_or_unreadable_is_refused(raw):
    with pytest.raises(Unclear) as no:
        pairs_of(raw, "query_unclear")
    assert no.value.code == "query_unclear"


def test_a_request_becomes_arguments_and_back():
    path = PAY.matched("POST", ("invoices", "7 a", "pay"), slash=False)
    query = pairs_of(b"dry_run=true&n=3", "query_unclear")
    found = arguments_of(PAY, path, query, {"note": "hi"}, SCHEMA)
    assert found == {"id": "7 a", "dry_run": True, "count": 3, "note": "hi"}
    request = written(PAY, found, form=False, bare=False)
    assert request.target == "/invoices/7%20a/pay?dry_run=true&n=3"
    assert request.body == b'{"note":"hi"}'
    assert written(PAY, found, form=True, bare=False).body == b"note=hi"


@pytest.mark.parametrize(
    ("query", "body", "code"),
    [
        ({"_method": "DELETE"}, {}, "parameter_unknown"),
        ({}, {"id": "8"}, "argument_twice"),
        ({}, {"dry_run": False}, "argument_twice"),
        ({"n": "3.5"}, {}, "argument_unreadable"),
        ({"n": "03"}, {}, "argument_unreadable"),
        ({"n": "1e3"}, {}, "argument_unreadable"),
        ({"n": "\u0663"}, {}, "argument_unreadable"),
        ({"n": " 3"}, {}, "argument_unreadable"),
        ({"dry_run": "True"}, {}, "argument_unreadable"),
        ({"dry_run": "1"}, {}, "argument_unreadable"),
    ],
)
def test_what_is_not_of_the_template_is_refused(query, body, code):
    with pytest.raises(Unclear) as no:
        arguments_of(PAY, {"id": "7"}, query, body, SCHEMA)
    assert no.value.code == code


@pytest.mark.parametrize(
    "value", ["..", ".", "", "a/b", "a\\b", "a%2e", "a;b", "a\n", None, ["a"], {}]
)
def test_a_value_that_would_lead_elsewhere_is_not_written_into_a_path(value):
    with pytest.raises(Unclear) as no:
        written(PAY, {"id": value}, form=False, bare=True)
    assert no.value.code == "argument_unwritable"


def test_an_argument_without_a_place_is_not_dropped():
    with pytest.raises(Unclear):
        written(parse_route("GET /a/{id}"), {"id": "1", "more": 1}, form=False, bare=True)
    with pytest.raises(Unclear):
        written(PAY, {"id": "1", "deep": {"a": 1}}, form=True, bare=False)


def test_two_templates_that_match_the_same_have_one_shape():
    assert parse_route("GET /a/{x}").shape() == parse_route("GET /a/{y}?z={z}").shape()
    assert parse_route("GET /a/{x}").shape() != parse_route("GET /a/{x}/").shape()


@given(st.text(min_size=1, max_size=30))
def test_whatever_is_written_is_read_as_the_same(text):
    try:
        request = written(PAY, {"id": text}, form=False, bare=True)
    except Unclear:
        return
    assert segments_of(request.target.encode()) == (("invoices", text, "pay"), False)
