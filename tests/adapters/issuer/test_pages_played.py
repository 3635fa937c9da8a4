"""An operator follows the page of each issuer to the letter: its commands, its statements, its guard.yaml.

Only addresses, names of this machine and passwords are put in for those of the page. What is left out on
a page is left out here: then the call fails, and with it the test.
"""

import json
import re
import shlex
import shutil
import subprocess
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from guard.errors import Unavailable
from guard.model.call import Outcome, ToolCall, ToolResult, argument_bytes
from guard_adapters.front.egress import async_transport
from guard_adapters.front.function import running_call
from guard_adapters.front.mcp.caller import Caller
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.watchdog import watched
from tests.adapters.issuer.test_ssh import with_file
from tests.attack.stolen.databases import with_certificate
from tests.peers.authorization_server import CLIENT, IDENTITY, AuthorizationServer, let_in
from tests.peers.openbao import OpenBao
from tests.peers.openssh import OpenSsh
from tests.peers.postgres import HBA, Postgres, connected
from tests.peers.seaweedfs import AUDIENCE, ROLE, SeaweedFs
from tests.peers.started import missing
from tests.web_server import WebServer

pytestmark = pytest.mark.peer
PAGES = Path(__file__).parents[3] / "docs" / "issuers"
ANA = Caller(issuer="https://idp.example", subject="ana", agent="clerk")
PASSWORD = "a-password-of-the-page"
DATABASE = "database: crm"


def blocks(page, kind):
    """Return the blocks of a page that are marked with this word."""
    text = (PAGES / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def put(text, **places):
    """Put what is here in for what the page has; each must be on the page."""
    for there, here in places.items():
        assert there in text, there
        text = text.replace(there, str(here))
    return text


def listed(page, kind, **places):
    """Return the first example of the page that lists this kind of issuer."""
    (first, *_) = [one for one in blocks(page, "yaml") if f"kind: {kind}" in one and "tools" in one]
    return put(first, **places)


def put_down(folder, name, text):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)


class Used:
    """A tool that does with its credential what `use` says."""

    def __init__(self, use):
        self.use, self.found, self.given = use, None, None

    async def run(self, call, credential):
        self.given = credential
        with running_call(call, credential):
            self.found = await self.use(credential)
        return ToolResult(outcome=Outcome.OK)


@asynccontextmanager
async def guarding(folder, text):
    """Run a guard on the page's file, with a rule that allows all."""
    rule = '@id("ALL") @reason("all") permit (principal, action, resource);'
    (folder / "all.cedar").write_text(rule)
    (folder / "guard.yaml").write_text(
        text.replace("guard:\n", "guard:\n  policies: [all.cedar]\n", 1)
    )
    wired = build(load(folder / "guard.yaml"))
    async with watched(wired.world, wired.heart):
        yield wired
    wired.close()


async def called(wired, tool, use, **arguments):
    """Make one call as an agent does; return what came of it, the credential, and its lease."""
    desk, what = Desk(wired), Used(use)
    session = await desk.session(ANA, "", b"")
    server, _, name = tool.partition("/")
    call = ToolCall(
        id=desk.new_id(), session=session, server=server, tool=name,
        arguments=argument_bytes(arguments),
    )  # fmt: skip
    await desk.call(call, what, hold_ms=0)
    (lease, *_) = await wired.world.leases.recent(1)
    return what.found, what.given, lease


async def name_of(parts, **more):
    session = await connected(parts, **more)
    found = await session.fetchval("SELECT name FROM customers WHERE id = 1")
    await session.close()
    return found


def statements(server, sql):
    server.psql("CREATE TABLE customers (id int PRIMARY KEY, name text)")
    server.psql("INSERT INTO customers VALUES (1, 'Ada')")
    server.psql(put(sql, **{"'...'": f"'{PASSWORD}'"}))


def of_postgres(server, folder):
    """Return where the server of the page is, and put down the files that the page names."""
    put_down(folder, "keys/crm.password", PASSWORD)
    put_down(folder, "keys/db-ca.crt", (server.home / "ca.crt").read_text())
    where = f"127.0.0.1, port: {server.port}"
    return {"db.internal": where, DATABASE: "database: postgres"}


