"""Whether a session still is what a call was judged on: asked in the transaction that lets it run.

Other calls come and go in a session all the time; they do not take a judgement back. What does:
the session ended, was suspended or narrowed, a signal, a label, another task, other words, another
person or device. It reads two sessions and changes none.
"""

from typing import Final

from guard.session.narrowing import narrower
from guard.session.state import Session

GROUND: Final = (
    "who",
    "intent",
    "words",
    "task",
    "labels",
    "signals",
    "ended_at_ms",
    "suspended_at_ms",
    "narrowings",
    "withdrawn",
)
"""What a judgement rests on, beside what is in flight: the call itself was counted before."""

SAID: Final = ("who", "intent", "task", "signals", "narrowings", "withdrawn")


def still(judged: Session, now: Session) -> bool:
    """Return whether the judgement of a call holds for the session as it is stored now.

    Args:
        judged: the session on which the call was judged.
        now: the same session, as read in the transaction.
    """
    if judged.id != now.id or now.version < judged.version:
        return False
    if narrower(judged.narrowings, now.narrowings):
        return False
    return all(getattr(judged, name) == getattr(now, name) for name in GROUND)


def moved(judged: Session, now: Session) -> bool:
    """Return whether something was said of a session since a call was judged on it.

    Labels and words are left out: they come with other calls, and take no judgement back by
    themselves.
    """
    return any(getattr(judged, name) != getattr(now, name) for name in SAID)
