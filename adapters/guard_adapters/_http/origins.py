"""The origin of an address, in one spelling: what lists of addresses are compared with."""

from typing import Final
from urllib.parse import urlsplit

PORTS: Final = {"http": 80, "https": 443}
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def origin(url: str) -> str:
    """Return scheme, host and port of a URL, all written out: the exact form of the list.

    Raises:
        ValueError: it is no http(s) URL, has a user in it, or is not https (nor loopback).
    """
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in PORTS or host is None or parts.username is not None:
        raise ValueError(f"got {url!r}, expected https://host or https://host:port")
    if in_the_clear(parts.scheme, host):
        raise ValueError(f"got {url!r}, expected https: a key is not sent in the clear")
    return spelled(parts.scheme, host, parts.port)


def in_the_clear(scheme: str, host: str) -> bool:
    """Return whether what is sent there could be read on its way: neither https nor loopback."""
    return scheme != "https" and host not in LOOPBACK


def spelled(scheme: str, host: str, port: int | None) -> str:
    """Return the parts of an origin as one text."""
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}:{port or PORTS.get(scheme, 0)}"


def is_loopback(url: str) -> bool:
    """Return whether a URL names this machine."""
    return urlsplit(url).hostname in LOOPBACK
