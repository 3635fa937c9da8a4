"""How commands print a list: a line or a JSON object each, and one sentence where it is empty."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Found = Mapping[str, Any]


def listing(
    found: Sequence[Found], line: Callable[[Found], str], *, as_json: bool, of: str
) -> None:
    """Print what was found, or that there is none `of` it; as JSON nothing is no line."""
    for one in found:
        print(json.dumps(one) if as_json else line(one))
    if not found and not as_json:
        print(none(of))


def none(of: str) -> str:
    """Return the sentence of every empty list; `of` is one of what it would hold."""
    return f"There is no {of}."
