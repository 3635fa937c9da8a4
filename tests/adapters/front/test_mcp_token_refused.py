"""What a server's word is worth: the code by which it refused the call's own token, and no other."""

import pytest

from guard_adapters.front.mcp.judging.token_refused import refusal_code


def error(number, **data):
    return {"jsonrpc": "2.0", "id": 1, "error": {"code": number, "message": "no", "data": data}}


def test_a_verifiers_code_is_read_from_its_answer():
    assert refusal_code(error(40300, code="replayed", step=8)) == "replayed"
    assert refusal_code(error(40300, code="args_mismatch")) == "args_mismatch"


@pytest.mark.parametrize(
    "answer",
    [
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": 1, "result": {"error": {"code": 40300}}},
        error(-32603, code="replayed"),
        error(40300, code="anything"),
        error(40300, code=["replayed"]),
        error(40300),
        {"error": "replayed"},
    ],
)
def test_whatever_else_a_server_says_is_no_refusal_of_a_token(answer):
    assert refusal_code(answer) == ""
