"""Where a caller is: what the proxy's header may say, and who is believed."""

import pytest

from guard_adapters.front.mcp.auth.location import place_of
from guard_adapters.front.mcp.protocol.wire import WireRefused

NOW = 1_800_000_000_000


def read(*values):
    return place_of([(b"guard-location", one) for one in values], "Guard-Location", NOW)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"geo:48.1374,11.5755;u=25000", (481_374, 115_755, 25)),
        (b"geo:-33.8688,151.2093;u=1", (-338_688, 1_512_093, 1)),
        (b"geo:0,0", (0, 0, 50)),
        (b"GEO:40.71,-74.00,12.5;crs=wgs84;U=100.5", (407_100, -740_000, 1)),
        (b" geo:90,180 ", (900_000, 1_800_000, 50)),
    ],
)
def test_a_geo_uri_is_a_place(value, found):
    place = read(value)
    assert (place.lat_e4, place.lon_e4, place.radius_km) == found
    assert (place.source, place.at_ms) == ("Guard-Location", NOW)


@pytest.mark.parametrize(
    "value",
    [b"", b"48.1,11.5", b"geo:91,0", b"geo:0,181", b"geo:1", b"geo:1,2;u=-5", b"geo:1,2,3,4",
     b"geo:1e9,2", b"geo:nan,0", b"geo:1,2;u=999999999", b"geo:1,2\x00", "geo:\u0661,2".encode()],
)  # fmt: skip
def test_anything_else_is_refused(value):
    with pytest.raises(WireRefused, match="bad_location"):
        read(value)


def test_a_header_that_came_twice_is_refused_and_none_is_no_place():
    with pytest.raises(WireRefused, match="header_repeated"):
        read(b"geo:1,2", b"geo:3,4")
    assert read() is None
