from dataclasses import replace

import pytest

from guard.grant.lease import (
    GIVEN_UP_PAUSE_MS,
    LONGEST_PAUSE_MS,
    MAX_TRIES,
    OPEN,
    TRANSITIONS,
    UNSETTLED,
    Fate,
    Lease,
    LeaseEvent,
    LeaseState,
    NoLeaseTransition,
    ended,
    fated,
    guard_id,
    handle_of,
    lease_of,
    recalled,
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
    for state in (LeaseState.CONSUMED, LeaseState.EXPIRED):
        assert not TRANSITIONS[state]
        assert not lease(state).open


def test_a_target_that_answers_after_it_was_asked_to_forget_is_asked_again():
    assert lease(LeaseState.REVOKED).issued("ab" * 32, 7).state is LeaseState.REVOKE_PENDING
    assert list(TRANSITIONS[LeaseState.REVOKED]) == [LeaseEvent.ANSWERED]
    runs_out = replace(lease(LeaseState.REVOKE_PENDING), next_try_ms=60_000)
    assert runs_out.issued("ab" * 32, 7).due(7)


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
    assert pauses == [100, 200, 400, 800, 1600, 3200, 6400, GIVEN_UP_PAUSE_MS]
    assert max(pauses[:-1]) <= LONGEST_PAUSE_MS
    assert row.state is LeaseState.IRREVOCABLE
    assert row.after(LeaseEvent.GONE, 2000).state is LeaseState.REVOKED


def test_only_a_lease_being_revoked_counts_tries():
    with pytest.raises(NoLeaseTransition):
        lease(LeaseState.ISSUED).tried(1)


ID = "AAECAwQFBgcICQoLDA0ODw"


def test_a_handle_is_made_from_the_lease_alone_and_leads_back_to_it():
    own = guard_id(b"k" * 32)
    row = lease(guard=own)
    named = handle_of(replace(row, id=ID))
    assert (len(own), len(named)) == (6, 35)
    assert named.startswith(f"g_{own}_")
    assert named == named.lower()
    assert lease_of(named, own) == ID
    assert lease_of(named, guard_id(b"other" * 8)) is None


@pytest.mark.parametrize("odd", ["", "postgres", "g_abcdef_", "g_abcdef_!!", "g_abcdef_aaaa"])
def test_what_is_no_handle_of_ours_is_not_taken_for_one(odd):
    assert lease_of(odd, "abcdef") is None


@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize("state", LeaseState)
def test_however_far_a_call_came_its_end_ends_the_lease_or_leaves_what_was_ending(state, leaves):
    after = ended(lease(state), 5, leaves=leaves)
    if state in {LeaseState.RESERVED, LeaseState.ISSUED}:
        assert after.state is LeaseState.REVOKE_PENDING
    elif state is LeaseState.DELIVERED:
        assert after.state is (LeaseState.REVOKE_PENDING if leaves else LeaseState.CONSUMED)
    else:
        assert after == lease(state)


@pytest.mark.parametrize("state", LeaseState)
def test_what_is_recalled_ends_and_what_has_ended_stays(state):
    after = recalled(lease(state), 5, "signal")
    if state in OPEN - {LeaseState.REVOKE_PENDING}:
        assert (after.state, after.reason) == (LeaseState.REVOKE_PENDING, "signal")
    else:
        assert after == lease(state)


def test_a_late_lease_expires_by_itself_where_nothing_remains():
    late = lease(LeaseState.DELIVERED)
    assert late.late(30_000)
    assert not late.late(29_999)
    assert recalled(late, 30_000, "deadline", leaves=False).state is LeaseState.EXPIRED
    assert recalled(late, 30_000, "deadline", leaves=True).state is LeaseState.REVOKE_PENDING
    assert recalled(lease(), 30_000, "deadline", leaves=False).state is LeaseState.REVOKE_PENDING


def test_what_runs_out_is_asked_again_after_its_deadline_and_counts_no_try():
    row = fated(lease(LeaseState.REVOKE_PENDING), 5, Fate.RUNS_OUT)
    assert (row.next_try_ms, row.tries) == (31_000, 0)
    assert not row.due(30_999)
    assert row.due(31_000)


def test_what_was_given_up_is_looked_at_again_and_can_still_be_found_gone():
    row = fated(lease(LeaseState.IRREVOCABLE), 5, Fate.STILL_THERE)
    assert (row.state, row.next_try_ms) == (LeaseState.IRREVOCABLE, 5 + GIVEN_UP_PAUSE_MS)
    assert fated(row, 6, Fate.GONE).state is LeaseState.REVOKED
    assert LeaseState.IRREVOCABLE in UNSETTLED
