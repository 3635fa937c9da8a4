"""The guard as identity provider: what a cloud reads of it, and that it holds nothing private."""

import httpx
from starlette.applications import Starlette

from guard.ports import World
from guard.testing import CountedIds, FrozenClock, MemoryApprovals, MemoryStore
from guard_adapters.issuer.oauth_exchange import OAuthExchange, OAuthExchangeIssuer
from guard_adapters.issuer.sts import Sts, StsIssuer
from guard_adapters.wiring.serve.identity import identity_routes
from tests.adapters.issuer.leased import maker

GRANT = {"role": "arn:aws:iam::1:role/x", "policy": {"Statement": []}}


def world(**issuers):
    clock, store = FrozenClock(), MemoryStore()
    return World(
        clock=clock, ids=CountedIds(), sessions=store, approvals=MemoryApprovals(clock=clock, sessions=store.held),
        leases=store, outcomes=store, sink=store, issuers=issuers,
    )  # fmt: skip


def test_without_a_cloud_there_are_no_documents():
    assert identity_routes(world()) == []


async def test_two_issuers_with_one_key_publish_it_once(tmp_path):
    cloud = Sts(
        endpoint="https://sts.example", identity="https://guard.example", grants={"a": GRANT}
    )
    server = OAuthExchange(
        token_url="https://as.example/token",
        audience="https://as.example",
        identity="https://guard.example",
        client_id="guard",
    )
    made = maker(tmp_path)
    issuers = {"a": StsIssuer(cloud, made), "b": OAuthExchangeIssuer(server, made)}
    app = Starlette(routes=identity_routes(world(**issuers)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g") as client:
        keys = (await client.get("/.well-known/guard-identity.json")).json()
    assert keys == {"keys": [issuers["b"].public_key()]}


async def test_a_cloud_finds_the_issuer_and_its_public_key(tmp_path):
    settings = Sts(
        endpoint="https://sts.example", identity="https://guard.example/", grants={"a": GRANT}
    )
    issuer = StsIssuer(settings, maker(tmp_path))
    app = Starlette(routes=identity_routes(world(files=issuer)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g") as client:
        found = (await client.get("/.well-known/openid-configuration")).json()
        assert found["issuer"] == "https://guard.example"
        keys = (await client.get(found["jwks_uri"].removeprefix("https://guard.example"))).json()
    (key,) = keys["keys"]
    assert (key["kty"], key["crv"], "d" in key) == ("EC", "P-256", False)
    assert (tmp_path / "keys" / "identity.pem").stat().st_mode & 0o777 == 0o600
