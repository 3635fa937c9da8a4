"""Nouns that are said for one thing, where no class of the lexicon has the one of a tool's name.

"Cancel my appointment" asks for `cancel_visit`. Plain data: only words that are said of the very
same thing, none for what somebody may do, for money, or for all there are. Which one of them is
meant is compared elsewhere. It decides nothing.
"""

from functools import lru_cache

from guard.provenance.vocabulary.lexicon import stem

_GROUPS = """
visit appointment checkup consultation
event invitation
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
bag baggage luggage suitcase
"""


_MEASURES = """
temperature degrees celsius fahrenheit heat heater heating thermostat radiator cool warm warmer cold
temperature colder chilly freezing hot
brightness dim dimmer brighten bright brighter dark darker lamp light bulb
volume loud louder quiet quieter speaker music radio sound
speed fan fast faster slow slower
"""
"""What is measured, with the words by which people set it: the first word of each line."""


def _read(groups: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in groups.strip().splitlines():
        one = frozenset(map(stem, line.split()))
        for word in one:
            found[word] = found.get(word, frozenset()) | one
    return found


_SAME, _MEASURED = _read(_GROUPS), _read(_MEASURES)


@lru_cache(maxsize=1024)
def same_as(own: frozenset[str]) -> frozenset[str]:
    """Return the stems of the nouns that are said for the things of some stems."""
    return frozenset().union(*(_SAME.get(one, frozenset()) for one in own)) - own


@lru_cache(maxsize=1024)
def measures(stems: frozenset[str]) -> frozenset[str]:
    """Return stems with those of the words for the same measure: dim, and brightness."""
    return stems.union(*(_MEASURED.get(one, frozenset()) for one in stems))
