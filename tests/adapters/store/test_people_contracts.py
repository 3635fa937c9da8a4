"""The contract of the `Reviewers` port, kept by SQLite, PostgreSQL and the public fake."""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.event import Event
from guard.grant.people import LONGEST, USUAL, Account, Ceremony, Invite, Login, Passkey
from guard.testing import people as memory_people
from guard.testing.people import MemoryReviewers
from guard_adapters.store.log import LogKey
from guard_adapters.store.postgres import people as postgres_people
from guard_adapters.store.sqlite import people as sqlite_people
from guard_adapters.store.sqlite.store import SqliteStore
from tests import postgres

KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
STORES = (memory_people, sqlite_people, postgres_people)
NOW = 1_767_607_200_000
ANA = Account(name="ana", user_handle=b"h" * 64, invited_by="", created_ms=NOW)
BOB = Account(name="bob", user_handle=b"i" * 64, invited_by="idp|ana", created_ms=NOW)


@dataclass
class People:
    """One implementation, and how to see what it wrote to the log."""

    port: Any
    kinds: Any


def stored(store):

    async def kinds():
        return [json.loads(leaf)["kind"] for _, leaf in (await store.log.page(0)).leaves]

    return People(store.reviewers, kinds), lambda: store.close(NOW)


def memory():
    fake = MemoryReviewers()

    async def kinds():
        return [event.kind for event in fake.events]

    return People(fake, kinds), lambda: None


def made_on(kind, path):
    match kind:
        case "memory":
            return memory()
        case "sqlite":
            return stored(SqliteStore(path, KEY, timeout_ms=5_000, cooldown_ms=1_000))
        case "postgres":
            return stored(postgres.store(KEY))


@pytest.fixture(params=["sqlite", "memory", postgres.POSTGRES])
async def people(request, tmp_path):
    made, close = made_on(request.param, tmp_path / "g.sqlite")
    yield made
    close()


def event(kind="reviewer_enrolled"):
    return Event(kind=kind, at_ms=NOW, session="")


def invite(name="ana", token="t1", **more):
    fresh = Invite(token_sha256=token, reviewer=name, until_ms=NOW + USUAL.invite_ms)
    return replace(fresh, **more)


def key(name="ana", ident="k1", **more):
    fresh = Passkey(
        credential_id=ident, reviewer=name, spki=b"spki", cose=b"cose", alg=-7, created_ms=NOW,
        usable_from_ms=NOW,
    )  # fmt: skip
    return replace(fresh, **more)


async def enrolled(people, account=ANA, ident="k1", token="t1", **more):
    await people.port.invite(invite(account.name, token), [])
    return await people.port.enrol(token, account, key(account.name, ident, **more), [event()])


async def test_an_invitation_lets_one_passkey_in(people):
    assert await enrolled(people, sign_count=3, device_bound=True)

    assert await people.port.account("ana") == ANA
    assert await people.port.accounts() == [ANA]
    assert await people.port.passkey("k1") == key(sign_count=3, device_bound=True)
    assert await people.kinds() == ["reviewer_enrolled"]


async def test_passkeys_are_found_by_the_names_of_those_who_hold_them(people):
    for n, name in enumerate(("cyd", "ana", "bob")):
        who = replace(ANA, name=name, user_handle=name.encode())
        assert await enrolled(people, who, ident=f"k{n}", token=f"t{n}")

    async def found(*names):
        return [one.reviewer for one in await people.port.passkeys(*names)]

    assert await found() == ["cyd", "ana", "bob"]
    assert await found("bob", "cyd", "eve") == ["cyd", "bob"]
    assert await found("eve") == []


async def test_an_invitation_is_good_once_also_for_two_at_once(people):
    await people.port.invite(invite(), [])
    tries = [people.port.enrol("t1", ANA, key(ident=f"k{n}"), [event()]) for n in range(5)]

    assert sorted(await asyncio.gather(*tries)) == [False] * 4 + [True]
    assert len(await people.port.passkeys("ana")) == 1
    assert await people.kinds() == ["reviewer_enrolled"]


@pytest.mark.parametrize(
    ("token", "who", "late"),
    [("other", "ana", 0), ("t1", "bob", 0), ("t1", "ana", USUAL.invite_ms)],
)
async def test_an_invitation_is_for_one_reviewer_and_a_short_time(people, token, who, late):
    await people.port.invite(invite(), [])

    assert not await people.port.enrol(token, ANA, key(who, created_ms=NOW + late), [event()])
    assert await people.port.passkeys() == []
    assert await people.kinds() == []


async def test_a_passkey_that_is_there_is_not_let_in_again(people):
    await enrolled(people)
    await people.port.invite(invite("bob", "t2"), [])

    assert not await people.port.enrol("t2", BOB, key("bob", "k1"), [event()])
    assert (await people.port.invited("t2")).open(NOW)


async def test_a_new_invitation_takes_the_place_of_the_open_one(people):
    await people.port.invite(invite(token="t1"), [])
    await people.port.invite(invite(token="t2"), [])

    assert await people.port.invited("t1") is None
    assert (await people.port.invited("t2")).open(NOW)
    assert not (await people.port.invited("t2")).open(NOW + USUAL.invite_ms)


