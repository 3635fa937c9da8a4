"""A credential is written down, handed over, ended; whoever is faster, nothing comes back to life."""

import asyncio
from dataclasses import replace

import pytest

from guard.errors import NotAllowed, Refused, Unavailable
from guard.grant.credential import CALL_TOKEN
from guard.grant.lease import Fate, Lease, LeaseState, handle_of
from guard.grant.replay import MemoryReplay
from guard.grant.verify import CallRefused, verify_call
from guard.lease.revoking import Revoking
from guard.model.call import Outcome
from guard.model.kill import epoch_id
from guard.testing.kills import MemoryKills
from tests.flow.held import code_of, states
from tests.guard.grant.tokens import ARGS, TOOL, claims, settings, token


def verifier(now_ms, epochs):
    """Return the settings of a server that follows the guard's epochs."""
    return settings(now_ms=now_ms, epochs=epochs, replay=MemoryReplay(start_ms=now_ms - 60_000))


class Dog:
    def __init__(self, beat_ms):
        self.beat = beat_ms

    def beat_ms(self):
        return self.beat


def use(flow, make_issuer, **more):
    issuer = make_issuer(leaves_object=True)
    for name, value in more.items():
        setattr(issuer, name, value)
    flow.but(issuers={"calltoken": issuer})
    return issuer


async def test_every_step_of_a_lease_is_a_leaf_with_handle_and_binding(flow, make_issuer):
    use(flow, make_issuer)
    await flow.call("read", id="1")
    kinds = ("lease_reserved", "credential_issued", "credential_delivered", "credential_revoked")
    found = flow.events(*kinds)
    assert [one.kind for one in found] == list(kinds)
    assert len({one.leaf["handle"] for one in found}) == 1
    assert [one.leaf.get("binding") for one in found] == [None, 2, 2, 2]
    assert {(one.session, one.call) for one in found} == {("gs_1", "call_1")}
    assert states(flow) == [LeaseState.REVOKED]


class Full:
    def token(self, size):
        return b"\xff" * size


async def test_no_lease_is_named_like_an_option_of_a_command_line(flow, make_issuer):
    use(flow, make_issuer)
    flow.but(ids=Full())
    await flow.call("read", id="1")
    assert [name[0] for name in flow.store.leases] == ["f"]


async def test_a_call_that_raises_leaves_its_lease_to_the_watchdog(flow, make_issuer):
    use(flow, make_issuer)
    flow.tool.raises = RuntimeError("the tool broke")
    with pytest.raises(RuntimeError):
        await flow.call("read", id="1")
    assert states(flow) == [LeaseState.REVOKE_PENDING]


async def test_a_call_cancelled_while_its_target_is_asked_leaves_a_row_to_revoke(flow, make_issuer):
    issuer, started = use(flow, make_issuer), asyncio.Event()

    async def hangs(call, terms, lease):
        started.set()
        await asyncio.Event().wait()

    issuer.issue = hangs
    task = asyncio.create_task(flow.call("read", id="1"))
    async with asyncio.timeout(5):
        await started.wait()
        assert states(flow) == [LeaseState.RESERVED]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert states(flow) == [LeaseState.REVOKE_PENDING]
    assert flow.tool.runs == []


async def test_a_credential_recalled_before_the_call_begins_is_not_used(flow, make_issuer):
    issuer = use(flow, make_issuer)
    issue = issuer.issue

    async def and_recalled(call, terms, lease):
        await Revoking(world=flow.world).take_back(lease, "signal")
        return await issue(call, terms, lease)

    issuer.issue = and_recalled
    assert await code_of(flow.call("read", id="1")) == "credential_recalled"
    assert flow.tool.runs == []
    # The target was asked to forget it before it had made it: it is to be asked again.
    assert len(issuer.revoked) == 1
    assert states(flow) == [LeaseState.REVOKE_PENDING]


async def test_no_session_is_opened_that_nobody_would_cut(flow, make_issuer):
    issuer = use(flow, make_issuer, can_cut=True)
    now_ms = flow.clock.now_ms()
    for dog in (None, Dog(0), Dog(now_ms - 1001)):
        flow.but(watchdog=dog)
        assert await code_of(flow.call("read", id="1")) == "watchdog_stalled"
    flow.but(watchdog=Dog(now_ms - 1000))
    await flow.call("read", id="1")
    assert len(issuer.issued) == 1


async def test_policy_cannot_ask_for_a_shorter_life_than_the_target_gives(flow, make_issuer):
    issuer = use(flow, make_issuer, min_ttl_s=900, max_ttl_s=899)
    with pytest.raises(NotAllowed) as no:
        await flow.call("read", id="1")
    assert no.value.code == "issuer_ttl_floor"
    assert (issuer.issued, states(flow)) == ([], [])


