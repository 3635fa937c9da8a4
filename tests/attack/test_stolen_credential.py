"""A thief has the credential of one call: what it is still good for, tried at the real targets.

The table of docs/issuers/stolen.md is what these tries gave. Written anew with GUARD_WRITE_DOCS=1.
"""

import asyncio
import json
import os
import ssl
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from guard.errors import GuardError
from guard.grant.claims import Profile, TokenForm
from guard.grant.credential import Credential
from guard.grant.dpop import Proof
from guard.grant.replay import MemoryReplay
from guard.grant.verify import CallRefused, Verifier
from guard.model.facts import Binding
from guard_adapters._http.carrying import Sending, headers_for
from guard_adapters.front.hooks.gate import HookGate
from guard_adapters.front.hooks.ssh import SshAgent
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.files import as_files
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.oauth_exchange import OAuthExchange, OAuthExchangeIssuer
from guard_adapters.issuer.openbao import OpenBao as Bao
from guard_adapters.issuer.openbao import OpenBaoIssuer
from guard_adapters.issuer.postgres_cert import PostgresCert, PostgresCertIssuer
from guard_adapters.issuer.postgres_role import PostgresRole, PostgresRoleIssuer
from guard_adapters.issuer.proof_key import SessionKeys
from guard_adapters.issuer.ssh import Ssh, SshIssuer
from guard_adapters.issuer.static import Static, StaticIssuer
from guard_adapters.issuer.sts import Sts, StsIssuer
from guard_adapters.store.clock import SystemClock, SystemIds
from tests.adapters.issuer.leased import issued, maker
from tests.adapters.issuer.test_ssh import ran, with_file
from tests.peers.authorization_server import AuthorizationServer, let_in
from tests.peers.openbao import OpenBao
from tests.peers.openssh import OpenSsh
from tests.peers.postgres import Postgres, connected
from tests.peers.seaweedfs import SeaweedFs

pytestmark = pytest.mark.peer

PAGE = Path(__file__).parents[2] / "docs" / "issuers" / "stolen.md"
COLUMNS = (
    "used again", "other arguments", "at another server", "after the call", "after revoke",
    "with another key",
)  # fmt: skip
WEB = json.dumps({"service": "web"}).encode()


async def works(attempt):
    """Whether the thief got what he wanted."""
    try:
        return "works" if await attempt is not False else "refused"
    except (OSError, GuardError, CallRefused, Exception):
        return "refused"


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


@pytest.fixture(scope="module")
def postgres():
    server = Postgres().set_up()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def elsewhere():
    server = Postgres().set_up()
    yield server
    server.stop()


def at(server, parts):
    return {**parts, "host": "127.0.0.1", "port": server.port, "database": "postgres"}


async def passwords(issuer, grant, postgres, elsewhere):
    lease, credential = await issued(issuer, grant=grant)
    here, there = at(postgres, credential.parts), at(elsewhere, credential.parts)
    row = [
        await works(session(here)),
        await works(wider(here)),
        await works(session(there)),
    ]
    await issuer.revoke(lease, "ended")
    row.append(await works(session(here)))
    lease, credential = await issued(issuer, grant=grant)
    await issuer.revoke(lease, "signal")
    row.append(await works(session(at(postgres, credential.parts))))
    await issuer.aclose()
    return [*row, "no key"]


async def of_roles(postgres, elsewhere):
    issuer = PostgresRoleIssuer(PostgresRole(**postgres.settings()), maker(postgres.home))
    return await passwords(issuer, "tool_crm_read", postgres, elsewhere)


async def of_openbao(postgres, elsewhere):
    bao = OpenBao(postgres)
    try:
        issuer = OpenBaoIssuer(Bao(**bao.settings()), maker(bao.home))
        return await passwords(issuer, "crm_read", postgres, elsewhere)
    finally:
        bao.stop()


