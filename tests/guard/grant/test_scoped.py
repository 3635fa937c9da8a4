"""A grant answers the calls that people had in mind, on the ground on which they said yes."""

from dataclasses import replace

import pytest

from guard.grant.plan import proposed
from guard.grant.scoped import GrantState, NoGrantLeft, first_fit, misfit, never_standing
from guard.grant.written import grant_from, grant_text
from guard.model.decision import Requirement
from tests.guard.grant.standing import GROUND, NOW, call, new_plan, step_up, vote

LATER = NOW + 10


@pytest.fixture
def grant():
    (made,) = proposed(new_plan()).voted(vote()).grants()
    return made


def test_a_call_inside_is_answered(grant):
    assert misfit(grant, call(amount=50, to="bob"), GROUND, step_up(), LATER) == ""


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"session": "gs_2"}, "other_session"), ({"requester": "idp|eve"}, "other_person"),
        ({"agent": "other"}, "other_agent"), ({"workload": "w"}, "other_workload"),
        ({"schema_sha256": "x"}, "definition_changed"), ({"policy_version": "p2"}, "policy_changed"),
        ({"intent_sha256": "x"}, "task_changed"), ({"labels": frozenset({"untrusted"})}, "new_taint"),
        ({"risk": 1}, "risk_rose"),
    ],
)  # fmt: skip
def test_a_moved_ground_is_asked(grant, changed, code):
    moved = replace(GROUND, **changed)
    assert misfit(grant, call(amount=1, to="bob"), moved, step_up(), LATER) == code


def test_less_risk_and_fewer_labels_are_no_reason_to_ask(grant):
    seen = replace(grant, ground=replace(GROUND, risk=1, labels=frozenset({"pii"})))
    assert misfit(seen, call(amount=1, to="bob"), GROUND, step_up(), LATER) == ""


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"irreversible": True}, "not_grantable"), ({"grantable": False}, "not_grantable"),
        ({"requirements": ()}, "other_rule"),
        ({"requirements": (Requirement(rule="ASK-2", reason="new", kind="self"),)}, "other_rule"),
        ({"requirements": (Requirement(rule="ASK-1", reason="money", kind="self", quorum=2),)}, "other_rule"),
        ({"requirements": (Requirement(rule="ASK-1", reason="money", kind="self", match=("to",)),)}, "must_be_typed"),
    ],
)  # fmt: skip
def test_what_policy_asks_now_must_be_what_people_answered(grant, answer, code):
    assert misfit(grant, call(amount=1, to="bob"), GROUND, step_up(**answer), LATER) == code


def test_another_tool_and_other_arguments_are_asked(grant):
    assert misfit(grant, call("wipe", amount=1, to="bob"), GROUND, step_up(), LATER) == "other_tool"
    for arguments in ({"amount": 51, "to": "bob"}, {"amount": 1, "to": "eve"}, {"to": "bob"}):
        found = misfit(grant, call(**arguments), GROUND, step_up(), LATER)
        assert found == "other_arguments"


def test_each_use_is_counted_and_the_last_one_ends_it(grant):
    for left in (2, 1, 0):
        grant = grant.used(LATER)
        assert grant.uses_left == left
    assert grant.status(LATER) is GrantState.USED_UP
    with pytest.raises(NoGrantLeft):
        grant.used(LATER)
    assert misfit(grant, call(amount=1, to="bob"), GROUND, step_up(), LATER) == "used_up"


def test_it_ends_with_its_time_to_the_millisecond(grant):
    assert grant.status(grant.until_ms - 1) is GrantState.ACTIVE
    assert grant.status(grant.until_ms) is GrantState.EXPIRED
    with pytest.raises(NoGrantLeft):
        grant.used(grant.until_ms)


def test_a_revoked_one_stays_revoked(grant):
    ended = grant.revoked(LATER, "operator")
    assert (ended.status(LATER), ended.reason_code) == (GrantState.REVOKED, "operator")
    for change in (lambda: ended.used(LATER), lambda: ended.revoked(LATER, "again")):
        with pytest.raises(NoGrantLeft):
            change()


def test_of_several_the_one_that_ends_first_is_used(grant):
    longer = replace(grant, id="grt_0", until_ms=grant.until_ms + 1)
    other = replace(grant, id="grt_2", reach=replace(grant.reach, tool="wipe"))
    found = first_fit([longer, other, grant], call(amount=1, to="bob"), GROUND, step_up(), LATER)
    assert found == grant
    assert first_fit([other], call(amount=1, to="bob"), GROUND, step_up(), LATER) is None


def test_a_grant_reads_back_as_it_was_written(grant):
    assert grant_from(grant_text(grant)) == grant
    assert never_standing(step_up()) == ""