async def test_a_tool_whose_issuer_is_not_there_does_not_run_without_one(flow):
    flow.but(issuers={})
    assert await code_of(flow.call("read", id="1")) == "issuer_unknown"
    assert flow.tool.runs == []


async def test_a_target_that_never_answers_puts_its_tool_in_quarantine(flow, make_issuer):
    class Away(make_issuer):
        async def revoke(self, lease, why):
            raise Unavailable("The target is away.", code="issuer_unavailable")

    flow.but(issuers={"calltoken": Away(leaves_object=True)})
    await flow.call("read", id="1")
    revoking = Revoking(world=flow.world)
    (row,) = await flow.store.unsettled()
    while row.state is LeaseState.REVOKE_PENDING:
        row = await revoking.take_back(row, "ended")
    assert (row.state, row.tries) == (LeaseState.IRREVOCABLE, 8)
    assert [one.leaf["handle"] for one in flow.events("lease_irrevocable")] == [row.handle]
    with pytest.raises(Refused) as no:
        await flow.call("read", id="1")
    assert no.value.code == "tool_quarantined"
    await flow.call("read_web", id="another tool of the same server")

    use(flow, make_issuer)
    again = await Revoking(world=flow.world).take_back(row, "again")
    assert again.state is LeaseState.REVOKED
    await flow.call("read", id="1")


async def test_calls_whose_credential_the_server_refuses_get_none_for_a_while(flow, make_issuer):
    issuer = use(flow, make_issuer)
    flow.tool.refused, flow.tool.outcome = "upstream_credential_refused", Outcome.ERROR
    for number in range(3):
        await flow.call("read", id=str(number))
    assert await code_of(flow.call("read", id="4")) == "credentials_turned_away"
    assert await code_of(flow.call("pay", amount_minor=500)) == "credentials_turned_away"
    assert flow.approvals.rows == {}  # nobody is asked about a call that would get none
    assert (len(issuer.issued), len(flow.tool.runs)) == (3, 3)
    assert states(flow) == [LeaseState.REVOKED] * 3
    flow.clock.ms += 60_000
    flow.tool.refused, flow.tool.outcome = "", Outcome.OK
    for number in range(5, 9):
        await flow.call("read", id=str(number))
    assert len(issuer.issued) == 7


async def test_nobody_is_asked_about_a_call_of_a_tool_in_quarantine(flow, make_issuer):
    use(flow, make_issuer)
    stuck = Lease(
        id="stuck", call_id="c", session="gs_1", kind="t", deadline_ms=1, server="bank", tool="pay",
        state=LeaseState.IRREVOCABLE, issuer="calltoken",
    )  # fmt: skip
    await flow.store.reserve(stuck, [])
    assert await code_of(flow.call("pay", amount_minor=500)) == "tool_quarantined"
    assert flow.approvals.rows == {}
    assert [one.leaf["code"] for one in flow.events("outcome")] == ["tool_quarantined"]


async def test_a_sweep_deletes_what_is_ours_and_in_no_open_row(flow, make_issuer):
    issuer = use(flow, make_issuer)
    await flow.call("read", id="1")
    (row,) = flow.store.leases.values()
    own = flow.world.guard_id[:6]
    flow.but(guard_id=own)
    stray = handle_of(replace(row, guard=own))
    foreign = handle_of(replace(row, guard="zzzzzz"))

    async def alive():
        return [stray, foreign, "postgres", f"g_{own}_nonsense"]

    issuer.sweep = alive
    assert await Revoking(world=flow.world).swept("calltoken", issuer) == [stray]
    pending = replace(row, state=LeaseState.DELIVERED)
    flow.store.leases[row.id] = pending
    assert await Revoking(world=flow.world).swept("calltoken", issuer) == []


async def test_two_who_revoke_at_once_write_it_down_once(flow, make_issuer, gather):
    issuer = use(flow, make_issuer)
    flow.tool.raises = RuntimeError("the tool broke")
    with pytest.raises(RuntimeError):
        await flow.call("read", id="1")
    (row,) = await flow.store.unsettled()
    revoking = Revoking(world=flow.world)
    done = await gather(*(revoking.take_back(row, "both") for _ in range(5)))
    assert {one.state for one in done} == {LeaseState.REVOKED}
    assert len(flow.events("credential_revoked")) == 1
    assert issuer.revoked


