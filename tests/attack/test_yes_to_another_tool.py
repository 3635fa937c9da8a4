"""A yes to one call is used for another: the number that may get a message gets all of them.

The twin is the same tool again, for which the yes was.
"""

import pytest

from guard.model.decision import StepUp
from tests.attack.verdicts import S, asking, bundle, course, judged, tool

TO = {"to": S, "text": S}
ROLES = {"to": "recipient", "text": "body"}
RULES = bundle(
    {
        "message_neighbour": tool(["write", "egress"], TO, ROLES),
        "message_club": tool(["write", "egress"], TO, ROLES),
    }
)
PROMPT = "Send a message to the neighbour and the club, twice each"


@pytest.mark.parametrize(("name", "asked"), [("message_neighbour", False), ("message_club", True)])
def test_a_yes_holds_for_the_tool_that_it_was_given_for(name, asked):
    on = course(RULES, PROMPT)
    args = {"to": "+44 20 7946 0018", "text": "late"}
    first = judged(on, "message_neighbour", args)
    assert isinstance(first.decision, StepUp)
    on.end(first, ran=True, approved=True, result="sent")

    rules = asking(on, name, {**args, "text": "later"})
    assert ("TASK-DEST" in rules) is asked