async def test_a_second_key_does_not_change_the_account(people):
    await enrolled(people)
    again = replace(ANA, user_handle=b"x" * 64, invited_by="idp|eve")

    assert await enrolled(people, again, "k2", "t2")
    assert await people.port.account("ana") == ANA


async def test_a_challenge_is_taken_once_and_in_time(people):
    for name in ("c1", "c2"):
        one = Ceremony(challenge_sha256=name, kind="login", until_ms=NOW + USUAL.ceremony_ms)
        await people.port.begin(one, NOW)
    first = await asyncio.gather(*(people.port.take("c1", NOW) for _ in range(3)))

    assert len([one for one in first if one is not None]) == 1
    assert await people.port.take("c2", NOW + USUAL.ceremony_ms) is None
    assert await people.port.take("c2", NOW) is None
    assert await people.port.take("nothing", NOW) is None


async def test_what_a_challenge_is_for_is_kept(people):
    one = Ceremony(
        challenge_sha256="c", kind="invite", until_ms=NOW + 1, reviewer="ana", detail="bob"
    )
    await people.port.begin(one, NOW)
    assert await people.port.take("c", NOW) == one


@pytest.mark.parametrize(
    ("before", "said", "good"),
    [(0, 0, True), (0, 1, True), (5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
async def test_a_counter_only_goes_up_unless_there_is_none(people, before, said, good):
    await enrolled(people, sign_count=before)

    assert await people.port.counted("k1", said, NOW + 7) is good
    kept = await people.port.passkey("k1")
    assert (kept.sign_count, kept.used_ms) == ((said, NOW + 7) if good else (before, 0))


async def test_of_two_with_the_same_count_one_is_good(people):
    await enrolled(people, sign_count=1)
    tries = [people.port.counted("k1", 2, NOW) for _ in range(4)]
    assert sorted(await asyncio.gather(*tries)) == [False] * 3 + [True]


def login(name="ana", cookie="c1", ident="k1", **more):
    fresh = Login(
        cookie_sha256=cookie, reviewer=name, credential_id=ident, opened_ms=NOW, seen_ms=NOW
    )
    return replace(fresh, **more)


async def test_a_reset_revokes_every_key_and_whatever_was_opened_by_it(people):
    await enrolled(people)
    await enrolled(people, ident="k2", token="t2")
    await enrolled(people, BOB, "k3", "t3")
    await people.port.invite(invite(token="t4"), [])
    await people.port.open_login(login(), NOW)
    await people.port.open_login(login("bob", "c2", "k3"), NOW)

    assert await people.port.revoke("ana", "", NOW + 9, [event("reviewer_reset")]) == 2

    assert [one.revoked_ms for one in await people.port.passkeys("ana")] == [NOW + 9] * 2
    assert (await people.port.passkey("k3")).revoked_ms == 0
    assert await people.port.login("c1") is None
    assert await people.port.login("c2") is not None
    assert await people.port.invited("t4") is None
    assert not await people.port.counted("k1", 0, NOW)
    assert (await people.kinds())[-1] == "reviewer_reset"


async def test_one_key_is_revoked_alone_and_not_by_another_name(people):
    await enrolled(people)
    await enrolled(people, ident="k2", token="t2")
    await people.port.open_login(login(ident="k2"), NOW)

    assert await people.port.revoke("bob", "k1", NOW, []) == 0
    assert await people.port.revoke("ana", "k1", NOW, []) == 1
    assert await people.port.revoke("ana", "k1", NOW, []) == 0
    assert (await people.port.passkey("k2")).revoked_ms == 0
    assert await people.port.login("c1") is not None


async def test_a_login_ends_by_idling_by_age_and_by_hand(people):
    await people.port.open_login(login(), NOW)
    await people.port.seen("c1", NOW + USUAL.idle_ms - 1)
    kept = await people.port.login("c1")

    assert kept.alive(NOW + USUAL.idle_ms, USUAL)
    assert not kept.alive(NOW + 2 * USUAL.idle_ms - 1, USUAL)
    assert not replace(kept, seen_ms=NOW + USUAL.login_ms).alive(NOW + USUAL.login_ms, USUAL)
    await people.port.end_login("c1")
    assert await people.port.login("c1") is None


async def test_dead_logins_are_forgotten_when_somebody_comes(people):
    await people.port.open_login(login(), NOW)
    later = NOW + LONGEST.idle_ms
    await people.port.open_login(login(cookie="c2", opened_ms=later, seen_ms=later), later)

    assert await people.port.login("c1") is None
    assert await people.port.login("c2") is not None


async def test_strangers_who_flood_logins_fill_no_store_and_push_out_no_invitation(
    people, monkeypatch
):
    for module in STORES:
        monkeypatch.setattr(module, "MAX_LOGINS", 3)
    kept = Ceremony(challenge_sha256="e", kind="enrol", until_ms=NOW + 1)
    await people.port.begin(kept, NOW)
    for number in range(4):
        one = Ceremony(challenge_sha256=f"c{number}", kind="login", until_ms=NOW + 2 + number)
        await people.port.begin(one, NOW)

    assert await people.port.take("c0", NOW) is None
    assert await people.port.take("c1", NOW) is not None
    assert await people.port.take("e", NOW) == kept
