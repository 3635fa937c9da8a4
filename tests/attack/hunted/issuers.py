"""Each issuer with its real peer, as guard.yaml lists it, and the secrets that it works with itself."""

import json
from pathlib import Path

from guard_adapters.issuer.local_key import LocalSigner
from tests.peers.authorization_server import BY_SECRET, SECRET, AuthorizationServer
from tests.peers.openbao import OpenBao
from tests.peers.openssh import OpenSsh
from tests.peers.postgres import ADMIN_PASSWORD
from tests.peers.seaweedfs import SeaweedFs

API_KEY = "API-KEY-CANARY-0123456789"
BOUND = """
    url: http://127.0.0.1:1/mcp
    audience: https://crm.example/mcp
    delivery: dpop
"""
TRANSACTION = """delivery: txn
    trust_domain: shop.example"""


def leased(kind, grant, travels="none", between="", **settings):
    """Return what guard.yaml says of an issuer, and of the server that takes from it."""
    listed = json.dumps({"it": {"kind": kind, **settings}})
    more = {"between": between} if between else {}
    taken = json.dumps({"issuer": "it", "grant": grant, **more})
    server = f"    url: http://127.0.0.1:1/mcp\n    delivery: {travels}\n    credential: {taken}"
    return f"  issuers: {listed}", server


def for_role(postgres, _folder):
    yield leased("postgres_role", "tool_crm_read", **postgres.settings()), [ADMIN_PASSWORD]


def for_cert(postgres, _folder):
    keys = {"ca_key_file": str(postgres.ca_key), "ca_cert_file": str(postgres.ca_cert)}
    own = postgres.ca_key.read_text().splitlines()[1]
    yield leased("postgres_cert", "svc_crm_read", **postgres.settings(**keys)), [own]


def for_bao(postgres, _folder, **more):
    server = OpenBao(postgres)
    try:
        own = server.token_file.read_text()
        yield leased("openbao", "crm_read", **server.settings(**more)), [own]
    finally:
        server.stop()


def for_wrapped(postgres, folder):
    """The token that the credentials can be taken out with, once."""
    return for_bao(postgres, folder, wrap=True)


def for_ssh(_postgres, _folder, **more):
    server = OpenSsh()
    try:
        own = (server.home / "ca").read_text().splitlines()[2]
        yield leased("ssh", "restart", **server.settings(**more)), [own]
    finally:
        server.stop()


def for_agent(postgres, folder):
    """The guard as ssh-agent: the tool is given a socket, and what comes out of it."""
    return for_ssh(postgres, folder, delivery="agent")


def for_sts(_postgres, folder):
    server = SeaweedFs()
    try:
        (folder / "keys").mkdir(mode=0o700)
        path = folder / "keys" / "identity.pem"
        own = LocalSigner.from_file(path)
        server.keys = {"keys": [{**own.public_jwk, "kid": own.kid, "alg": "ES256", "use": "sig"}]}
        settings = server.settings(key_file=str(path))
        yield leased("sts", "read", **settings), [path.read_text().splitlines()[1]]
    finally:
        server.stop()


def for_exchange(_postgres, _folder):
    server = AuthorizationServer()
    try:
        by = {"client_id": BY_SECRET, "client_secret_file": str(server.home / "client.secret")}
        key = str(server.home / "keys" / "identity.pem")
        own = [SECRET, Path(key).read_text().splitlines()[1]]
        resource = {"resource": "https://opaque.example/mcp"}
        settings = server.settings(key_file=key, **by, **resource)
        yield leased("oauth_exchange", "crm.read", "dpop", "crm.read", **settings), own
    finally:
        server.stop()


def for_static(_postgres, folder):
    (folder / "api.key").write_text(API_KEY)
    (folder / "api.key").chmod(0o600)
    yield leased("static", "x", secret_file="api.key", origins=["http://127.0.0.1:1"]), [API_KEY]


def for_token(_postgres, folder):
    """A key-bound call token: it, its proof, the key of the session, the key that signs."""
    (folder / "state" / "keys").mkdir(parents=True, exist_ok=True)
    path = folder / "state" / "keys" / "calltoken.pem"
    LocalSigner.from_file(path)
    yield ("", BOUND), [path.read_text().splitlines()[1]]


def for_transaction(_postgres, folder):
    """The same as a transaction token, beside another credential."""
    ((_, _), own) = next(for_token(_postgres, folder))
    yield ("", BOUND.replace("delivery: dpop", TRANSACTION)), own


def for_token_of_bao(postgres, _folder):
    """The same, signed elsewhere: also the token with which the guard asks for signatures."""
    server = OpenBao(postgres)
    try:
        server.transit("canary")
        signer = json.dumps({"kind": "openbao", **server.settings(key="canary")})
        yield (f"  signer: {signer}", BOUND), [server.token_file.read_text()]
    finally:
        server.stop()


KINDS = {
    "calltoken": for_token, "calltoken, txn": for_transaction,
    "calltoken of openbao": for_token_of_bao, "postgres_role": for_role,
    "postgres_cert": for_cert, "openbao": for_bao, "openbao, wrapped": for_wrapped,
    "ssh": for_ssh, "ssh agent": for_agent,
    "sts": for_sts, "static": for_static, "oauth_exchange": for_exchange,
}  # fmt: skip
