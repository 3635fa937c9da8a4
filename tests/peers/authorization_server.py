"""A real authorization server, and a resource server that asks it what a token is good for."""

import json
import shutil
from pathlib import Path
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from guard.grant.dpop import Proof, ProofRefused, check_proof
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.store.clock import SystemClock
from tests.conformance.harness import BenchMissingError, install
from tests.peers.started import Process, folder, free_port, listening, missing

HERE = Path(__file__).parent / "oidc"
CACHE = Path(__file__).parents[2] / ".cache" / "oidc"
IDENTITY = "https://guard.example"
CLIENT, BY_SECRET, SECRET = "guard", "by-secret", "a:secret%CANARY"


class AuthorizationServer:
    """The server; the guard's key is in its settings, as a client would register it."""

    def __init__(self):
        try:
            bench = install(HERE, CACHE)
        except BenchMissingError as why:
            missing(f"the authorization server: {why}")
        self.home, self.port = folder(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        (self.home / "keys").mkdir(mode=0o700)
        own = LocalSigner.from_file(self.home / "keys" / "identity.pem")
        key = {**own.public_jwk, "kid": own.kid, "alg": "ES256", "use": "sig"}
        (self.home / "server.json").write_text(json.dumps({
            "port": self.port, "identity": IDENTITY, "client": CLIENT, "jwks": {"keys": [key]},
        }))  # fmt: skip
        (self.home / "client.secret").write_text(SECRET)
        (self.home / "client.secret").chmod(0o600)
        self.server = Process(
            [str(bench.node), str(HERE / "provider.mjs"), str(self.home / "server.json")],
            log=self.home / "log",
            cwd=bench.modules.parent,
        )
        listening(self.port, self.server.process)

    def settings(self, **more):
        return {
            "token_url": f"{self.url}/token", "revocation_url": f"{self.url}/token/revocation",
            "audience": self.url, "identity": IDENTITY, "client_id": CLIENT, **more,
        }  # fmt: skip

    def says_of(self, token):
        """Return what introspection (RFC 7662) tells a resource server."""
        answer = httpx.post(
            f"{self.url}/token/introspection",
            content=urlencode({"token": token}),
            headers={"content-type": "application/x-www-form-urlencoded"},
            auth=("resource", "of-the-resource-server"),
            timeout=10,
            trust_env=False,
            verify=False,
        )
        return answer.json()

    def keys(self):
        """Return its key set, which resource servers verify with."""
        return httpx.get(f"{self.url}/jwks", timeout=10, trust_env=False, verify=False).json()

    def reads(self, token):
        """Return what a JWT tells a resource server that asks nobody (RFC 9068)."""
        found = jwt.decode(token, KeySet.import_key_set(self.keys()), algorithms=["ES256"])
        now_s = SystemClock().now_ms() // 1000
        return {"active": found.claims["exp"] > now_s, **found.claims}

    def stop(self):
        self.server.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def let_in(server, resource, method, url, headers):
    """Whether a resource server lets a request in: active, for it, and shown by the right key."""
    scheme, token = headers["Authorization"].split(" ", 1)
    said = server.reads(token) if token.count(".") == 2 else server.says_of(token)
    if not said["active"] or said["aud"] != resource:
        return False
    jkt = said.get("cnf", {}).get("jkt")
    if jkt is None:
        return scheme == "Bearer"
    proof = Proof(text=headers.get("DPoP"), method=method, url=url)
    try:
        check_proof(proof, token=token, jkt=jkt, now_ms=SystemClock().now_ms())
    except ProofRefused:
        return False
    return scheme == "DPoP"