def with_certificate(server, credential, key=None):
    context = ssl.create_default_context(cafile=str(server.home / "ca.crt"))
    parts = {**credential.parts, **({"key": key} if key else {})}
    with as_files(replace(credential, parts=parts), "certificate", "key") as files:
        context.load_cert_chain(files["certificate"], files["key"])
    return context


async def of_certificates(postgres, elsewhere, *, listed):
    keys = {"ca_key_file": str(postgres.ca_key), "ca_cert_file": str(postgres.ca_cert)}
    crl = {"crl_file": str(postgres.home / "revoked.crl")} if listed else {}
    issuer = PostgresCertIssuer(
        PostgresCert(**postgres.settings(**keys, **crl)), maker(postgres.home)
    )
    if listed:
        first, _ = await issued(issuer, grant="svc_crm_read")
        await issuer.revoke(first, "makes the list")
        postgres.psql(f"ALTER SYSTEM SET ssl_crl_file = '{postgres.home}/revoked.crl'")
        postgres.psql("SELECT pg_reload_conf()")
        await asyncio.sleep(0.5)
    lease, credential = await issued(issuer, grant="svc_crm_read")
    _, other = await issued(issuer, grant="svc_crm_read")

    async def tried(server, what=session, key=None):
        context = with_certificate(server, credential, key)
        return await what(at(server, {**credential.parts, "password": None}), ssl=context)

    row = [
        await works(tried(postgres)),
        await works(tried(postgres, wider)),
        await works(tried(elsewhere)),
    ]
    await issuer.revoke(lease, "ended")
    await asyncio.sleep(0.5)  # the postmaster reads the list when its signal arrives
    ended = await works(tried(postgres))
    row += [ended, ended, await works(tried(postgres, key=other.parts["key"]))]
    await issuer.aclose()
    return [
        "works until it expires" if word == "works" and at_ in (3, 4) else word
        for at_, word in enumerate(row)
    ]


async def of_ssh(*, agent=False, **more):
    here, there = OpenSsh(), OpenSsh()
    delivery = "agent" if agent else "file"
    issuer = SshIssuer(Ssh(**here.settings(delivery=delivery, **more)), maker(here.home))
    lease, credential = await issued(issuer, grant="restart", arguments=WEB)
    try:
        return await (of_agent if agent else of_file)(here, there, issuer, lease, credential)
    finally:
        here.stop()
        there.stop()


async def of_file(here, there, issuer, lease, credential):
    async def runs(server, command="id", key=None):
        parts = {**credential.parts, **({"key": key} if key else {})}
        return await with_file(server, replace(credential, parts=parts), command)

    judged = (await runs(here))[:2] == (0, "restarted web\n")
    again = (await runs(here))[:2] == (0, "restarted web\n")
    other = "restarted db" in (await runs(here, "echo restarted db"))[1]
    _, another = await issued(issuer, grant="restart", arguments=WEB)
    await issuer.revoke(lease, "ended")
    after = (await runs(here))[0] == 0
    assert judged
    return [
        word(again), word(other), word((await runs(there))[0] == 0), until(after), until(after),
        word((await runs(here, key=another.parts["key"]))[0] == 0),
    ]  # fmt: skip


async def of_agent(here, there, issuer, lease, credential):
    gate = HookGate(os.getpid())
    agent = SshAgent(gate, SystemClock())
    await agent.open()

    async def runs(server, command="id"):
        code, out, _ = await ran(server.argv(command=command), **agent.environ)
        return code == 0, out

    async with gate.opened(credential):
        elsewhere = await runs(there)
    async with gate.opened(credential):
        judged = await runs(here, "echo restarted db")
        again = await runs(here)
    after = await runs(here)
    await agent.aclose()
    assert judged == (True, "restarted web\n")
    return [
        word(again[0]),
        word("restarted db" in judged[1]),
        word(elsewhere[0]),
        word(after[0]),
        word(after[0]),
        "never leaves",
    ]


