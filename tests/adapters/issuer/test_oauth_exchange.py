"""Access tokens for one call from a real authorization server, by token exchange."""

import dataclasses
import json

import httpx
import pytest

from guard.errors import Refused, Unavailable, Unusable
from guard.grant.claims import DETAIL_TYPE
from guard.grant.lease import Fate
from guard.grant.replay import MemoryReplay
from guard.grant.signing import args_s256
from guard.grant.verify import CallRefused, Profile, Proof, Verifier
from guard.model.facts import Binding
from guard_adapters.issuer.oauth_exchange import OAuthExchange, OAuthExchangeIssuer
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.store.clock import SystemClock
from tests.adapters.issuer.leased import Later, issued, issued_between, maker
from tests.peers.authorization_server import BY_SECRET, SECRET, let_in

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("authorization_server")]
OPAQUE, JWT = "https://opaque.example/mcp", "https://jwt.example/mcp"


@pytest.fixture
async def made(authorization_server):
    all_made = []

    def make(clock=None, **more):
        settings = OAuthExchange(**authorization_server.settings(**more))
        all_made.append(OAuthExchangeIssuer(settings, maker(authorization_server.home, clock)))
        return all_made[-1]

    yield make
    for one in all_made:
        await one.aclose()


async def token(issuer, resource=OPAQUE, grant="crm.read", ttl_s=60, **more):
    return await issued(issuer, ttl_s, grant=grant, audience=resource, **more)


def shown(server, credential):
    return let_in(server, OPAQUE, "POST", OPAQUE, dict(credential.headers("POST", OPAQUE)))


async def test_the_token_names_person_agent_resource_key_and_this_very_call(
    authorization_server, made
):
    _, credential = await token(made())
    said = authorization_server.says_of(credential.secret)
    assert (said["sub"], said["act"], said["aud"]) == ("ana", {"sub": "clerk"}, OPAQUE)
    assert said["scope"] == "crm.read"
    assert said["cnf"] == {"jkt": credential.prover.jkt}
    (detail,) = said["authorization_details"]
    assert (detail["type"], detail["locations"], detail["tool"], detail["args_s256"]) == (
        DETAIL_TYPE, [OPAQUE], "read", args_s256("read", {}),
    )  # fmt: skip
    assert shown(authorization_server, credential)
    assert credential.binding is Binding.L1


async def test_a_jwt_says_the_same_to_who_asks_nobody(authorization_server, made):
    _, credential = await token(made(), JWT)
    claims = authorization_server.reads(credential.secret)
    assert (claims["aud"], claims["sub"], claims["act"]) == (JWT, "ana", {"sub": "clerk"})
    assert claims["cnf"] == {"jkt": credential.prover.jkt}
    assert claims["authorization_details"][0]["args_s256"] == args_s256("read", {})


async def test_a_tool_server_verifies_such_a_token_like_the_guards_own(authorization_server, made):
    _, credential = await token(made(), JWT)
    keys = httpx.get(
        f"{authorization_server.url}/jwks", timeout=10, trust_env=False, verify=False
    ).json()
    verifier = Verifier(
        keys, issuer=authorization_server.url, audience=JWT, profile=Profile.RAR,
        sender_constrained=True, replay=MemoryReplay(start_ms=0),
    )  # fmt: skip

    def checked(tool="read", arguments=None, **headers):
        text = {**dict(credential.headers("POST", JWT)), **headers}["DPoP"]
        proof = Proof(text=text, method="POST", url=JWT)
        now_ms = SystemClock().now_ms()
        return verifier.check(credential.secret, tool, arguments, now_ms=now_ms, proof=proof)

    for wrong in ({"tool": "write"}, {"arguments": {"more": 1}}, {"DPoP": ""}):
        with pytest.raises(CallRefused):
            checked(**wrong)
    call = checked()
    assert (call.subject, call.agent, call.tool, call.scopes) == (
        "ana",
        "clerk",
        "read",
        {"crm.read"},
    )
    with pytest.raises(CallRefused) as no:
        checked()
    assert no.value.code == "replayed"


