"""What somebody says of a person, a device or a session reaches the live sessions that it is about."""

import asyncio
from dataclasses import replace

import pytest

from guard.audit.event import Event
from guard.errors import Refused
from guard.model.identity import Agent, Device, Principal, Who
from guard.model.secevent import Subject
from guard.session.state import new_session, suspended
from guard_adapters.store.sqlite import session_rows
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres
from tests.adapters.store.test_contracts import KEY, NOW, made_on

ADA = Who(
    principal=Principal(issuer="https://idp", subject="Ada@Firm.example"),
    agent=Agent(id="bot"),
    device=Device(id="dev-1"),
    claims=(("email", "Ada.L@firm.example"), ("sid", "idp-7")),
)
BOB = replace(
    ADA, principal=Principal(issuer="https://idp", subject="bob"), device=Device(), claims=()
)
OF_ADA = Subject(issuer="https://idp", subject="Ada@Firm.example")


@pytest.fixture(params=["sqlite", "memory", postgres.POSTGRES])
async def ports(request, tmp_path):
    made = made_on(request.param, tmp_path)
    for name, who in (("gs_ada", ADA), ("gs_too", ADA), ("gs_bob", BOB)):
        await made.sessions.open(new_session(name, who, now_ms=NOW))
    yield made
    if made.store is not None:
        made.store.close(NOW + 10_000)


def suspends(session):
    event = Event(kind="signal", at_ms=NOW, session=session.id)
    return suspended(session, NOW), [event]


async def versions(ports):
    return {one.id: (one.version, one.closed) for one in await ports.sessions.all()}


async def test_all_live_sessions_of_a_person_are_told_and_nobody_else(ports):
    told = await ports.sessions.tell(OF_ADA, suspends)

    assert [(one.id, one.closed) for one in told] == [
        ("gs_ada", "session_suspended"),
        ("gs_too", "session_suspended"),
    ]
    stopped = (1, "session_suspended")
    assert await versions(ports) == {"gs_ada": stopped, "gs_too": stopped, "gs_bob": (0, "")}
    assert await ports.kinds() == ["signal", "signal"]


async def test_one_that_has_ended_is_not_told(ports):
    await ports.sessions.update("gs_ada", lambda one: replace(one, ended_at_ms=NOW))
    assert [one.id for one in await ports.sessions.tell(OF_ADA, suspends)] == ["gs_too"]


async def test_what_changes_nothing_is_noted_and_not_written(ports):
    def only_noted(session):
        return replace(session), [Event(kind="signal", at_ms=NOW, session=session.id)]

    told = await ports.sessions.tell(OF_ADA, only_noted)

    assert [one.version for one in told] == [0, 0]
    assert set((await versions(ports)).values()) == {(0, "")}
    assert await ports.kinds() == ["signal", "signal"]


async def test_a_change_that_fails_for_one_changes_none(ports):
    def fails(session):
        if session.id == "gs_too":
            raise Refused("no", code="session_unknown")
        return suspends(session)

    with pytest.raises(Refused):
        await ports.sessions.tell(OF_ADA, fails)

    assert set((await versions(ports)).values()) == {(0, "")}
    assert await ports.kinds() == []


@pytest.mark.parametrize(
    ("about", "told"),
    [
        (Subject(email="ADA@firm.EXAMPLE"), 2),
        (Subject(email="ada.l@FIRM.example"), 2),
        (Subject(device="dev-1"), 2),
        (Subject(session="gs_bob"), 1),
        (Subject(session="idp-7"), 2),
        (Subject(opaque="dev-1"), 2),
        (Subject(opaque="gs_ada"), 1),
        (Subject(opaque="bob"), 1),
        (Subject(issuer="https://idp"), 3),
        (Subject(issuer="https://other", subject="bob"), 0),
        (Subject(subject="bob", device="dev-1"), 0),
        (Subject(subject="a\0b\ud800"), 0),
        (Subject(), 0),
    ],
    ids=str,
)
async def test_every_way_to_name_somebody_finds_their_sessions(ports, about, told):
    assert len(await ports.sessions.tell(about, suspends)) == told


async def test_who_came_with_another_device_is_found_by_that_one_only(ports):
    moved = replace(ADA, device=Device(id="dev-2"))
    await ports.sessions.update("gs_ada", lambda one: replace(one, who=moved))

    assert [one.id for one in await ports.sessions.tell(Subject(device="dev-1"), suspends)] == [
        "gs_too"
    ]
    assert [one.id for one in await ports.sessions.tell(Subject(device="dev-2"), suspends)] == [
        "gs_ada"
    ]


async def test_names_that_no_database_likes_are_found(ports):
    odd = replace(ADA, principal=Principal(issuer="i", subject="o'dd\0\ud800\\x00"))
    await ports.sessions.open(new_session("gs_odd", odd, now_ms=NOW))
    told = await ports.sessions.tell(Subject(subject="o'dd\0\ud800\\x00"), suspends)
    assert [one.id for one in told] == ["gs_odd"]