async def of_clouds():
    server = SeaweedFs()
    try:
        issuer = StsIssuer(Sts(**server.settings()), maker(server.home))
        server.keys = {"keys": [issuer.public_key()]}
        arguments = json.dumps({"name": "a.txt"}).encode()
        lease, credential = await issued(issuer, grant="read", arguments=arguments)

        def gets(path):
            return server.ask(credential.parts, "GET", path) == 200

        row = [word(gets("/files/a.txt")), word(gets("/files/b.txt")), "not tried"]
        await issuer.revoke(lease, "ended")
        row += [until(gets("/files/a.txt"))] * 2
        await issuer.aclose()
        return [*row, "no key"]
    finally:
        server.stop()


async def of_exchange(resource):
    """A thief with the token and its key; in the last column with the token alone."""
    server = AuthorizationServer()
    issuer = OAuthExchangeIssuer(OAuthExchange(**server.settings()), maker(server.home))
    try:
        lease, credential = await issued(issuer, 60, grant="crm.read", audience=resource)
        _, other = await issued(issuer, 60, grant="crm.read", audience=resource)

        def enters(at=resource, holder=credential):
            shown = dict(replace(credential, prover=holder.prover).headers("POST", at))
            return let_in(server, at, "POST", at, shown)

        assert enters()
        # This server looks at no details, as most do: other arguments are another request to it.
        row = [word(enters()), word(enters()), word(enters("https://elsewhere.example/mcp"))]
        await issuer.revoke(lease, "ended")
        ended = until(enters())
        return [*row, ended, ended, word(enters(holder=other))]
    finally:
        await issuer.aclose()
        server.stop()


async def of_static(tmp_path):
    (tmp_path / "key").write_text("API-KEY-CANARY-0123456789")
    (tmp_path / "key").chmod(0o600)
    origins = ("https://a.example",)
    issuer = StaticIssuer(Static(secret_file="key", origins=origins), maker(tmp_path))
    _, credential = await issued(issuer)
    _, again = await issued(issuer)
    assert credential.secret == again.secret  # whoever has it has it until it is changed
    with pytest.raises(GuardError):  # the guard sends it nowhere else; a thief may
        headers_for(credential, Sending(method="GET", url=httpx.URL("https://b.example")))
    return [*["works until it is changed"] * 5, "no key"]


async def of_call_tokens(form):
    """A key-bound token is stolen together with the one proof that was made for it."""
    key = LocalSigner.from_file(Path(os.environ["TMPDIR_OF_TEST"]) / "key.pem")
    clock, keys = SystemClock(), SessionKeys(clock=SystemClock(), ids=SystemIds())
    level, url = Binding.L3 if form.key_bound else Binding.L2, "https://crm.example/mcp"
    issuer = CallTokenIssuer(
        key, issuer="guard", clock=clock, proven={"crm": level}, form=lambda _: form, provers=keys
    )

    def verifier(audience="stdio:crm", **more):
        return Verifier(
            issuer.jwks(), issuer="guard", audience=audience, profile=form.profile,
            sender_constrained=form.key_bound, replay=MemoryReplay(start_ms=0), **more,
        )  # fmt: skip

    here = verifier(trust_domain=form.trust_domain)
    there = verifier("stdio:other", trust_domain=form.trust_domain)
    bearing = "tth" if form.profile is Profile.TXN else "ath"

    def proof_of(credential, at=url):
        if credential.prover is None:
            return None
        text = credential.prover.proof("POST", at, token=credential.secret, bearing=bearing)
        return Proof(text=text, method="POST", url=url, bearing=bearing)

    def shown(one, credential, proof, **arguments):
        try:
            one.check(credential.secret, "read", arguments, now_ms=clock.now_ms(), proof=proof)
        except CallRefused:
            return False
        return True

    def foreign(credential):
        return replace(credential, prover=keys.of("a thief's own"))

    lease, credential = await issued(issuer)
    proof = proof_of(credential)
    other = shown(here, credential, proof, more=1)
    elsewhere = shown(there, credential, proof)
    by_thief = form.key_bound and shown(here, credential, proof_of(foreign(credential)))
    by_nobody = form.key_bound and shown(here, credential, None)
    first, again = shown(here, credential, proof), shown(here, credential, proof)
    await issuer.revoke(lease, "ended")
    after = shown(here, credential, proof)
    unused, recalled = await issued(issuer)
    await issuer.revoke(unused, "signal")
    assert (first, by_nobody) == (True, False)
    return [
        word(again),
        word(other),
        word(elsewhere),
        word(after),
        until(shown(here, recalled, proof_of(recalled))),
        word(by_thief) if form.key_bound else "no key",
    ]


