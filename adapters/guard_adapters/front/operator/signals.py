"""The part of the operator's API through which other sources say what they know of a caller.

For whatever speaks no Shared Signals: a fraud check, a device manager, a script. It only lowers
trust; the lowest risk level of a source takes back what the same source said before.
"""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from starlette.requests import Request

from guard.grant.secevent import SetRefused, subject_of
from guard.model.call import Json
from guard.model.secevent import Subject
from guard_adapters.front.operator.routes import Answer, read_body, unusable

_SOURCE: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


_NAMES: Final = ("kind", "source", "about")


class SignalOperating(Protocol):
    """What this part asks of a guard."""

    async def tell(self, kind: str, about: Subject, source: str) -> Sequence[str]:
        """Let a signal reach every live session that it is about; return their handles."""


def signal_table(desk: SignalOperating) -> tuple[tuple[str, str, Answer], ...]:
    """Return method, path and answer of each route."""

    async def tell(request: Request) -> Json:
        body = await read_body(request)
        kind, source, about = (body.get(name) for name in _NAMES)
        if set(body) != set(_NAMES) or not (isinstance(kind, str) and isinstance(source, str)):
            raise unusable("the body must hold kind and source as texts, and about")
        if not _SOURCE.fullmatch(source):
            raise unusable("source is a short name of small letters, digits, dots and dashes")
        try:
            subject = subject_of(about)
        except SetRefused as no:
            raise unusable(f"about: {no.description}") from None
        return {"sessions": [*await desk.tell(kind, subject, source)]}

    return (("POST", "/signals", tell),)
