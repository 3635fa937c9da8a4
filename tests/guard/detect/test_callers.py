"""Who comes in: places, devices and workloads of one session, compared request by request."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.detect.numbers import Detectors
from guard.detect.travel import distance_km, travelled
from guard.detect.watch import STALE_MS, Watch
from guard.errors import Refused
from guard.model.identity import Agent, Device, Place, Principal, Who, Workload
from guard.session.state import new_session

NOW = 1_800_000_000_000
HOUR = 3_600_000
NUMBERS = Detectors()
ANA = Who(
    principal=Principal(issuer="idp", subject="ana"),
    agent=Agent(id="clerk"),
    workload=Workload(id="spiffe://corp.example/clerk", attested=True),
    device=Device(id="laptop", compliant=True, seen_at_ms=NOW),
)


def place(lat=48.1374, lon=11.5755, *, radius=10, at=NOW):
    return Place(
        lat_e4=round(lat * 10_000), lon_e4=round(lon * 10_000), radius_km=radius, source="edge",
        at_ms=at,
    )  # fmt: skip


MUNICH, BERLIN, YORK = place(), place(52.52, 13.405), place(40.7128, -74.006)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [(MUNICH, BERLIN, 504), (MUNICH, YORK, 6488), (place(0, 179.9), place(0, -179.9), 22),
     (place(90, 0), place(90, 137), 0), (place(-90, 0), place(90, 0), 20_015)],
)  # fmt: skip
def test_distances_are_those_of_a_globe(one, other, km):
    assert abs(distance_km(one, other) - km) <= 2


def test_a_flight_that_takes_its_time_is_no_finding_and_one_that_does_not_is():
    assert travelled(MUNICH, replace(YORK, at_ms=NOW + 8 * HOUR), NUMBERS) is None
    found = travelled(MUNICH, replace(YORK, at_ms=NOW + HOUR), NUMBERS)
    assert found.kind == "impossible_travel"
    assert "within 60 min" in found.said


def test_both_radii_are_given_to_the_traveller():
    far = replace(BERLIN, at_ms=NOW + 1000)
    assert travelled(MUNICH, far, Detectors(travel_km=100)) is not None
    assert travelled(replace(MUNICH, radius_km=450), far, Detectors(travel_km=100)) is None


@given(st.integers(-900_000, 900_000), st.integers(-1_800_000, 1_800_000), st.integers(0, 10**9))
def test_nobody_is_accused_of_staying_and_order_does_not_matter(lat, lon, later):
    here = replace(MUNICH, lat_e4=lat, lon_e4=lon)
    assert travelled(here, replace(here, at_ms=NOW + later), NUMBERS) is None
    there = replace(YORK, at_ms=NOW + later)
    assert (travelled(here, there, NUMBERS) is None) == (travelled(there, here, NUMBERS) is None)


def kinds(before, now, *, was=None, place=None, **numbers):
    session = replace(new_session("gs_1", before, now_ms=NOW), place=was)
    watch = Watch(numbers=Detectors(**numbers))
    after, found = watch.door(session, now, NOW + HOUR, place)
    assert [one.kind for one in found] == [one.kind for one in after.signals]
    return {one.kind for one in found}


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (ANA, set()),
        (replace(ANA, device=Device()), set()),  # a front that knows no device accuses nobody
        (replace(ANA, device=replace(ANA.device, seen_at_ms=NOW + 5)), set()),
        (replace(ANA, workload=Workload(id="spiffe://corp.example/other", attested=True)), {"workload_moved"}),
        (replace(ANA, workload=Workload()), {"workload_moved"}),
        (replace(ANA, workload=Workload(id=ANA.workload.id)), {"workload_moved"}),
        (replace(ANA, device=Device(id="phone", compliant=True, seen_at_ms=NOW)), {"device_changed"}),
        (replace(ANA, device=replace(ANA.device, compliant=False)), {"posture_lost"}),
    ],
)  # fmt: skip
def test_what_changes_about_a_caller_is_found_and_what_is_unknown_is_not(now, found):
    assert kinds(ANA, now) == found


def test_an_older_statement_of_a_device_undoes_nothing_that_was_said_since():
    since = Device(id="laptop", compliant=False, seen_at_ms=NOW + 10)
    session = new_session("gs_1", replace(ANA, device=since), now_ms=NOW)
    entered, found = Watch().door(session, ANA, NOW + 20)
    assert (entered.who.device, found) == (since, ())
    unnamed = new_session("gs_1", replace(ANA, device=replace(since, id="")), now_ms=NOW)
    assert not Watch().door(unnamed, ANA, NOW + 20)[0].who.device.compliant
    later = replace(ANA.device, seen_at_ms=NOW + 30)
    assert Watch().door(session, replace(ANA, device=later), NOW + 40)[0].who.device == later


def test_a_workload_that_becomes_known_is_no_change():
    assert kinds(replace(ANA, workload=Workload()), ANA) == set()


def test_an_operator_may_switch_a_kind_off():
    assert kinds(ANA, replace(ANA, workload=Workload()), without={"workload_moved"}) == set()
    far = replace(YORK, at_ms=NOW + 1)
    assert kinds(ANA, ANA, was=MUNICH, place=far, without={"impossible_travel"}) == set()
    assert kinds(ANA, ANA, was=MUNICH, place=far) == {"impossible_travel"}


def test_a_session_of_somebody_else_is_unknown_whatever_they_look_like():
    other = replace(ANA, principal=Principal(issuer="idp", subject="eve"))
    with pytest.raises(Refused, match="session_unknown"):
        kinds(ANA, other, place=YORK)


def test_the_same_place_is_written_down_only_now_and_then():
    session = replace(new_session("gs_1", ANA, now_ms=NOW), place=MUNICH)
    again, _ = Watch().door(session, ANA, NOW + 1, replace(MUNICH, at_ms=NOW + 1))
    assert again is session
    later = replace(MUNICH, at_ms=NOW + STALE_MS)
    again, _ = Watch().door(session, ANA, NOW + STALE_MS, later)
    assert again.place == later
