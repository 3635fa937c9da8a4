"""What others say of a session: narrowing always counts, lifting only what they said before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model.identity import Agent, Device, Principal, Who
from guard.model.secevent import SecurityEvent, Subject
from guard.session.heard import heard, narrows
from guard.session.risk import risk_facts, score
from guard.session.state import new_session, seen
from guard.session.stored import from_json, to_json

NOW = 1_767_607_200_000
WHO = Who(
    principal=Principal(issuer="https://idp.example", subject="ana"),
    agent=Agent(id="clerk"),
    claims=(("email", "Ana@Example.org"), ("sid", "s-7")),
)


def session(**more):
    return new_session("gs_1", WHO, now_ms=NOW, **more)


def event(kind, *, at=NOW, issuer="https://idp.example", **claims):
    return SecurityEvent(
        issuer=issuer, jti="j", kind=kind, subject=Subject(), at_ms=at, claims=claims
    )


def level(one):
    return risk_facts(one.signals, one.who.device, NOW).session


def test_a_revoked_session_is_over() -> None:
    assert heard(session(), event("session-revoked"), NOW).ended_at_ms == NOW


@pytest.mark.parametrize(
    ("kind", "claims", "wanted"),
    [
        ("credential-change", {"change_type": "revoke"}, 2),
        ("credential-change", {"change_type": "delete"}, 2),
        ("credential-change", {"change_type": "update"}, 2),
        ("credential-change", {"change_type": "create"}, 0),
        ("token-claims-change", {"claims": {}}, 1),
        ("assurance-level-change", {"change_direction": "decrease"}, 2),
        ("assurance-level-change", {}, 2),
        ("risk-level-change", {"current_level": "LOW"}, 0),
        ("risk-level-change", {"current_level": "MEDIUM"}, 1),
        ("risk-level-change", {"current_level": "HIGH"}, 3),
        ("risk-level-change", {"current_level": "none of these"}, 3),
        ("session-established", {}, 0),
        ("", {}, 0),
    ],
)
def test_each_event_raises_risk_as_far_as_it_should(kind, claims, wanted) -> None:
    said = event(kind, **claims)
    after = heard(session(), said, NOW)
    assert (level(after), narrows(said)) == (wanted, wanted > 0)
    assert after.ended_at_ms == 0


def test_an_increase_takes_back_only_what_the_same_sender_said_before() -> None:
    low = heard(session(), event("assurance-level-change", change_direction="decrease"), NOW)
    up = {"kind": "assurance-level-change", "change_direction": "increase"}
    assert level(heard(low, event(**up, at=NOW + 1), NOW)) == 0
    assert level(heard(low, event(**up, at=NOW - 1), NOW)) == 2
    assert level(heard(low, event(**up, at=NOW + 1, issuer="https://other.example"), NOW)) == 2


def test_two_senders_who_lowered_must_both_lift() -> None:
    both = session()
    for issuer in ("https://a.example", "https://b.example"):
        both = heard(both, event("assurance-level-change", issuer=issuer), NOW)
    up = event("assurance-level-change", at=NOW + 1, issuer="https://b.example", change_direction="increase")  # fmt: skip
    assert level(heard(both, up, NOW)) == 2


def test_a_late_low_does_not_take_back_a_newer_high() -> None:
    high = heard(session(), event("risk-level-change", current_level="HIGH"), NOW)
    late = event("risk-level-change", current_level="LOW", at=NOW - 1)
    newer = event("risk-level-change", current_level="LOW", at=NOW + 1)
    assert (level(heard(high, late, NOW)), level(heard(high, newer, NOW))) == (3, 0)


def test_a_device_that_falls_out_of_compliance_is_not_compliant_and_may_return_later() -> None:
    well = seen(session(), Who(**{n: getattr(WHO, n) for n in ("principal", "agent", "claims")}, device=Device(id="d", compliant=True, seen_at_ms=NOW)))  # fmt: skip
    out = heard(well, event("device-compliance-change", current_status="not-compliant", at=NOW - 9), NOW)  # fmt: skip
    assert not out.who.device.compliant
    back = {"kind": "device-compliance-change", "current_status": "compliant"}
    assert not heard(out, event(**back, at=NOW - 5), NOW).who.device.compliant
    assert heard(out, event(**back, at=NOW + 5), NOW).who.device.compliant


def test_a_front_that_knows_no_device_does_not_make_one_compliant_again() -> None:
    out = heard(session(), event("device-compliance-change", current_status="no"), NOW)
    assert seen(out, WHO).who.device == out.who.device


def test_what_was_heard_is_read_back_from_the_store() -> None:
    after = heard(session(), event("assurance-level-change", at=NOW - 7), NOW)
    assert from_json(to_json(after)).signals == after.signals


KINDS = ("token-claims-change", "credential-change", "assurance-level-change", "risk-level-change")


@given(st.permutations(range(4)), st.integers(0, 3))
def test_the_order_in_which_narrowing_events_come_does_not_matter(order, skipped) -> None:
    said = [event(kind, at=NOW + n) for n, kind in enumerate(KINDS) if n != skipped]
    said = [said[n] for n in order if n < len(said)]
    one, other = session(), session()
    for each in said:
        one = heard(one, each, NOW)
    for each in reversed(said):
        other = heard(other, each, NOW)
    assert score(one.signals, NOW) == score(other.signals, NOW)


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        (Subject(), False),
        (Subject(issuer="https://idp.example", subject="ana"), True),
        (Subject(issuer="https://other.example", subject="ana"), False),
        (Subject(email="ANA@example.org"), True),
        (Subject(email="bob@example.org"), False),
        (Subject(subject="ana", session="s-7"), True),
        (Subject(subject="ana", session="s-8"), False),
        (Subject(subject="ana", device="d"), False),
        (Subject(opaque="gs_1"), True),
    ],
)
def test_a_subject_fits_where_every_named_part_does(subject, fits) -> None:
    assert subject.fits(WHO, "gs_1") is fits
