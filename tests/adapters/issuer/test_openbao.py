"""Database credentials from a real OpenBao, for a real PostgreSQL."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from guard.errors import Refused, Unavailable
from guard.grant.lease import Fate
from guard_adapters.issuer.openbao import OpenBao, OpenBaoIssuer
from tests.adapters.issuer.leased import a_call, a_lease, issued, maker
from tests.peers.postgres import connected, is_cut

pytestmark = pytest.mark.peer


def made(openbao, **more):
    return OpenBaoIssuer(OpenBao(**openbao.settings(**more)), maker(openbao.home))


@pytest.fixture
async def issuer(openbao):
    one = made(openbao)
    yield one
    await one.aclose()


def at(postgres, parts):
    return {**parts, "host": "127.0.0.1", "port": postgres.port, "database": "postgres"}


def roles(postgres):
    return postgres.psql("SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'v-')").split()


async def test_a_call_gets_a_role_of_its_own_and_ending_it_cuts_the_session(postgres, issuer):
    lease, credential = await issued(issuer, grant="crm_read")
    session = await connected(at(postgres, credential.parts))
    assert await session.fetchval("SELECT name FROM customers WHERE id = 1") == "Ada"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await session.execute("INSERT INTO customers VALUES (3, 'Eve')")
    assert await issuer.sweep() == [lease.handle]
    assert await issuer.revoke(lease, "signal") is Fate.GONE
    assert await is_cut(session)
    assert credential.parts["user"] not in roles(postgres)
    assert await issuer.sweep() == []
    assert await issuer.revoke(lease, "again") is Fate.GONE


async def test_a_guard_that_knows_the_handle_alone_takes_it_back(postgres, openbao, issuer):
    lease, credential = await issued(issuer, grant="crm_read")
    session = await connected(at(postgres, credential.parts))
    other = made(openbao)  # another process: it holds neither token nor accessor
    assert await other.revoke(lease, "recovery") is Fate.GONE
    async with asyncio.timeout(5):
        while credential.parts["user"] in roles(postgres):  # the server's own work, a moment later
            await asyncio.sleep(0.05)
    assert await is_cut(session)
    await other.aclose()


async def test_the_end_is_set_at_the_server_too(openbao, issuer):
    lease, _ = await issued(issuer, ttl_s=9, grant="crm_read")
    await issuer.sweep()
    accessor = next(one for one, name in issuer._known.items() if name == lease.handle)
    seen = openbao.ask("POST", "auth/token/lookup-accessor", {"accessor": accessor})["data"]
    assert seen["explicit_max_ttl"] in {8, 9}
    assert (seen["renewable"], seen["policies"]) == (False, ["guard-crm_read"])
    await issuer.revoke(lease, "test")


async def test_the_guards_own_token_is_not_what_reads_the_credentials(openbao, issuer):
    with pytest.raises(Unavailable):  # its policy does not exist: the child may read nothing
        await issuer.issue(a_call(grant="other_role"), None, a_lease(issuer))
    for handle in await issuer.sweep():
        await issuer.revoke(replace(a_lease(issuer), handle=handle), "test")


async def test_a_wrapped_credential_can_be_taken_out_once(postgres, openbao):
    issuer = made(openbao, wrap=True)
    lease, credential = await issued(issuer, grant="crm_read")
    inner = openbao.ask("POST", "sys/wrapping/unwrap", token=credential.secret)["data"]
    await (await connected(at(postgres, {"user": inner["username"], **inner}))).close()
    with pytest.raises(RuntimeError, match="400"):
        openbao.ask("POST", "sys/wrapping/unwrap", token=credential.secret)
    assert await issuer.revoke(lease, "ended") is Fate.GONE
    await issuer.aclose()


async def test_what_nobody_took_out_cannot_be_taken_out_once_it_is_revoked(openbao):
    issuer = made(openbao, wrap=True)
    lease, credential = await issued(issuer, grant="crm_read")
    assert await issuer.revoke(lease, "signal") is Fate.GONE
    with pytest.raises(RuntimeError, match="400"):
        openbao.ask("POST", "sys/wrapping/unwrap", token=credential.secret)
    await issuer.aclose()


@pytest.mark.parametrize("grant", ["", "../../sys/seal", "a/b", "a?x=1"])
async def test_a_grant_that_could_name_another_path_is_not_asked_for(issuer, grant):
    with pytest.raises(Refused) as no:
        await issuer.issue(a_call(grant=grant), None, a_lease(issuer))
    assert no.value.code == "grant_unusable"


async def test_no_secret_is_in_a_repr_or_an_error(openbao, issuer):
    lease, credential = await issued(issuer, grant="crm_read")
    with pytest.raises(Unavailable) as no:
        await issuer.issue(a_call(grant="nobody"), None, a_lease(issuer))
    shown = f"{credential!r} {issuer!r} {no.value} {no.value.__cause__!r}"
    assert credential.secret not in shown
    assert openbao.token_file.read_text() not in shown
    await issuer.revoke(lease, "test")
    for handle in await issuer.sweep():
        await issuer.revoke(replace(a_lease(issuer), handle=handle), "test")


async def test_a_server_that_is_away_is_said_to_be(openbao):
    away = made(openbao, address="http://127.0.0.1:1")
    with pytest.raises(Unavailable) as no:
        await away.revoke(a_lease(away), "signal")
    assert no.value.code == "issuer_unavailable"
    await away.aclose()
