"""Addresses of machines in a person's text: 203.0.113.8, 2001:db8::8, 10.0.0.0/24.

Each is compared letter for letter, as the text that it is. It decides nothing.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_interface

_FOUR = r"(?:\d{1,3}\.){3}\d{1,3}"
_SIX = r"(?=[0-9A-Fa-f]{0,4}:)(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}"
_ADDRESS = re.compile(rf"(?<![\w.:/@-])(?:{_FOUR}|{_SIX})(?:/\d{{1,3}})?(?![\w:@/-]|\.\w)")


def networks(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the addresses of machines, or of their networks, in a text: address, start, end."""
    for found in _ADDRESS.finditer(text):
        try:
            ip_interface(found[0])
        except ValueError:
            continue  # a version of five hundred, a row of times
        yield found[0], *found.span()
