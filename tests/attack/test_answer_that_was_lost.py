"""A call ran with a person's yes and its answer was lost. Made again, it must not run twice."""

import asyncio
import contextlib
import json

import pytest

from guard.errors import ApprovalPending, NotApproved, Unavailable
from guard.model.call import Outcome, ToolResult
from guard.model.identity import Agent, Principal, Who
from guard_adapters.front.mcp.judging.verdict import refusal_of
from tests.flow.conftest import RecordingIssuer, bundle, bundle_of, durable, flow  # noqa: F401  the fixtures

READS = """
@id("OK-1") @reason("open") permit (principal, action, resource);
@id("ASK-1") @decision("step_up") @approvers("session-owner") @reason("private")
forbid (principal, action == Guard::Action::"bank/read", resource);
"""


class Hung:
    """A tool that acts, and then keeps its caller waiting; `unheard` is what a front knows then."""

    stoppable = True

    def __init__(self, outcome=Outcome.OK, *, unheard=False):
        self.result = ToolResult(outcome=outcome, value="done", shown="done", unheard=unheard)
        self.runs, self.acted, self.go_on = 0, asyncio.Event(), asyncio.Event()

    async def run(self, call, credential):
        self.runs += 1
        self.acted.set()
        await self.go_on.wait()
        return self.result


async def pay(flow, tool, **more):  # noqa: F811
    return await flow.call("pay", by=tool, amount_minor=500, **more)


async def begun(flow, tool):  # noqa: F811
    flow.approver.script = ["approve"]
    first = asyncio.create_task(pay(flow, tool))
    await asyncio.wait_for(tool.acted.wait(), 5)
    return first


async def lost(flow, tool):  # noqa: F811
    """Let a call run whose client goes away before it has the answer."""
    first = await begun(flow, tool)
    tool.go_on.set()
    await first


async def told(flow, tool, **more):  # noqa: F811
    flow.approver.script = ["approve"]  # a reviewer who says yes to everything
    with pytest.raises(NotApproved) as no:
        await pay(flow, tool, **more)
    return no.value


async def asked(flow, tool):  # noqa: F811
    flow.approver.script, flow.hold_ms = [], 0
    with pytest.raises(ApprovalPending):
        await pay(flow, tool)