async def test_whoever_has_the_token_and_not_its_key_is_not_let_in(authorization_server, made):
    issuer = made()
    _, credential = await token(issuer)
    _, other = await token(issuer)
    by_another = dataclasses.replace(credential, prover=other.prover)
    assert not shown(authorization_server, by_another)
    bare = {"Authorization": f"Bearer {credential.secret}"}
    assert not let_in(authorization_server, OPAQUE, "POST", OPAQUE, bare)
    assert shown(authorization_server, credential)


async def test_a_token_between_calls_is_for_no_call_whatever_it_is_shown_for(
    authorization_server, made
):
    _, credential = await issued_between(made(), 60, grant="crm.read", audience=JWT)
    claims = authorization_server.reads(credential.secret)
    assert (claims["sub"], claims["act"], claims["scope"]) == ("ana", {"sub": "clerk"}, "crm.read")
    assert "authorization_details" not in claims
    assert (credential.binding, claims["cnf"]) == (Binding.L1, {"jkt": credential.prover.jkt})
    verifier = Verifier(
        authorization_server.keys(), issuer=authorization_server.url, audience=JWT,
        profile=Profile.RAR, sender_constrained=True, replay=MemoryReplay(start_ms=0),
    )  # fmt: skip
    proof = Proof(text=dict(credential.headers("POST", JWT))["DPoP"], method="POST", url=JWT)
    with pytest.raises(CallRefused) as no:
        verifier.check(credential.secret, "read", {}, now_ms=SystemClock().now_ms(), proof=proof)
    assert no.value.code == "claims_malformed"


async def test_every_call_has_a_key_of_its_own(made):
    issuer = made()
    one, other = [(await token(issuer))[1].prover.jkt for _ in range(2)]
    assert one != other


async def test_a_server_that_wants_a_nonce_is_asked_once_more(authorization_server, made):
    issuer = made()
    _, credential = await token(issuer, "https://nonce.example/mcp")
    said = authorization_server.says_of(credential.secret)
    assert said["cnf"] == {"jkt": credential.prover.jkt}
    _, again = await token(issuer, "https://nonce.example/mcp")  # the nonce is known by now
    assert again.secret != credential.secret


async def test_the_token_is_gone_at_the_server_when_it_is_revoked(authorization_server, made):
    issuer = made()
    lease, credential = await token(issuer)
    assert shown(authorization_server, credential)
    assert await issuer.revoke(lease, "ended") is Fate.GONE
    assert not shown(authorization_server, credential)
    # Asked again it has nothing to say but that it will be over.
    assert await issuer.revoke(lease, "ended") is Fate.RUNS_OUT


@pytest.mark.parametrize("more", [{"revocation_url": ""}, {}])
async def test_what_cannot_be_taken_back_runs_out(made, more):
    clock = Later()
    issuer = made(clock, **more)
    lease, _ = await token(issuer, JWT)  # nobody revokes a JWT at this server
    assert await issuer.revoke(lease, "ended") is Fate.RUNS_OUT
    clock.ahead_ms = 62_000
    assert await issuer.revoke(lease, "ended") is Fate.GONE


async def test_a_guard_that_started_again_waits_for_the_end(made):
    lease, _ = await token(made())
    assert await made().revoke(lease, "recovered") is Fate.RUNS_OUT


async def test_a_server_that_does_not_answer_still_has_the_token(authorization_server, made):
    issuer = made(revocation_url=f"{authorization_server.url}/nowhere")
    lease, _ = await token(issuer)
    assert await issuer.revoke(lease, "ended") is Fate.STILL_THERE


