"""What goes to the wire is the decided call, or nothing goes."""

import json

import pytest

from guard.errors import Refused
from guard.grant.sent import check_sent
from guard.model.call import ToolCall, argument_bytes

PAY = {"to": "acme", "amount": 1, "urgent": True}


def call(tool="pay", arguments=PAY):
    return ToolCall(
        id="c", session="s", server="bank", tool=tool, arguments=argument_bytes(arguments)
    )


def sent(tool="pay", arguments=PAY, method="tools/call", **more):
    params = {"name": tool, "arguments": arguments, **more}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


@pytest.mark.parametrize(
    "body",
    [
        sent(),
        sent(arguments=dict(reversed(PAY.items()))),  # another order is the same object
        sent(_meta={"traceparent": "00-1-2-3"}),  # differs for every observer
        json.dumps(json.loads(sent()), indent=2).encode(),
    ],
)
def test_the_decided_call_may_go(body):
    check_sent(body, call())


def test_no_arguments_and_empty_ones_are_the_same():
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay"}}'
    check_sent(body, call(arguments={}))


@pytest.mark.parametrize(
    "body",
    [
        sent(tool="refund"),
        sent(arguments={**PAY, "amount": 1000}),
        sent(arguments={**PAY, "urgent": 1}),  # equal in Python, another value in JSON
        sent(arguments={**PAY, "note": "x"}),
        sent(arguments={}),
        sent(arguments=[]),
        sent(arguments={**PAY, "amount": 2**60}),
        sent(method="tools/list"),
        b"[" + sent() + b"]",
        sent()[:-1]
        + b',"params":{"name":"pay","arguments":{}}}',  # the last one wins, or the first
        sent().replace(b'"amount": 1', b'"amount": 1, "amount": 9'),
        sent().replace(b'"amount": 1', b'"amount": NaN'),
        b'{"method":"tools/call","params":7}',
        b"",
        b"\xff",
        b"null",
    ],
)
def test_anything_else_stays_here(body):
    with pytest.raises(Refused) as no:
        check_sent(body, call())
    assert no.value.code == "changed_in_flight"


def test_the_refusal_shows_no_argument():
    with pytest.raises(Refused) as no:
        check_sent(sent(arguments={"to": "ARGUMENT-CANARY"}), call())
    assert "CANARY" not in str(no.value)
