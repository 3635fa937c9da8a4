"""Whether the bytes that go to an MCP server are the call that was decided.

Between the decision and the wire there is code of frameworks and clients. What they send is read
again here as the server will read it, and compared by the digest that the call token carries.
"""

from guard.errors import Refused
from guard.grant.signing import NotCanonical, args_s256
from guard.grant.strict import NotStrictJson, strict_json
from guard.model.call import Json, ToolCall

CALL = "tools/call"


def message_of(body: bytes) -> dict[str, Json]:
    """Return the one message in these bytes.

    Raises:
        Refused: `changed_in_flight`: it is several (a list), or has more than one reading.
    """
    try:
        message = strict_json(body)
    except NotStrictJson as odd:
        raise _changed(odd.wrong) from None
    if not isinstance(message, dict):
        raise _changed("it is not one message")
    return message


def check_sent(body: bytes, call: ToolCall) -> None:
    """Return if a message is exactly this call; what stands in `_meta` is not compared.

    Args:
        body: the message as it is sent.
        call: the decided call, as it was narrowed.

    Raises:
        Refused: `changed_in_flight`; nothing may be sent.
    """
    message = message_of(body)
    if message.get("method") != CALL:
        raise _changed(f"it is no {CALL}")
    params = message.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    arguments = params.get("arguments", {}) if isinstance(params, dict) else None
    if name != call.tool or not isinstance(arguments, dict):
        raise _changed("it names another tool")
    try:
        same = args_s256(call.tool, arguments) == args_s256(call.tool, call.parsed())
    except NotCanonical as odd:
        raise _changed(f"its arguments have no one reading ({odd.path})") from None
    if not same:
        raise _changed("its arguments are others")


def _changed(wrong: str) -> Refused:
    return Refused(
        f"What would be sent is not the call that was decided: {wrong}.",
        code="changed_in_flight",
        next_step="Look for code between the guard and the server that changes calls.",
    )
