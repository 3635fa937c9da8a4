"""Whatever the guard stands on fails, in whichever way: nothing runs, and the record says so."""

import asyncio
import contextlib
from contextvars import ContextVar

import pytest

from guard.errors import GuardError, NotAllowed, Unavailable
from guard.model.call import Outcome, ToolCall
from guard.session.calls import abandoned
from guard_adapters.front.mcp.judging.verdict import refusal_of

DOWN = Unavailable("It is down.", code="store_unavailable")
BUG = RuntimeError("a bug in an adapter")


class Faulty:
    """A port of which one method fails on its n-th use; everything else is the real one."""

    def __init__(self, port, method, fails, *, on=1):
        self._port, self._method, self._fails, self._left = port, method, fails, on

    def __getattr__(self, name):
        real = getattr(self._port, name)
        if name != self._method:
            return real
        self._left -= 1
        return self._fails if self._left == 0 else real


def raises(error):
    async def fail(*args, **kwargs):
        raise error

    return fail


def raises_at_once(error):
    def fail(*args, **kwargs):
        raise error

    return fail


def answers(value):
    async def nonsense(*args, **kwargs):
        return value

    return nonsense


HUNG: ContextVar[asyncio.Event] = ContextVar("HUNG")


async def hangs(*args, **kwargs):
    HUNG.get().set()
    await asyncio.Event().wait()


class Remote:
    def __init__(self, decide):
        self.decide = decide


PORTS = {
    "sessions": ("update",),
    "sink": ("write",),
    "leases": ("reserve", "advance"),
    "issuers": ("issue", "handle"),
}
ASKED = {"approvals": ("open", "get", "consume", "cooling"), "approvers": ("announce",)}


def faulty(flow, port, method, fails, on=1):
    real = getattr(flow.world, port)
    match port:
        case "issuers":
            return flow.but(issuers={"calltoken": Faulty(real["calltoken"], method, fails, on=on)})
        case "approvers":
            return flow.but(approvers=(Faulty(real[0], method, fails, on=on),))
        case _:
            return flow.but(**{port: Faulty(real, method, fails, on=on)})


def faults():
    for ports, amount in ((PORTS, 5), (ASKED, 500)):
        for port, methods in ports.items():
            for method in methods:
                make = raises_at_once if method == "handle" else raises
                yield pytest.param(port, method, make(DOWN), amount, id=f"{port}.{method} is down")
                yield pytest.param(port, method, make(BUG), amount, id=f"{port}.{method} has a bug")
                if method != "handle":
                    yield pytest.param(port, method, hangs, amount, id=f"{port}.{method} hangs")
    nonsense = (
        ("sessions", "update", answers(None), 5),
        ("issuers", "issue", answers(None), 5),
        ("approvals", "open", answers(None), 500),
        ("approvals", "get", answers(None), 500),
        ("approvals", "consume", answers(None), 500),
        ("approvals", "cooling", answers("soon"), 500),
    )
    for port, method, fails, amount in nonsense:
        yield pytest.param(port, method, fails, amount, id=f"{port}.{method} answers nonsense")


