"""Security event tokens (RFC 8417) as a receiver of Shared Signals takes them (SSF 1.0, CAEP 1.0).

Shape and claims, in a fixed order, each failure with the code that the sender is told (RFC 8935,
2.4). The signature is checked between `read_set` and `checked_event`, by whoever holds the keys:
nothing here is believed before. It reads no clock and knows no session.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from guard.grant.signing import unb64u
from guard.grant.strict import NotStrictJson, storable_json
from guard.model.call import Json
from guard.model.secevent import SecurityEvent, Subject

TYP: Final = frozenset({"secevent+jwt", "application/secevent+jwt"})
CAEP: Final = "https://schemas.openid.net/secevent/caep/event-type/"
SSF: Final = "https://schemas.openid.net/secevent/ssf/event-type/"
KINDS: Final[Mapping[str, str]] = {
    **{
        CAEP + name: name
        for name in (
            "session-revoked",
            "token-claims-change",
            "credential-change",
            "assurance-level-change",
            "device-compliance-change",
            "risk-level-change",
            "session-established",
            "session-presented",
        )
    },
    **{SSF + name: name for name in ("verification", "stream-updated")},
}
"""The events that are understood. Others are taken and change nothing (RFC 8417, 2.2)."""

MAX_SET: Final = 64 * 2**10
_PARTS: Final = 3
_LAST_SECOND: Final = 10**11
"""About the year 5138: milliseconds taken for seconds lie beyond."""

Err = Literal[
    "invalid_request",
    "invalid_key",
    "invalid_issuer",
    "invalid_audience",
    "authentication_failed",
    "invalid_state",
]


class SetRefused(Exception):
    """A token that is not taken: `err` and `description` go back to its sender."""

    def __init__(self, err: Err, description: str) -> None:
        super().__init__(f"{err}: {description}")
        self.err = err
        self.description = description


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSet:
    """A token taken apart, its signature not yet checked."""

    alg: str
    kid: str | None
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    claims: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Whose events are taken, and as whom.

    Args:
        issuer: of the transmitter, exactly.
        audience: as which this guard receives.
        algorithms: RS256 (the interoperability profile) or ES256.
        state: of the verification that was asked for; empty = none was.
    """

    issuer: str
    audience: str
    algorithms: frozenset[str] = frozenset({"RS256"})
    state: str = ""


def read_set(token: bytes, stream: Stream) -> ReadSet:
    """Return the parts of a compact token.

    Raises:
        SetRefused: `invalid_request`: no token, or not of this type; `invalid_key`: another
            algorithm than was agreed.
    """
    if not token or len(token) > MAX_SET:
        raise SetRefused("invalid_request", f"the body is empty or larger than {MAX_SET} bytes")
    pieces = token.strip().split(b".")
    if len(pieces) != _PARTS:
        raise SetRefused("invalid_request", "the body is no compact token")
    try:
        header, claims = (_object(unb64u(piece.decode("ascii"))) for piece in pieces[:2])
        signature = unb64u(pieces[2].decode("ascii"))
    except (ValueError, NotStrictJson):
        raise SetRefused("invalid_request", "the token has no single reading") from None
    _check_header(header, stream)
    kid = header.get("kid")
    return ReadSet(
        alg=str(header["alg"]),
        kid=kid if isinstance(kid, str) else None,
        signed=pieces[0] + b"." + pieces[1],
        signature=signature,
        claims=claims,
    )


