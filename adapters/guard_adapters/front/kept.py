"""Results as bytes, for a run that resumes: plain JSON, because nothing else is read back safely.

A front whose framework wraps results has its own pair; unpickling what a store holds would let
whoever writes to the store run code.
"""

import json

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
