"""Durations as operators write them: `60s`, `5m`, `1h`, `7d`."""

import re

_DURATION = re.compile(r"([1-9][0-9]{0,8})([smhd])")
_UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def duration_ms(text: str) -> int:
    """Return milliseconds of `60s`, `5m`, `1h`, `7d`.

    Raises:
        ValueError: it is not such a string.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"got {text!r}, expected a duration such as 60s, 5m, 1h or 7d")
    return int(found[1]) * _UNIT_MS[found[2]]
