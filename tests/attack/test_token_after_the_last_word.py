"""A message waits while a token between calls is made; meanwhile its session is taken away or less."""

import asyncio

import pytest

from guard.errors import GuardError
from guard.grant.lease import LeaseState
from guard.model.access import Access
from tests.flow.conftest import (  # fixtures too
    bundle,  # noqa: F401
    catalogue,  # noqa: F401
    flow,  # noqa: F401
    make_bundle,  # noqa: F401
    policy,  # noqa: F401
)
from tests.flow.held import Issuing, fronted, made_by, taken_away

WORDS = [
    ("end", "session_ended"),
    ("suspend", "session_suspended"),
    ("kill", "stopped_by_operator"),
    ("narrow", "credential_recalled"),
]


class Gated(Issuing):
    """Answers the first that asks once it is let; the others at once."""

    def __init__(self):
        super().__init__()
        self.reached, self.let = asyncio.Event(), asyncio.Event()

    async def issue_between(self, caller, lease):
        self.reached.set()
        await self.let.wait()
        return await super().issue_between(caller, lease)


@pytest.fixture
def issuer(flow):  # noqa: F811
    return made_by(flow, Gated())


class Late:
    """A journal before whose first row something happens."""

    def __init__(self, inner, happens):
        self._inner = inner
        self._happens = happens
        self._before = True

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def reserve(self, lease, events):
        if self._before:
            self._before = False
            await self._happens()
        return await self._inner.reserve(lease, events)


@pytest.fixture
def at(flow, issuer):  # noqa: F811
    return fronted(flow)


async def said(flow, word):  # noqa: F811
    match word:
        case "narrow":
            await flow.reauthorizing.narrow("gs_1", Access(scopes=frozenset({"a"})), "careful")
        case _:
            await taken_away(flow, word)


def held(flow):  # noqa: F811
    rows = flow.store.leases.values()
    return [row.grant for row in rows if row.state is LeaseState.DELIVERED]


async def outcomes(*tasks):
    done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    return [one.code if isinstance(one, GuardError) else one for one in done]


@pytest.mark.parametrize(("word", "code"), WORDS)
async def test_who_waited_for_another_gets_none_after_the_last_word(flow, at, issuer, word, code):  # noqa: F811
    first, second = (asyncio.create_task(at.held(None, "")) for _ in range(2))
    await asyncio.wait_for(issuer.reached.wait(), 5)
    await said(flow, word)
    issuer.let.set()
    one, two = await outcomes(first, second)
    assert one == ("credential_recalled" if word == "kill" else code)  # its row was taken back
    if word == "narrow":
        assert held(flow) == ["a"]
        assert flow.store.leases[two.lease_id].grant == "a"
    else:
        assert two == code
        assert held(flow) == []


@pytest.mark.parametrize(("word", "code"), WORDS)
async def test_a_word_before_the_row_is_there_to_be_recalled_counts(flow, issuer, word, code):  # noqa: F811
    issuer.let.set()
    flow.but(leases=Late(flow.world.leases, lambda: said(flow, word)))
    (got,) = await outcomes(asyncio.create_task(fronted(flow).held(None, "")))
    assert got == code
    assert held(flow) == []


async def left(at, issuer):
    work = asyncio.create_task(at.held(None, ""))
    await asyncio.wait_for(issuer.reached.wait(), 5)
    work.cancel()
    await asyncio.wait([work])
    assert work.cancelled()


async def test_a_client_that_leaves_in_the_making_leaves_no_row_that_nobody_holds(flow, at, issuer):  # noqa: F811
    await left(at, issuer)
    issuer.let.set()
    got = await asyncio.wait_for(at.held(None, ""), 5)
    assert list(flow.store.leases) == [got.lease_id]
    assert held(flow) == ["a b"]


async def test_what_a_client_left_is_not_kept_where_its_session_ends(flow, at, issuer):  # noqa: F811
    await left(at, issuer)
    await said(flow, "end")
    issuer.let.set()
    (got,) = await outcomes(asyncio.create_task(at.held(None, "")))
    assert got == "session_ended"
    ended = {LeaseState.REVOKE_PENDING, LeaseState.REVOKED}
    assert {row.state for row in flow.store.leases.values()} <= ended
