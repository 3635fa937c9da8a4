"""How many examples a property is tried with: fewer in the suite, always the same; all in `make soak`.

The suite plays one in five of them, in an order that is fixed. `make soak` plays as many as stand
at each test, and others every time.
"""

from hypothesis import settings

WHOLE = 100
"""Examples of a property that names no number, in Hypothesis' own profile."""


def many(examples: int) -> int:
    """Return how many examples the loaded profile tries where its soak tries so many."""
    return max(1, examples * settings.default.max_examples // WHOLE)
