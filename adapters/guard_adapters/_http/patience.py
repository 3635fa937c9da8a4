"""The one retry policy of the house, for what must be tried until it is done or given up.

0.1 s, then twice as long each time, at most 30 s, 8 tries: `guard.grant.lease` has the numbers.
"""

from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt
from tenacity.wait import wait_exponential

from guard.grant.lease import FIRST_PAUSE_MS, LONGEST_PAUSE_MS, MAX_TRIES

Attempt = Callable[[], Awaitable[bool]]


async def persisting(attempt: Attempt) -> bool:
    """Try until `attempt` returns True or the tries are used up; return whether it did.

    What `attempt` raises is not tried again.
    """
    retrying = AsyncRetrying(
        retry=retry_if_result(lambda done: not done),
        wait=wait_exponential(multiplier=FIRST_PAUSE_MS / 1000, max=LONGEST_PAUSE_MS / 1000),
        stop=stop_after_attempt(MAX_TRIES),
        retry_error_callback=_given_up,
    )
    return bool(await retrying(attempt))


def _given_up(state: RetryCallState) -> bool:
    del state
    return False