async def test_what_is_made_after_its_target_said_gone_is_asked_for_again(flow, make_issuer):
    issuer = use(flow, make_issuer)
    issue, gone = issuer.issue, issuer.revoke
    revoking = Revoking(world=flow.world)

    async def issued(call, terms, lease):
        issuer.issue = issue
        row = await revoking.marked(await flow.world.leases.lease(lease.id), "signal")
        said_first = await issuer.revoke(row, "signal")  # there is nothing yet

        async def revoke(_lease, _why):  # and its answer is written down once it is there
            issuer.revoke = gone
            await flow.world.leases.advance(lease.id, lambda one: one.issued("0" * 64, 1), [])
            return said_first

        issuer.revoke = revoke
        await revoking.tried(lease.id, "signal")
        row = await flow.world.leases.lease(lease.id)
        assert row.state is LeaseState.REVOKE_PENDING
        assert (await revoking.take_back(row, "deadline")).state is LeaseState.REVOKED
        raise Unavailable("It is over.", code="issuer_unavailable")

    issuer.issue = issued
    assert await code_of(flow.call("read", id="1")) == "issuer_unavailable"
    assert states(flow) == [LeaseState.REVOKED]


async def test_what_only_runs_out_waits_for_its_deadline_without_an_alert(flow, make_issuer):
    class RunsOut(make_issuer):
        async def revoke(self, lease, why):
            return Fate.RUNS_OUT

    flow.but(issuers={"calltoken": RunsOut(leaves_object=True)})
    await flow.call("read", id="1")
    (row,) = await flow.store.unsettled()
    assert (row.state, row.tries) == (LeaseState.REVOKE_PENDING, 0)
    assert row.next_try_ms == row.deadline_ms + 1000


class Signs:
    """An issuer whose tokens only run out, as call tokens do."""

    kind = CALL_TOKEN

    async def revoke(self, lease, why):
        return Fate.RUNS_OUT


async def recalled_token(flow, make_issuer, kills):
    """Take a token back in its call, and return its lease."""
    issuer = type("SignsOnly", (Signs, make_issuer), {})(leaves_object=True)
    flow.but(issuers={"calltoken": issuer}, kills=kills)
    await flow.call("read", id="1")
    (row,) = await flow.store.unsettled()
    return row


async def test_a_call_token_taken_back_is_void_at_servers_that_follow_and_no_other_is(
    flow, make_issuer
):
    kills = MemoryKills()
    row = await recalled_token(flow, make_issuer, kills)
    assert row.kind == CALL_TOKEN
    assert kills.voided.keys() == {("jti", row.id)}
    known = {(one.kind, one.id): one.at_ms for one in await kills.epochs(0)}
    made_ms = known["jti", epoch_id(row.id)]
    stolen = token(**claims(now_ms=made_ms, jti=row.id))
    with pytest.raises(CallRefused) as no:
        verify_call(stolen, TOOL, ARGS, **verifier(now_ms=made_ms, epochs=known))
    assert no.value.code == "revoked"
    other = token(**claims(now_ms=made_ms))
    assert verify_call(other, TOOL, ARGS, **verifier(now_ms=made_ms, epochs=known))


async def test_a_token_whose_end_could_not_be_published_is_tried_again(flow, make_issuer):
    class Down(MemoryKills):
        async def void(self, epochs):
            raise Unavailable("The store is gone.")

    row = await recalled_token(flow, make_issuer, Down())
    assert (row.state, row.tries) == (LeaseState.REVOKE_PENDING, 1)


async def test_a_target_that_hangs_does_not_keep_the_others_from_being_marked(flow, make_issuer):
    issuer, hung = use(flow, make_issuer), asyncio.Event()
    started = asyncio.Event()

    async def hangs(lease, why):
        started.set()
        await hung.wait()
        return Fate.GONE

    both, done = [], asyncio.Event()

    class Two:
        async def run(self, call, credential):
            both.append(call)
            if len(both) == 2:
                issuer.revoke = hangs
                ending = asyncio.create_task(flow.reauthorizing.end("gs_1", "signal"))
                async with asyncio.timeout(5):
                    await started.wait()
                self.states = states(flow)
                hung.set()
                await ending
                done.set()
            else:
                await done.wait()
            return await flow.tool.run(call, credential)

    tool = Two()
    async with asyncio.timeout(5):
        await asyncio.gather(flow.call("read", id="1", by=tool), flow.call("read", id="2", by=tool))
    assert tool.states == [LeaseState.REVOKE_PENDING, LeaseState.REVOKE_PENDING]
    assert states(flow) == [LeaseState.REVOKED, LeaseState.REVOKED]
