"""Roles for one call, at a real PostgreSQL that checks passwords."""

import asyncio

import asyncpg
import pytest

from guard.errors import Refused, Unavailable
from guard.grant.lease import Fate
from guard_adapters.front.hooks.child import hooked
from guard_adapters.issuer.postgres_role import PostgresRole, PostgresRoleIssuer
from guard_adapters.store.clock import SystemClock
from tests.adapters.issuer.leased import GUARD, a_call, a_lease, issued, maker
from tests.peers.postgres import ADMIN_PASSWORD, connected, is_cut

pytestmark = pytest.mark.peer


@pytest.fixture
async def issuer(postgres):
    made = PostgresRoleIssuer(PostgresRole(**postgres.settings()), maker(postgres.home))
    yield made
    for handle in await made.sweep():
        await made.revoke(named(made, handle), "test")
    await made.aclose()


def named(issuer, handle):
    from dataclasses import replace  # noqa: PLC0415

    return replace(a_lease(issuer), handle=handle)


async def test_a_role_can_do_what_its_group_can_and_no_more(issuer):
    _, credential = await issued(issuer)
    session = await connected(credential.parts)
    try:
        assert await session.fetchval("SELECT name FROM customers WHERE id = 1") == "Ada"
        for more in (
            "INSERT INTO customers VALUES (3, 'Eve')",
            "CREATE TABLE t ()",
            "SELECT * FROM notes",
            "COPY customers TO PROGRAM 'id'",
            "SELECT rolpassword FROM pg_authid",
            f"ALTER ROLE \"{credential.parts['user']}\" VALID UNTIL 'infinity'",
            f'ALTER ROLE "{credential.parts["user"]}" CONNECTION LIMIT 9',
            "SET ROLE tool_crm_write",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await session.execute(more)
    finally:
        await session.close()


async def test_the_fixture_checks_passwords(issuer):
    _, credential = await issued(issuer)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connected({**credential.parts, "password": "wrong"})


async def test_expiry_is_set_at_the_server_too(postgres, issuer):
    lease, credential = await issued(issuer, ttl_s=1)
    until = postgres.psql(
        f"SELECT extract(epoch FROM rolvaliduntil)::int FROM pg_roles WHERE rolname='{lease.handle}'"
    )
    assert int(until) == -(-lease.deadline_ms // 1000)
    async with asyncio.timeout(5):
        while True:
            try:
                await (await connected(credential.parts)).close()
            except asyncpg.InvalidPasswordError:
                break
            await asyncio.sleep(0.1)


async def test_revoking_cuts_a_live_session_and_leaves_nothing(postgres, issuer):
    lease, credential = await issued(issuer)
    session = await connected(credential.parts)
    await session.execute("CREATE TEMP TABLE mine (a int)")
    assert await issuer.revoke(lease, "signal") is Fate.GONE
    assert await is_cut(session)
    with pytest.raises(asyncpg.PostgresError):
        await connected(credential.parts)
    assert lease.handle not in postgres.roles()
    assert await issuer.revoke(lease, "again") is Fate.GONE


async def test_a_second_session_at_once_is_refused(issuer):
    _, credential = await issued(issuer)
    first = await connected(credential.parts)
    with pytest.raises(asyncpg.TooManyConnectionsError):
        await connected(credential.parts)
    await first.close()


async def test_a_sweep_finds_ours_and_nobody_elses(postgres, issuer):
    ours, _ = await issued(issuer)
    # `_` is any letter in LIKE: this one would be taken for ours.
    postgres.psql(f"CREATE ROLE gx{GUARD}x{'a' * 26}")
    try:
        assert await issuer.sweep() == [ours.handle]
    finally:
        postgres.psql(f"DROP ROLE gx{GUARD}x{'a' * 26}")


@pytest.mark.parametrize("grant", ["", 'x" SUPERUSER --', "Tool", "a" * 64, "nobody_here"])
async def test_a_grant_that_is_no_role_makes_nothing(postgres, issuer, grant):
    lease = a_lease(issuer)
    with pytest.raises((Refused, Unavailable)):
        await issuer.issue(a_call(grant=grant), None, lease)
    assert lease.handle not in postgres.roles()


async def test_a_group_that_the_guard_may_not_give_is_not_given(postgres, issuer):
    with pytest.raises(Unavailable) as no:
        await issuer.issue(a_call(grant="pg_read_server_files"), None, a_lease(issuer))
    assert no.value.code == "issuer_unavailable"


async def test_neither_secret_is_in_a_repr_an_error_or_the_servers_log(postgres, issuer):
    _, credential = await issued(issuer)
    shown = f"{credential!r} {credential} {issuer!r} {vars(issuer)!r}"
    with pytest.raises(Unavailable) as no:
        await issuer.issue(a_call(grant="nobody_here"), None, a_lease(issuer))
    shown += f"{no.value} {no.value.__context__!r}"
    assert credential.secret not in shown
    assert ADMIN_PASSWORD not in shown
    log = postgres.log.read_text()
    assert credential.secret not in log
    assert ADMIN_PASSWORD not in log


async def test_a_server_that_is_away_is_said_to_be_and_nothing_is_told_of_it(postgres, tmp_path):
    settings = PostgresRole(**{**postgres.settings(), "port": 1})
    away = PostgresRoleIssuer(settings, maker(postgres.home))
    with pytest.raises(Unavailable) as no:
        await away.revoke(a_lease(away), "signal")
    assert no.value.code == "issuer_unavailable"
    await away.aclose()


async def test_an_unmodified_client_gets_in_during_its_call_alone(postgres, issuer):
    lease, credential = await issued(issuer)

    async def psql(environ):
        process = await asyncio.create_subprocess_exec(
            str(postgres.bin / "psql"), "-X", "-At", "-w", "-c", "SELECT name FROM customers WHERE id = 1",
            env={"PATH": "/usr/bin", "HOME": "/nonexistent", **environ}, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), 10)
        return process.returncode, out.decode(), err.decode()

    async with hooked(["postgres"], SystemClock()) as hooks:
        before = await psql(hooks.environ)
        async with hooks.during(credential):
            during = await psql(hooks.environ)
        after = await psql(hooks.environ)
    assert during == (0, "Ada\n", "")
    for code, out, err in (before, after):
        assert code != 0
        assert credential.secret not in out + err
    await issuer.revoke(lease, "test")
