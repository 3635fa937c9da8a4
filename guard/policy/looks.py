"""What a value could be taken for: names in other scripts, and the punycode of hosts.

For people who compare by eye. It refuses nothing; rules read `not_canonical` for that.
"""

import re
from collections.abc import Iterator

from guard.provenance.typed.flaw import flaw

_HOST = re.compile(r"(?:[^\W_][\w-]{0,62}\.)+[^\W\d_][\w-]{1,62}\.?")
_SHORT = 320
"""The longest value that is an address or a name (characters); longer ones are prose."""


def looks_like(text: str) -> tuple[str, ...]:
    """Return what a reader has to know of a value: the hosts in it as DNS has them, odd letters."""
    if text.isascii():
        return tuple(dict.fromkeys(_readable(text)))
    notes = list(dict.fromkeys(_spelled(text)))
    if len(text) <= _SHORT and (what := flaw(text)):
        notes.append(what)
    return tuple(notes)


def _spelled(text: str) -> Iterator[str]:
    """Yield each host that is not ASCII with its punycode."""
    for found in _HOST.findall(text):
        if not found.isascii():
            yield f"host in DNS: {punycode(found)}"


def _readable(text: str) -> Iterator[str]:
    """Yield each punycode host as it would be read."""
    for found in _HOST.findall(text):
        labels = found.split(".")
        if any(one.lower().startswith("xn--") for one in labels):
            yield f"host {found} reads as {'.'.join(map(_decoded, labels))}"


def punycode(host: str) -> str:
    """Return a host with each label that is not ASCII in punycode (RFC 3492)."""
    return ".".join(
        one if one.isascii() else f"xn--{one.lower().encode('punycode').decode()}"
        for one in host.split(".")
    )


def _decoded(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode().decode("punycode")
    except (UnicodeError, ValueError):
        return label