async def test_a_role_for_each_call(tmp_path):
    server = Postgres()
    try:
        statements(server, blocks("postgres.md", "sql")[0])
        places = of_postgres(server, tmp_path)
        text = listed("postgres.md", "postgres_role", **places)
        async with guarding(tmp_path, text) as wired:
            found, given, lease = await called(
                wired, "crm/find_customer", lambda one: name_of(one.parts), name="Ada"
            )
        assert (found, lease.state.value) == ("Ada", "revoked")
        assert given.parts["user"] == lease.handle
        assert server.roles() == []
    finally:
        server.stop()


async def test_a_certificate_for_each_call(tmp_path):
    lines = blocks("postgres.md", "text")[0]
    hba, ident = put(
        lines, **{"hostssl crm": "hostssl postgres", "10.0.0.0/8": "127.0.0.1/32"}
    ).splitlines()
    server = Postgres(f"{hba}\n{HBA}", f"root root postgres\nroot nobody postgres\n{ident}\n")
    try:
        if shutil.which("openssl") is None:
            missing("openssl, with which the page makes an authority")
        (commands,) = blocks("postgres.md", "console")
        (tmp_path / "keys").mkdir()
        for line in commands.splitlines():
            words = shlex.split(line.removeprefix("$ "))
            subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
        authority = server.home / "clients.crt"
        shutil.copy(tmp_path / "keys" / "clients.crt", authority)
        authority.chmod(0o644)
        server.psql(f"ALTER SYSTEM SET ssl_ca_file = '{authority}'")
        server.psql("SELECT pg_reload_conf()")
        statements(server, blocks("postgres.md", "sql")[1])
        text = listed("postgres.md", "postgres_cert", **of_postgres(server, tmp_path))

        async def use(credential):
            with with_certificate(server, credential) as context:
                return await name_of({**credential.parts, "password": None}, ssl=context)

        async with guarding(tmp_path, text) as wired:
            found, _, lease = await called(wired, "crm/find_customer", use, name="Ada")
        assert (found, lease.state.value) == ("Ada", "revoke_pending")  # it runs out by itself
    finally:
        server.stop()


async def test_a_child_token_of_openbao(tmp_path):
    postgres = Postgres().set_up()
    bao = OpenBao(postgres)
    try:
        child, own = blocks("openbao.md", "text")
        bao.ask("POST", "sys/policies/acl/guard-crm_read", {"policy": child})
        bao.ask("POST", "sys/policies/acl/of-the-page", {"policy": own})
        policies = ["of-the-page", "guard-crm_read"]
        made = bao.ask("POST", "auth/token/create", {"policies": policies, "no_parent": True})
        put_down(tmp_path, "keys/bao.token", made["auth"]["client_token"])
        text = listed("openbao.md", "openbao", **{"https://bao.internal:8200": bao.address})

        async def use(credential):
            where = {"host": "127.0.0.1", "port": postgres.port, "database": "postgres"}
            return await name_of({**where, **credential.parts})

        async with guarding(tmp_path, text) as wired:
            found, _, lease = await called(wired, "crm/find_customer", use, name="Ada")
            again = [await one.sweep() for one in wired.world.issuers.values()]
        assert (found, lease.state.value) == ("Ada", "revoked")
        assert not any(again)
    finally:
        bao.stop()
        postgres.stop()


async def test_a_certificate_for_one_command(tmp_path):
    known, listing = (one.strip() for one in blocks("ssh.md", "text"))
    lines = put(f"{known}\n{listing}", **{"/etc/ssh": "HOME", "/var/lib/guard": "HOME"})
    if shutil.which("ssh-keygen") is None:
        missing("OpenSSH is not here (Debian: openssh-server)")
    (tmp_path / "keys").mkdir()
    page = (PAGES / "ssh.md").read_text()
    (command,) = re.findall(r"`(ssh-keygen [^`]+)`", page)
    subprocess.run(shlex.split(command), cwd=tmp_path, check=True, capture_output=True)
    server = OpenSsh(lines)
    try:
        shutil.copy(tmp_path / "keys" / "ssh-ca.pub", server.home / "guard-ca.pub")
        (server.home / "principals").unlink()
        (server.home / "principals").mkdir()
        (principal,) = re.findall(r"`(tool:restart)`", page)
        (server.home / "principals" / server.user).write_text(f"{principal}\n")
        text = listed("ssh.md", "ssh", **{
            "host: web.internal": f"host: 127.0.0.1, port: {server.port}",
            "user: deploy": f"user: {server.user}",
            "systemctl restart": "echo restarted",
            "ca_key_file: keys/ssh-ca": f"ca_key_file: keys/ssh-ca, krl_file: {server.home}/krl",
        })  # fmt: skip

        async def use(credential):
            return await with_file(server, credential)

        async with guarding(tmp_path, text) as wired:
            found, given, lease = await called(wired, "ops/restart", use, service="web")
            later = await with_file(server, given)
        assert found[:2] == (0, "restarted -- web\n")
        assert (later[0], lease.state.value) == (255, "revoked")
    finally:
        server.stop()


