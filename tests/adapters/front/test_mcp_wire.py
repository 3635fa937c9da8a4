"""What the strict reader takes, what it refuses and in which words; lines and events."""

import itertools
import json
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard_adapters.front.mcp.protocol.events import Event, EventSplitter, LineSplitter, write_event
from guard_adapters.front.mcp.protocol.json import RESPONSE_LIMITS, Limits, dumps, loads
from guard_adapters.front.mcp.protocol.wire import (
    Kind,
    WireRefused,
    classify,
    era,
    error_message,
    message_id,
    readable_id,
)
from tests.many import many

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read"}}

MALFORMED = [
    (b"", -32700, "not_json"),
    (b"   ", -32700, "not_json"),
    (b"{", -32700, "not_json"),
    (b'{"a":1}x', -32700, "not_json"),
    (b'{"a":1}{"a":2}', -32700, "not_json"),
    (b"{'a':1}", -32700, "not_json"),
    (b'{"a":01}', -32700, "not_json"),
    (b'{"a":1,}', -32700, "not_json"),
    (b'{"a":"line\nbreak"}', -32700, "not_json"),
    (b'{"a":NaN}', -32700, "not_json"),
    (b'{"a":Infinity}', -32700, "not_json"),
    (b'{"a":-Infinity}', -32700, "not_json"),
    (b"\xef\xbb\xbf{}", -32700, "not_json"),
    (b'{"a":"\xff"}', -32700, "not_utf8"),
    (b'{"a":"\xed\xa0\x80"}', -32700, "not_utf8"),
    ('{"a":1}'.encode("utf-16"), -32700, "not_utf8"),
    ('{"a":1}'.encode("utf-16-le"), -32700, "not_json"),
    ('{"a":1}'.encode("utf-32-le"), -32700, "not_json"),
    (b'{"a":1,"a":2}', -32700, "duplicate_key"),
    (b'{"p":{"name":"x","n\\u0061me":"y"}}', -32700, "duplicate_key"),
    (b'{"name\\u0000":1}', -32700, "control_in_key"),
    (b'{"na\\nme":1}', -32700, "control_in_key"),
    (b'{"name\\u007f":1}', -32700, "control_in_key"),
    (b'{"a":1e400}', -32700, "number_out_of_range"),
    (b'{"a":-1e400}', -32700, "number_out_of_range"),
    (b'{"a":' + b"9" * 4301 + b"}", -32700, "number_out_of_range"),
    (b'{"a":"\\ud800"}', -32700, "lone_surrogate"),
    (b'{"a":["\\udc00x"]}', -32700, "lone_surrogate"),
    (b'{"\\ud800":1}', -32700, "lone_surrogate"),
    (b'{"a":' * 65 + b"1" + b"}" * 65, -32700, "too_deep"),
    (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", -32700, "too_deep"),
    (b'{"a":[' + b"1," * 10_000 + b"1]}", -32600, "too_many_members"),
    (b'{"a":"' + b"x" * 4 * 2**20 + b'"}', -32600, "body_too_large"),
    (b"[]", -32600, "batch_refused"),
    (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, "batch_refused"),
    (b"1", -32600, "not_an_object"),
    (b"null", -32600, "not_an_object"),
    (b'"text"', -32600, "not_an_object"),
]

NOT_MESSAGES = [
    ({}, "not_jsonrpc"),
    ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, "not_jsonrpc"),
    ({"jsonrpc": 2.0, "id": 1, "method": "ping"}, "not_jsonrpc"),
    ({"jsonrpc": "2.0"}, "not_a_message"),
    ({"jsonrpc": "2.0", "id": 1, "method": "ping", "result": {}}, "not_a_message"),
    ({"jsonrpc": "2.0", "id": 1, "result": {}, "error": {}}, "not_a_message"),
    ({"jsonrpc": "2.0", "id": 1, "error": "text"}, "not_a_message"),
    ({"jsonrpc": "2.0", "id": 1, "method": ""}, "bad_method"),
    ({"jsonrpc": "2.0", "id": 1, "method": 7}, "bad_method"),
    ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}, "bad_params"),
    ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": None}, "bad_params"),
    ({"jsonrpc": "2.0", "id": None, "method": "ping"}, "bad_id"),
    ({"jsonrpc": "2.0", "id": True, "method": "ping"}, "bad_id"),
    ({"jsonrpc": "2.0", "id": 1.0, "method": "ping"}, "bad_id"),
    ({"jsonrpc": "2.0", "id": [1], "method": "ping"}, "bad_id"),
    ({"jsonrpc": "2.0", "result": {}}, "bad_id"),
    ({"jsonrpc": "2.0", "id": {}, "error": {}}, "bad_id"),
]


def tells_what_to_do(message: str) -> bool:
    """A sentence with an end, and an advice that begins with a verb we use."""
    verbs = [
        "Send",
        "Encode",
        "Nest",
        "Split",
        "Remove",
        "Leave",
        "Add",
        "Name",
        "Choose",
        "Use",
        "Write",
    ]
    return message.endswith(".") and any(f"{verb} " in message for verb in verbs)


