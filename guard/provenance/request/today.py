"""The moment from which a person's days are counted: the guard's clock, on the day that it is.

"Today is 4 March 2025" says the day, and so does what a trusted clock showed in this session. The
hour stays that of the guard. It decides nothing.
"""

import re
from datetime import UTC, date, datetime, time

from guard.provenance.request.task import Task
from guard.provenance.speech.frames import Entity, silences
from guard.provenance.speech.relayed import relayed
from guard.provenance.speech.unasked import joined, within

_TODAY = re.compile(
    r"(?:[.!?;(]\s*|(?<![:,\s])\n\s*|\b(?:hi|hello|hey|note|ok)[,:!]\s+)"
    r"(?:today(?:['\u2019]s\s+date)?(?:\s+is|['\u2019]s)|heute\s+ist|nous\s+sommes)\s+"
    r"(?:[^\W\d_]+(?:day|tag|di),?\s+)?(?:the\s+|der\s+|le\s+)?\Z",
    re.IGNORECASE,
)
"""What stands before the day of which a person says that it is today: nobody else says it."""
_ENDS = re.compile(r"\s*(?:[.!;)\n]|\Z|(?:,\s*)?(?:and|so|please)\b)", re.IGNORECASE)
"""What stands behind it: "today is 4 March, says Ann" goes on."""
_FAR = 48
_DAY = 86_400_000
_NOON = time(11, tzinfo=UTC)  # the same day from California to New Zealand


def moment_of(task: Task, now_ms: int, shown: str) -> int:
    """Return the moment (milliseconds since the epoch) that it is for a person; 0: nobody knows.

    Args:
        task: what the person said.
        now_ms: by the guard's clock; 0: nobody knows.
        shown: which day it is (YYYY-MM-DD) by a trusted result; empty: none said.
    """
    day = next((one.canonical for one in task.entities if _is_today(task, one)), shown)
    if not day:
        return now_ms
    if not now_ms:
        return int(datetime.combine(date.fromisoformat(day), _NOON).timestamp() * 1000)
    apart = date.fromisoformat(day) - datetime.fromtimestamp(now_ms / 1000, UTC).date()
    return now_ms + apart.days * _DAY if abs(apart.days) > 1 else now_ms


def _is_today(task: Task, one: Entity) -> bool:
    """Return whether a person says of a whole day that it is today."""
    if one.kind != "date" or one.canonical.startswith("-"):
        return False
    begins = max(one.start - _FAR, 0)
    said = _TODAY.search(task.text[begins : one.start] if begins else "\n" + task.text[: one.start])
    if said is None or not _ENDS.match(task.text, one.end):
        return False
    quoted = [(each.start, each.end) for each in task.entities if each.kind == "quoted"]
    passed = joined([*quoted, *silences(task.text, task.entities), *relayed(task.text)])
    return not within(one.start, passed)
