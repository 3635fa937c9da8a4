"""What the guard adds to a judged call on its way: headers for one request, and a nonce once asked."""

import pytest

from guard.grant.credential import ACCESS_TOKEN, CALL_TOKEN
from guard.grant.dpop import Proof, check_proof
from guard.testing import CountedIds
from guard_adapters.front.mcp.upstream.carry import Carried
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.store.clock import SystemClock
from tests.adapters.front.allow_all import AllowAll
from tests.adapters.front.relaying import Scripted, minted, relayed

URL = "https://ledger.example/mcp"


def key():
    return ProofKey(clock=SystemClock(), ids=CountedIds())


@pytest.mark.parametrize(
    ("delivery", "names", "in_meta"),
    [
        ("meta", [], "s3cret"),
        ("bearer", ["authorization"], ""),
        ("dpop", ["authorization", "dpop"], ""),
        ("txn", ["txn-token", "dpop"], ""),
        ("none", [], ""),
    ],
)
def test_each_delivery_carries_the_token_in_one_place(delivery, names, in_meta):
    prover = key() if delivery in {"dpop", "txn"} else None
    carried = Carried(delivery=delivery, url=URL, credential=minted("s3cret", prover))
    assert [name.decode() for name, _ in carried.headers()] == names
    assert carried.in_meta == in_meta
    assert "s3cret" not in repr(carried)
    foreign = Carried(
        delivery=delivery, url=URL, credential=minted("s3cret", prover, kind="openbao")
    )
    assert (foreign.headers(), foreign.in_meta) == ([], "")


class Unmade:
    """Makes no proof."""

    def proof(self, *_given, **_named):
        raise AssertionError("a proof that is sent nowhere")


@pytest.mark.parametrize("delivery", ["meta", "bearer", "dpop", "txn", "none"])
@pytest.mark.parametrize("kind", [CALL_TOKEN, ACCESS_TOKEN, "openbao"])
def test_whether_a_call_brings_an_authorization_is_known_without_a_proof(delivery, kind):
    def carried(prover):
        return Carried(delivery=delivery, url=URL, credential=minted("s3cret", prover, kind=kind))

    names = [name for name, _ in carried(key()).headers()]
    assert carried(Unmade()).authorizes == (b"authorization" in names)


class Asking(Scripted):
    """Wants a nonce in every proof: refuses without it, unread."""

    nonces = ("n1",)
    challenge = b'DPoP error="use_dpop_nonce", algs="ES256"'

    async def __call__(self, scope, receive, send):
        headers = dict(scope["headers"])
        self.proofs = [*getattr(self, "proofs", []), headers.get(b"dpop", b"").decode()]
        if b"dpop" not in headers or self._held(headers[b"dpop"].decode()):
            await super().__call__(scope, receive, send)
            return
        own = [(b"dpop-nonce", self.nonces[0].encode()), (b"www-authenticate", self.challenge)]
        await self._send(send, 401, own, b"")

    def _held(self, text):
        proof = Proof(text=text, method="POST", url=self.url, nonces=self.nonces)
        try:
            check_proof(proof, token="s3cret", jkt=None, now_ms=SystemClock().now_ms())
        except ValueError:
            return False
        return True


async def called(it, times=1):
    it.upstream.url = it.endpoint.servers["up"].url
    answers = []
    for number in range(times):
        params = {"name": "pay", "arguments": {"n": number}}
        answers.append((await it.modern("tools/call", params)).message)
    return answers


async def test_a_nonce_that_is_asked_for_is_given_and_kept():
    front = AllowAll()
    front.credential = minted("s3cret", key())
    async with relayed(Asking(), front, delivery="dpop") as it:
        answers = await called(it, 3)
    assert all("result" in answer for answer in answers)
    sent = [proof for proof in it.upstream.proofs if proof]
    assert len(sent) == len(set(sent)) == 4  # one refused, three taken


@pytest.mark.parametrize("wrong", ["nonce", "challenge"])
async def test_a_server_that_is_never_content_is_not_asked_again_and_again(wrong):
    front = AllowAll()
    front.credential = minted("s3cret", key())
    upstream = Asking()
    if wrong == "nonce":
        upstream.nonces = ("bad nonce with blanks",)
    else:
        upstream.challenge = b"Bearer"
    async with relayed(upstream, front, delivery="dpop") as it:
        [answer] = await called(it)
    assert "upstream_credential_refused" in str(answer)
    assert front.results[-1].refused == "upstream_credential_refused"  # the guard is told, too
    assert upstream.methods() == []
    assert len([proof for proof in upstream.proofs if proof]) == 1