async def test_changes_at_the_same_time_are_all_kept(ports):
    one_more = [
        ports.sessions.update("gs_ada", lambda one: replace(one, step=one.step + 1))
        for _ in "abcde"
    ]
    await asyncio.gather(*one_more, *(ports.sessions.tell(OF_ADA, suspends) for _ in "abc"))
    session = await ports.sessions.get("gs_ada")
    assert (session.step, session.closed) == (5, "session_suspended")


async def test_one_that_was_forgotten_is_not_told(ports):
    assert await ports.sessions.forget(NOW + 1) == 3
    assert list(await ports.sessions.tell(OF_ADA, suspends)) == []


# One store alone


def reopened(path):
    return SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=600_000)


async def test_after_a_restart_a_session_that_nobody_used_since_is_told(tmp_path):
    store = reopened(tmp_path / "guard.sqlite")
    await store.sessions.open(new_session("gs_ada", ADA, now_ms=NOW))
    store.close(NOW)
    again = reopened(tmp_path / "guard.sqlite")
    told = await again.sessions.tell(OF_ADA, suspends)
    again.close(NOW)
    assert [one.closed for one in told] == ["session_suspended"]


async def test_more_than_memory_holds_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr("guard_adapters.store.sqlite.sessions.KEPT", 8)
    monkeypatch.setattr(session_rows, "AT_ONCE", 5)
    store = reopened(tmp_path / "guard.sqlite")
    for n in range(23):
        await store.sessions.open(new_session(f"gs_{n}", ADA, now_ms=NOW))
    told = await store.sessions.tell(OF_ADA, suspends)
    rows = await store.sessions.all()
    store.close(NOW)
    assert len(told) == 23
    assert {one.closed for one in rows} == {"session_suspended"}


async def test_it_holds_here_before_it_is_durable(tmp_path):
    store = reopened(tmp_path / "guard.sqlite")
    await store.sessions.open(new_session("gs_ada", ADA, now_ms=NOW))
    await store.sessions.all()
    telling = asyncio.ensure_future(store.sessions.tell(OF_ADA, suspends))
    await asyncio.sleep(0)  # one turn of the loop: no thread has answered
    held = await store.sessions.get("gs_ada")
    await telling
    store.close(NOW)
    assert held.closed == "session_suspended"


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_session_that_is_being_opened_is_told(tmp_path, cancelled):
    store = reopened(tmp_path / "guard.sqlite")
    await store.sessions.all()
    opening = asyncio.ensure_future(store.sessions.open(new_session("gs_ada", ADA, now_ms=NOW)))
    await asyncio.sleep(0)  # its row is on its way into the file
    if cancelled:
        opening.cancel()
    told = await store.sessions.tell(OF_ADA, suspends)
    await asyncio.gather(opening, return_exceptions=True)
    kept = await store.sessions.get("gs_ada")
    store.close(NOW)
    assert [one.id for one in told] == ["gs_ada"]
    assert kept.closed == "session_suspended"


async def test_opening_a_session_of_somebody_else_hides_none(tmp_path):
    store = reopened(tmp_path / "guard.sqlite")
    await store.sessions.open(new_session("gs_1", ADA, now_ms=NOW))
    store.close(NOW)
    again = reopened(tmp_path / "guard.sqlite")
    await again.sessions.all()
    opening = asyncio.ensure_future(again.sessions.open(new_session("gs_1", BOB, now_ms=NOW)))
    await asyncio.sleep(0)
    told = await again.sessions.tell(OF_ADA, suspends)
    assert (await opening).who == ADA
    assert list(await again.sessions.tell(Subject(subject="bob"), suspends)) == []
    again.close(NOW)
    assert [one.id for one in told] == ["gs_1"]


async def test_many_that_are_opened_at_once_are_told_and_forgotten(tmp_path):
    store = reopened(tmp_path / "guard.sqlite")
    await store.sessions.all()
    many = [store.sessions.open(new_session(f"gs_{n}", ADA, now_ms=NOW)) for n in range(20)]
    _, told = await asyncio.gather(asyncio.gather(*many), store.sessions.tell(OF_ADA, suspends))
    gone = await store.sessions.forget(NOW + 1)
    left = await store.sessions.tell(OF_ADA, suspends)
    store.close(NOW)
    assert (len(told), gone, list(left)) == (20, 20, [])


@pytest.mark.peer
async def test_rows_that_an_older_guard_wrote_are_told():
    url = postgres.fresh(own_clock=False)
    store = postgres.store(KEY, url=url)
    await store.sessions.open(new_session("gs_ada", ADA, now_ms=NOW))
    await asyncio.to_thread(postgres.execute, url, "UPDATE sessions SET names = '{}'")
    told = await store.sessions.tell(OF_ADA, suspends)
    store.close(NOW)
    assert [one.closed for one in told] == ["session_suspended"]
