"""Registered extractors: what an argument means, when two programs could read it differently.

Pure and total: each either returns one canonical value or raises `ExtractError`, and a raise is a
refusal. Whatever a mail program, a browser and we might read differently is refused, not guessed.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import urlsplit

from guard.model.call import Json

VERSION = 3
"""Raised when any extractor changes its answer for any input; part of every policy digest."""

I64_MAX = 2**63 - 1

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HIDDEN_DOT = re.compile(r"%(25)*(2e|2f|5c|00)", re.IGNORECASE)
_BARE_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[A-Za-z]{2,63}(:[0-9]+)?([/?#].*)?")
_MAX_HOST = 253


class ExtractError(ValueError):
    """The value has no single meaning. The message names the shape, never the value.

    Args:
        message: what was wrong with it.
        path: of the argument; empty: of none in particular.
    """

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise ExtractError(f"got {type(value).__name__}, expected a string")
    if _CONTROL.search(value):
        raise ExtractError("it holds a control character")
    return value


def _domain(host: str) -> str:
    """Return a DNS name in lower case without its trailing dot."""
    name = host.lower().removesuffix(".")
    if not name.isascii():
        raise ExtractError("the domain is not ASCII; write it in punycode")
    labels = name.split(".")
    if len(name) > _MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise ExtractError("the domain is not a DNS name")
    return name


def email_address(value: Json) -> str:
    """Return the address in lower case; `Name <a@b>` gives `a@b`."""
    text = _text(value).strip()
    if text.endswith(">") and text.count("<") == 1:
        shown, _, text = text[:-1].partition("<")
        if "@" in shown or "," in shown or ";" in shown:
            raise ExtractError("the display name looks like a second address")
    local, at, host = text.partition("@")
    if not at or not local or "@" in host or any(mark in text for mark in ' "<>(),;:\\[]'):
        raise ExtractError("it is not exactly one address")
    return f"{local.lower()}@{_domain(host)}"


def email_domain(value: Json) -> str:
    """Return the whole domain of one mail address, in lower case."""
    return email_address(value).rpartition("@")[2]


def url_host(value: Json) -> str:
    """Return the host of a URL: a DNS name, or an IP address in canonical form.

    A URL without a scheme is one to the DNS name that it begins with. Refused: user info,
    backslashes, blanks, IPv6 zones, and numbers that some programs read as an address (WHATWG URL,
    "ends in a number").
    """
    text = _text(value)
    if "\\" in text or " " in text:
        raise ExtractError("it holds a backslash or a blank")
    if _BARE_HOST.fullmatch(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        raise ExtractError("it is not a URL") from None
    if not parts.scheme or not host:
        raise ExtractError("it is not an absolute URL with a host")
    if "@" in parts.netloc or "%" in parts.netloc:
        raise ExtractError("its authority holds user info or a percent sign")
    if "[" in parts.netloc:
        return _ip6(host)
    if _NUMERIC.fullmatch(host.removesuffix(".").rpartition(".")[2]):
        return _ip4(host)
    return _domain(host)


def _ip4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        raise ExtractError("its host is a number that is not a plain IPv4 address") from None


def _ip6(host: str) -> str:
    try:
        address = IPv6Address(host)
    except AddressValueError:
        raise ExtractError("its host is not an IPv6 address") from None
    if address.scope_id:
        raise ExtractError("its host has an IPv6 zone")
    # ::ffff:10.0.0.1 reaches 10.0.0.1: a rule about 10.0.0.0/8 must see it.
    return str(address.ipv4_mapped or address)


def host_ip(value: Json) -> str | None:
    """Return the IP address that the URL names, or None if it names a domain."""
    host = url_host(value)
    if ":" in host or host.replace(".", "").isdigit():
        return host
    return None


def path_norm(value: Json) -> str:
    """Return a POSIX path without `.`, `..` and doubled slashes.

    Refused: a path that leaves its root, backslashes, `~`, and percent-encoded dots and slashes.
    """
    text = _text(value)
    if not text or "\\" in text or text.startswith("~") or _HIDDEN_DOT.search(text):
        raise ExtractError(
            "it is empty, or holds a backslash, a leading ~ or an encoded dot or slash"
        )
    kept: list[str] = []
    for part in text.split("/"):
        if part == "..":
            if not kept:
                raise ExtractError("it leaves its root")
            kept.pop()
        elif part not in {"", "."}:
            kept.append(part)
    root = "/" if text.startswith("/") else ""
    return root + "/".join(kept) or "."


def amount_minor(value: Json, scale: int = 0) -> int:
    """Return an amount in minor units: `"12.50"` with scale 2 is 1250.

    Refused: negative amounts, more digits than the currency has, what is no number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ExtractError(f"got {type(value).__name__}, expected an amount")
    if scale == 0 and isinstance(value, int) and 0 <= value <= I64_MAX:
        return value  # most are minor units already
    try:
        exact = Decimal(_text(value) if isinstance(value, str) else str(value))
    except InvalidOperation:
        raise ExtractError("it is not a number") from None
    if not exact.is_finite() or abs(exact.adjusted()) > 20:  # noqa: PLR2004  # beyond any i64
        raise ExtractError("it is out of range")
    minor = exact.scaleb(scale)
    if minor != minor.to_integral_value() or not 0 <= minor <= I64_MAX:
        raise ExtractError("it is negative, too big, or has more digits than its currency")
    return int(minor)


def identifier(value: Json) -> str:
    """Return an id as text."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ExtractError(f"got {type(value).__name__}, expected an id")
    return _text(str(value))


def digest(value: Json) -> str:
    """Return the SHA-256 of a text."""
    return "sha256:" + sha256(_text(value).encode("utf-8", "surrogatepass")).hexdigest()


Extractor = Callable[[Json], str | int | None]

EXTRACTORS: Mapping[str, Extractor] = {
    "email_domain": email_domain,
    "url_host": url_host,
    "host_ip": host_ip,
    "path_norm": path_norm,
    "amount_minor": amount_minor,
    "id": identifier,
    "digest": digest,
}
"""Every extractor by its name in the catalogue."""
