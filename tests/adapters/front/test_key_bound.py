"""A login of an MCP session with its tokens bound to a key: what it adds, and what it refuses."""

import json

import httpx2
import pytest

from guard.errors import Unavailable
from guard_adapters.front.egress import key_bound
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.store.clock import SystemClock, SystemIds
from tests.adapters.front.carrying import claims_of, target


class Login(httpx2.Auth):
    """Asks for a token where it has none, as the SDK's logins do, and carries it as a bearer."""

    def __init__(self, url):
        self.url, self.token = url, ""

    async def async_auth_flow(self, request):
        if not self.token:
            form = {"grant_type": "client_credentials"}
            asked = yield httpx2.Request("POST", f"{self.url}/token", data=form)
            await asked.aread()
            assert asked.json()["token_type"] == "Bearer"  # all that the SDK's know
            self.token = asked.json()["access_token"]
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def token(kind):
    return json.dumps({"access_token": "t-1", "token_type": kind, "expires_in": 60}).encode()


@pytest.fixture
async def there():
    async with target() as server:
        yield server


def client(server):
    prover = ProofKey(clock=SystemClock(), ids=SystemIds())
    return httpx2.AsyncClient(auth=key_bound(Login(server.url), prover), trust_env=False)


async def test_the_token_is_asked_for_and_shown_with_proofs_of_one_key(there):
    there.answers = [(200, [], token("DPoP"))]
    async with client(there) as http:
        for _ in range(2):
            await http.post(f"{there.url}/mcp", content=b"{}")
    asked, *shown = [one["headers"] for one in there.seen]
    assert "ath" not in claims_of(asked["dpop"])
    assert [one["authorization"] for one in shown] == ["DPoP t-1"] * 2
    assert all(claims_of(one["dpop"])["ath"] for one in shown)
    assert len({claims_of(one["dpop"])["jti"] for one in (asked, *shown)}) == 3


async def test_both_servers_may_want_a_nonce_of_their_own(there):
    wants = json.dumps({"error": "use_dpop_nonce"}).encode()
    challenge = (b"www-authenticate", b'DPoP error="use_dpop_nonce"')
    there.answers = [
        (400, [(b"dpop-nonce", b"n-1")], wants), (200, [], token("DPoP")),
        (401, [challenge, (b"dpop-nonce", b"n-2")], b""),
    ]  # fmt: skip
    async with client(there) as http:
        assert (await http.post(f"{there.url}/mcp", content=b"{}")).status_code == 200
    nonces = [claims_of(one["headers"]["dpop"]).get("nonce") for one in there.seen]
    assert nonces == [None, "n-1", "n-1", "n-2"]


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "", None])
async def test_a_token_that_is_bound_to_no_key_is_refused(there, kind):
    there.answers = [(200, [], token(kind))]
    async with client(there) as http:
        with pytest.raises(Unavailable) as no:
            await http.post(f"{there.url}/mcp", content=b"{}")
    assert no.value.code == "token_unbound"
    assert "t-1" not in str(no.value)
    assert [one["path"] for one in there.seen] == ["/token"]
