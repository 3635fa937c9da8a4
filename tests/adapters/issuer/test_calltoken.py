from dataclasses import replace

import pytest

from guard.errors import Refused
from guard.grant.claims import TokenForm
from guard.grant.lease import Fate, Lease
from guard.grant.presented import public_keys
from guard.grant.verify import Profile, Proof, verify_call
from guard.model.decision import Terms
from guard.model.facts import Binding
from guard.testing import CountedIds
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.proof_key import SessionKeys
from tests.guard.grant.tokens import ARGS, ISSUER, JTI, KEY, NOW_MS, TOOL, bound, settings


class Clock:
    def __init__(self, now=NOW_MS):
        self.now = now

    def now_ms(self):
        return self.now


LEASE = Lease(
    id=JTI, call_id="call_1", session="ses_1", kind="calltoken", deadline_ms=NOW_MS + 30_000
)


def issuer(clock=None, **more):
    proven = {"ledger": Binding.L3}
    return CallTokenIssuer(
        LocalSigner(KEY), issuer=ISSUER, clock=clock or Clock(), proven=proven, **more
    )


async def test_what_is_issued_is_what_the_upstream_verifies():
    mint = issuer()
    made = await mint.issue(bound(), Terms(scopes=frozenset({"pay:small"})), LEASE)
    call = verify_call(made.secret, TOOL, ARGS, **settings(keys=public_keys(mint.jwks())))
    assert (call.jti, call.binding) == (LEASE.id, 2)
    assert call.scopes == {"tool:pay", "pay:small"}
    assert made.expires_at_ms == call.expires_s * 1000


async def test_policy_may_shorten_the_life_and_never_stretch_it():
    short = await issuer().issue(bound(), Terms(max_ttl_s=10), LEASE)
    long = await issuer().issue(bound(), Terms(max_ttl_s=60), LEASE)
    assert (short.expires_at_ms, long.expires_at_ms) == (1_800_000_010_000, 1_800_000_030_000)


@pytest.mark.parametrize(
    ("call", "terms", "code"),
    [
        (bound(), Terms(max_ttl_s=2), "issuer_ttl_floor"),
        (bound(), Terms(binding_min=3), "binding_too_low"),
        (bound(server="unknown"), Terms(binding_min=2), "binding_too_low"),
        (bound(audience=""), Terms(), "audience_missing"),
        (bound(intent="\ud800"), Terms(), "arguments_not_canonical"),
    ],
)
async def test_what_cannot_be_kept_is_not_promised(call, terms, code):
    with pytest.raises(Refused) as no:
        await issuer().issue(call, terms, LEASE)
    assert no.value.code == code


def test_a_server_that_was_not_seen_to_check_is_level_one():
    assert issuer().facts("mail", "send").binding is Binding.L1
    assert issuer().facts("ledger", "pay").binding is Binding.L2
    assert not issuer().facts("ledger", "pay").can_cut


async def test_a_token_cannot_be_called_back_it_runs_out():
    clock = Clock()
    mint = issuer(clock)
    assert await mint.revoke(LEASE, "operator") is Fate.RUNS_OUT
    clock.now = LEASE.deadline_ms + 1000
    assert await mint.revoke(LEASE, "operator") is Fate.GONE
    assert await mint.sweep() == ()
    assert mint.handle(LEASE) == mint.handle(replace(LEASE, tries=3))


def test_the_key_set_holds_no_private_part():
    assert "d" not in issuer().jwks()["keys"][0]


BOUND = TokenForm(key_bound=True)


def bound_issuer(form=BOUND, proven=Binding.L3):
    keys = SessionKeys(clock=Clock(), ids=CountedIds())
    mint = CallTokenIssuer(
        LocalSigner(KEY), issuer=ISSUER, clock=Clock(), proven={"ledger": proven},
        form=lambda _: form, provers=keys,
    )  # fmt: skip
    return mint, keys


def carried(made, url="https://ledger.example/mcp"):
    headers = dict(made.headers("POST", url))
    return Proof(text=headers["DPoP"], method="POST", url=url)


async def test_a_key_bound_token_reaches_level_three_and_only_its_session_can_send_it():
    mint, keys = bound_issuer()
    assert mint.facts("ledger", "pay").binding is Binding.L3
    made = await mint.issue(bound(), Terms(binding_min=3), LEASE)
    found = settings(keys=public_keys(mint.jwks()), sender_constrained=True, binding_min=3)
    call = verify_call(made.secret, TOOL, ARGS, proof=carried(made), **found)
    assert call.claims["cnf"] == {"jkt": keys.of("ses_1").jkt}
    other = await mint.issue(bound(session="ses_2"), Terms(), LEASE)
    assert other.prover.jkt != made.prover.jkt


async def test_a_level_is_claimed_only_as_far_as_it_was_measured():
    for proven in Binding:
        mint, _ = bound_issuer(proven=proven)
        assert mint.facts("ledger", "pay").binding is proven
        assert mint.facts("mail", "send").binding is Binding.L1


async def test_a_server_gets_the_form_that_it_takes():
    form = TokenForm(profile=Profile.TXN, trust_domain="shop.example", key_bound=True)
    mint, _ = bound_issuer(form)
    made = await mint.issue(bound(), Terms(), LEASE)
    url = "https://ledger.example/mcp"
    headers = dict(made.beside("POST", url))
    assert headers["Txn-Token"] == made.secret
    assert "Authorization" not in headers
    proof = Proof(text=headers["DPoP"], method="POST", url=url, bearing="tth")
    found = settings(keys=public_keys(mint.jwks()), profile=Profile.TXN, proof=proof)
    assert verify_call(made.secret, TOOL, ARGS, trust_domain="shop.example", **found)
