"""The one retry policy of the house, for what must be tried until it is done or given up.

0.1 s, then twice as long each time, at most 30 s, 8 tries: `guard.grant.lease` has the numbers.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING

from guard.grant.lease import FIRST_PAUSE_MS, LONGEST_PAUSE_MS, MAX_TRIES

if TYPE_CHECKING:
    from tenacity import RetryCallState

Attempt = Callable[[], Awaitable[bool]]


async def persisting(attempt: Attempt) -> bool:
    """Try until `attempt` returns True or the tries are used up; return whether it did.

    What `attempt` raises is not tried again.
    """
    # Loaded when something is tried: it takes 1 MB, and most guards of one pipe never try again.
    again = import_module("tenacity")
    retrying = again.AsyncRetrying(
        retry=again.retry_if_result(lambda done: not done),
        wait=again.wait_exponential(multiplier=FIRST_PAUSE_MS / 1000, max=LONGEST_PAUSE_MS / 1000),
        stop=again.stop_after_attempt(MAX_TRIES),
        retry_error_callback=_given_up,
    )
    return bool(await retrying(attempt))


def _given_up(state: "RetryCallState") -> bool:
    del state
    return False
