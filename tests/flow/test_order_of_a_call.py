"""What happens in which order, and what is written down of it."""

import contextlib
import json

import pytest

from guard.errors import ApprovalPending, NotAllowed, Refused
from guard.model.call import Outcome, ToolResult
from guard.testing import RecordingTool


class Looking:
    """A tool that looks at what is there already while it runs."""

    def __init__(self, look):
        self.look, self.seen = look, None

    async def run(self, call, credential):
        self.seen = await self.look(call, credential)
        return ToolResult(outcome=Outcome.OK, value="seen")


async def test_the_decision_and_the_lease_are_kept_before_the_tool_runs(flow):
    async def look(call, credential):
        return [event.kind for event in flow.events()]

    tool = Looking(look)
    await flow.call("read", id="1", by=tool)
    assert tool.seen == ["decision", "lease_reserved", "credential_issued", "credential_delivered"]
    assert [event.kind for event in flow.events()] == [*tool.seen, "outcome"]
    assert flow.outcomes() == [("ok", "")]


async def test_the_decision_is_in_the_file_before_the_tool_runs(durable):
    async def look(call, credential):
        rows = await durable.store.log.page(0)
        return [json.loads(leaf)["kind"] for _, leaf in rows.leaves]

    tool = Looking(look)
    await durable.call("read", id="1", by=tool)
    assert tool.seen == ["decision", "lease_reserved", "credential_issued", "credential_delivered"]


async def test_no_is_written_down_with_its_rule_and_then_its_outcome(flow):
    with pytest.raises(NotAllowed) as no:
        await flow.call("wipe")
    assert no.value.code == "never"
    decision, outcome = flow.events()
    assert (decision.leaf["decision"], decision.leaf["rules"]) == ("deny", ["NO-1"])
    assert (outcome.leaf["outcome"], outcome.leaf["code"]) == ("refused", "never")
    assert flow.tool.runs == []


@pytest.mark.parametrize(
    ("tool", "arguments", "decision"),
    [
        ("read", {"id": "1"}, "allow"),
        ("wipe", {}, "deny"),
        ("nowhere", {}, "deny"),
        ("read", {"unlisted": 1}, "deny"),
        ("pay", {"amount_minor": 500}, "step_up"),
    ],
)
async def test_every_answer_is_written_down(flow, tool, arguments, decision):
    with contextlib.suppress(Refused):
        await flow.call(tool, **arguments)
    first, *_, last = flow.events("decision", "outcome")
    assert (first.leaf["decision"], last.kind) == (decision, "outcome")


async def test_a_joined_question_and_a_cooled_down_call_have_their_decision_too(flow):
    for _ in range(2):
        with pytest.raises(ApprovalPending):
            await flow.call("pay", amount_minor=500)
    flow.approver.script = ["deny"]
    with pytest.raises(Refused):
        await flow.call("pay", amount_minor=501)
    with pytest.raises(Refused):
        await flow.call("pay", amount_minor=501)
    written = {event.call for event in flow.events("decision")}
    assert written == {event.call for event in flow.events("outcome")}
    assert len(written) == 4


async def test_a_narrowed_call_reaches_the_tool_as_narrowed_bytes_and_nothing_else(
    flow, make_bundle, policy
):
    flow.bundle = make_bundle(policy.replace("amount_minor > 100 }", "amount_minor > 100000 }"))
    result = await flow.call("pay", amount_minor=5000, recipient="DE02120300000000202051")
    (call, credential) = flow.tool.runs[0]
    assert call.parsed() == {"amount_minor": 1000, "recipient": "DE02120300000000202051"}
    assert b"5000" not in call.arguments
    assert result.narrowed == (("cap", "amount_minor"),)
    bound, _, _ = flow.world.issuers["calltoken"].issued[0]
    assert bound.call_id == call.id
    assert credential is not None


async def test_the_rule_that_allows_limits_the_credential(flow, make_bundle, policy):
    flow.bundle = make_bundle(policy.replace('@id("OK-1")', '@id("OK-1") @max_ttl("7s")'))
    await flow.call("read", id="1")
    (_, terms, lease), *_ = flow.world.issuers["calltoken"].issued
    assert terms.max_ttl_s == 7
    assert lease.deadline_ms == flow.clock.now_ms() + 7_000


async def test_labels_enter_before_the_result_so_that_a_parallel_call_sees_them(flow):
    async def look(call, credential):
        with pytest.raises(NotAllowed) as no:
            await flow.call("note", text="x")
        return no.value.code

    tool = Looking(look)
    await flow.call("note", text="before")
    await flow.call("read_web", id="1", by=tool)
    assert tool.seen == "tainted"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (Outcome.OK, "ok"),
        (Outcome.ERROR, "error"),
        (Outcome.UNKNOWN, "unknown"),
        (Outcome.REFUSED, "unknown"),
        (Outcome.RUNNING, "unknown"),
    ],
)
async def test_a_tool_cannot_say_that_it_did_not_run(flow, said, kept):
    await flow.call("ten", n=1, by=RecordingTool(outcome=said))
    assert flow.outcomes() == [(kept, "")]
    assert await flow.in_flight() == []


async def test_a_second_call_under_a_running_id_does_not_settle_the_first(flow):
    request = flow.request("ten", n=1)

    async def look(call, credential):
        with pytest.raises(Refused) as no:
            await flow.guard.call(request, flow.tool, hold_ms=0)
        return no.value.code, await flow.in_flight()

    tool = Looking(look)
    await flow.guard.call(request, tool, hold_ms=0)
    assert tool.seen == ("call_id_in_use", [request.id])
    assert flow.outcomes() == [("refused", "call_id_in_use"), ("ok", "")]
    assert await flow.in_flight() == []