@pytest.mark.parametrize(("raw", "code", "reason"), MALFORMED)
def test_a_malformed_message_is_refused_with_its_code_and_an_advice(raw, code, reason):
    with pytest.raises(WireRefused) as caught:
        loads(raw)
    refused = caught.value
    assert (refused.code, refused.reason) == (code, reason)
    assert tells_what_to_do(refused.message), refused.message
    assert refused.http_status == (413 if reason == "body_too_large" else 400)


@pytest.mark.parametrize(("message", "reason"), NOT_MESSAGES)
def test_what_is_no_message_is_refused_with_its_reason_and_an_advice(message, reason):
    with pytest.raises(WireRefused) as caught:
        classify(message)
    assert (caught.value.code, caught.value.reason) == (-32600, reason)
    assert tells_what_to_do(caught.value.message), caught.value.message


def test_each_kind_of_message_is_named():
    assert classify(CALL) is Kind.REQUEST
    assert classify({"jsonrpc": "2.0", "method": "notifications/x"}) is Kind.NOTIFICATION
    assert classify({"jsonrpc": "2.0", "id": "a", "result": None}) is Kind.RESPONSE
    assert classify({"jsonrpc": "2.0", "id": 0, "error": {"code": 1}}) is Kind.ERROR
    assert classify({"jsonrpc": "2.0", "id": None, "error": {"code": 1}}) is Kind.ERROR


def test_big_integers_and_ids_survive_as_they_came():
    raw = b'{"id":"1","n":12345678901234567890,"f":1.10}'
    assert dumps(loads(raw)) == b'{"id":"1","n":12345678901234567890,"f":1.1}'
    assert message_id({"id": "1"}) != message_id({"id": 1})
    assert readable_id({"id": True}) is None


def test_an_answer_with_half_a_character_passes_and_is_escaped():
    raw = b'{"text":"\\ud800 \xc3\xa9"}'
    read = loads(raw, limits=RESPONSE_LIMITS)
    assert dumps(read) == b'{"text":"\\ud800 \\u00e9"}'


def test_no_written_message_holds_anything_a_client_takes_for_a_line_end():
    text = "".join(map(chr, [*range(0x21), 0x7F, 0x85, 0x2028, 0x2029]))
    written = dumps({"text": text})
    assert len(written.decode().splitlines()) == 1
    assert json.loads(written) == {"text": text}


def test_exactly_the_allowed_depth_and_number_of_values_pass():
    deep = b'{"a":' * 64 + b"1" + b"}" * 64
    assert loads(deep)
    assert loads(b'{"a":[1,1]}', limits=Limits(members=3))
    with pytest.raises(WireRefused):
        loads(b'{"a":[1,1]}', limits=Limits(members=2))


def test_the_era_is_told_by_the_body_alone():
    key = "io.modelcontextprotocol/protocolVersion"
    assert era({"params": {"_meta": {key: "2026-07-28"}}}) == "modern"
    assert era({"params": {"_meta": {key: None}}}) == "modern"
    for params in ({}, {"_meta": {}}, {"_meta": key}, [key], None):
        assert era({"params": params}) == "legacy"
    assert era({}) == "legacy"


def test_an_error_message_carries_the_stable_reason_for_programs():
    refused = WireRefused(-32602, "Say it again.", 400, "bad", {"more": 1})
    assert error_message("x", refused) == {
        "jsonrpc": "2.0",
        "id": "x",
        "error": {"code": -32602, "message": "Say it again.", "data": {"reason": "bad", "more": 1}},
    }
    assert str(refused) == "bad: Say it again."


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(st.text("abcé漢", max_size=4), below)
    ),
    max_leaves=20,
)


@settings(max_examples=many(150), deadline=1000)
@given(st.dictionaries(st.text("abc", max_size=3), json_values, max_size=4))
def test_what_is_written_is_read_back_equal(message):
    assert loads(dumps(message)) == message


@settings(max_examples=many(200), deadline=1000)
@given(st.binary(max_size=60))
def test_any_bytes_give_an_object_or_a_refusal_and_nothing_else(raw):
    try:
        found = loads(raw)
    except WireRefused as refused:
        found = {"advice": tells_what_to_do(refused.message)}
    assert isinstance(found, dict)
    assert found.get("advice", True)


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    marks = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(marks)]


# Line ends, field names and blanks in every order, so that each boundary case occurs often.
sse_streams = st.lists(
    st.sampled_from(
        [
            b"\r",
            b"\n",
            b"\r\n",
            b"\n\n",
            b"data: x",
            b"data:",
            b"id: 7",
            b": c",
            b":",
            b"event: e",
            b"retry: 1",
            b"\xef\xbb\xbf",
            b" ",
        ]
    ),
    max_size=30,
).map(b"".join)


