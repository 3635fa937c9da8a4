"""How a framework wraps results: what a model reads of one, and what is kept for a resumed run.

Kept is plain JSON, because nothing else is read back safely: unpickling what a store holds would
let whoever writes to the store run code.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

PLAIN = (str, int, float, bool, type(None))


def frozen(result: object) -> bytes | None:
    """Return plain JSON values as bytes; None for anything that would not come back the same."""
    if not plain(result):
        return None
    try:
        return json.dumps(result, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None


def revived(kept: bytes) -> object:
    """Return what `frozen` kept."""
    found: object = json.loads(kept)
    return found


def plain(value: object) -> bool:
    """Return whether a value is JSON and comes back from it the same."""
    if type(value) is list:
        return all(map(plain, value))
    if type(value) is dict:
        return all(type(name) is str and plain(one) for name, one in value.items())
    return type(value) in PLAIN


def as_it_is(result: object) -> object:
    """Return a result whose own form a model reads."""
    return result


def succeeded(_result: object) -> bool:
    """Return that a result which was returned is no failure."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How one framework wraps what tools return.

    Args:
        shown: what a model reads of a result.
        failed: whether a result tells that the tool failed.
        freeze: a result as bytes, or None where it cannot be kept.
        revive: the inverse.
        pauses: exceptions by which the framework's own tools pause: no failure, and run again.
    """

    shown: Callable[[object], object] = as_it_is
    failed: Callable[[object], bool] = succeeded
    freeze: Callable[[object], bytes | None] = frozen
    revive: Callable[[bytes], object] = revived
    pauses: tuple[type[BaseException], ...] = ()
