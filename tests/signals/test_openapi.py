"""The document of the HTTP API is what a running guard answers: to what it allows, and to the rest."""

import json
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.signals import fuzzing
from tests.signals.whole import Running

pytestmark = pytest.mark.signals

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
OPERATIONS = [
    (method.upper(), path, one)
    for path, item in DOCUMENT["paths"].items()
    for method, one in item.items()
]
NASTY = (
    b"", b"null", b"[]", b"7", b"{", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}', b'{"a":"\\ud800"}',  b'{"a":"\xff"}', b"\xff\xfe{\x00}\x00", b'{"a":' + b"9" * 5_000 + b"}",
    b"[" * 100_000, b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}", b'{"a":"' + b"x" * 5_000_000 + b'"}',
)  # fmt: skip
VALUES = (
    '"\\ud800"', '"\\u0000"', '["\\ud800"]', '{"a":"\\ud800"}', "null", "true", "[]", "{}", "[7]", "[[]]", "-1",
    "1.5", "1e308", "9007199254740993", "1" + "0" * 60, '""', '"' + "x" * 60_000 + '"',
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("whole")) as running:
        yield running


def asked(whole, http, method, path, one, body, shown):
    """Send a body with what its caller shows; return the answer, or fail where the document has none."""
    (kind,) = one["requestBody"]["content"]
    named = whole.approval if "/approvals/" in path else whole.handle
    path = path.replace("{id}", named).replace("{server}", "shop").replace("{name}", "idp")
    headers = {"content-type": kind, **shown}
    answer = http.request(method, whole.base(one) + path, content=body, headers=headers)
    said = f"{method} {path} {body[:80]} -> {answer.status_code} {answer.text[:200]}"
    assert answer.status_code < 500, said
    assert str(answer.status_code) in one["responses"], said
    return answer


def taking():
    return [(m, p, one) for m, p, one in OPERATIONS if "requestBody" in one]


def test_a_body_that_no_two_readers_read_alike_is_refused_everywhere(whole) -> None:
    with httpx.Client(trust_env=False, verify=False, timeout=20) as http:
        for method, path, one in taking():
            shown = whole.headers(one)
            for body in NASTY:
                answer = asked(whole, http, method, path, one, body, shown)
                assert answer.status_code >= 400, (method, path, body[:40])


def plausible(schema):
    """Return some value that fits a schema."""
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    inside = {name: plausible(schema["properties"][name]) for name in schema.get("required", ())}
    return {"string": "a", "integer": 1, "boolean": True, "array": []}.get(schema.get("type"), inside)  # fmt: skip


@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.soak)])
def test_no_value_of_any_member_breaks_the_guard(whole, share) -> None:
    """Of three values in a row, each member gets one: the soak plays all."""
    turns = count()
    with httpx.Client(trust_env=False, verify=False, timeout=20) as http:
        for method, path, one in taking():
            shown = whole.headers(one)
            schema = one["requestBody"]["content"].get("application/json", {}).get("schema", {})
            members = schema.get("properties", {})
            fitting = {name: plausible(some) for name, some in members.items() if some}
            for name in members:
                for value in VALUES[next(turns) % share :: share]:
                    body = json.dumps(fitting | {name: "@@"}).replace('"@@"', value)
                    asked(whole, http, method, path, one, body.encode(), shown)


def test_a_line_break_in_a_path_is_answered_behind_the_same_edge_as_any_name(whole) -> None:
    with httpx.Client(trust_env=False, verify=False, timeout=20) as http:
        console = {"tags": ["console"]}
        headers, base = whole.headers(console), whole.base(console)
        for path in ("/console/approvals/a%0Ab", "/console/approvals/a%0A"):
            answer = http.get(base + path, headers=headers)
            assert answer.status_code == 404
            assert "content-security-policy" in answer.headers, path


def fuzzed(whole, **how):
    """Send every operation as the document has it, and otherwise; return what was wrong."""
    return [
        text for one in fuzzing.operations(DOCUMENT) for text in fuzzing.fuzz(one, whole, **how)
    ]


def test_what_the_document_allows_and_what_it_does_not_is_answered_as_it_says(whole) -> None:
    wrong = fuzzed(whole, examples=2, random=False)
    assert not wrong, fuzzing.told(wrong)
    assert len(whole.asked) == len(OPERATIONS) - len(fuzzing.ENDLESS)


@pytest.mark.soak
def test_nothing_is_found_in_a_long_run_either(whole) -> None:
    wrong = fuzzed(whole, examples=60, random=True)
    assert not wrong, fuzzing.told(wrong)
