"""What a server turned away three times in a row is not made again for a while."""

import pytest

from guard.errors import Unavailable
from guard.grant import refusals
from guard.grant.refusals import LONGEST_MS, PAUSE_MS, Refusals

CRM, BANK = ("idp", "crm", "read", "w"), ("idp", "bank", "read", "w")


def may(seen, toward, now_ms):
    try:
        seen.refuse(toward, now_ms)
    except Unavailable as no:
        assert no.code == "credentials_turned_away"
        return False
    return True


def no(seen, toward, now_ms):
    seen.told(toward, taken=False, now_ms=now_ms)


def test_two_are_no_reason_and_three_are():
    seen = Refusals()
    for number in range(3):
        assert may(seen, CRM, number)
        no(seen, CRM, number)
    assert not may(seen, CRM, 2)
    assert not may(seen, CRM, 2 + PAUSE_MS - 1)
    assert may(seen, CRM, 2 + PAUSE_MS)


def test_another_server_another_grant_and_another_person_are_not_kept_waiting():
    seen = Refusals()
    for _ in range(3):
        no(seen, CRM, 0)
    assert not may(seen, CRM, 0)
    for part in range(4):
        assert may(seen, tuple("other" if at == part else one for at, one in enumerate(CRM)), 0)


def test_each_one_after_a_pause_doubles_it_up_to_a_bound_and_one_that_is_taken_ends_it():
    seen, now_ms, pauses = Refusals(), 0, []
    for _ in range(40):
        no(seen, CRM, now_ms)
        until_ms = seen._row[CRM][1]
        pauses.append(until_ms - now_ms)
        now_ms = until_ms
    assert pauses[:6] == [0, 0, PAUSE_MS, 2 * PAUSE_MS, 4 * PAUSE_MS, LONGEST_MS]
    assert set(pauses[5:]) == {LONGEST_MS}
    seen.told(CRM, taken=True, now_ms=now_ms)
    no(seen, CRM, now_ms)
    assert may(seen, CRM, now_ms)


def test_calls_that_were_under_way_at_once_begin_one_pause():
    seen = Refusals()
    for _ in range(50):
        no(seen, CRM, 0)
    assert may(seen, CRM, PAUSE_MS)


def test_the_error_says_where_to_look_and_how_long():
    seen = Refusals()
    for _ in range(3):
        no(seen, CRM, 0)
    with pytest.raises(Unavailable) as caught:
        seen.refuse(CRM, 1)
    assert "'crm'" in str(caught.value)
    assert "`credential`" in str(caught.value)
    assert "60 s" in str(caught.value)


def test_an_operator_is_told_when_a_pause_begins_and_when_it_is_mended():
    heard = []
    seen = Refusals(lambda *said: heard.append(said))
    for now_ms in (0, 0, 0, 0, PAUSE_MS):
        no(seen, CRM, now_ms)
    assert heard == [("crm", "credentials_turned_away")] * 2  # once for each pause
    for _ in range(2):
        seen.told(CRM, taken=True, now_ms=PAUSE_MS)
    assert heard[2:] == [("crm", "")]


def test_memory_stays_bounded(monkeypatch):
    monkeypatch.setattr(refusals, "_MOST", 3)
    seen = Refusals()
    for number in range(9):
        no(seen, ("i", "s", "g", str(number)), 0)
    assert len(seen._row) == 3
    seen.told(BANK, taken=True, now_ms=0)  # of which nothing is known
