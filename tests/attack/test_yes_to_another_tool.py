"""A yes to one call is used for another: the number that may get a message gets all of them.

The twin is the same tool again, for which the yes was.
"""

import pytest

from guard.model.decision import StepUp
from guard.replay.judge import Course, Options
from guard.replay.trace import Record, TraceStep
from tests.attack.verdicts import S, bundle, tool

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
    record = {
        "session": "s", "principal": "ada", "agent": "bot", "prompt": PROMPT,
        "intent": {"purpose": PROMPT}, "steps": [],
    }  # fmt: skip
    course = Course(RULES, Record.model_validate(record), Options())
    args = {"to": "+44 20 7946 0018", "text": "late"}
    first = course.judge(TraceStep(server="home", tool="message_neighbour", args=args))
    assert isinstance(first.decision, StepUp)
    course.end(first, ran=True, approved=True, result="sent")

    again = {**args, "text": "later"}
    found = course.judge(TraceStep(server="home", tool=name, args=again)).decision
    rules = {one.rule for one in found.requirements} if isinstance(found, StepUp) else set()
    assert ("TASK-DEST" in rules) is asked
