"""What the names of a catalogue may be: each returns its argument, or raises ValueError."""

import re

from guard.model.route import parse_route

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_TAKEN = re.compile(
    r"(accept|access-control-|content-|guard-|mcp-|proxy-|sec-|x-forwarded-).*|allow|authorization|"
    r"cache-control|connection|cookie|date|expect|forwarded|from|host|keep-alive|last-event-id|"
    r"origin|range|referer|retry-after|set-cookie|te|traceparent|tracestate|trailer|"
    r"transfer-encoding|upgrade|user-agent|via|x-accel-buffering|x-real-ip"
)
"""Headers that say something else already: to HTTP, to MCP or to the guard."""


def tool_name(name: str) -> str:
    """Return the name if a tool may have it."""
    if not name or name.startswith("mcp:"):
        raise ValueError(f"got tool name {name!r}, expected one that is not empty and not mcp:*")
    return name


def free_header(name: str) -> str:
    """Return the header's name if it is free for a value of the guard's."""
    if not _HEADER.fullmatch(name) or _TAKEN.fullmatch(name.lower()):
        raise ValueError(f"got header {name!r}, expected one of its own, such as Idempotency-Key")
    return name


def request_template(template: str) -> str:
    """Return the template of a request if it is one."""
    if template:
        parse_route(template)
    return template
