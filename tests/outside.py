"""What the machine says of the world, for the little of the suite that fetches something from it."""

import os

OUTSIDE = "OUTSIDE_"
"""Under this and its own name stands what tests do not see: whom the machine believes."""


def outside():
    """Return the environment as it was before the tests took what only the world needs out of it."""
    said = {
        name.removeprefix(OUTSIDE): one
        for name, one in os.environ.items()
        if name.startswith(OUTSIDE)
    }
    return {**os.environ, **said}