async def test_a_session_of_a_cloud(tmp_path):
    (trust,) = blocks("sts.md", "json")
    trust = put(trust, **{
        "arn:aws:iam::123456789012:oidc-provider/guard.example": "guard",
        "guard.example:sub": "oidc:sub", "guard.example:aud": "oidc:aud",
        "sts.amazonaws.com": AUDIENCE,
    })  # fmt: skip
    cloud = SeaweedFs(json.loads(trust))
    try:
        own = LocalSigner.from_own_folder(tmp_path / "keys" / "identity.pem")
        cloud.keys = {"keys": [{**own.public_jwk, "kid": own.kid, "alg": "ES256", "use": "sig"}]}
        text = listed("sts.md", "sts", **{
            "https://sts.eu-central-1.amazonaws.com": f"{cloud.url}\n      floor_s: 1\n      ttl_s: 60\n      audience: {AUDIENCE}",
            "identity: https://guard.example": f"identity: {cloud.identity}",
            "region: eu-central-1": "region: us-east-1",
            "arn:aws:iam::123456789012:role/agent-files": ROLE,
            "arn:aws:s3:::reports": "arn:aws:s3:::files",
        })  # fmt: skip
        entry = text.partition("      read_report:\n")[2]
        text += f"      another_tool:\n{entry}"

        async def use(credential):
            return [cloud.ask(credential.parts, "GET", f"/files/{name}.txt") for name in "ab"]

        async with guarding(tmp_path, text) as wired:
            found, _, lease = await called(wired, "reports/read_report", use, name="a.txt")
            with pytest.raises(Unavailable) as no:
                await called(wired, "reports/another_tool", use, name="a.txt")
        assert found == [200, 403]
        assert "403 (AccessDenied)" in str(no.value)  # the role trusts one tool
        assert lease.state.value == "revoke_pending"
    finally:
        cloud.stop()


async def test_an_access_token_for_each_call(tmp_path):
    server, resource = AuthorizationServer(), "https://opaque.example/mcp"
    try:
        shutil.copytree(server.home / "keys", tmp_path / "keys")
        text = listed("oauth-exchange.md", "oauth_exchange", **{
            "https://as.example": server.url, "https://crm.example/mcp": resource,
            f"identity: {IDENTITY}": f"identity: {IDENTITY}",
        })  # fmt: skip
        assert f"client_id: {CLIENT}" in text

        async def use(credential):
            shown = dict(credential.headers("POST", resource))
            return let_in(server, resource, "POST", resource, shown)

        async with guarding(tmp_path, text) as wired:
            found, given, lease = await called(wired, "crm/find_customer", use, name="Ada")
        assert found is True
        assert (lease.state.value, server.says_of(given.secret)["active"]) == ("revoked", False)
    finally:
        server.stop()


async def test_a_legacy_key(tmp_path):
    seen = []

    class Legacy(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["X-Api-Key"])
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *words):
            pass

    server = WebServer(Legacy)
    url = server.url
    try:
        put_down(tmp_path, "keys/tickets.key", "a-legacy-key-of-the-page")
        text = listed("static.md", "static", **{
            "https://tickets.example:443": url, "https://tickets.example/mcp": f"{url}/mcp",
        })  # fmt: skip
        text = text.replace("  tickets:\n", "  tickets:\n    trust: trusted\n")

        async def use(_credential):
            transport = async_transport(httpx)
            async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
                return (await client.get(f"{url}/tickets/7")).status_code

        async with guarding(tmp_path, text) as wired:
            found, _, lease = await called(wired, "tickets/find_ticket", use, number="7")
    finally:
        server.close()
    assert (found, seen, lease.binding) == (200, ["a-legacy-key-of-the-page"], 0)