async def refused(flow, work):
    """Expect that it fails, or waits for what hangs until it is left, and return the error."""
    HUNG.set(hung := asyncio.Event())
    task, waits = asyncio.create_task(work), asyncio.create_task(hung.wait())
    await asyncio.wait({task, waits}, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    waits.cancel()
    done, _ = await asyncio.wait({task}, timeout=0.2)
    if not done:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        return (await asyncio.gather(task, return_exceptions=True))[0]


@pytest.mark.parametrize(("port", "method", "fails", "amount_minor"), list(faults()))
async def test_a_port_that_fails_runs_nothing_and_is_written_down(
    flow, port, method, fails, amount_minor
):
    flow.approver.script = ["approve"]
    faulty(flow, port, method, fails)
    error = await refused(flow, flow.call("pay", amount_minor=amount_minor))
    assert isinstance(error, BaseException)
    if fails is not hangs and isinstance(error, GuardError):
        assert error.code in {"store_unavailable", "approval_lost", "approval_revoked"}
    await nothing_happened(flow)


async def nothing_happened(flow):
    assert flow.tool.runs == []
    ((outcome, _),) = flow.outcomes()
    assert outcome == "refused"
    assert await _in_flight(flow) == []
    for row in await flow.approvals.listed(open_only=False):
        assert row.outcome in {None, "error"}
        assert (row.status == "consumed") == (row.outcome is not None)


async def _in_flight(flow):
    session = await flow.store.get(flow.session)
    return [step.call for step in session.steps]


@pytest.mark.parametrize("on", [1, 2])
@pytest.mark.parametrize("error", [DOWN, BUG], ids=["down", "bug"])
async def test_a_session_that_cannot_be_changed_at_admission_or_at_the_wire(flow, on, error):
    faulty(flow, "sessions", "update", raises(error), on=on)
    assert await refused(flow, flow.call("pay", amount_minor=5)) is error
    await nothing_happened(flow)


@pytest.mark.parametrize("error", [DOWN, BUG], ids=["down", "bug"])
async def test_a_session_that_cannot_be_read_after_the_yes_leaves_the_yes_unused(flow, error):
    flow.approver.script = ["approve"]
    faulty(flow, "sessions", "get", raises(error))
    assert await refused(flow, flow.call("pay", amount_minor=500)) is error
    await nothing_happened(flow)
    (row,) = await flow.approvals.listed(open_only=False)
    assert row.status == "approved"


class Stopping:
    """A clock that fails from its n-th reading on, also while the ending is written."""

    def __init__(self, clock, on):
        self.clock, self.left = clock, on

    def now_ms(self):
        self.left -= 1
        if self.left <= 0:
            raise Unavailable("The clock went backwards.", code="clock_unavailable")
        return self.clock.now_ms()


async def test_a_clock_that_fails_while_the_tool_runs_does_not_hide_the_result(flow):
    class Stops:
        async def run(self, call, credential):
            clock.left = 0
            return await flow.tool.run(call, credential)

    clock = Stopping(flow.clock, 100)
    flow.but(clock=clock)
    assert (await flow.call("pay", by=Stops(), amount_minor=5)).value == "done"
    assert flow.outcomes() == [("ok", "")]
    assert await _in_flight(flow) == []


@pytest.mark.parametrize("on", range(2, 6))
async def test_a_clock_that_fails_in_the_middle_does_not_lose_the_ending(flow, on):
    flow.but(clock=Stopping(flow.clock, on))
    error = await refused(flow, flow.call("pay", amount_minor=5))
    assert error.code == "clock_unavailable"
    await nothing_happened(flow)


async def test_a_clock_that_fails_before_admission_runs_nothing(flow):
    flow.but(clock=Faulty(flow.clock, "now_ms", raises_at_once(DOWN)))
    assert await refused(flow, flow.call("pay", amount_minor=5)) is DOWN
    await nothing_happened(flow)


@pytest.mark.parametrize(
    ("decide", "code"),
    [
        (raises(Unavailable("It is away.", code="decision_point_unavailable")), "decision_point_unavailable"),
        (raises(BUG), ""),
        (answers(None), "decision_point_unavailable"),
        (answers("allow"), "decision_point_unavailable"),
        (answers(True), "decision_point_unavailable"),
        (hangs, ""),
    ],
    ids=["down", "bug", "nothing", "a string", "a bool", "hangs"],
)  # fmt: skip
async def test_a_remote_decision_point_that_fails_is_a_no(flow, decide, code):
    flow.but(remote=Remote(decide))
    error = await refused(flow, flow.call("pay", amount_minor=5))
    assert getattr(error, "code", "") == code
    await nothing_happened(flow)


async def test_a_policy_that_cannot_be_given_runs_nothing(flow):
    class NoPolicy(type(flow)):
        @property
        def guard(self):
            from dataclasses import replace  # noqa: PLC0415

            return replace(super().guard, policy=raises_at_once(DOWN))

    flow.__class__ = NoPolicy
    assert await refused(flow, flow.call("pay", amount_minor=5)) is DOWN
    await nothing_happened(flow)


async def test_a_policy_that_cannot_be_given_after_the_yes_leaves_the_yes_unused(flow):
    bundle, given = flow.bundle, []

    class Flaky(type(flow)):
        @property
        def guard(self):
            from dataclasses import replace  # noqa: PLC0415

            def policy():
                given.append(1)
                if len(given) > 1:
                    raise DOWN
                return bundle

            return replace(super().guard, policy=policy)

    flow.__class__ = Flaky
    flow.approver.script = ["approve"]
    assert await refused(flow, flow.call("pay", amount_minor=500)) is DOWN
    await nothing_happened(flow)


async def test_an_unknown_session_runs_nothing_and_is_written_down(flow):
    error = await refused(flow, flow.call("pay", session="gs_stolen", amount_minor=5))
    assert error.code == "session_unknown"
    assert (flow.tool.runs, flow.outcomes()) == ([], [("refused", "session_unknown")])


async def test_an_ended_session_runs_nothing(flow):
    await flow.reauthorizing.end("gs_1", "over")
    error = await refused(flow, flow.call("pay", amount_minor=5))
    assert error.code == "session_ended"
    await nothing_happened(flow)


async def test_a_session_that_ends_while_the_credential_is_made_runs_nothing(flow):
    issuer = flow.world.issuers["calltoken"]
    issue = issuer.issue

    async def slowly(call, terms, lease):
        await flow.reauthorizing.end("gs_1", "over")
        return await issue(call, terms, lease)

    issuer.issue = slowly
    error = await refused(flow, flow.call("pay", amount_minor=5))
    assert error.code == "session_ended"
    await nothing_happened(flow)


async def test_too_many_calls_in_flight_are_refused_and_the_others_end(flow):
    flow.settings = flow.settings.model_copy(update={"in_flight": 1})

    class Nesting:
        async def run(self, call, credential):
            self.error = await refused(flow, flow.call("pay", amount_minor=5))
            return await flow.tool.run(call, credential)

    tool = Nesting()
    await flow.call("read", id="1", by=tool)
    assert tool.error.code == "too_many_in_flight"
    assert flow.outcomes() == [("refused", "too_many_in_flight"), ("ok", "")]
    assert await flow.in_flight() == []


@pytest.mark.parametrize(
    "intent", [b"{", b"[]", b'{"tools":1}', b"\xff", b"{}" + b" " * 5000], ids=repr
)
async def test_a_bad_intent_for_one_call_runs_nothing(flow, intent):
    from dataclasses import replace  # noqa: PLC0415

    request = replace(flow.request("pay", amount_minor=5), intent=intent)
    error = await refused(flow, flow.guard.call(request, flow.tool, hold_ms=0))
    assert error.code.startswith("intent_")
    await nothing_happened(flow)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000], ids=lambda b: repr(b[:9])
)
async def test_bytes_that_are_no_arguments_run_nothing(flow, raw):
    request = ToolCall(id="c", session="gs_1", server="bank", tool="pay", arguments=raw)
    error = await refused(flow, flow.guard.call(request, flow.tool, hold_ms=0))
    assert isinstance(error, Exception)
    assert error.code == "bad_argument"
    await nothing_happened(flow)


