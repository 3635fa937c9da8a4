"""The same moment elsewhere: which zone a text and a call mean, each derivation with its vectors."""

from datetime import UTC, timedelta, timezone

import pytest

from guard.provenance.quantity.zones import same_in, zone_of, zoned
from guard.provenance.request.said import read_task

DAY = "2026-11-24"
BERLIN = timezone(timedelta(hours=1), "Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Z", "0"),
        ("UTC", "0"),
        ("+02:00", "120"),
        ("-0330", "-210"),
        ("UTC+2", "120"),
        ("GMT -5", "-300"),
        ("CEST", "120"),
        ("PST", "-480"),
        ("CST", "cst"),
        ("Berlin time", "berlin"),
        ("Europe/Berlin", "europe/berlin"),
        ("", ""),
    ],
)
def test_a_zone_has_one_spelling(text, zone):
    assert zone_of(text) == zone


@pytest.mark.parametrize(
    ("text", "time", "zones"),
    [
        ("at 10:00 CET", "10:00", {"60"}),
        ("at 10 am UTC", "10:00", {"0"}),
        ("at 10:00 (UTC+2)", "10:00", {"120"}),
        ("from 10:00 to 12:00 CET", "10:00", {"60"}),
        ("at 2026-11-24T10:00:00+09:00", "10:00", {"540"}),
        ("at 10:00 New York time", "10:00", {"new york"}),
        ("at 10:00. All times are UTC", "10:00", {"0"}),
        ("at 10:00 and at 11:00 JST or 12:00 CET", "11:00", {"540"}),
        ("at 10:00", "10:00", {""}),
        ("at 10:00 in time for lunch", "10:00", {""}),
        ("at 10:00 CET for one hour", "11:00", {"60"}),
    ],
)
def test_a_text_says_in_which_zone_a_time_is(text, time, zones):
    assert read_task([text]).zones[time] == zones


@pytest.mark.parametrize(
    ("moment", "zone", "other", "same"),
    [
        ((DAY, "10:00"), "60", "0", (DAY, "09:00")),
        ((DAY, "23:30"), "-300", "60", ("2026-11-25", "05:30")),
        ((DAY, "10:00"), "60", "60", (DAY, "10:00")),
        ((DAY, "10:00"), "berlin", "berlin", (DAY, "10:00")),
        ((DAY, "10:00"), "berlin", "60", None),
        (("2026-02-30", "10:00"), "0", "60", None),
        (("9999-12-31", "23:00"), "-600", "0", None),
    ],
)
def test_a_moment_is_the_same_in_another_zone(moment, zone, other, same):
    assert same_in(moment, zone, other) == same


@pytest.mark.parametrize(
    ("text", "beside", "house", "expected"),
    [
        (f"{DAY}T10:00", {}, UTC, ("", None)),
        (f"{DAY}T10:00Z", {}, UTC, ("0", (DAY, "10:00"))),
        (f"{DAY}T10:00+02:00", {}, UTC, ("120", None)),
        (f"{DAY}T10:00Z", {}, BERLIN, ("0", (DAY, "11:00"))),
        (f"{DAY}T10:00", {"time_zone": "Europe/Berlin"}, BERLIN, ("europe/berlin", (DAY, "10:00"))),
        (f"{DAY}T10:00", {"tz": "Asia/Tokyo"}, BERLIN, ("asia/tokyo", None)),
        (f"{DAY}T10:00", {"tz": "UTC"}, UTC, ("0", (DAY, "10:00"))),
        ("soon", {"tz": "UTC"}, UTC, ("", None)),
    ],
)
def test_a_call_says_in_which_zone_its_moment_is(text, beside, house, expected):
    assert zoned(text, beside, house) == expected
