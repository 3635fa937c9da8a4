"""What the everything-fixture offers: its tools, prompts and resources, as wire data.

Nothing here runs. Names and texts are those that the official suite looks for.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

Wire = dict[str, Any]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _one_red_pixel() -> str:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    png = _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + png).decode()


def _eight_silent_samples() -> str:
    samples = b"\x80" * 8
    form = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(samples)) + samples
    return base64.b64encode(b"RIFF" + struct.pack("<I", len(body)) + body).decode()


PNG, WAV = _one_red_pixel(), _eight_silent_samples()
IMAGE: Wire = {"type": "image", "data": PNG, "mimeType": "image/png"}
AUDIO: Wire = {"type": "audio", "data": WAV, "mimeType": "audio/wav"}


def text(words: str) -> Wire:
    return {"type": "text", "text": words}


def embedded(uri: str, words: str, mime: str = "text/plain") -> Wire:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime, "text": words}}


NOTHING: Wire = {"type": "object", "properties": {}}


def _strings(*names: str, **extra: Wire) -> Wire:
    properties = {name: {"type": "string"} | extra.get(name, {}) for name in names}
    return {"type": "object", "properties": properties, "required": list(names)}


ADDRESS_BOOK: Wire = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}

TOOLS: dict[str, tuple[str, Wire]] = {
    "test_simple_text": ("Answers with one sentence.", NOTHING),
    "test_image_content": ("Answers with a one-pixel PNG.", NOTHING),
    "test_audio_content": ("Answers with a millisecond of silence.", NOTHING),
    "test_embedded_resource": ("Answers with a resource inside the result.", NOTHING),
    "test_multiple_content_types": ("Answers with text, an image and a resource.", NOTHING),
    "test_error_handling": ("Always fails, as a result the model can read.", NOTHING),
    "test_tool_with_logging": ("Logs three times while it works.", NOTHING),
    "test_logging_tool": ("Logs only for those who asked for it.", NOTHING),
    "test_tool_with_progress": ("Reports 0, 50 and 100 of 100.", NOTHING),
    "test_reconnection": ("Closes its own stream and answers on the next one.", NOTHING),
    "test_sampling": ("Asks the client's model.", _strings("prompt")),
    "test_elicitation": ("Asks the person one question.", _strings("message")),
    "test_streaming_elicitation": ("Asks the person by way of a retry.", NOTHING),
    "test_elicitation_sep1034_defaults": ("Asks with a default in every field.", NOTHING),
    "test_elicitation_sep1330_enums": ("Asks with every kind of choice.", NOTHING),
    "json_schema_2020_12_tool": ("Its schema uses 2020-12 keywords.", ADDRESS_BOOK),
    "test_x_mcp_header": (
        "Its argument travels in a header too.",
        _strings("region", region={"x-mcp-header": "Region"}),
    ),
    "test_missing_capability": ("Needs a client that can sample.", NOTHING),
    "test_trigger_tool_change": ("Says that the tool list changed.", NOTHING),
    "test_trigger_prompt_change": ("Says that the prompt list changed.", NOTHING),
    "test_input_required_result_elicitation": ("Needs a name first.", NOTHING),
    "test_input_required_result_sampling": ("Needs a model's answer first.", NOTHING),
    "test_input_required_result_list_roots": ("Needs the client's roots first.", NOTHING),
    "test_input_required_result_request_state": ("Needs its state back.", NOTHING),
    "test_input_required_result_multiple_inputs": ("Needs three answers first.", NOTHING),
    "test_input_required_result_multi_round": ("Needs two rounds.", NOTHING),
    "test_input_required_result_tampered_state": ("Refuses a forged state.", NOTHING),
    "test_input_required_result_capabilities": ("Asks only what was declared.", NOTHING),
}


def tools() -> list[Wire]:
    return [
        {"name": name, "description": description, "inputSchema": schema}
        for name, (description, schema) in TOOLS.items()
    ]


PROMPTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "test_simple_prompt": ("One message.", ()),
    "test_prompt_with_arguments": ("One message with two arguments.", ("arg1", "arg2")),
    "test_prompt_with_embedded_resource": ("A resource and a request.", ("resourceUri",)),
    "test_prompt_with_image": ("An image and a request.", ()),
    "test_input_required_result_prompt": ("Needs a context first.", ()),
}


def prompts() -> list[Wire]:
    return [
        {
            "name": name,
            "description": description,
            "arguments": [{"name": a, "description": a, "required": True} for a in arguments],
        }
        for name, (description, arguments) in PROMPTS.items()
    ]


def _user(*contents: Wire) -> Wire:
    return {"messages": [{"role": "user", "content": content} for content in contents]}


def prompt(name: str, arguments: dict[str, str]) -> Wire | None:
    """The messages of a prompt that needs no further input, or None."""
    match name:
        case "test_simple_prompt":
            return _user(text("This is a simple prompt for testing."))
        case "test_prompt_with_arguments":
            one, two = arguments.get("arg1"), arguments.get("arg2")
            return _user(text(f"Prompt with arguments: arg1={one!r}, arg2={two!r}"))
        case "test_prompt_with_embedded_resource":
            resource = embedded(arguments["resourceUri"], "Embedded resource content for testing.")
            return _user(resource, text("Please process the embedded resource above."))
        case "test_prompt_with_image":
            return _user(IMAGE, text("Please analyze the image above."))
        case _:
            return None


RESOURCES: dict[str, Wire] = {
    "test://static-text": {
        "mimeType": "text/plain",
        "text": "This is the content of the static text resource.",
    },
    "test://static-binary": {"mimeType": "image/png", "blob": PNG},
    "test://watched-resource": {"mimeType": "text/plain", "text": "Watched resource content."},
}
TEMPLATE = "test://template/{id}/data"


def resources() -> list[Wire]:
    return [
        {
            "uri": uri,
            "name": uri.removeprefix("test://"),
            "description": f"The fixture's {uri}.",
            "mimeType": content["mimeType"],
        }
        for uri, content in RESOURCES.items()
    ]


def templates() -> list[Wire]:
    return [
        {
            "uriTemplate": TEMPLATE,
            "name": "template",
            "description": "One record by its id.",
            "mimeType": "application/json",
        }
    ]


def resource(uri: str) -> Wire | None:
    """The content behind a URI, or None where there is none."""
    if (content := RESOURCES.get(uri)) is not None:
        return {"uri": uri} | content
    before, after = TEMPLATE.split("{id}")
    if not (uri.startswith(before) and uri.endswith(after)):
        return None
    record = uri[len(before) : -len(after)]
    data = {"id": record, "templateTest": True, "data": f"Data for ID: {record}"}
    return {"uri": uri, "mimeType": "application/json", "text": json.dumps(data)}
