"""Roles for one call at a real token service, the guard as identity provider."""

import asyncio
import json
import traceback

import pytest

from guard.errors import Refused, Unavailable
from guard.grant.lease import Fate
from guard_adapters.issuer.sts import Sts, StsIssuer, session_policy
from tests.adapters.issuer.leased import Later, a_call, a_lease, issued, maker

pytestmark = pytest.mark.peer
A = json.dumps({"name": "a.txt"}).encode()
ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}],
}


def made(seaweedfs, clock=None, **more):
    issuer = StsIssuer(Sts(**seaweedfs.settings(**more)), maker(seaweedfs.home, clock))
    seaweedfs.keys = {"keys": [issuer.public_key()]}
    return issuer


@pytest.fixture
async def issuer(seaweedfs):
    one = made(seaweedfs)
    yield one
    await one.aclose()


async def test_a_call_can_read_its_own_object_and_nothing_else_that_the_role_allows(
    seaweedfs, issuer
):
    _, credential = await issued(issuer, grant="read", arguments=A)
    tried = {
        "its object": seaweedfs.ask(credential.parts, "GET", "/files/a.txt"),
        "another": seaweedfs.ask(credential.parts, "GET", "/files/b.txt"),
        "deleting": seaweedfs.ask(credential.parts, "DELETE", "/files/a.txt"),
        "writing": seaweedfs.ask(credential.parts, "PUT", "/files/a.txt", b"X"),
    }
    assert tried == {"its object": 200, "another": 403, "deleting": 403, "writing": 403}


async def test_without_the_session_policy_the_role_allows_it(seaweedfs):
    wide = {"read": {**seaweedfs.settings()["grants"]["read"], "policy": ALL}}
    issuer = made(seaweedfs, grants=wide)
    _, credential = await issued(issuer, grant="read", arguments=A)
    assert seaweedfs.ask(credential.parts, "GET", "/files/b.txt") == 200
    await issuer.aclose()


async def test_a_token_for_another_audience_gets_nothing(seaweedfs):
    issuer = made(seaweedfs, audience="somebody-else")
    with pytest.raises(Unavailable) as no:
        await issued(issuer, grant="read", arguments=A)
    assert no.value.code == "issuer_unavailable"
    await issuer.aclose()


async def test_a_token_of_another_key_gets_nothing(seaweedfs, issuer):
    seaweedfs.keys = {"keys": []}
    other = StsIssuer(Sts(**seaweedfs.settings(key_file="other.pem")), maker(seaweedfs.home))
    with pytest.raises(Unavailable):
        await issued(other, grant="read", arguments=A)
    await other.aclose()


async def test_it_runs_out_and_only_then_is_called_gone(seaweedfs):
    clock = Later()
    issuer = made(seaweedfs, clock)
    lease, credential = await issued(issuer, ttl_s=6, grant="read", arguments=A)
    assert await issuer.revoke(lease, "ended") is Fate.RUNS_OUT
    async with asyncio.timeout(15):
        while seaweedfs.ask(credential.parts, "GET", "/files/a.txt") == 200:
            await asyncio.sleep(0.3)
    clock.ahead_ms = 8_000
    assert await issuer.revoke(lease, "ended") is Fate.GONE
    await issuer.aclose()


async def test_credentials_that_would_outlive_the_lease_are_not_handed_over(issuer):
    with pytest.raises(Unavailable) as no:
        await issued(issuer, ttl_s=1, grant="read", arguments=A)
    assert "outlive" in str(no.value)


@pytest.mark.parametrize(
    "name",
    [
        "*",
        "a*",
        "?",
        "${aws:username}",
        "../b.txt",
        "a/../b.txt",
        "",
        "/a.txt",
        "a//b",
        "a b",
        '"',
        "x" * 1100,
        None,
        ["a.txt"],
        True,
    ],
)
async def test_an_argument_that_would_widen_the_policy_gets_nothing(issuer, name):
    call = a_call(grant="read", arguments=json.dumps({"name": name}).encode())
    with pytest.raises(Refused) as no:
        await issuer.issue(call, None, a_lease(issuer))
    assert no.value.code == "argument_unusable"


def test_a_policy_that_is_too_long_is_not_cut():
    with pytest.raises(Refused):
        session_policy({"Statement": ["x" * 2100]}, {})


async def test_no_secret_is_in_a_repr_or_an_error(issuer, monkeypatch):
    real, found = StsIssuer._assumed, {}

    async def kept(self, form):
        found.update(await real(self, form))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(StsIssuer, "_assumed", kept)
        with pytest.raises(Unavailable) as no:  # it was made, and would outlive its lease
            await issued(issuer, ttl_s=1, grant="read", arguments=A)
    told = f"{no.value!r} {''.join(traceback.format_exception(no.value))}"
    assert "outlive" in told
    assert all(found[name] not in told for name in ("SecretAccessKey", "SessionToken"))
    _, credential = await issued(issuer, grant="read", arguments=A)
    assert credential.secret not in f"{credential!r} {issuer!r} {vars(issuer)!r}"
    assert credential.parts["session_token"] not in f"{credential!r}"
