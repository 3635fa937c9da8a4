"""Attack: a key in another spelling, which a server that ignores case reads as the real one."""

import pytest

from guard_adapters.front.mcp.protocol.json import loads
from guard_adapters.front.mcp.protocol.keys import refuse_near_arguments, refuse_near_keys
from guard_adapters.front.mcp.protocol.wire import WireRefused

SCHEMA = {
    "type": "object",
    "properties": {
        "path": {"type": "string"},
        "options": {"type": "object", "properties": {"limit": {"type": "integer"}}},
        "edits": {"type": "array", "items": {"properties": {"newText": {}}}},
        "env": {"type": "object"},
    },
}


def call(**params):
    return call_with(params)


def call_with(params):
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


MESSAGES = [
    {**call(name="read"), "Method": "tools/list"},
    {**call(name="read"), "PARAMS": {"name": "delete"}},
    {**call(name="read"), "param\u017f": {"name": "delete"}},
    {**call(name="read"), "Id": 2},
    {**call(name="read"), "JsonRpc": "2.0"},
    call(name="read", Name="delete"),
    call(Name="delete"),
    call(name="read", NAME="delete"),
    call(name="read", Arguments={}),
    call_with({"name": "read", "argument\u017f": {}}),
    call(name="read", _Meta={}),
    call(uri="a", URI="b"),
    call(name="read", inputresponses={}),
    call(name="read", RequestState="s"),
    call_with({"name": "read", "ta\u017f\u212aId": "t"}),
    call(_meta={"io.modelcontextprotocol/ProtocolVersion": "2026-07-28"}),
    call(_meta={"progresstoken": 1}),
    call(inputResponses={"a": {"Action": "accept"}}),
    call(inputResponses={"a": {"action": "decline", "ACTION": "accept"}}),
    call(inputResponses={"user": {"action": "decline"}, "USER": {"action": "accept"}}),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_protocol_key_in_another_spelling_goes_no_further(message):
    with pytest.raises(WireRefused) as caught:
        refuse_near_keys(message)
    assert caught.value.reason == "near_key"
    assert caught.value.code in {-32600, -32602}
    assert caught.value.message.endswith(".")
    assert "Write " in caught.value.message or "Send one" in caught.value.message


@pytest.mark.parametrize(
    "arguments",
    [
        {"Path": "/etc"},
        {"path": "/tmp", "PATH": "/etc"},
        {"pa\u017f": 1, "pas": 2},
        {"extra": 1, "Extra": 2},
        {"options": {"Limit": 500}},
        {"edits": [{"newText": "a"}, {"newtext": "b"}]},
    ],
)
def test_an_argument_that_folds_onto_another_goes_no_further(arguments):
    with pytest.raises(WireRefused) as caught:
        refuse_near_arguments(arguments, SCHEMA)
    assert (caught.value.code, caught.value.reason) == (-32602, "near_key")


def test_without_a_schema_siblings_are_still_compared():
    with pytest.raises(WireRefused):
        refuse_near_arguments({"a": 1, "A": 2}, None)
    refuse_near_arguments({"A": 2, "b": {"c": 1, "C": 2}}, None)


def test_honest_messages_pass():
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "vendor.example/Name": 1}
    refuse_near_keys({**call(name="read", arguments={"Name": 1}, _meta=meta), "vendor": 1})
    refuse_near_keys({"jsonrpc": "2.0", "id": 1, "result": {"Name": 1}})
    refuse_near_keys(call(inputResponses={"user_name": {"action": "accept", "content": {}}}))
    # A free map keeps its own keys: file names and environment variables may differ in case only.
    refuse_near_arguments({"path": "x", "env": {"PATH": "1", "path": "2"}}, SCHEMA)


def test_a_tool_that_declares_both_spellings_may_be_called_with_both():
    schema = {"properties": {"id": {}, "ID": {}}}
    refuse_near_arguments({"id": 1, "ID": 2}, schema)
    with pytest.raises(WireRefused):
        refuse_near_arguments({"id": 1, "Id": 2}, schema)


@pytest.mark.parametrize("key", ["name\\u0000", "name\\u0000\\u0000", "\\u0009name"])
def test_a_key_with_trailing_controls_does_not_even_parse(key):
    with pytest.raises(WireRefused) as caught:
        loads(f'{{"name":"read","{key}":"delete"}}'.encode())
    assert caught.value.reason == "control_in_key"


def test_a_refusal_never_quotes_a_value():
    with pytest.raises(WireRefused) as caught:
        refuse_near_keys(call(Name="s3cret-value"))
    assert "s3cret" not in str(caught.value)
