"""Impossible travel: one person on two networks that nobody could have come between in the time.

The front says where a network is and how sure that is; no database of addresses is asked. Both
radii are given to the traveller, so that a coarse location accuses nobody.
"""

from math import asin, cos, radians, sin, sqrt
from typing import Final

from guard.detect.finding import Finding
from guard.detect.numbers import Detectors
from guard.model.identity import Place

EARTH_KM: Final = 6_371
_E4: Final = 10_000
_HOUR_MS: Final = 3_600_000


def travelled(before: Place, now: Place, numbers: Detectors) -> Finding | None:
    """Return a finding if nobody travels from one place to the other in the time between."""
    apart_km = distance_km(before, now)
    gap_km = apart_km - before.radius_km - now.radius_km
    if gap_km <= numbers.travel_km:
        return None
    took_ms = abs(now.at_ms - before.at_ms)
    if gap_km * _HOUR_MS <= numbers.travel_kmh * took_ms:
        return None
    minutes = took_ms // 60_000
    return Finding(
        kind="impossible_travel",
        said=f"{apart_km} km apart within {minutes} min, by {before.source} and {now.source}.",
        evidence={"km": apart_km, "gap_km": gap_km, "minutes": minutes},
    )


def distance_km(one: Place, other: Place) -> int:
    """Return the great-circle distance by the haversine formula, in whole kilometres, downwards."""
    lat_1, lon_1, lat_2, lon_2 = (
        radians(part / _E4) for part in (one.lat_e4, one.lon_e4, other.lat_e4, other.lon_e4)
    )
    half = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return int(2 * EARTH_KM * asin(sqrt(min(1.0, half))))
