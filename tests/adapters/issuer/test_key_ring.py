"""Keys of call tokens over time: known before they sign, known until their last token is over."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from guard.errors import Refused, Unusable
from guard.grant.lease import Lease
from guard.grant.presented import public_keys
from guard.grant.signing import jwks
from guard.grant.verify import CallRefused, Verifier, verify_call
from guard.model.decision import Terms
from guard_adapters.front.verified import checked
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.key_ring import (
    CURRENT,
    NEXT,
    PUBLISH_MS,
    RECORD,
    RETIRE_MS,
    KeyRing,
    read,
    rotate,
)
from guard_adapters.issuer.local_key import LocalSigner
from tests.adapters.issuer.test_calltoken import Clock
from tests.guard.grant.tokens import ARGS, AUDIENCE, ISSUER, TOOL, bound, settings


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ring(tmp_path, clock):
    return KeyRing(tmp_path, clock=clock)


def kids(ring):
    return [row["kid"] for row in jwks(ring.published())["keys"]]


def turn(tmp_path, clock, by_ms=PUBLISH_MS):
    clock.now += by_ms
    return rotate(tmp_path, now_ms=clock.now)


def issuer(ring, clock):
    return CallTokenIssuer(ring, issuer=ISSUER, clock=clock)


async def minted(mint, clock, jti="A" * 22):
    lease = Lease(
        id=jti, call_id="c", session="s", kind="calltoken", deadline_ms=clock.now + 30_000
    )
    return (await mint.issue(bound(), Terms(), lease)).secret


def test_a_key_is_published_before_it_signs_and_until_its_tokens_are_over(ring, tmp_path, clock):
    first = ring.current().kid
    assert kids(ring) == [first]
    second = turn(tmp_path, clock, 0).following.kid
    assert (ring.current().kid, kids(ring)) == (first, [first, second])
    third = turn(tmp_path, clock).following.kid
    assert (ring.current().kid, kids(ring)) == (second, [second, third, first])
    clock.now += RETIRE_MS - 1
    assert first in kids(ring)
    clock.now += 1
    assert kids(ring) == [second, third]


def test_a_key_that_verifiers_may_not_know_yet_does_not_sign(ring, tmp_path, clock):
    turn(tmp_path, clock, 0)
    first = ring.current().kid
    with pytest.raises(Unusable) as no:
        turn(tmp_path, clock, PUBLISH_MS - 1)
    assert no.value.code == "key_not_yet_usable"
    assert ring.current().kid == first


async def test_a_running_issuer_takes_up_the_next_key_and_every_token_verifies(
    ring, tmp_path, clock
):
    mint = issuer(ring, clock)
    turn(tmp_path, clock, 0)
    kept = public_keys(mint.jwks())  # a verifier that looks no more
    clock.now += PUBLISH_MS
    before = await minted(mint, clock)
    rotate(tmp_path, now_ms=clock.now)
    after = await minted(mint, clock, "B" * 22)
    fields = settings(now_ms=clock.now + 1_000)
    calls = [
        verify_call(text, TOOL, ARGS, **{**fields, "keys": keys})
        for text, keys in ((before, public_keys(mint.jwks())), (after, kept))
    ]
    assert calls[0].kid != calls[1].kid == ring.current().kid


async def test_a_verifier_with_the_old_set_fetches_the_new_one_once(ring, tmp_path, clock):
    mint = issuer(ring, clock)
    asked = []

    async def refetch():
        asked.append(clock.now)
        return mint.jwks()

    replay = settings()["replay"]
    verifier = Verifier(
        mint.jwks(), issuer=ISSUER, audience=AUDIENCE, replay=replay, refetch=refetch
    )
    turn(tmp_path, clock, 0)
    turn(tmp_path, clock)
    text = await minted(mint, clock)
    assert await verifier.refreshed(clock.now)
    assert verifier.check(text, TOOL, ARGS, now_ms=clock.now).kid == ring.current().kid
    assert not await verifier.refreshed(clock.now + 1)
    assert len(asked) == 1


def test_a_crash_between_any_two_steps_leaves_what_the_next_run_completes(
    ring, tmp_path, clock, monkeypatch
):
    turn(tmp_path, clock, 0)
    first, second = read(tmp_path).current.kid, read(tmp_path).following.kid
    record = (tmp_path / RECORD).read_bytes()
    turn(tmp_path, clock)
    # Made and not recorded: it is published, and its time begins with the next run.
    (tmp_path / RECORD).write_bytes(record)
    third = read(tmp_path).following.kid
    assert third in kids(ring)
    assert turn(tmp_path, clock, 1).usable_ms == clock.now + PUBLISH_MS
    # Promoted, and nothing was published after it.
    (tmp_path / NEXT).unlink()
    assert ring.current().kid == second
    assert turn(tmp_path, clock, 1).following.kid not in {first, second, third}


@pytest.mark.parametrize("published", [True, False])
def test_stolen_keys_end_at_once_whether_another_was_published_or_not(
    ring, tmp_path, clock, published
):
    if published:
        turn(tmp_path, clock, 0)
    old = kids(ring)
    after = rotate(tmp_path, now_ms=clock.now, stolen=True)
    assert ring.current().kid == after.current.kid
    assert not set(old) & set(kids(ring))
    assert kids(ring) == [after.current.kid, after.following.kid]


async def test_a_thief_of_the_key_is_refused_once_a_verifier_saw_the_new_one(ring, tmp_path, clock):
    thief = LocalSigner.load(tmp_path / CURRENT)
    mint = issuer(ring, clock)

    async def refetch():
        return mint.jwks()

    replay = settings()["replay"]
    verifier = Verifier(
        mint.jwks(), issuer=ISSUER, audience=AUDIENCE, replay=replay, refetch=refetch
    )
    rotate(tmp_path, now_ms=clock.now, stolen=True)
    text = await minted(mint, clock)
    assert await checked(verifier, text, TOOL, ARGS, clock=clock)
    forged = await minted(issuer(thief, clock), clock, "T" * 22)
    with pytest.raises(CallRefused) as no:
        await checked(verifier, forged, TOOL, ARGS, clock=clock)
    assert no.value.code == "unknown_key"


def test_showing_the_keys_writes_nothing(ring, tmp_path):
    before = sorted(path.name for path in tmp_path.iterdir())
    read(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == before == [CURRENT]


def test_of_two_that_rotate_at_once_one_does(ring, tmp_path, clock):
    turn(tmp_path, clock, 0)
    clock.now += PUBLISH_MS

    def work(_):
        try:
            return rotate(tmp_path, now_ms=clock.now).current.kid
        except Unusable as no:
            return no.code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(work, range(8)))
    assert answers.count("key_not_yet_usable") == 7


async def test_key_files_that_others_can_read_or_that_are_gone_sign_nothing(ring, tmp_path, clock):
    mint = issuer(ring, clock)
    (tmp_path / CURRENT).chmod(0o644)
    with pytest.raises(Refused) as no:
        await minted(mint, clock)
    assert no.value.code == "key_file_unsafe"
    (tmp_path / CURRENT).unlink()
    with pytest.raises(Refused) as no:
        await minted(mint, clock)
    assert no.value.code == "keys_missing"
    assert not (tmp_path / CURRENT).exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"published": {}}',
        '{"published": {}, "retired": [{"jwk": {"kty": "oct"}, "until_ms": 1}]}',
    ],
)
def test_a_record_that_is_none_is_refused(ring, tmp_path, text):
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(Unusable) as no:
        ring.published()
    assert no.value.code == "key_file_unreadable"


def test_private_keys_are_for_their_owner_only_and_the_old_one_is_gone(ring, tmp_path, clock):
    old = (tmp_path / CURRENT).read_text()
    turn(tmp_path, clock, 0)
    turn(tmp_path, clock)
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    secret = old.splitlines()[1]
    assert not any(secret in path.read_text() for path in files)
    assert all(
        "d" not in row["jwk"] for row in json.loads((tmp_path / RECORD).read_text())["retired"]
    )
