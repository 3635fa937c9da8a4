"""Where a caller's network is, as the proxy before the guard says in a header (RFC 5870, geo URI).

Off unless the operator names the header: the guard looks up no address by itself. The proxy must
overwrite it, or callers choose their place. A request without it has no place, and accuses nobody.
"""

import re
from typing import Final, NoReturn

from guard.model.identity import Place
from guard_adapters.front.mcp.protocol.edge import Headers, single
from guard_adapters.front.mcp.protocol.wire import INVALID_REQUEST, refuse

_GEO: Final = re.compile(
    r"geo:(-?\d{1,2}(?:\.\d{1,9})?),(-?\d{1,3}(?:\.\d{1,9})?)(?:,-?\d{1,5}(?:\.\d{1,9})?)?"
    r"(?:;crs=wgs84)?(?:;u=(\d{1,8})(?:\.\d{1,9})?)?",
    re.IGNORECASE,
)
_DEFAULT_M: Final = 50_000
"""How far off a place may be whose source does not say: databases of addresses know cities."""


def place_of(headers: Headers, name: str, now_ms: int) -> Place | None:
    """Return the place that a header names, None where it is not there.

    Raises:
        WireRefused: 400 `bad_location`: it is no geo URI, or came twice.
    """
    value = single(headers, name.lower().encode("latin-1"))
    if value is None:
        return None
    found = _GEO.fullmatch(value)
    if found is None:
        _bad()
    north, east = (round(float(part) * 10_000) for part in found.group(1, 2))
    if abs(north) > 900_000 or abs(east) > 1_800_000:  # noqa: PLR2004  the poles, the date line
        _bad()
    metres = int(found[3]) if found[3] else _DEFAULT_M
    return Place(lat_e4=north, lon_e4=east, radius_km=-(-metres // 1000), source=name, at_ms=now_ms)


def _bad() -> NoReturn:
    text = "The location header is no geo URI. Have the proxy send geo:LAT,LON;u=METRES, or none."
    refuse(INVALID_REQUEST, "bad_location", text, status=400)
