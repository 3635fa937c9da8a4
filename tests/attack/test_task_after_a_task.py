"""Attack: one task is used up, and the agent goes on under the next, the one before, or elsewhere.

What a task asks for is counted for that task: in whichever session, and whatever came in between.
"""

from contextlib import suppress
from dataclasses import replace

import pytest

from guard.errors import NobodyToAsk
from guard.model.decision import Allow, StepUp
from guard.provenance.result.segment import segment_of
from guard.replay.judge import Course, Options
from guard.replay.shelf import Shelf
from guard.replay.trace import Record, TraceStep
from guard.session.intent import parse_intent
from guard.session.state import declared
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from tests.at_desk import ADA, called
from tests.attack.verdicts import TRUSTED, S, bundle, tool


def sends(args):
    return tool(["write"], dict.fromkeys(args, S), args, impact="low")


RULES = bundle(
    {
        "crew": tool(["read"], {}, labels=TRUSTED),
        "send_direct_message": sends({"to": "recipient", "body": "body"}),
        "send_room_message": sends({"room": "recipient", "body": "body"}),
        "invite_member": sends({"member": "recipient"}),
    }
)
CREW = [{"name": "Ann"}, {"name": "Max"}, {"name": "press"}]


def task(purpose):
    """Return a task that a host signed: an agent may present it in any session of its own."""
    said = {"purpose": purpose, "tools": ["write", "read"]}
    return replace(parse_intent(said, declared_by="host", max_bytes=4096), signed_at_s=1)


class Agent:
    """One session of a person; several share what the store of the house holds."""

    def __init__(self, first="", *, prompt="", name="s", shelf=None):
        record = {
            "session": name, "principal": "ada", "agent": "bot", "prompt": prompt,
            "intent": {"purpose": ""}, "start": "2026-01-05T10:00:00Z", "steps": [],
        }  # fmt: skip
        self.course = Course(RULES(), Record.model_validate(record), Options(), shelf)
        if first:
            self.works_on(first)
        assert self.does("crew", CREW)

    def works_on(self, purpose):
        self.course.session = declared(self.course.session, task(purpose))

    def does(self, name, shown=None, /, **args):
        """Return whether a call runs without a question; if it does, it ran."""
        judged = self.course.judge(TraceStep(server="home", tool=name, args=args))
        runs = isinstance(judged.decision, Allow)
        assert runs or isinstance(judged.decision, StepUp), judged.decision
        self.course.end(judged, ran=runs, result=shown)
        return runs

    def writes(self, who, body="x"):
        return self.does("send_direct_message", to=who, body=body)


def test_the_next_task_does_not_lose_what_the_one_before_used_up():
    agent = Agent("Send Ann a message")
    assert agent.writes("Ann")
    assert not agent.writes("Ann"), "it was asked for once"

    agent.works_on("Now send Ann a message, please")

    assert agent.writes("Ann"), "the same words again, and asked for anew"
    assert not agent.writes("Ann", "y")


def test_the_next_task_does_not_inherit_what_the_one_before_left():
    agent = Agent("Read who is in the crew", prompt="Invite Max")

    agent.works_on("Send Ann a message")

    assert not agent.does("invite_member", member="Max")
    assert agent.writes("Ann")


def test_going_back_to_a_task_brings_nothing_back():
    agent = Agent("Send Ann a message")
    assert agent.writes("Ann")
    agent.works_on("Read who is in the crew")
    agent.works_on("Send Ann a message")
    assert not agent.writes("Ann", "y")


def test_words_that_were_said_before_the_first_task_are_used_up_once():
    agent = Agent(prompt="Send Ann a message")
    assert agent.writes("Ann")
    agent.works_on("Read who is in the crew")
    assert not agent.writes("Ann", "y")


def test_sessions_of_one_task_share_what_it_asks_for():
    shelf = Shelf()
    one, two, three = (
        Agent("Send Ann and Max a message", name=name, shelf=shelf) for name in ("a", "b", "c")
    )
    assert one.writes("Ann")
    assert two.writes("Max", "y")
    assert not three.writes("Ann", "z")


def test_nor_does_another_tool_that_does_the_same_start_anew_elsewhere():
    shelf = Shelf()
    one, two = (Agent("Send a message to the press room", name=n, shelf=shelf) for n in ("a", "b"))
    assert one.does("send_room_message", room="press", body="x")
    assert not two.does("send_direct_message", to="press", body="y")


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_asked_for_each_is_not_done_again_by_another_session(times):
    shelf = Shelf()
    first, *others = (
        Agent("Send each member a message", name=str(n), shelf=shelf) for n in range(times + 1)
    )
    assert first.writes("Ann")
    assert first.writes("Max")
    for other in others:
        assert not other.writes("Ann")


def test_what_is_done_for_something_else_leaves_it_alone():
    shelf = Shelf()
    one, two = (Agent("Invite Max and send Ann a message", name=n, shelf=shelf) for n in ("a", "b"))
    assert one.does("invite_member", member="Max")
    assert two.writes("Ann")


def test_the_same_request_of_another_task_elsewhere_is_its_own():
    shelf = Shelf()
    one = Agent("Send Ann a message", name="a", shelf=shelf)
    two = Agent("Send Ann a message, too", name="b", shelf=shelf)
    assert one.writes("Ann")
    assert two.writes("Ann")


def test_a_segment_of_an_earlier_version_reads_as_it_did():
    for body in (
        b'[[1,"a/b","d",false,false],[],[],[]]',
        b'[[1,"a/b","d",false,false,2,["pay"]],[],[],[]]',
    ):
        assert segment_of(body).body == body
        assert segment_of(body).task == ""
        later = replace(segment_of(body), task="t")
        assert segment_of(later.body) == later


def test_a_task_that_nobody_signed_is_asked_of_each_session_that_is_opened_with_it():
    shelf = Shelf()
    agents = [Agent(name=name, shelf=shelf) for name in ("a", "b")]
    for agent in agents:
        agent.course.session = declared(
            agent.course.session, replace(task("Send Ann a message"), signed_at_s=0)
        )
        assert agent.writes("Ann")
        assert not agent.writes("Ann", "y")


CONFIG = """\
version: 1
guard: {policies: ["starter:agent-tasks"], state: state, serve: {port: 0}}
servers:
  home:
    trust: trusted
    tools:
      send_mail:
        effect: [write, egress]
        budget: none
        budget_reason: of the task
        input_schema: {type: object, properties: {to: {type: string}, body: {type: string}}}
        args: {to: {role: recipient, kind: email}, body: {role: body}}
        confirmed: true
"""


async def test_it_stays_used_up_after_a_restart_and_in_another_session(tmp_path):
    (tmp_path / "guard.yaml").write_text(CONFIG)
    said = {"purpose": "Send ann@firm.example a mail", "tools": ["write"]}
    mail = replace(parse_intent(said, declared_by="host", max_bytes=4096), signed_at_s=1)
    ran = []
    for number in range(3):
        wired = build(load(tmp_path / "guard.yaml"))
        desk = Desk(wired)
        session = await desk.open_session(ADA, replace(mail, signed_at_s=1 + number // 2))
        args = {"to": "ann@firm.example", "body": f"{number}"}
        with suppress(NobodyToAsk):
            await called(desk, session, "home/send_mail", f"c-{number}", args)
            ran.append(number)
        wired.close()
    assert ran == [0, 2], "the third session has a task that was signed anew"