def word(good):
    return "works" if good else "refused"


def until(good):
    return "works until it expires" if good else "refused"


TRANSACTION = TokenForm(profile=Profile.TXN, trust_domain="shop.example", key_bound=True)
ROWS = {
    "`static`": (0, lambda f: of_static(f["tmp"])),
    "`postgres_role`": (1, lambda f: of_roles(f["pg"], f["other"])),
    "`postgres_cert`": (1, lambda f: of_certificates(f["pg"], f["other"], listed=False)),
    "`postgres_cert` with `crl_file`": (
        1,
        lambda f: of_certificates(f["other"], f["pg"], listed=True),
    ),
    "`openbao`": (1, lambda f: of_openbao(f["pg"], f["other"])),
    "`sts`": (1, lambda _f: of_clouds()),
    "`oauth_exchange`": (1, lambda _f: of_exchange("https://opaque.example/mcp")),
    "`oauth_exchange`, tokens that are JWTs": (
        1,
        lambda _f: of_exchange("https://jwt.example/mcp"),
    ),
    "`calltoken`, checked": (2, lambda _f: of_call_tokens(TokenForm())),
    "`calltoken`, `delivery: dpop`": (3, lambda _f: of_call_tokens(TokenForm(key_bound=True))),
    "`calltoken`, `delivery: txn`": (3, lambda _f: of_call_tokens(TRANSACTION)),
    "`ssh` as a file": (2, lambda _f: of_ssh()),
    "`ssh` as a file with `krl_file`": (2, lambda _f: of_ssh(krl_file="krl")),
    "`ssh` as agent": (3, lambda _f: of_ssh(agent=True)),
}


def promised(level, row):
    """What a level promises of what a thief can do; the table may be better, never worse."""
    found = dict(zip(COLUMNS, row, strict=True))
    if level >= 1:
        assert not found["at another server"].startswith("works")
        assert found["after the call"] != "works"
        assert found["after revoke"] != "works"
    if level >= 2:
        assert found["other arguments"] == "refused"
    if level >= 3:
        assert found["used again"] == "refused"
        assert found["with another key"] in {"refused", "never leaves"}


@pytest.mark.parametrize("kind", ROWS)
async def test_a_stolen_credential_is_good_for_what_its_level_says(
    kind, postgres, elsewhere, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR_OF_TEST", str(tmp_path))
    level, tried = ROWS[kind]
    row = await tried({"pg": postgres, "other": elsewhere, "tmp": tmp_path})
    promised(level, row)
    line = f"| {kind} | {level} | " + " | ".join(row) + " |"
    print(line)
    text = PAGE.read_text()
    if os.environ.get("GUARD_WRITE_DOCS"):
        kept = [old for old in text.splitlines() if not old.startswith(f"| {kind} |")]
        PAGE.write_text("\n".join([*kept, line]) + "\n")
    else:
        assert line in text.splitlines()


def test_a_credential_shows_none_of_itself():
    one = Credential(
        kind="k", lease_id="l", audience="a", binding=Binding.L1, expires_at_ms=1,
        secret="SECRET-CANARY", parts={"password": "PART-CANARY"},
    )  # fmt: skip
    assert "CANARY" not in f"{one!r} {one}"
