"""Nouns that are said for one thing, where no class of the lexicon has the one of a tool's name.

"Cancel my appointment" asks for `cancel_visit`. Plain data: only words that are said of the very
same thing, none for what somebody may do, for money, or for all there are. Which one of them is
meant is compared elsewhere. It decides nothing.
"""

from functools import lru_cache

from guard.provenance.vocabulary.lexicon import stem

_GROUPS = """
visit appointment checkup consultation
ride trip journey car cab taxi
parcel package shipment delivery
medication medicine drug
shop store
course class
learner student pupil
lesson session class
instructor teacher
photo picture image
movie film
song track
flat apartment
subscription plan membership
voucher coupon
tag label
vehicle car
survey form questionnaire
response answer
announcement notice
rental hire
reading measurement
vacation holiday leave
"""


def _read() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _GROUPS.strip().splitlines():
        one = frozenset(map(stem, line.split()))
        for word in one:
            found[word] = found.get(word, frozenset()) | one
    return found


_SAME = _read()


@lru_cache(maxsize=1024)
def same_as(own: frozenset[str]) -> frozenset[str]:
    """Return the stems of the nouns that are said for the things of some stems."""
    return frozenset().union(*(_SAME.get(one, frozenset()) for one in own)) - own
