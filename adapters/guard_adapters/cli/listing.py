"""How commands print a list: a line or a JSON object each, and a sentence where it is empty."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Found = Mapping[str, Any]


def listing(
    found: Sequence[Found], line: Callable[[Found], str], *, as_json: bool, nothing: str
) -> None:
    """Print what was found, or `nothing`; as JSON nothing is no line."""
    for one in found:
        print(json.dumps(one) if as_json else line(one))
    if not found and not as_json:
        print(nothing)
