"""What came of a try with a stolen credential: it worked, or it was refused in the way that counts."""

import re

WORKS, REFUSED, UNTIL_END = "works", "refused", "works until it expires"
COLUMNS = (
    "used again", "other arguments", "at another server", "after the call", "after revoke",
    "with another key",
)  # fmt: skip


class No(Exception):
    """A target that answers without raising has refused; what it said."""


async def tried(attempt, kind, said):
    """Return whether the thief got what he wanted. A refusal of another kind is no refusal."""
    try:
        got = await attempt
    except kind as no:
        if re.search(said, f"{no}", re.IGNORECASE) is None:
            raise
        return False
    assert got, "a target that gives nothing must say why"
    return True


def word(good):
    return WORKS if good else REFUSED


def until(good, credential, lease):
    """Return the word for what still works, of a credential that ends by itself with its lease."""
    # Reserving and issuing are two moments, and `exp` is a whole second.
    assert credential.expires_at_ms <= lease.deadline_ms + 1_000
    return UNTIL_END if good else REFUSED
