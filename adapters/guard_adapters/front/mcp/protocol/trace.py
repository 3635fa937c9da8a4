"""The trace that a client's message belongs to, as it says in `_meta` (W3C trace context)."""

import re
from collections.abc import Mapping
from typing import Any, Final

_PARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def parent_of(params: Mapping[str, Any]) -> str:
    """Return the `traceparent` of a message, or an empty string where it is none.

    It is shown in traces and decides nothing; what is not one exactly is left out.
    """
    meta = params.get("_meta")
    return read(meta.get("traceparent") if isinstance(meta, Mapping) else None)


def read(found: object) -> str:
    """Return what somebody else calls a `traceparent`, or an empty text where it is none."""
    return found if isinstance(found, str) and _PARENT.fullmatch(found) else ""