@pytest.fixture(params=["flow", "durable"])
def world(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(
    ("outcome", "how"), [(Outcome.OK, "without an error"), (Outcome.ERROR, "with an error")]
)
async def test_the_same_call_is_told_how_it_ended_and_nobody_is_asked(world, outcome, how):
    tool = Hung(outcome, unheard=True)
    await lost(world, tool)
    said = refusal_of(await told(world, tool))
    assert said.word == "RESULT_WITHHELD"
    assert f"ran at 2026-01-05T10:00:00Z and ended {how}" in said.text
    assert (tool.runs, len(world.approver.seen)) == (1, 1)


async def test_a_new_session_does_not_make_it_another_call(flow):  # noqa: F811
    tool = Hung(unheard=True)
    await lost(flow, tool)
    await flow.open("gs_2")
    assert (await told(flow, tool, session="gs_2")).status == "ran"
    assert tool.runs == 1


@pytest.mark.parametrize(("person", "program"), [("bob", "clerk"), ("ana", "other")])
async def test_another_person_or_agent_is_told_nothing_of_it(flow, person, program):  # noqa: F811
    tool = Hung(unheard=True)
    await lost(flow, tool)
    who = Who(principal=Principal(issuer="idp", subject=person), agent=Agent(id=program))
    flow.session = await flow.open("gs_2", who)
    await asked(flow, tool)
    assert tool.runs == 1


async def test_what_only_reads_is_asked_for_again(flow):  # noqa: F811
    flow.bundle = bundle_of(READS)
    tool = Hung(unheard=True)
    flow.approver.script = ["approve", "approve"]
    tool.go_on.set()
    for _ in range(2):
        await flow.call("read", by=tool, id="1")
    assert (tool.runs, len(flow.approver.seen)) == (2, 2)


async def test_a_client_that_hangs_up_while_it_runs_is_told_that_it_may_have_run(world):
    tool = Hung()
    first = await begun(world, tool)
    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first
    no = await told(world, tool)
    assert (no.status, refusal_of(no).word) == ("unknown", "OUTCOME_UNKNOWN")
    assert (tool.runs, len(world.approver.seen)) == (1, 1)


async def again(world, tool):
    """Make the call a second time while it runs; return it once it waits for the first."""
    rows, waits = world.world.approvals, asyncio.Event()

    class Watched:
        def __getattr__(self, name):
            return getattr(rows, name)

        def waiter(self, approval_id):
            waits.set()
            return rows.waiter(approval_id)

    world.but(approvals=Watched())
    second = asyncio.create_task(pay(world, tool))
    await asyncio.wait_for(waits.wait(), 5)
    return second


async def test_a_run_that_goes_on_is_waited_for_and_its_end_told(durable):  # noqa: F811
    tool = Hung(unheard=True)
    first = await begun(durable, tool)
    second = await again(durable, tool)
    tool.go_on.set()
    await first
    with pytest.raises(NotApproved) as no:
        await asyncio.wait_for(second, 5)
    assert (no.value.status, tool.runs, len(durable.approver.seen)) == ("ran", 1, 1)


async def test_where_the_first_caller_had_its_answer_the_second_is_a_question(durable):  # noqa: F811
    tool = Hung()
    first = await begun(durable, tool)
    durable.approver.script = ["deny"]
    second = await again(durable, tool)
    tool.go_on.set()
    await first
    with pytest.raises(NotApproved) as no:
        await asyncio.wait_for(second, 5)
    assert (no.value.status, tool.runs, len(durable.approver.seen)) == ("denied", 1, 2)


async def test_one_that_runs_longer_than_that_counts_is_no_second_question(flow):  # noqa: F811
    tool = Hung()
    first = await begun(flow, tool)
    flow.clock.advance(600_001)
    assert (await told(flow, tool)).status == "unknown"
    tool.go_on.set()
    await first


class Slow:
    """An issuer that hangs where it is asked for a credential, or to take one back."""

    def __init__(self, made, *, at):
        self.made, self.at, self.reached = made, at, asyncio.Event()

    def __getattr__(self, name):
        return getattr(self.made, name)

    async def hang(self, here):
        if here == self.at:
            self.at = ""
            self.reached.set()
            await asyncio.Event().wait()

    async def issue(self, call, terms, lease):
        await self.hang("issue")
        return await self.made.issue(call, terms, lease)

    async def revoke(self, lease, why):
        await self.hang("revoke")
        return await self.made.revoke(lease, why)


async def left(world, tool, issuer):
    """Let whoever made an approved call go while the issuer hangs."""
    world.but(issuers={"calltoken": issuer})
    world.approver.script = ["approve"]
    tool.go_on.set()
    first = asyncio.create_task(pay(world, tool))
    await asyncio.wait_for(issuer.reached.wait(), 5)
    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first


async def test_a_client_that_leaves_while_the_credential_is_taken_back_heard_nothing(world):
    tool = Hung()
    await left(world, tool, Slow(RecordingIssuer(leaves_object=True), at="revoke"))
    assert (await told(world, tool)).status == "ran"
    assert (tool.runs, len(world.approver.seen)) == (1, 1)


async def test_what_never_left_has_no_answer_that_is_lost(world):
    tool = Hung()
    await left(world, tool, Slow(RecordingIssuer(), at="issue"))
    await asked(world, tool)
    assert (tool.runs, len(world.approver.seen)) == (0, 2)


async def test_an_error_of_the_guard_that_the_client_read_is_an_answer(world):
    class Fails(Hung):
        async def run(self, call, credential):
            raise Unavailable("The target is away.", code="upstream_unreachable")

    world.approver.script = ["approve"]
    with pytest.raises(Unavailable):
        await pay(world, Fails())
    await asked(world, Hung())


async def test_a_run_that_outlasts_the_waiting_is_no_second_question(flow):  # noqa: F811
    tool = Hung()
    first = await begun(flow, tool)
    for _ in range(2):
        assert (await told(flow, tool)).status == "unknown"
    assert (tool.runs, len(flow.approver.seen)) == (1, 1)
    tool.go_on.set()
    await first


async def test_once_told_the_same_call_is_a_new_question(world):
    tool = Hung(unheard=True)
    await lost(world, tool)
    await told(world, tool)
    await asked(world, tool)
    assert (tool.runs, len(world.approver.seen)) == (1, 2)


async def test_an_answer_that_arrived_holds_nothing_back(world):
    tool = Hung()
    await lost(world, tool)  # its client was there
    await asked(world, tool)


async def test_after_a_while_the_same_call_is_a_new_question(flow):  # noqa: F811
    tool = Hung(unheard=True)
    await lost(flow, tool)
    flow.clock.advance(600_001)
    await asked(flow, tool)


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.UNKNOWN])
async def test_being_told_is_no_denial_in_the_history_of_the_session(flow, outcome):  # noqa: F811
    tool = Hung(outcome, unheard=True)
    await lost(flow, tool)
    no = await told(flow, tool)
    await flow.call("read", id="1")
    assert flow.outcomes()[-2] == ("refused", no.code)
    facts = json.loads(flow.events("decision")[-1].side["facts"])
    assert facts["history"]["denied_1h"] == 0
