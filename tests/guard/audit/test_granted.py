"""A log in which a standing yes was used otherwise than it was given is found out."""

import pytest

from guard.audit.granted import Granted

MADE = {"kind": "grant_made", "grant": "grt_1", "plan": "pln_1", "uses": 2, "until_ms": 100}
USE = {"kind": "approval_opened", "via": "grant", "grant": "grt_1", "at_ms": 50}


def found(*bodies):
    said = []
    story = Granted(lambda code, seq, text: said.append((code, seq)))
    for seq, body in enumerate(bodies):
        story.take(seq, body)
    return said


def test_a_grant_used_as_it_was_given_is_no_finding():
    assert found(MADE, USE, USE, {"kind": "grant_ended", "grant": "grt_1"}) == []
    assert (
        found(
            {"kind": "approval_opened", "approval": "apr_1"},
            {"kind": "vote", "approval": "a", "decision": "deny"},
        )
        == []
    )


@pytest.mark.parametrize(
    ("bodies", "code"),
    [
        ((USE,), "grant_unmade"), ((MADE, USE, USE, USE), "grant_overused"),
        ((MADE, {**USE, "at_ms": 100}), "grant_used_late"),
        ((MADE, {"kind": "grant_ended", "grant": "grt_1"}, USE), "grant_used_after_end"),
        ((MADE, {"kind": "plan_ended", "plan": "pln_1"}, USE), "grant_used_after_end"),
        ((MADE, {"kind": "vote", "plan": "pln_1", "decision": "deny"}, USE), "grant_used_after_end"),
    ],
)  # fmt: skip
def test_a_use_that_nobody_gave_is_found(bodies, code):
    assert found(*bodies) == [(code, len(bodies) - 1)]
