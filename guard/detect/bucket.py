"""The bucket of every pace: it holds so many, and empties evenly within its time.

One number is all that is kept of it: when it will be empty. What an overflow means is not known
here.
"""


def poured(full_ms: int, now_ms: int, most: int, within_ms: int) -> tuple[int, bool]:
    """Return when the bucket will be empty after one more, and whether it overflowed.

    A bucket that overflows stays full and no fuller, so that the end of a burst is its end.

    Args:
        full_ms: when it would have been empty (Unix milliseconds); 0 = it is.
        now_ms: Unix milliseconds.
        most: how many it holds.
        within_ms: how long a full one takes to empty (milliseconds).
    """
    after_ms = max(full_ms, now_ms) + within_ms // most
    most_ms = now_ms + within_ms
    return min(after_ms, most_ms), after_ms > most_ms
