"""Passwords and client certificates of one call, tried at two real PostgreSQL servers."""

import asyncio
import ssl
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from guard_adapters.issuer.files import as_files
from guard_adapters.issuer.openbao import OpenBao as Bao
from guard_adapters.issuer.openbao import OpenBaoIssuer
from guard_adapters.issuer.postgres_cert import PostgresCert, PostgresCertIssuer
from guard_adapters.issuer.postgres_role import PostgresRole, PostgresRoleIssuer
from tests.adapters.issuer.leased import issued, maker
from tests.attack.stolen.words import No, tried, until, word
from tests.peers.openbao import OpenBao
from tests.peers.postgres import ADMIN, ADMIN_PASSWORD, connected

NO_SUCH_ROLE = asyncpg.InvalidPasswordError, r"password authentication failed for user"
OF_ANOTHER_AUTHORITY = No, r"unable to get local issuer|signature failure|self-signed"
REVOKED = No, r"certificate revoked"


async def session(parts, **more):
    one = await connected(parts, **more)
    found = await one.fetchval("SELECT name FROM customers WHERE id = 1")
    await one.close()
    return found == "Ada"


async def wider(parts, **more):
    """Another query than the judged one, in what the role may read."""
    one = await connected(parts, **more)
    found = await one.fetchval("SELECT count(*) FROM customers")
    await one.close()
    return found > 1


async def lets_in(server):
    """Whether a server that refused a thief lets somebody else in: it is not just down."""
    admin = at(server, {"user": ADMIN, "password": ADMIN_PASSWORD})
    one = await connected(admin)
    found = await one.fetchval("SELECT 1")
    await one.close()
    return found == 1


def at(server, parts):
    return {**parts, "host": "127.0.0.1", "port": server.port, "database": "postgres"}


async def passwords(issuer, grant, here, there):
    lease, credential = await issued(issuer, grant=grant)
    assert await session(at(here, credential.parts))  # the call itself
    again = await tried(session(at(here, credential.parts)), *NO_SUCH_ROLE)
    other = await tried(wider(at(here, credential.parts)), *NO_SUCH_ROLE)
    elsewhere = await tried(session(at(there, credential.parts)), *NO_SUCH_ROLE)
    own_key = ssl.create_default_context(cafile=str(here.home / "ca.crt"))
    client = await tried(session(at(here, credential.parts), ssl=own_key), *NO_SUCH_ROLE)
    await issuer.revoke(lease, "ended")
    after = await tried(session(at(here, credential.parts)), *NO_SUCH_ROLE)
    unused, recalled = await issued(issuer, grant=grant)
    await issuer.revoke(unused, "signal")
    revoked = await tried(session(at(here, recalled.parts)), *NO_SUCH_ROLE)
    assert await lets_in(here)
    assert await lets_in(there)
    return [
        word(again), word(other), word(elsewhere), until(after, credential, lease),
        until(revoked, recalled, unused), word(client),
    ]  # fmt: skip


async def of_roles(here, there):
    issuer = PostgresRoleIssuer(PostgresRole(**here.settings()), maker(here.home))
    row = await passwords(issuer, "tool_crm_read", here, there)
    await issuer.aclose()
    return row


async def of_openbao(here, there):
    bao = OpenBao(here)
    try:
        issuer = OpenBaoIssuer(Bao(**bao.settings()), maker(bao.home))
        row = await passwords(issuer, "crm_read", here, there)
        await issuer.aclose()
        return row
    finally:
        bao.stop()


async def of_wrapped(here, there):
    """The token for credentials that wait to be taken out, once, and what it opens then."""
    bao, other = OpenBao(here), OpenBao(there)
    issuer = OpenBaoIssuer(Bao(**bao.settings(wrap=True)), maker(bao.home))
    spent = RuntimeError, r"400 .*wrapping token is not valid"

    async def taken_out(credential, at_bao=bao, what=session):
        path, token = "sys/wrapping/unwrap", credential.secret
        inner = (await asyncio.to_thread(at_bao.ask, "POST", path, None, token))["data"]
        return await what(at(here, {"user": inner["username"], "password": inner["password"]}))

    try:
        lease, credential = await issued(issuer, grant="crm_read")
        elsewhere = await tried(taken_out(credential, other), *spent)
        assert await taken_out(credential)  # the call itself, although a thief tried elsewhere
        again = await tried(taken_out(credential), *spent)
        wide = await tried(taken_out(credential, what=wider), *spent)
        await issuer.revoke(lease, "ended")
        after = await tried(taken_out(credential), *spent)
        unused, recalled = await issued(issuer, grant="crm_read")
        await issuer.revoke(unused, "signal")
        revoked = await tried(taken_out(recalled), *spent)
        _, first = await issued(issuer, grant="crm_read")
        by_thief = await tried(taken_out(first), *spent)  # who is the first, with whatever key
        await issuer.aclose()
        return [
            word(again), word(wide), word(elsewhere), until(after, credential, lease),
            until(revoked, recalled, unused), word(by_thief),
        ]  # fmt: skip
    finally:
        bao.stop()
        other.stop()


