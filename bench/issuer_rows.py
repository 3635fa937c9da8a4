"""Rows of `bench/issuers.py` at targets that are no database: shells, a cloud, authorization, keys.

It measures and prints nothing by itself.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from guard.grant.claims import Profile, TokenForm
from guard.grant.dpop import Bearing
from guard.grant.replay import MemoryReplay
from guard.grant.verify import Proof, Verifier
from guard.model.facts import Binding
from guard_adapters._http.carrying import Sending, headers_for
from guard_adapters.front.hooks.gate import HookGate
from guard_adapters.front.hooks.ssh import SshAgent
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.oauth_exchange import OAuthExchange, OAuthExchangeIssuer
from guard_adapters.issuer.proof_key import SessionKeys
from guard_adapters.issuer.ssh import Ssh, SshIssuer
from guard_adapters.issuer.static import Static, StaticIssuer
from guard_adapters.issuer.sts import Sts, StsIssuer
from guard_adapters.issuer.transit import Transit, TransitKeys
from guard_adapters.store.clock import SystemClock, SystemIds
from tests.adapters.issuer.leased import issued, issued_between, maker
from tests.adapters.issuer.test_ssh import ran, with_file
from tests.peers.authorization_server import AuthorizationServer, let_in
from tests.peers.openbao import OpenBao
from tests.peers.openssh import OpenSsh
from tests.peers.seaweedfs import SeaweedFs

WEB = json.dumps({"service": "web"}).encode()
FILE = json.dumps({"name": "a.txt"}).encode()
RESOURCE, OF_JWTS = "https://opaque.example/mcp", "https://jwt.example/mcp"
URL = "https://crm.example/mcp"
TXN = TokenForm(profile=Profile.TXN, trust_domain="corp.example", key_bound=True)
FEW = 20
"""Logins by SSH take a quarter of a second each."""

Rows = dict[str, dict[str, float]]


async def cost(
    issuer: Any, use: Any, calls: int, *, make: Any = issued, **more: Any
) -> dict[str, float]:
    """Return the medians of making, using and taking back, in milliseconds."""
    times: dict[str, list[float]] = {"mint": [], "use": [], "revoke": []}
    for _ in range(calls):
        start = time.perf_counter()
        lease, credential = await make(issuer, **more)
        times["mint"].append(time.perf_counter() - start)
        start = time.perf_counter()
        await use(credential)
        times["use"].append(time.perf_counter() - start)
        start = time.perf_counter()
        await issuer.revoke(lease, "ended")
        times["revoke"].append(time.perf_counter() - start)
    return {f"{name}_ms": round(statistics.median(t) * 1000, 2) for name, t in times.items() if t}


async def held_by(bao: OpenBao) -> TransitKeys:
    """Return a key of call tokens that OpenBao holds."""
    bao.transit("bench")
    keys = TransitKeys(Transit(**bao.settings(key="bench")), maker(bao.home))
    await keys.look()
    return keys


def verified(keys: Any, form: TokenForm | None = None) -> tuple[Any, Any]:
    """Return an issuer of call tokens, and what takes its tokens as a tool server does."""
    form, clock = form or TokenForm(), SystemClock()
    issuer = CallTokenIssuer(
        keys, issuer="guard", clock=clock, proven={"crm": Binding.L3}, form=lambda _: form,
        provers=SessionKeys(clock=clock, ids=SystemIds()),
    )  # fmt: skip
    verifier = Verifier(
        issuer.jwks(), issuer="guard", audience="stdio:crm", replay=MemoryReplay(start_ms=0),
        profile=form.profile, trust_domain=form.trust_domain,
    )  # fmt: skip
    txn = form.profile is Profile.TXN

    async def use(credential: Any) -> None:
        headers = dict((credential.beside if txn else credential.headers)("POST", URL))
        proof = None
        if form.key_bound:
            bearing: Bearing = "tth" if txn else "ath"
            proof = Proof(text=headers["DPoP"], method="POST", url=URL, bearing=bearing)
        verifier.check(credential.secret, "read", {}, now_ms=clock.now_ms(), proof=proof)

    return issuer, use


async def shells(calls: int) -> Rows:
    """Return what certificates of SSH cost: as a file, on a list of revoked ones, by an agent."""
    ssh, few = OpenSsh(), min(calls, FEW)
    restart: dict[str, Any] = {"grant": "restart", "arguments": WEB}

    def issuer(**more: Any) -> SshIssuer:
        return SshIssuer(Ssh(**ssh.settings(**more)), maker(ssh.home))

    async def by_file(credential: Any) -> None:
        code, _, _ = await with_file(ssh, credential)
        assert code == 0

    async def by_agent(credential: Any) -> None:
        # As a child of the guard does: the key stays in the agent.
        gate = HookGate(os.getpid())
        agent = SshAgent(gate, SystemClock())
        await agent.open()
        async with gate.opened(credential):
            code, _, _ = await ran(ssh.argv(), **agent.environ)
        await agent.aclose()
        assert code == 0

    try:
        return {
            "ssh": await cost(issuer(), by_file, few, **restart),
            "ssh, with `krl_file`": await cost(issuer(krl_file="krl"), by_file, few, **restart),
            "ssh, as agent": await cost(issuer(delivery="agent"), by_agent, few, **restart),
        }
    finally:
        ssh.stop()


async def clouds(calls: int) -> Rows:
    """Return what a session of a cloud costs."""
    cloud = SeaweedFs()
    try:
        sts = StsIssuer(Sts(**cloud.settings()), maker(cloud.home))
        cloud.keys = {"keys": [sts.public_key()]}

        async def get(credential: Any) -> None:
            assert cloud.ask(credential.parts, "GET", "/files/a.txt") == 200

        found = await cost(sts, get, calls, grant="read", arguments=FILE)
        await sts.aclose()
        return {"sts": found}
    finally:
        cloud.stop()


async def exchanges(calls: int) -> Rows:
    """Return what access tokens cost: asked about, verified as call tokens, between calls."""
    server = AuthorizationServer()
    proven = replace(maker(server.home), proven={"crm": Binding.L3})
    exchange = OAuthExchangeIssuer(OAuthExchange(**server.settings()), proven)
    verifier = Verifier(
        server.keys(), issuer=server.url, audience=OF_JWTS, profile=Profile.RAR,
        sender_constrained=True, replay=MemoryReplay(start_ms=0),
    )  # fmt: skip

    async def enter(credential: Any) -> None:
        shown = dict(credential.headers("POST", RESOURCE))
        assert let_in(server, RESOURCE, "POST", RESOURCE, shown)

    async def verify(credential: Any) -> None:
        shown = dict(credential.headers("POST", OF_JWTS))["DPoP"]
        proof = Proof(text=shown, method="POST", url=OF_JWTS)
        now_ms = SystemClock().now_ms()
        verifier.check(credential.secret, "read", {}, now_ms=now_ms, proof=proof)

    def more(audience: str) -> dict[str, Any]:
        return {"grant": "crm.read", "audience": audience, "ttl_s": 60}

    try:
        return {
            "oauth_exchange": await cost(exchange, enter, calls, **more(RESOURCE)),
            "oauth_exchange, as a call token": await cost(exchange, verify, calls, **more(OF_JWTS)),
            "oauth_exchange, between calls": await cost(
                exchange, enter, calls, make=issued_between, **more(RESOURCE)
            ),
        }
    finally:
        await exchange.aclose()
        server.stop()


async def own(calls: int) -> Rows:
    """Return what costs no target anything: a static key, and call tokens of a key on this disk."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "key").write_text("a-key-of-a-benchmark")
        (folder / "key").chmod(0o600)
        static = StaticIssuer(
            Static(secret_file="key", origins=("https://a.example",)), maker(folder)
        )

        async def put(credential: Any) -> None:
            sending = Sending(method="POST", url=httpx.URL("https://a.example/"))
            assert headers_for(credential, sending)

        signer, bound = LocalSigner.from_file(folder / "signer.pem"), TokenForm(key_bound=True)
        return {
            "static": await cost(static, put, calls),
            "calltoken": await cost(*verified(signer), calls),
            "calltoken, level 3": await cost(*verified(signer, bound), calls),
            "calltoken, as a transaction token": await cost(*verified(signer, TXN), calls),
        }


async def others(calls: int) -> Rows:
    """Return all of them."""
    found: Rows = {}
    for rows in (shells, clouds, exchanges, own):
        found |= await rows(calls)
    return found
