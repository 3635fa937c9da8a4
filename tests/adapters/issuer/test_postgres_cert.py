"""Client certificates for one call, at a real PostgreSQL with TLS."""

import asyncio
import ssl

import asyncpg
import pytest

from guard.errors import Refused
from guard.grant.lease import Fate
from guard_adapters.issuer.files import as_files
from guard_adapters.issuer.postgres_cert import PostgresCert, PostgresCertIssuer
from tests.adapters.issuer.leased import Later, a_call, a_lease, issued, maker
from tests.peers.postgres import connected, is_cut

pytestmark = [
    pytest.mark.peer,
    # asyncpg forgets the socket of a handshake that the server breaks off.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
ENDED = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


def made(postgres, clock=None, **more):
    keys = {"ca_key_file": str(postgres.ca_key), "ca_cert_file": str(postgres.ca_cert)}
    settings = PostgresCert(**postgres.settings(**keys, **more))
    return PostgresCertIssuer(settings, maker(postgres.home, clock))


@pytest.fixture
async def issuer(postgres):
    one = made(postgres)
    yield one
    await one.aclose()


async def entered(postgres, credential, user=""):
    """Connect with the certificate, as this user or as the one it is for."""
    context = ssl.create_default_context(cafile=str(postgres.home / "ca.crt"))
    with as_files(credential, "certificate", "key") as files:
        context.load_cert_chain(files["certificate"], files["key"])
    parts = {**credential.parts, "user": user or credential.parts["user"]}
    return await connected(parts, ssl=context)


async def test_a_certificate_opens_a_session_as_its_role_and_as_no_other(postgres, issuer):
    _, credential = await issued(issuer, grant="svc_crm_read")
    session = await entered(postgres, credential)
    assert await session.fetchval("SELECT name FROM customers WHERE id = 1") == "Ada"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await session.execute("INSERT INTO customers VALUES (3, 'Eve')")
    await session.close()
    for other in ("svc_crm_write", "guard_admin", "postgres"):
        with pytest.raises(asyncpg.PostgresError):
            await entered(postgres, credential, user=other)


async def test_without_the_certificate_nobody_gets_in(postgres, issuer):
    _, credential = await issued(issuer, grant="svc_crm_read")
    with pytest.raises(asyncpg.PostgresError):
        await connected(credential.parts)


async def test_a_certificate_expires_at_the_server(postgres, issuer):
    _, credential = await issued(issuer, ttl_s=1, grant="svc_crm_read")
    async with asyncio.timeout(5):
        while True:
            try:
                await (await entered(postgres, credential)).close()
            except ENDED:
                break
            await asyncio.sleep(0.1)


async def test_revoking_cuts_the_live_session_and_no_other(postgres, issuer):
    lease, credential = await issued(issuer, grant="svc_crm_read")
    _, another = await issued(issuer, grant="svc_crm_read")
    session, other = await entered(postgres, credential), await entered(postgres, another)
    assert await issuer.sweep() != []
    assert await issuer.revoke(lease, "signal") is Fate.RUNS_OUT
    assert await is_cut(session)
    assert await other.fetchval("SELECT 1") == 1
    await other.close()


async def test_it_is_gone_once_it_has_expired_and_its_sessions_are_cut(postgres):
    clock = Later()
    issuer = made(postgres, clock)
    lease, credential = await issued(issuer, grant="svc_crm_read")
    assert await issuer.revoke(lease, "ended") is Fate.RUNS_OUT
    late = await entered(postgres, credential)
    clock.ahead_ms = 31_100
    assert await issuer.revoke(lease, "ended") is Fate.GONE
    assert await is_cut(late)
    await issuer.aclose()


async def test_with_a_revocation_list_it_cannot_come_back(postgres):
    crl = postgres.home / "revoked.crl"
    issuer = made(postgres, crl_file=str(crl))
    first, _ = await issued(issuer, grant="svc_crm_read")
    assert await issuer.revoke(first, "makes the list") is Fate.GONE
    postgres.psql(f"ALTER SYSTEM SET ssl_crl_file = '{crl}'")
    postgres.psql("SELECT pg_reload_conf()")
    try:
        lease, credential = await issued(issuer, grant="svc_crm_read")
        async with asyncio.timeout(5):
            session = await entered(postgres, credential)
            assert await issuer.revoke(lease, "signal") is Fate.GONE
            assert await is_cut(session)
            while True:  # the postmaster reads the list when its signal arrives
                try:
                    await (await entered(postgres, credential)).close()
                except ENDED:
                    break
            _, fresh = await issued(issuer, grant="svc_crm_read")
            await (await entered(postgres, fresh)).close()
    finally:
        postgres.psql("ALTER SYSTEM RESET ssl_crl_file")
        postgres.psql("SELECT pg_reload_conf()")
        await issuer.aclose()


async def test_the_call_is_named_in_the_servers_log(postgres, issuer):
    _, credential = await issued(issuer, grant="svc_crm_read")
    await (await entered(postgres, credential)).close()
    assert 'identity="' in postgres.log.read_text()
    assert "call-" in postgres.log.read_text()


@pytest.mark.parametrize("grant", ["", "a" * 33, "x.svc_crm_write", "Svc", "svc\nx"])
async def test_a_grant_that_could_be_read_as_another_role_is_not_signed(issuer, grant):
    with pytest.raises(Refused) as no:
        await issuer.issue(a_call(grant=grant), None, a_lease(issuer))
    assert no.value.code == "grant_unusable"


async def test_files_of_a_credential_are_for_their_owner_and_gone_afterwards(issuer):
    _, credential = await issued(issuer, grant="svc_crm_read")
    with as_files(credential, "key") as files:
        assert files["key"].read_text() == credential.secret
        assert files["key"].stat().st_mode & 0o777 == 0o600
        assert files["key"].parent.stat().st_mode & 0o777 == 0o700
    assert not files["key"].parent.exists()
