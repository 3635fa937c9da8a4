import pytest

from guard.grant.lease import (
    LONGEST_PAUSE_MS,
    MAX_TRIES,
    OPEN,
    TRANSITIONS,
    Lease,
    LeaseEvent,
    LeaseState,
    NoLeaseTransition,
)

PAIRS = [(state, event) for state in LeaseState for event in LeaseEvent]


def lease(state=LeaseState.RESERVED, **more):
    fields = {"id": "l1", "call_id": "c1", "session": "s1", "kind": "calltoken"}
    return Lease(**fields, deadline_ms=30_000, state=state, **more)


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_event_in_every_state_does_what_the_table_says_or_raises(state, event):
    before = lease(state)
    target = TRANSITIONS[state].get(event)
    if target is None:
        with pytest.raises(NoLeaseTransition) as no:
            before.after(event, 5)
        assert (no.value.code, no.value.state, no.value.event) == ("lease_transition", state, event)
    else:
        assert before.after(event, 5).state is target
    assert before == lease(state)


def test_every_state_has_its_row():
    assert set(TRANSITIONS) == set(LeaseState)


def test_an_open_lease_can_always_be_recalled():
    for state in OPEN:
        assert lease(state).after(LeaseEvent.RECALL, 1).state is LeaseState.REVOKE_PENDING


def test_ended_states_lead_nowhere():
    for state in (LeaseState.CONSUMED, LeaseState.EXPIRED, LeaseState.REVOKED):
        assert not TRANSITIONS[state]
        assert not lease(state).open


def test_what_failed_at_the_target_is_assumed_to_have_acted():
    assert lease().after(LeaseEvent.FAILED, 1).state is LeaseState.REVOKE_PENDING


def test_the_journal_keeps_a_digest_and_never_the_secret():
    issued = lease().issued("ab" * 32, 7)
    assert (issued.state, issued.token_sha256, issued.changed_ms) == (
        LeaseState.ISSUED,
        "ab" * 32,
        7,
    )


def test_eight_failed_tries_are_an_alert_and_finding_it_gone_closes_it():
    row, pauses = lease(LeaseState.REVOKE_PENDING), []
    for _ in range(MAX_TRIES):
        row = row.tried(1000)
        pauses.append(row.next_try_ms - 1000)
    assert pauses == [100, 200, 400, 800, 1600, 3200, 6400, 12800]
    assert max(pauses) <= LONGEST_PAUSE_MS
    assert row.state is LeaseState.IRREVOCABLE
    assert row.after(LeaseEvent.GONE, 2000).state is LeaseState.REVOKED


def test_only_a_lease_being_revoked_counts_tries():
    with pytest.raises(NoLeaseTransition):
        lease(LeaseState.ISSUED).tried(1)