@pytest.mark.parametrize(
    ("grant", "resource"),
    [("crm.admin", OPAQUE), ("crm.read", "https://unknown.example/mcp"), ("crm.read", "stdio:crm")],
)
async def test_what_the_server_does_not_give_is_the_grants_fault(made, grant, resource):
    with pytest.raises(Refused) as no:
        await token(made(), resource, grant)
    assert no.value.code == "grant_unusable"


@pytest.mark.parametrize(
    ("lie", "word"),
    [
        ("bearer", "bound"),
        ("refresh", "refresh"),
        ("wider", "scopes"),
        ("details", "this call alone"),
        ("forever", "outlive"),
        ("long", "outlive"),
        ("type", "no access token"),
        ("unbound", "bound"),
    ],
)
async def test_more_than_asked_is_not_handed_over_and_is_taken_back(made, lie, word):
    issuer = made()
    with pytest.raises(Unavailable) as no:
        await token(issuer, f"https://{lie}.example/mcp")
    assert word in str(no.value)
    assert len(issuer._tokens) == 1  # so that the lease's end can revoke it


async def test_the_server_itself_takes_no_proof_twice_and_no_detail_without_its_digest(
    made, monkeypatch
):
    """What the peer enforces, so that what the guard sends is known to matter."""
    kept = []

    def once(self, method, url, **more):
        kept.append(real(self, method, url, **more))
        return kept[0]

    real = ProofKey.proof
    with monkeypatch.context() as patched:
        patched.setattr(ProofKey, "proof", once)
        issuer = made()
        await token(issuer)
        with pytest.raises(Unavailable):
            await token(issuer)
    with pytest.raises(Refused) as no:
        await token(made(), args_s256="")
    assert "invalid_authorization_details" in str(no.value)


async def test_without_a_key_of_its_own_it_is_a_bearer(authorization_server, made):
    _, credential = await token(made(dpop=False))
    assert credential.prover is None
    assert "cnf" not in authorization_server.says_of(credential.secret)
    assert credential.headers("POST", OPAQUE) == (("Authorization", f"Bearer {credential.secret}"),)


async def test_without_details_it_is_not_bound_to_the_call(authorization_server, made):
    _, credential = await token(made(details=False))
    assert "authorization_details" not in authorization_server.says_of(credential.secret)


async def test_a_client_with_a_secret_is_taken_as_well(authorization_server, made):
    issuer = made(client_id=BY_SECRET, client_secret_file="client.secret")
    _, credential = await token(issuer)
    assert authorization_server.says_of(credential.secret)["client_id"] == BY_SECRET


async def test_another_key_is_not_believed(made):
    with pytest.raises(Unavailable) as no:
        await token(made(key_file="keys/other.pem"))
    assert no.value.code == "issuer_unavailable"


async def test_what_the_guard_says_is_for_this_server_alone(authorization_server, made):
    with pytest.raises(Unavailable):
        await token(made(audience="https://another.example"))


def test_a_missing_secret_stops_the_start(made):
    with pytest.raises(Unusable) as no:
        made(client_secret_file="nowhere")
    assert no.value.code == "secret_file_unusable"


@pytest.mark.parametrize(
    "url", ["http://as.example/token", "https://u@as.example/token", "https://a/t#f"]
)
def test_an_endpoint_in_the_clear_or_with_a_user_is_refused(authorization_server, url):
    with pytest.raises(ValueError, match="token_url"):
        OAuthExchange(**authorization_server.settings(token_url=url))


async def test_no_secret_is_in_a_repr_or_an_error(authorization_server, made):
    issuer = made(client_id=BY_SECRET, client_secret_file="client.secret")
    _, credential = await token(issuer)
    text = f"{credential!r} {issuer!r}"
    assert credential.secret not in text
    assert SECRET not in text
    lying = made(client_id="nobody", client_secret_file="client.secret")
    with pytest.raises(Unavailable) as no:
        await token(lying)
    assert SECRET not in json.dumps([str(no.value), repr(no.value)])
