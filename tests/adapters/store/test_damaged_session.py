"""The damaged row of one session is refused by itself; the list of the others does not fail for it."""

import json
import sqlite3

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard.errors import Unavailable
from guard.model.identity import Agent, Principal, Who
from guard.model.secevent import Subject
from guard.session.state import Session
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.postgres import POSTGRES

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
NOW = 4_000_000_000_000
WHO = Who(principal=Principal(issuer="https://idp.example", subject="ana"), agent=Agent(id="a"))
ANA = Subject(issuer="https://idp.example", subject="ana")
BOB = Subject(issuer="https://idp.example", subject="bob")
DAMAGE = "UPDATE sessions SET head = '{\"ended\": 0}' WHERE id = 'gs_1'"


def unread(session_id, code):
    return [Event(kind="session_unreadable", at_ms=NOW, session=session_id, leaf={"code": code})]


@pytest.mark.parametrize("kind", ["sqlite", POSTGRES])
async def test_live_sessions_are_told_and_listed_without_the_damaged_one(kind, tmp_path) -> None:
    file = tmp_path / "guard.sqlite"
    url = postgres.fresh(own_clock=False) if kind == "postgres" else ""

    def opened():
        if url:
            return postgres.store(KEY, url=url)
        return SqliteStore(file, KEY, timeout_ms=5_000, cooldown_ms=1_000)

    store = opened()
    for name in ("gs_1", "gs_2"):
        await store.sessions.open(Session(id=name, who=WHO, opened_at_ms=NOW))
    store.close(NOW)
    if url:
        postgres.execute(url, DAMAGE)
    else:
        db = sqlite3.connect(file)
        db.execute(DAMAGE)
        db.commit()
        db.close()
    store = opened()
    for _ in range(2):
        told = await store.sessions.tell(ANA, lambda one: (one, []), unread)
        assert [one.id for one in told] == ["gs_2"]
    assert list(await store.sessions.tell(BOB, lambda one: (one, []), unread)) == []
    assert [one.id for one in await store.sessions.live()] == ["gs_2"]
    assert [one.id for one in await store.sessions.all()] == ["gs_2"]
    assert await store.lost_calls() == {} if url else {"gs_2": frozenset()}  # and a guard starts
    ((what, fault),) = store.faults.standing()  # never in silence
    assert (what, fault) == (
        "Session gs_1 cannot be read: none of its calls runs", "session_unreadable",
    )  # fmt: skip
    with pytest.raises(Unavailable, match="session_unreadable"):
        await store.sessions.get("gs_1")
    store.close(NOW)
    # The log says whom a word did not reach: each time where the row says whose it is, else once.
    store = opened()
    leaves = [json.loads(leaf) for _, leaf in (await store.log.page(0)).leaves]
    noted = [(one["session"], one["code"]) for one in leaves if one["kind"] == "session_unreadable"]
    assert noted == [("gs_1", "session_unreadable")] * (2 if url else 1)
    store.close(NOW)
