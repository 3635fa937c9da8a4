"""`guard signals status`: what the running guard hears and tells. It changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from guard.errors import Unusable
from guard_adapters._shown import shown
from guard_adapters.cli import FINDINGS, FINE
from guard_adapters.cli.listing import listing
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place

Rows = Sequence[Mapping[str, Any]]
STREAM = "stream that is heard or told of"


def status(found: Place, name: str, *, as_json: bool) -> int:
    """Print each stream, or one of them field by field; 1 where one is silent or behind.

    Raises:
        Unavailable: `guard_not_running`; Unusable: `stream_unknown`.
    """
    told = OperatorClient(found).ask("GET", "signals/streams")
    rows = [{"direction": way, **one} for way in ("in", "out") for one in told[way]]
    if name:
        rows = [one for one in rows if one["name"] == name]
        if not rows:
            raise Unusable(
                f"The running guard has no stream {name!r}.",
                code="stream_unknown",
                next_step="See which it has: guard signals status.",
            )
    said, now_ms = whole if name else line, told["now_ms"]
    listing(rows, lambda one: said(one, now_ms), as_json=as_json, of=STREAM)
    return FINDINGS if any(one["wrong"] for one in rows) else FINE


def line(one: Mapping[str, Any], now_ms: int) -> str:
    """Return one stream as one line."""
    state, heard = one["wrong"] or "fine", one["direction"] == "in"
    last = f"heard {ago(one['heard_ms'], now_ms)}" if heard else f"{one['waiting']} wait"
    counts = f"{one['taken']} taken, {one['refused']} refused"
    return shown(f"{one['name']}  {one['direction']}  {one['way']}  {last}  {counts}  {state}")


def whole(one: Mapping[str, Any], now_ms: int) -> str:
    """Return one stream, a line a field."""
    return "\n".join(shown(f"{name}: {_said(name, value, now_ms)}") for name, value in one.items())


def ago(moment_ms: int, now_ms: int) -> str:
    """Return how long ago something was, in words."""
    if not moment_ms:
        return "never"
    seconds = max(0, now_ms - moment_ms) // 1000
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def _said(field: str, value: object, now_ms: int) -> str:
    if field.endswith("_ms") and isinstance(value, int):
        return ago(value, now_ms)
    return str(value)