async def test_a_failing_port_is_not_counted_as_a_denial(flow):
    faulty(flow, "sink", "write", raises(DOWN))
    await refused(flow, flow.call("pay", amount_minor=5))
    await flow.call("read", id="1")
    assert '"denied_1h":0' in flow.events("decision")[-1].side["facts"]


async def test_an_ending_that_the_store_cannot_keep_withholds_the_result(flow):
    class Lost:
        def close(self, ending):
            async def fail():
                raise Unavailable("The disk is full.", code="outcome_unrecorded")

            return fail()

    flow.but(outcomes=Lost())
    error = await refused(flow, flow.call("pay", amount_minor=5))
    assert error.code == "outcome_unrecorded"
    assert len(flow.tool.runs) == 1  # it ran, and this code alone says so
    session = await flow.store.get("gs_1")
    assert len(session.steps) == 1
    lost = {one.call for one in session.steps}
    late = abandoned(session, lost, Outcome.UNKNOWN, now_ms=flow.clock.ms + 1)
    assert late.steps == ()


async def test_a_wrong_argument_is_named_to_the_agent_and_in_the_log(flow):
    with pytest.raises(NotAllowed, match="argument 'amount_minor'") as no:
        await flow.call("pay", amount_minor="five", recipient="DE02")
    assert no.value.code == "bad_argument"
    assert "amount_minor: got str, expected an integer" in refusal_of(no.value).text
    assert flow.events("decision")[-1].leaf["argument"] == "amount_minor"
    with pytest.raises(NotAllowed) as other:
        await flow.call("pay", amount_minor=5, recipient="DE02", hunter2=1)
    assert "hunter2" in refusal_of(other.value).text
    assert flow.events("decision")[-1].leaf["argument"] == "[unknown]"
