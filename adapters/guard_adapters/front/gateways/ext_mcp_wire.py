"""The messages of agentgateway's ExtMcp service, and the service itself for a gRPC server.

They are made from `ext_mcp.binpb`, the compiled form of `ext_mcp.proto` (`make protos`): no module
is generated, so none is bound to one version of protobuf. Loading this file loads grpcio.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import struct_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

COMPILED: Final = Path(__file__).with_name("ext_mcp.binpb")
SERVICE: Final = "agentgateway.dev.ext_mcp.ExtMcp"

Message = Any
"""A protobuf message: its class is made while the program runs, so no type checker knows it."""

Answers = Callable[[AsyncIterator[bytes], Any], Awaitable[Message]]
"""Takes the messages of a call, still to be read and parsed, and the context of the call."""


def _pool() -> DescriptorPool:
    pool = DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    for file in FileDescriptorSet.FromString(COMPILED.read_bytes()).file:
        pool.Add(file)
    return pool


_POOL: Final = _pool()


def message(name: str) -> Any:  # noqa: ANN401  see `Message`
    """Return the class of a message of the service."""
    return GetMessageClass(_POOL.FindMessageTypeByName(f"agentgateway.dev.ext_mcp.{name}"))


McpRequest: Final = message("McpRequest")
McpResponse: Final = message("McpResponse")
McpRequestResult: Final = message("McpRequestResult")
McpResponseResult: Final = message("McpResponseResult")


def handlers(check_request: Answers, check_response: Answers) -> grpc.GenericRpcHandler:
    """Return what a server registers to answer the two methods of the service.

    Messages are not parsed here: one that cannot be would be a failed call of the protocol. Nor are
    they read: on the wire a stream of one message is the same as a message, but who answers it can
    look at the metadata before gRPC takes anything of it in.
    """
    table = {
        "CheckRequest": (check_request, McpRequestResult),
        "CheckResponse": (check_response, McpResponseResult),
    }
    return grpc.method_handlers_generic_handler(
        SERVICE,
        {
            name: grpc.stream_unary_rpc_method_handler(
                answer,
                response_serializer=told.SerializeToString,
            )
            for name, (answer, told) in table.items()
        },
    )
