"""What a caller holds between calls: one grant, one session, one server, and no longer than these."""

from dataclasses import replace

import pytest

from guard.errors import Unavailable
from guard.grant.credential import BoundCaller
from guard.grant.lease import LeaseState
from guard.lease.between import Between
from guard.model.access import Access, Level
from tests.flow.conftest import RecordingIssuer
from tests.flow.held import URL, Issuing, code_of, fronted, made_by, states, taken_away


@pytest.fixture
def issuer(flow):
    return made_by(flow, Issuing())


@pytest.fixture
def at(flow, issuer):
    return fronted(flow)


async def test_it_is_for_the_sessions_person_and_agent_and_bound_to_no_call(flow, at, issuer):
    made = await at.held(None, "")
    ((caller, lease),) = issuer.issued
    assert caller == BoundCaller(
        server="bank", audience=URL, principal="ana", agent="clerk", session="gs_1", grant="a b"
    )
    assert (lease.call_id, lease.tool, lease.grant) == ("", "", "a b")
    assert made.lease_id == lease.id
    kinds = [one.kind for one in flow.events() if one.leaf.get("lease") == lease.id]
    assert kinds == ["lease_reserved", "credential_issued", "credential_delivered"]
    assert states(flow) == [LeaseState.DELIVERED]


async def test_it_is_made_anew_in_the_last_part_of_its_life_and_not_before(flow, at, issuer):
    first = await at.held(None, "")
    flow.clock.ms += 23_000  # of 30 s
    assert await at.held(None, "") is first
    flow.clock.ms += 2_000
    assert await at.held(None, "") is not first
    assert len(issuer.issued) == 2


async def test_messages_that_come_at_once_share_it_and_sessions_do_not(flow, at, issuer, gather):
    await flow.open("gs_2")
    made = await gather(*(at.held(None, handle) for handle in ("", "", "gs_2", "gs_2")))
    assert made[0] is made[1]
    assert made[2] is made[3]
    assert {caller.session for caller, _ in issuer.issued} == {"gs_1", "gs_2"}
    assert len(issuer.issued) == 2


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("end", "session_ended"),
        ("suspend", "session_suspended"),
        ("narrow", "access_narrowed"),
        ("kill", "stopped_by_operator"),
    ],
)
async def test_nothing_is_sent_once_the_session_may_do_nothing(flow, at, issuer, word, code):
    await at.held(None, "")
    match word:
        case "narrow":
            await flow.reauthorizing.narrow("gs_1", Access(level=Level.STOPPED), "incident")
        case _:
            await taken_away(flow, word)
    assert await code_of(at.held(None, "")) == code
    assert await code_of(at.may(None, "")) == code
    assert len(issuer.issued) == 1
    assert states(flow) == [LeaseState.REVOKED]
    assert issuer.revoked == [issuer.issued[0][1].id]


async def test_a_narrowing_leaves_no_more_scopes_than_it_says(flow, at, issuer):
    await at.held(None, "")
    await flow.reauthorizing.narrow("gs_1", Access(scopes=frozenset({"b", "c"})), "careful")
    assert states(flow) == [LeaseState.REVOKED]  # at once, not with the next message
    await at.held(None, "")
    assert [caller.grant for caller, _ in issuer.issued] == ["a b", "b"]
    assert states(flow) == [LeaseState.REVOKED, LeaseState.DELIVERED]
    await flow.reauthorizing.narrow("gs_1", Access(scopes=frozenset({"c"})), "more careful")
    assert await code_of(at.held(None, "")) == "access_narrowed"
    assert states(flow) == [LeaseState.REVOKED] * 2


async def test_a_narrowing_that_leaves_all_of_it_takes_nothing_back(flow, at, issuer):
    first = await at.held(None, "")
    access = Access(level=Level.READ_ONLY, scopes=frozenset({"a", "b", "c"}), max_ttl_s=60)
    await flow.reauthorizing.narrow("gs_1", access, "careful")
    assert await at.held(None, "") is first


async def test_one_that_lives_longer_than_a_narrowing_lets_it_is_taken_back(flow, at, issuer):
    await at.held(None, "")  # for 30 s
    await flow.reauthorizing.narrow("gs_1", Access(max_ttl_s=20), "careful")
    assert states(flow) == [LeaseState.REVOKED]
    await at.held(None, "")
    assert issuer.issued[1][1].deadline_ms == flow.clock.ms + 20_000


async def test_a_narrowing_to_a_life_that_the_issuer_cannot_give_leaves_none(flow, at, issuer):
    issuer.min_ttl_s = 30
    await flow.reauthorizing.narrow("gs_1", Access(max_ttl_s=10), "careful")
    assert await code_of(at.held(None, "")) == "access_narrowed"


async def test_one_that_the_server_refused_is_handed_out_no_more_and_taken_back(flow, at, issuer):
    first = await at.held(None, "")
    at.told(first, taken=False)
    second = await at.held(None, "")
    assert second is not first
    assert states(flow) == [LeaseState.REVOKED, LeaseState.DELIVERED]
    at.told(first, taken=False)  # said late: the one in force stays
    assert await at.held(None, "") is second


async def refused_ones(at, count):
    for _ in range(count):
        at.told(await at.held(None, ""), taken=False)


