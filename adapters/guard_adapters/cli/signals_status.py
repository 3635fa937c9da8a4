"""`guard signals status`: what the running guard hears and tells. It changes nothing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from guard.errors import Unusable
from guard_adapters._shown import shown
from guard_adapters.cli import FINDINGS, FINE
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place

Rows = Sequence[Mapping[str, Any]]


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
    for one in rows:
        if as_json:
            print(json.dumps(one))
        elif name:
            for field, value in one.items():
                print(shown(f"{field}: {_said(field, value, told['now_ms'])}"))
        else:
            print(shown(line(one, told["now_ms"])))
    if not rows and not as_json:
        print("No stream is listened to, and nobody is told.")
    return FINDINGS if any(one["wrong"] for one in rows) else FINE


def line(one: Mapping[str, Any], now_ms: int) -> str:
    """Return one stream as one line."""
    state = one["wrong"] or "fine"
    if one["direction"] == "in":
        last = f"heard {ago(one['heard_ms'], now_ms)}"
        counts = f"{one['taken']} taken, {one['refused']} refused"
    else:
        last = f"{one['waiting']} wait"
        counts = f"{one['taken']} taken, {one['refused']} refused"
    return f"{one['name']}  {one['direction']}  {one['way']}  {last}  {counts}  {state}"


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
