"""A yes is used in the session in which it was judged, or not at all: every store, one transaction."""

from dataclasses import replace

import pytest

from guard.errors import SessionMoved
from guard.grant.approval import ApprovalState
from guard.session.risk import WEIGHTS, signal
from guard.session.state import ended, signalled, suspended
from tests import postgres
from tests.adapters.store.test_contracts import (
    NOW,
    SESSION,
    approved,
    attempt,
    event,
    made_on,
    one_more,
)

NOTICED = signal(next(iter(WEIGHTS)), subject="gs_1", at_ms=NOW, source="test")


@pytest.fixture(params=["sqlite", "memory", postgres.POSTGRES])
async def ports(request, tmp_path):
    made = made_on(request.param, tmp_path)
    await made.sessions.open(SESSION)
    yield made
    if made.store is not None:
        made.store.close(NOW + 10_000)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: ended(one, NOW), lambda one: suspended(one, NOW),
        lambda one: replace(one, labels=frozenset({"untrusted"})),
        lambda one: signalled(one, NOTICED, NOW),
    ],
    ids=["ended", "suspended", "new label", "signal"],
)  # fmt: skip
async def test_a_yes_is_not_used_in_a_session_that_is_not_as_it_was_judged(ports, change):
    await approved(ports)
    await ports.sessions.update("gs_1", change)

    with pytest.raises(SessionMoved):
        await ports.approvals.consume("apr_1", attempt(), [event("consume")])
    row = await ports.approvals.get("apr_1")
    assert (row.status, row.consume_id) == (ApprovalState.APPROVED, "")
    assert "consume" not in await ports.kinds()


async def test_a_yes_is_not_used_in_a_session_that_nobody_knows(ports):
    await approved(ports)
    other = replace(SESSION, id="gs_9")

    with pytest.raises(SessionMoved):
        await ports.approvals.consume("apr_1", attempt(judged=other), [])


async def test_other_calls_of_the_session_do_not_take_a_yes_back(ports):
    await approved(ports)
    for _ in range(3):
        await ports.sessions.update("gs_1", one_more)

    assert await ports.approvals.consume("apr_1", attempt(), []) is not None


async def test_who_used_a_yes_hears_of_it_again_also_after_the_session_ended(ports):
    await approved(ports)
    await ports.approvals.consume("apr_1", attempt(), [event("consume")])
    await ports.sessions.update("gs_1", lambda one: ended(one, NOW))

    again = await ports.approvals.consume("apr_1", attempt(), [event("consume")])
    assert again.consume_try == 2
    assert (await ports.kinds()).count("consume") == 1
