"""Patterns that are compiled when the first text is read with them, not when a program starts.

The long ones, of lists of words, were a sixth of the start of a relay, and of relays that are never
told a task. Each use takes 30 ns more: nothing to a long pattern, and too much for a short one.
"""

import re
from functools import cached_property
from typing import cast


def late(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return what can do all that the compiled pattern can; a mistake in it is seen then."""
    return cast("re.Pattern[str]", _Late(text, flags))


class _Late:
    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._text, self._flags)

    def __getattr__(self, name: str) -> object:
        found = getattr(self._compiled, name)
        setattr(self, name, found)  # the next time it is there, and nothing comes here
        return cast("object", found)
