"""Takes a secret out of what comes back, as it was sent and in the forms that software makes of it.

It helps against an echo: an error page that repeats a header, a debug field. A server that wants to
give a secret away has it already, and can write it in a form that nobody looks for.
"""

import re
from base64 import b64encode
from typing import Final
from urllib.parse import quote_from_bytes

GAP: Final = b"[secret]"
SHORTEST: Final = 8
"""A shorter secret (bytes) would be found in text by chance."""

_TRIPLE: Final = 3


def forms(secret: str) -> frozenset[bytes]:
    """Return the secret as bytes, in base64 at every alignment, in hex and percent-encoded.

    Raises:
        ValueError: it is shorter than `SHORTEST` bytes.
    """
    raw = secret.encode()
    if len(raw) < SHORTEST:
        raise ValueError(f"got a secret of {len(raw)} bytes, expected at least {SHORTEST}")
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    found |= {quote_from_bytes(raw, safe="").encode(), quote_from_bytes(raw).encode()}
    found.add("".join(f"%{byte:02X}" for byte in raw).encode())
    for before in range(_TRIPLE):
        # Letters that also depend on a neighbour's bits are left out.
        text = b64encode(b"\0" * before + raw)
        inner = text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return frozenset(found)


class Scrub:
    """Scrubs one stream of bytes, across the borders of its chunks.

    Args:
        secret: what must not come back.
    """

    def __init__(self, secret: str) -> None:
        longest_first = sorted(forms(secret), key=lambda form: (-len(form), form))
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first)), re.IGNORECASE)
        self._keep = max(map(len, longest_first)) - 1
        self._starts = tuple(form.lower() for form in longest_first)
        self._firsts = frozenset(form[0] for form in self._starts)
        self._held = b""
        self.hits = 0

    def __repr__(self) -> str:
        """Return what was found, and nothing of what is looked for."""
        return f"Scrub(hits={self.hits})"

    def feed(self, chunk: bytes) -> bytes:
        """Return what can be passed on by now; the rest waits for the next chunk."""
        text = self._clean(self._held + chunk)
        cut = len(text) - self._begun(text)
        self._held = text[cut:]
        return text[:cut]

    def _begun(self, text: bytes) -> int:
        """Return how many of the last bytes may be the beginning of a form.

        No more is held back: the end of an event must not wait for the next one.
        """
        tail = text[-self._keep :].lower()
        for at, byte in enumerate(tail):
            if byte in self._firsts and any(form.startswith(tail[at:]) for form in self._starts):
                return len(tail) - at
        return 0

    def rest(self) -> bytes:
        """Return what was held back, at the end of the stream."""
        text, self._held = self._held, b""
        return text

    def whole(self, text: bytes) -> bytes:
        """Return a text that comes at once, such as a header's value."""
        return self._clean(text)

    def _clean(self, text: bytes) -> bytes:
        clean, hits = self._pattern.subn(GAP, text)
        self.hits += hits
        return clean
