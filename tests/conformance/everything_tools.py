"""The tools of the everything-fixture that answer within one call, on both wires."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import mcp_types as types
from everything_catalogue import AUDIO, IMAGE, TOOLS, Wire, embedded, text
from everything_rounds import ROUNDS
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    PromptsListChanged,
    ServerEvent,
    ToolsListChanged,
)
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata

Context = ServerRequestContext[Any, Any]
STEP_S = 0.05  # the suite asks for about 50 ms between two notifications
BUS = InMemorySubscriptionBus()

FIXED: dict[str, list[Wire]] = {
    "test_simple_text": [text("This is a simple text response for testing.")],
    "test_image_content": [IMAGE],
    "test_audio_content": [AUDIO],
    "test_embedded_resource": [
        embedded("test://embedded-resource", "This is an embedded resource content.")
    ],
    "test_multiple_content_types": [
        text("Multiple content types test:"),
        IMAGE,
        embedded(
            "test://mixed-content-resource", '{"test":"data","value":123}', "application/json"
        ),
    ],
}

DEFAULTS: Wire = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {
            "type": "string",
            "enum": ["active", "inactive", "pending"],
            "default": "active",
        },
        "verified": {"type": "boolean", "default": True},
    },
}
OPTIONS = ["option1", "option2", "option3"]
TITLED = [{"const": f"value{n}", "title": f"Choice {n}"} for n in (1, 2, 3)]
ENUMS: Wire = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": OPTIONS},
        "titledSingle": {"type": "string", "oneOf": TITLED},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": OPTIONS}},
        "titledMulti": {"type": "array", "items": {"anyOf": TITLED}},
    },
}
RESPONSE: Wire = {
    "type": "object",
    "properties": {"response": {"type": "string", "description": "The person's answer"}},
    "required": ["response"],
}


async def log(ctx: Context, words: str) -> None:
    await ctx.session.send_log_message("info", words, "everything", ctx.request_id)


async def with_logging(ctx: Context, _arguments: Wire) -> list[Wire]:
    await log(ctx, "Tool execution started")
    await anyio.sleep(STEP_S)
    await log(ctx, "Tool processing data")
    await anyio.sleep(STEP_S)
    await log(ctx, "Tool execution completed")
    return [text("Three log messages were sent.")]


async def with_progress(ctx: Context, _arguments: Wire) -> list[Wire]:
    for done in (0, 50, 100):
        await ctx.session.report_progress(done, 100)
        if done < 100:
            await anyio.sleep(STEP_S)
    return [text("Progress went from 0 to 100.")]


async def reconnection(ctx: Context, _arguments: Wire) -> list[Wire]:
    await log(ctx, "Closing the stream")
    if ctx.close_sse_stream is not None:
        await ctx.close_sse_stream()
    await anyio.sleep(STEP_S * 2)
    await log(ctx, "Nobody listens; the event store does")
    return [text("Answered after the stream was closed.")]


async def sampling(ctx: Context, arguments: Wire) -> list[Wire]:
    message = types.SamplingMessage(
        role="user", content=types.TextContent(type="text", text=arguments["prompt"])
    )
    request = types.CreateMessageRequest(
        params=types.CreateMessageRequestParams(messages=[message], max_tokens=100)
    )
    here = ServerMessageMetadata(related_request_id=ctx.request_id)
    answer = await ctx.session.send_request(request, types.CreateMessageResult, metadata=here)
    return [text(f"LLM response: {getattr(answer.content, 'text', '')}")]


async def ask(ctx: Context, message: str, schema: Wire) -> types.ElicitResult:
    return await ctx.session.elicit_form(message, schema, ctx.request_id)


async def elicitation(ctx: Context, arguments: Wire) -> list[Wire]:
    answer = await ask(ctx, arguments["message"], RESPONSE)
    said = json.dumps(answer.content)
    return [text(f"User response: action={answer.action}, content={said}")]


def elicits(schema: Wire) -> Callable[[Context, Wire], Awaitable[list[Wire]]]:
    async def run(ctx: Context, _arguments: Wire) -> list[Wire]:
        answer = await ask(ctx, "Please look over the form.", schema)
        said = json.dumps(answer.content)
        return [text(f"Elicitation completed: action={answer.action}, content={said}")]

    return run


async def schema_2020_12(_ctx: Context, arguments: Wire) -> list[Wire]:
    return [text(f"Received {json.dumps(arguments, sort_keys=True)}")]


async def region(_ctx: Context, arguments: Wire) -> list[Wire]:
    return [text(f"Region: {arguments.get('region')}")]


async def missing_capability(ctx: Context, _arguments: Wire) -> list[Wire]:
    wanted = types.ClientCapabilities(sampling=types.SamplingCapability())
    if not ctx.session.check_client_capability(wanted):
        raise MCPError(
            types.MISSING_REQUIRED_CLIENT_CAPABILITY,
            "This tool needs a client that declares sampling",
            {"requiredCapabilities": {"sampling": {}}},
        )
    return [text("The client can sample.")]


def announces(event: ServerEvent) -> Callable[[Context, Wire], Awaitable[list[Wire]]]:
    async def run(_ctx: Context, _arguments: Wire) -> list[Wire]:
        await BUS.publish(event)
        return [text("The change was announced.")]

    return run


RUNS: dict[str, Callable[[Context, Wire], Awaitable[list[Wire]]]] = {
    "test_tool_with_logging": with_logging,
    "test_logging_tool": with_logging,
    "test_tool_with_progress": with_progress,
    "test_reconnection": reconnection,
    "test_sampling": sampling,
    "test_elicitation": elicitation,
    "test_elicitation_sep1034_defaults": elicits(DEFAULTS),
    "test_elicitation_sep1330_enums": elicits(ENUMS),
    "json_schema_2020_12_tool": schema_2020_12,
    "test_x_mcp_header": region,
    "test_missing_capability": missing_capability,
    "test_trigger_tool_change": announces(ToolsListChanged()),
    "test_trigger_prompt_change": announces(PromptsListChanged()),
}


async def call(ctx: Context, params: types.CallToolRequestParams) -> Wire:
    """Runs one tool; unknown names are the protocol's error, failures are results."""
    if params.name not in TOOLS:
        raise MCPError(types.INVALID_PARAMS, f"Unknown tool {params.name!r}")
    if params.name == "test_error_handling":
        words = "This tool intentionally returns an error for testing"
        return {"content": [text(words)], "isError": True}
    if (content := FIXED.get(params.name)) is not None:
        return {"content": content}
    if (rounds := ROUNDS.get(params.name)) is not None:
        return rounds(ctx, params.input_responses or {}, params.request_state)
    return {"content": await RUNS[params.name](ctx, params.arguments or {})}