def checked_event(read: ReadSet, stream: Stream) -> SecurityEvent:
    """Return the one event of a token whose signature holds.

    Raises:
        SetRefused: in this order: `invalid_request`, `invalid_issuer`, `invalid_audience`,
            `invalid_state`.
    """
    claims = read.claims
    # A token with `exp` or `sub` is some other token (SSF 1.0, 4.1.7; RFC 8417, 4.5 and 4.6).
    if "exp" in claims or "sub" in claims:
        raise SetRefused("invalid_request", "the token has an exp or a sub claim")
    jti, at_s = _text(claims, "jti"), _second(claims, "iat")
    uri, event = _single(claims)
    if claims.get("iss") != stream.issuer:
        raise SetRefused("invalid_issuer", "the issuer is not the one of this stream")
    listed = claims.get("aud")
    if stream.audience not in (listed if isinstance(listed, list) else [listed]):
        raise SetRefused("invalid_audience", "the audience does not name this receiver")
    kind = KINDS.get(uri, "")
    # A transmitter that verifies by itself sends no state (SSF 1.0, 8.1.4).
    if kind == "verification" and "state" in event and event["state"] != stream.state:
        raise SetRefused("invalid_state", "the state is not the one that was asked for")
    happened = event.get("event_timestamp")
    if happened is not None:
        at_s = _second(event, "event_timestamp")
    return SecurityEvent(
        issuer=stream.issuer,
        jti=jti,
        kind=kind,
        subject=subject_of(claims.get("sub_id")),
        at_ms=at_s * 1000,
        claims=event,
    )


def subject_of(raw: Json) -> Subject:
    """Return whom an event is about; what cannot be read names nobody (RFC 9493).

    Raises:
        SetRefused: `invalid_request`: there is no subject.
    """
    if not isinstance(raw, dict) or not isinstance(raw.get("format"), str):
        raise SetRefused("invalid_request", "the token has no sub_id")
    match raw["format"]:
        case "email":
            return Subject(email=_member(raw, "email"))
        case "iss_sub":
            return Subject(issuer=_member(raw, "iss"), subject=_member(raw, "sub"))
        case "opaque":
            return Subject(opaque=_member(raw, "id"))
        case "complex":
            return _complex(raw)
        case _:
            return Subject()


def _complex(raw: Mapping[str, Json]) -> Subject:
    """Return a complex subject; a member that cannot be matched makes it nobody's."""
    parts = {name: value for name, value in raw.items() if name != "format"}
    if not parts or not parts.keys() <= {"user", "device", "session", "tenant"}:
        return Subject()
    tenant = parts.pop("tenant", None)
    user = subject_of(parts["user"]) if "user" in parts else Subject()
    if ("user" in parts and not user.named) or tenant is not None:
        return Subject()
    device, session = (_handle(parts, name) for name in ("device", "session"))
    if ("device" in parts and not device) or ("session" in parts and not session):
        return Subject()
    # An opaque user is the person's own identifier, not that of a session or a device.
    return Subject(
        issuer=user.issuer,
        subject=user.subject or user.opaque,
        email=user.email,
        device=device,
        session=session,
    )


def _handle(parts: Mapping[str, Json], name: str) -> str:
    found = parts.get(name)
    return _member(found, "id") if isinstance(found, dict) else ""


def _member(raw: Mapping[str, Json], name: str) -> str:
    found = raw.get(name)
    return found if isinstance(found, str) else ""


def _check_header(header: Mapping[str, Json], stream: Stream) -> None:
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in TYP:
        raise SetRefused("invalid_request", "the token is not of type secevent+jwt")
    if "crit" in header or header.get("b64", True) is not True:
        raise SetRefused("invalid_request", "the token asks for extensions that are not known")
    if header.get("alg") not in stream.algorithms:
        taken = ", ".join(sorted(stream.algorithms))
        raise SetRefused("invalid_key", f"the algorithm is not one of {taken}")


def _object(raw: bytes) -> Mapping[str, Json]:
    found = storable_json(raw)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  one kind of error for one kind of input
    return found


def _single(claims: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
    events = claims.get("events")
    if not isinstance(events, dict) or len(events) != 1:
        raise SetRefused("invalid_request", "the token does not hold exactly one event")
    ((uri, event),) = events.items()
    if not isinstance(event, dict):
        raise SetRefused("invalid_request", "the event is no object")
    return uri, event


def _text(claims: Mapping[str, Json], name: str) -> str:
    found = claims.get(name)
    if not isinstance(found, str) or not found:
        raise SetRefused("invalid_request", f"the token has no {name}")
    return found


def _second(claims: Mapping[str, Json], name: str) -> int:
    found = claims.get(name)
    if type(found) is not int or not 0 < found < _LAST_SECOND:
        raise SetRefused("invalid_request", f"{name} is no time in seconds")
    return found