def events_by_the_standard(stream: bytes) -> list[tuple[bytes, ...]]:
    """The whole stream at once, told plainly: the splitter must agree."""
    stream = stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removeprefix(b"\xef\xbb\xbf")
    lines, found, block = stream.split(b"\n")[:-1], [], []
    for line in lines:
        if line.startswith(b":") and not block:
            found.append((line,))
        elif line:
            block.append(line)
        elif block:
            found.append(tuple(block))
            block = []
    return found


@settings(max_examples=many(400), deadline=1000)
@given(sse_streams, st.lists(st.integers(0, 400), max_size=30))
def test_events_do_not_depend_on_how_the_stream_is_cut(stream, places):
    splitter = EventSplitter()
    found = [event.lines for chunk in cut(stream, places) for event in splitter.feed(chunk)]
    assert found == events_by_the_standard(stream)


def test_a_line_feed_after_a_carriage_return_is_skipped_once_only():
    splitter = EventSplitter()
    chunks = [b"data: a\r", b"", b"\n", b"\n", b"data: b\r", b"\r", b"\ndata: c\n\n"]
    found = [event.data for chunk in chunks for event in splitter.feed(chunk)]
    assert found == [b"a", b"b", b"c"]


def test_an_event_keeps_id_type_retry_and_comments_when_its_data_is_replaced():
    raw = b"id: 7\nevent: message\n: note\ndata: old\ndata: more\nretry: 100\n\n"
    (event,) = EventSplitter().feed(raw)
    assert (event.id, event.event, event.data) == (b"7", b"message", b"old\nmore")
    assert write_event(event) == raw
    wanted = b'id: 7\nevent: message\n: note\ndata: {"a":1}\nretry: 100\n\n'
    assert write_event(event, b'{"a":1}') == wanted


def test_priming_events_and_comments_pass_as_they_are():
    raw = b"id: 1\ndata:\nretry: 100\n\n: ping\n\n"
    priming, comment = EventSplitter().feed(raw)
    assert (priming.data, comment.data, comment.id) == (b"", None, None)
    assert write_event(priming) + write_event(comment) == raw


def test_replaced_data_never_breaks_out_of_its_event():
    written = write_event(Event((b"data",)), b"a\n\rid: 9\r\n\r\nb")
    (event,) = EventSplitter().feed(written)
    assert (event.id, event.data) == (None, b"a\n\nid: 9\n\nb")


@pytest.mark.parametrize("chunk", [b"data: " + b"x" * 100, b"d\n" * 60, b"x" * 101])
def test_an_event_beyond_the_limit_is_refused_with_an_advice(chunk):
    with pytest.raises(WireRefused) as caught:
        EventSplitter(limit=100).feed(chunk)
    assert (caught.value.reason, caught.value.http_status) == ("event_too_large", 502)
    assert caught.value.message.endswith("Ask for less.")


def test_many_events_within_the_limit_pass_however_long_the_stream():
    splitter = EventSplitter(limit=100)
    assert sum(len(splitter.feed(b"data: 12345\n\n: ping\n")) for _ in range(1000)) == 2000
    assert not splitter.finish()


def test_an_event_cut_off_by_the_end_is_not_delivered():
    splitter = EventSplitter()
    assert splitter.feed(b"data: half\n") == []
    assert splitter.finish()


@settings(max_examples=many(200), deadline=1000)
@given(
    st.lists(st.sampled_from([b"\n", b"\r\n", b"{}", b"x" * 9, b"y" * 25, b" "]), max_size=20),
    st.lists(st.integers(0, 400), max_size=20),
)
def test_lines_do_not_depend_on_how_the_stream_is_cut(parts, places):
    def lines(chunks):
        splitter = LineSplitter(limit=30)
        found = [line for chunk in chunks for line in splitter.feed(chunk)]
        shown = [line.reason if isinstance(line, WireRefused) else line for line in found]
        return shown, splitter.finish()

    stream = b"".join(parts)
    assert lines(cut(stream, places)) == lines([stream])


@pytest.mark.parametrize("size", [1, 64 * 1024, 2**20])
def test_a_line_within_the_limit_passes_whole(size):
    splitter = LineSplitter()
    assert splitter.feed(b"x" * size) == []
    assert splitter.feed(b"\r\nrest") == [b"x" * size]
    assert splitter.finish() == b"rest"


def test_a_line_beyond_the_limit_is_reported_once_and_the_next_one_is_good():
    splitter = LineSplitter(limit=10)
    first = splitter.feed(b"x" * 11)
    assert [refused.reason for refused in first] == ["line_too_long"]
    assert splitter.feed(b"x" * 1000) == []
    assert splitter.feed(b"\n{}\n") == [b"{}"]
    assert splitter.finish() is None


def test_the_wire_needs_nothing_but_the_standard_library():
    names = "wire", "json", "events", "keys"
    code = "".join(f"import guard_adapters.front.mcp.protocol.{name}\n" for name in names) + (
        "import sys\nprint(*sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        timeout=5,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    loaded = {name.partition(".")[0] for name in ran.stdout.decode().split()}
    assert not loaded & {
        "mcp",
        "mcp_types",
        "pydantic",
        "anyio",
        "httpx",
        "cryptography",
        "joserfc",
    }
