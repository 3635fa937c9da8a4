"""The contract of the hole for looking back, kept by SQLite, PostgreSQL and the public fake."""

from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard.grant.approval import NewApproval
from guard.grant.votes import Vote, Voter
from guard.model.decision import Requirement
from guard.testing import FrozenClock, MemoryApprovals
from guard.testing.asked import MemoryAsked
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
NOW = 1_767_607_200_000
ASK = Requirement(rule="PAY-1", reason="amount", kind="self")


@dataclass
class Past:
    asked: Any
    approvals: Any
    sink: Any = None


@pytest.fixture(params=["sqlite", "memory", postgres.POSTGRES])
async def past(request, tmp_path):
    if request.param == "memory":
        approvals = MemoryApprovals(clock=FrozenClock())
        yield Past(MemoryAsked(approvals=approvals), approvals)
        return
    if request.param == "sqlite":
        store = SqliteStore(tmp_path / "g.sqlite", KEY, timeout_ms=5_000, cooldown_ms=1_000)
    else:
        store = postgres.store(KEY)
    yield Past(store.asked, store.approvals, store.sink)
    store.close(NOW)


async def denied(past, number, **changes):
    fields = {
        "id": f"apr_{number}", "binding": f"b{number}", "envelope": b"{}", "call_id": "c",
        "call_bytes": b"{}", "view_json": b"{}", "nonce": "00", "requester": "i|ada",
        "agent": "bot", "session": "gs_1", "requirements": (ASK,), "policy_version": "p",
        "pending_until_ms": NOW + 600_000, "grant_ttl_s": 60, "created_ms": NOW + number,
    }  # fmt: skip
    await past.approvals.open(NewApproval(**{**fields, **changes}), [])
    said = Vote(
        approval_id=f"apr_{number}", voter=Voter(principal="i|bob"), decision="deny",
        method="login", at_ms=NOW + 100 + number,
    )  # fmt: skip
    await past.approvals.vote(said, [])


async def test_denials_are_told_by_person_agent_and_time(past):
    await denied(past, 1)
    await denied(past, 2)
    await denied(past, 3, agent="other")
    await denied(past, 4, requester="i|eve")

    found = await past.asked.denied("i|ada", "bot", NOW + 102)

    assert [row.id for row in found] == ["apr_2"]


async def test_questions_are_told_by_when_they_were_asked(past):
    for number in (1, 2, 3):
        await denied(past, number)

    assert [row.id for row in await past.asked.since(NOW + 2)] == ["apr_2", "apr_3"]


@pytest.mark.parametrize("past", ["sqlite", postgres.POSTGRES], indirect=True)  # the fake is told
async def test_calls_are_counted_once_and_by_their_end(past):
    for at_ms, call in ((NOW, "a"), (NOW + 5, "b"), (NOW + 6, "b"), (NOW + 7, "c")):
        odd = {"outcome": "ok", "labels": ["\0"]}
        await past.sink.write(
            [Event(kind="outcome", at_ms=at_ms, session="s", call=call, leaf=odd)]
        )
    await past.sink.write([Event(kind="signal", at_ms=NOW + 8, session="s", call="d")])

    assert await past.asked.calls(NOW + 1) == 2


@pytest.mark.parametrize("past", ["sqlite", postgres.POSTGRES], indirect=True)
@pytest.mark.parametrize("stretch", [1, 2])
async def test_calls_of_late_are_counted_without_reading_the_log_to_its_start(
    past, stretch, monkeypatch
):
    for room in ("sqlite", "postgres"):
        monkeypatch.setattr(f"guard_adapters.store.{room}.asked.STRETCH", stretch)
    for late_ms in range(5):
        ended = Event(kind="outcome", at_ms=NOW + late_ms, session="s", call=f"c{late_ms}")
        await past.sink.write([ended])

    assert [await past.asked.calls(NOW + n) for n in (0, 2, 4, 5)] == [5, 3, 1, 0]
