"""Strict JSON: the quick ways around a check find exactly what the check would have found."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard_adapters.front.mcp.protocol.json import (
    Limits,
    Written,
    _check_shape,
    _surely_in_shape,
    as_read,
    dumps,
    loads,
    written,
)
from guard_adapters.front.mcp.protocol.private import PRIVATE, clean
from guard_adapters.front.mcp.protocol.wire import WireRefused
from guard_adapters.front.mcp.socket.desk import Gone, Reply

VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=6) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=30,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=6)
TIGHT = st.builds(
    Limits,
    depth=st.integers(1, 6),
    members=st.integers(1, 20),
    lone_surrogates=st.booleans(),
)


@given(OBJECTS, TIGHT, st.booleans())
def test_what_the_bytes_alone_let_pass_the_whole_walk_lets_pass_too(value, limits, escaped):
    raw = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    if _surely_in_shape(raw, limits):
        try:
            raw.decode()
        except UnicodeDecodeError:
            return  # refused before the walk
        _check_shape(json.loads(raw), limits)


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=8), max_size=4), st.booleans())
def test_bytes_that_are_sent_on_as_they_came_hold_no_line_end_of_any_client(value, escaped):
    raw = json.dumps(value, ensure_ascii=escaped).encode()
    sent = written(as_read(value, raw))
    assert len(sent.decode().splitlines()) <= 1
    assert json.loads(sent) == value


@pytest.mark.parametrize(
    "raw",
    [
        b'{"result":{"_meta":{"dev.guardcall/refusal":1,"mine":2}}}',
        rb'{"result":{"_meta":{"dev.guardcall\/refusal":1,"mine":2}}}',
        rb'{"result":{"_meta":{"\u0064ev.guardcall/refusal":1,"mine":2}}}',
        rb'{"result":{"_meta":{"dev\u002eguardcall/refusal":1,"mine":2}}}',
    ],
)
def test_a_forged_name_of_the_guard_is_taken_out_however_it_is_spelled(raw):
    found = clean(as_read(loads(raw), raw))
    assert found == {"result": {"_meta": {"mine": 2}}}
    assert PRIVATE.encode() not in written(found)
    assert json.loads(written(found)) == found


def test_a_message_without_the_guards_names_keeps_its_bytes():
    raw = b'{"id": 1, "result": {"amount": 1.10}}'
    assert written(clean(as_read(loads(raw), raw))) == raw


def test_a_message_that_was_changed_is_written_anew():
    raw = b'{"id": 1, "result": {}}'
    changed = {**as_read(loads(raw), raw), "id": 2}
    assert not isinstance(changed, Written)
    assert written(changed) == dumps({"id": 2, "result": {}})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a\\u0085":1}', "control_in_key"),
        ('{"a\u009f":1}'.encode(), "control_in_key"),
        (b'{"a":"\\ud83d"}', "lone_surrogate"),
        (b'{"a":' + b"[" * 65 + b"]" * 65 + b"}", "too_deep"),
    ],
)
def test_the_quick_way_refuses_what_the_long_one_refuses(raw, reason):
    with pytest.raises(WireRefused) as refused:
        loads(raw)
    assert refused.value.reason == reason


async def test_a_reply_is_heard_of_in_the_turn_in_which_it_comes():
    heard: list[object] = []
    answered, lost, taken = Reply(), Reply(), Reply()
    for reply in (answered, lost, taken):
        reply.hear(heard.append)
    answered.set_result({"id": 1})
    lost.set_exception(Gone("OUTCOME_UNKNOWN"))
    taken.cancel()
    assert heard == [answered, lost, taken]
    assert not taken.cancel()
    assert heard == [answered, lost, taken]
    with pytest.raises(Gone):
        await lost


async def test_a_task_that_waits_for_a_reply_and_is_cancelled_takes_it_back():
    reply, heard = Reply(), []
    reply.hear(heard.append)
    task = asyncio.ensure_future(_wait(reply))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == [reply]
    assert reply.cancelled()


async def _wait(reply: Reply) -> object:
    return await reply
