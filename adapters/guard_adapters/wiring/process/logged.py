"""What fails behind a guard that works for a program, in the log of that program."""

import logging
from typing import Final

from guard_adapters._shown import shown

_LOG: Final = logging.getLogger("guardcall")


def logged(sentence: str) -> None:
    """Write a sentence into the log "guardcall", as a warning."""
    _LOG.warning("%s", shown(sentence))