async def test_a_server_that_refuses_one_after_the_other_is_left_in_peace(flow, at, issuer):
    await refused_ones(at, 3)
    for _ in range(5):
        assert await code_of(at.held(None, "")) == "credentials_turned_away"
    assert len(issuer.issued) == 3
    assert states(flow) == [LeaseState.REVOKED] * 3
    flow.clock.ms += 60_000
    await refused_ones(at, 1)
    flow.clock.ms += 119_999
    assert await code_of(at.held(None, "")) == "credentials_turned_away"
    flow.clock.ms += 1
    at.told(await at.held(None, ""), taken=True)  # and somebody has mended it
    await refused_ones(at, 2)
    await at.held(None, "")


async def test_several_messages_with_one_refused_token_count_once(flow, at, issuer):
    first = await at.held(None, "")
    for _ in range(9):
        at.told(first, taken=False)
    await at.held(None, "")


class BrokenOnce:
    """A journal that fails at the first change of a row."""

    def __init__(self, inner):
        self._inner = inner
        self._broken = True

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def advance(self, lease_id, change, events):
        if self._broken:
            self._broken = False
            raise Unavailable("It is away.", code="store_unavailable")
        return await self._inner.advance(lease_id, change, events)


@pytest.mark.parametrize("word", ["refused", "narrow"])
async def test_one_that_could_not_be_taken_back_is_taken_back_by_the_next(flow, at, word):
    first, broken = await at.held(None, ""), BrokenOnce(flow.world.leases)
    if word == "refused":
        at.told(first, taken=False)
        at._between = Between(world=replace(flow.world, leases=broken))
        work = at.held(None, "")
    else:
        flow.but(leases=broken)
        work = flow.reauthorizing.narrow("gs_1", Access(scopes=frozenset({"b"})), "careful")
    assert await code_of(work) == "store_unavailable"
    assert states(flow) == [LeaseState.DELIVERED]
    second = await at.held(None, "")
    assert second is not first
    assert states(flow) == [LeaseState.REVOKED, LeaseState.DELIVERED]


async def test_an_issuer_that_fails_leaves_no_open_row(flow, at, issuer):
    issuer.broken = True
    assert await code_of(at.held(None, "")) == "issuer_unavailable"
    assert states(flow) == [LeaseState.REVOKED]
    issuer.broken = False
    await at.held(None, "")  # and the next message asks again


async def test_one_that_is_recalled_while_it_is_made_is_not_handed_over(flow, at, issuer):
    class Slow(Issuing):
        async def issue_between(self, caller, lease):
            await flow.reauthorizing.end("gs_1", "operator")
            return await super().issue_between(caller, lease)

    slow = flow.world.issuers["idp"] = Slow()
    assert await code_of(at.held(None, "")) == "session_ended"
    # It was asked for before there was a secret, and again once there was one.
    assert (states(flow), len(slow.revoked)) == ([LeaseState.REVOKED], 2)


async def test_one_whose_making_could_not_be_written_down_is_taken_back(flow, at, issuer):
    at._between = Between(world=replace(flow.world, leases=BrokenOnce(flow.world.leases)))
    assert await code_of(at.held(None, "")) == "store_unavailable"
    assert (states(flow), len(issuer.revoked)) == ([LeaseState.REVOKED], 1)


async def test_one_that_outlives_a_narrowing_of_the_meantime_is_not_handed_over(flow, at, issuer):
    class Slow(Issuing):
        async def issue_between(self, caller, lease):
            await flow.reauthorizing.narrow("gs_1", Access(max_ttl_s=20), "careful")
            return await super().issue_between(caller, lease)

    flow.world.issuers["idp"] = Slow()
    assert await code_of(at.held(None, "")) == "credential_recalled"
    assert states(flow) == [LeaseState.REVOKED]


async def test_a_narrowing_that_came_before_its_row_could_be_found_takes_it_back(flow, at, issuer):
    class Late:
        def __getattr__(self, name):
            return getattr(flow.store, name)

        async def reserve(self, lease, events):
            flow.but(leases=flow.store)
            await flow.reauthorizing.narrow("gs_1", Access(max_ttl_s=20), "careful")
            await flow.store.reserve(lease, events)

    at._between = Between(world=replace(flow.world, leases=Late()))
    assert await code_of(at.held(None, "")) == "credential_recalled"
    assert (states(flow), len(issuer.revoked)) == ([LeaseState.REVOKED], 1)


async def test_an_issuer_that_serves_calls_alone_makes_none(flow, at, issuer):
    flow.world.issuers["idp"] = RecordingIssuer()
    assert await code_of(at.held(None, "")) == "issuer_unknown"


async def test_one_that_cannot_be_revoked_stops_further_ones_and_no_call(flow, at, issuer):
    first = await at.held(None, "")
    row = flow.store.leases[first.lease_id]
    flow.store.leases[row.id] = replace(row, state=LeaseState.IRREVOCABLE)
    assert await code_of(at.held(None, "")) == "tool_quarantined"
    await flow.call("read", id="1")


async def test_memory_holds_no_more_sessions_than_have_something(flow, at, issuer, monkeypatch):
    monkeypatch.setattr("guard_adapters.wiring.serve.between._MOST", 3)
    for number in range(9):
        await flow.open(f"gs_x{number}")
        await at.held(None, f"gs_x{number}")
        flow.clock.ms += 31_000
    assert len(at._held) <= 3
    assert len(at._out) <= 3
