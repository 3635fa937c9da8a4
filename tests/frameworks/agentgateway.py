"""Plays agentgateway in a process of its own, with a client that `protoc` made of its protocol.

`python -m tests.frameworks.agentgateway STUBS PORT KEY` reads calls of tools as JSON lines, does with
the guard's answers what the gateway does with them, and prints what reached the server and the client.
Nothing of the guard is imported here: all it has in common with it is the `.proto`.
"""

import importlib
import json
import sys
from typing import Any

import grpc

WAIT_S = 10
ERRORS = {0: -32603, 1: -32001, 2: -32003, 3: -32600}
"""Which JSON-RPC error the gateway makes of each `AuthorizationError.Code`."""


class Agentgateway:
    """Its processor `remote`, before one server that says which arguments it was called with."""

    def __init__(self, stubs: str, port: str, key: str) -> None:
        sys.path.insert(0, stubs)
        self.wire = importlib.import_module("ext_mcp_pb2")
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = importlib.import_module("ext_mcp_pb2_grpc").ExtMcpStub(channel)
        self.said = (("authorization", f"Bearer {key}"),)

    def context(self, **more: str) -> dict[str, str]:
        return {"person": "ana", "agent": "clerk", "session": "conversation-7", **more}

    def call(self, method: str, params: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the client is told, and what the server got."""
        asked = self.wire.McpRequest(service_names=["bank"], method=method)
        asked.metadata_context.update(self.context())
        asked.headers.add(key=":authority", value=b"gateway")
        if params is not None:
            asked.mcp_request = json.dumps(params).encode()
        # Field 6, which later gateways may send: an id of theirs.
        asked.MergeFromString(b"\x32\x04abcd")
        told = self.stub.CheckRequest(asked, metadata=self.said, timeout=WAIT_S)
        if (kind := told.WhichOneof("result")) == "error":
            return self.error(told.error)
        sent = json.loads(told.mutated) if kind == "mutated" else params
        headers = [one.key for one in told.header_mutation.set]
        ident = dict(told.metadata).get("call", "")
        result = self.served(method, sent or {})
        return {"sent": sent, "headers": headers, **self.response(method, result, ident)}

    def served(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method != "tools/call":
            return {"tools": []}
        return {"content": [{"type": "text", "text": f"did {json.dumps(params)}"}]}

    def response(self, method: str, result: dict[str, Any], ident: str) -> dict[str, Any]:
        asked = self.wire.McpResponse(service_names=["bank"], method=method)
        asked.metadata_context.update(self.context(call=ident))
        asked.mcp_response = json.dumps(result).encode()
        told = self.stub.CheckResponse(asked, metadata=self.said, timeout=WAIT_S)
        if (kind := told.WhichOneof("result")) == "error":
            return self.error(told.error)
        return {"result": json.loads(told.mutated) if kind == "mutated" else result}

    def error(self, no: Any) -> dict[str, Any]:
        data = json.loads(no.mcp_error) if no.HasField("mcp_error") else None
        return {"error": {"code": ERRORS[no.code], "message": no.reason, "data": data}}


if __name__ == "__main__":
    gateway = Agentgateway(*sys.argv[1:4])
    for line in sys.stdin:
        print(json.dumps(gateway.call(*json.loads(line))), flush=True)