@contextmanager
def with_certificate(server, credential):
    """Yield a client's TLS: it believes this server, and shows the stolen certificate."""
    context = ssl.create_default_context(cafile=str(server.home / "ca.crt"))
    with as_files(credential, "certificate", "key") as files:
        context.load_cert_chain(files["certificate"], files["key"])
    yield context


def with_own_key(credential):
    """Return the stolen certificate word for word, made anew for a key that the thief has."""
    key = ec.generate_private_key(ec.SECP256R1())
    old = x509.load_pem_x509_certificate(credential.parts["certificate"].encode())
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(old.subject).issuer_name(old.issuer)
        .public_key(key.public_key()).serial_number(old.serial_number)
        .not_valid_before(now - timedelta(minutes=1)).not_valid_after(now + timedelta(minutes=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    text = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain).decode()
    certificate = made.public_bytes(pem).decode()
    return replace(credential, parts={**credential.parts, "certificate": certificate, "key": text})


async def said_after(server, told):
    """Return what the server wrote about the certificate that it refused."""
    async with asyncio.timeout(5):
        while True:
            text = server.log.read_bytes()[told:].decode()
            if "Client certificate verification failed" in text:
                return text
            await asyncio.sleep(0.02)


def rereads(server):
    """Return how often the server has read its settings, and its list, again."""
    return server.log.read_bytes().count(b"reloading configuration files")


async def reread(server, work):
    """Do what makes the server read its list again, and wait: whoever comes now meets the list."""
    before = rereads(server)
    await work
    async with asyncio.timeout(5):
        while rereads(server) == before:
            await asyncio.sleep(0.02)


async def of_certificates(here, there, *, listed):
    keys = {"ca_key_file": str(here.ca_key), "ca_cert_file": str(here.ca_cert)}
    crl = {"crl_file": str(here.home / "revoked.crl")} if listed else {}
    issuer = PostgresCertIssuer(PostgresCert(**here.settings(**keys, **crl)), maker(here.home))
    if listed:
        first, _ = await issued(issuer, grant="svc_crm_read")
        await issuer.revoke(first, "makes the list")
        here.psql(f"ALTER SYSTEM SET ssl_crl_file = '{here.home}/revoked.crl'")
        await reread(here, asyncio.to_thread(here.psql, "SELECT pg_reload_conf()"))

    async def enters(credential, server=here, what=session):
        told = server.log.stat().st_size
        with with_certificate(server, credential) as context:
            parts = {**credential.parts, "password": None}
            try:
                return await what(at(server, parts), ssl=context)
            except ConnectionRefusedError:  # the client only sees its connection end
                raise No(await said_after(server, told)) from None

    lease, credential = await issued(issuer, grant="svc_crm_read")
    unused, recalled = await issued(issuer, grant="svc_crm_read")
    assert await enters(credential)
    again = await tried(enters(credential), *REVOKED)
    other = await tried(enters(credential, what=wider), *REVOKED)
    elsewhere = await tried(enters(credential, there), *OF_ANOTHER_AUTHORITY)
    by_thief = await tried(enters(with_own_key(credential)), *OF_ANOTHER_AUTHORITY)
    for taken, why in ((lease, "ended"), (unused, "signal")):
        revoked = issuer.revoke(taken, why)
        await (reread(here, revoked) if listed else revoked)
    after = await tried(enters(credential), *REVOKED)
    revoked = await tried(enters(recalled), *REVOKED)
    _, honest = await issued(issuer, grant="svc_crm_read")
    assert await enters(honest)
    assert await lets_in(there)
    await issuer.aclose()
    return [
        word(again), word(other), word(elsewhere), until(after, credential, lease),
        until(revoked, recalled, unused), word(by_thief),
    ]  # fmt: skip
