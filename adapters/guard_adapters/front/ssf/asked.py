"""What a receiver may ask of its stream, read strictly: what is wrong is named (SSF 1.0, 8.1.1).

It decides where tokens may be pushed: a receiver that could name any address would have the guard
send requests for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from guard.ports.transmit import OutStream, Status
from guard_adapters._http.origins import origin
from guard_adapters.front.ssf.outgoing import POLL, PUSH, Receiver

MAX_EVENTS: Final = 64
MAX_TEXT: Final = 1024
MAX_HEADER: Final = 4096
_STATUSES: Final[tuple[Status, ...]] = ("enabled", "paused", "disabled")


class BadRequest(Exception):
    """The request is not what the specification has; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How tokens of a stream travel; an empty `url`: they are polled. `header` is in clear."""

    url: str = ""
    header: str = field(default="", repr=False)


def delivery_of(said: object, receiver: Receiver) -> Delivery:
    """Return where tokens go.

    Raises:
        BadRequest: no method that is known, or an address that the operator did not list.
    """
    if said is None:
        return Delivery()  # "the Transmitter MUST assume that the method is poll"
    if not isinstance(said, dict):
        raise BadRequest("delivery is no object")
    match said.get("method"):
        case "urn:ietf:rfc:8936":
            return Delivery()
        case "urn:ietf:rfc:8935":
            return _pushed(said, receiver)
        case _:
            raise BadRequest(f"delivery.method is neither {PUSH} nor {POLL}")


def _pushed(said: Mapping[str, Any], receiver: Receiver) -> Delivery:
    url, header = text(said, "endpoint_url", MAX_TEXT), said.get("authorization_header", "")
    try:
        listed = origin(url) in receiver.push_to
    except ValueError:
        listed = False
    if not listed or not url.isascii() or not url.isprintable() or " " in url:
        raise BadRequest("delivery.endpoint_url is at no origin that is listed for this receiver")
    if not isinstance(header, str) or len(header) > MAX_HEADER:
        raise BadRequest("delivery.authorization_header is no text, or too long")
    if not (header.isascii() and header.isprintable()) or header != header.strip():
        raise BadRequest("delivery.authorization_header holds characters that no header has")
    return Delivery(url=url, header=header)


def events_of(said: object, receiver: Receiver) -> tuple[str, ...]:
    """Return the events that a receiver asked for; all that it may have where it names none."""
    if said is None:
        return receiver.events
    if not isinstance(said, list) or len(said) > MAX_EVENTS:
        raise BadRequest("events_requested is no short list")
    for one in said:
        if not isinstance(one, str) or not 0 < len(one) <= MAX_TEXT:
            raise BadRequest("events_requested holds something that is no URI")
    return tuple(dict.fromkeys(said))


def described(stream: OutStream, said: Mapping[str, Any], receiver: Receiver) -> OutStream:
    """Return the stream with what was asked of events and description."""
    about = said.get("description", "")
    if not isinstance(about, str) or len(about) > MAX_TEXT:
        raise BadRequest("description is no text, or too long")
    events = events_of(said.get("events_requested"), receiver)
    return replace(stream, events=events, description=about)


def unmoved(said: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
    """Let a request pass that changes nothing of what only the transmitter says.

    Raises:
        BadRequest: it names another value (SSF 1.0, 8.1.1.3).
    """
    for name in ("iss", "aud", "events_supported", "events_delivered"):
        if name in said and said[name] != shown[name]:
            raise BadRequest(f"{name} is the transmitter's to say")


def status_of(said: Mapping[str, Any]) -> tuple[Status, str]:
    """Return the status that is asked for, and why."""
    found = next((one for one in _STATUSES if one == said.get("status")), None)
    why = said.get("reason", "")
    if found is None:
        raise BadRequest("status is none of enabled, paused, disabled")
    if not isinstance(why, str) or len(why) > MAX_TEXT:
        raise BadRequest("reason is no text, or too long")
    return found, why


def text(said: Mapping[str, Any], name: str, most: int) -> str:
    """Return a member that has to be there as text."""
    found = said.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= most:
        raise BadRequest(f"{name} is missing, no text, or too long")
    return found
