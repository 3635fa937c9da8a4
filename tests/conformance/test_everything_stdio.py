"""The fixture speaks both eras on stdio too; the first message says which."""

from __future__ import annotations

import json
import subprocess
from select import select
from typing import Any

import pytest

from tests.conformance.fidelity import META
from tests.conformance.harness import LEGACY, MODERN, START_S, everything_command

HELLO = {
    "protocolVersion": LEGACY,
    "capabilities": {},
    "clientInfo": {"name": "stdio-test", "version": "1"},
}


def first_answer(method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Sends one request and closes stdin: the server must answer and then end by itself."""
    request = json.dumps({"jsonrpc": "2.0", "id": "one", "method": method, "params": params})
    server = subprocess.Popen(
        everything_command("--stdio"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(request + "\n")
        server.stdin.flush()
        ready, _, _ = select([server.stdout], [], [], START_S)
        assert ready, "no answer"
        answer = json.loads(server.stdout.readline())
        server.stdin.close()
        assert server.wait(START_S) == 0
    return answer


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("initialize", HELLO, {"protocolVersion": LEGACY}),
        ("server/discover", {"_meta": META}, {"supportedVersions": [MODERN]}),
    ],
)
def test_each_era_gets_its_greeting(
    method: str, params: dict[str, Any], said: dict[str, Any]
) -> None:
    answer = first_answer(method, params)

    assert answer["id"] == "one"
    assert said.items() <= answer["result"].items()
