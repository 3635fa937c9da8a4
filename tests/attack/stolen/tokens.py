"""Call tokens, shown to the verifier that tool servers use; with a guard whose epochs it follows."""

from contextlib import asynccontextmanager
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from guard.grant.claims import Profile
from guard.grant.dpop import Proof
from guard.grant.lease import LeaseState
from guard.grant.replay import MemoryReplay
from guard.grant.verify import CallRefused, Verifier
from guard.lease.revoking import Revoking
from guard.model.facts import Binding
from guard.ports import World
from guard_adapters.front.epochs import Epochs
from guard_adapters.front.operator.kills import epoch_route
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.issuer.proof_key import SessionKeys
from guard_adapters.store.clock import SystemClock, SystemIds
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from guard_adapters.wiring.operator.kills import KillDesk
from tests.adapters.front.relaying import listening, serving
from tests.adapters.issuer.leased import GUARD, issued
from tests.attack.stolen.words import tried, until, word

URL, THERE = "https://crm.example/mcp", "https://other.example/mcp"
KEY = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


class Tools:
    """A tool server: what it verifies with, and how a thief shows it something."""

    def __init__(self, issuer, form, audience):
        self.form, self.clock = form, SystemClock()
        self.verifier = Verifier(
            issuer.jwks(), issuer="guard", audience=audience, profile=form.profile,
            sender_constrained=form.key_bound, replay=MemoryReplay(start_ms=0),
            trust_domain=form.trust_domain,
        )  # fmt: skip

    async def takes(self, credential, proof=None, **arguments):
        now_ms = self.clock.now_ms()
        self.verifier.check(credential.secret, "read", arguments, now_ms=now_ms, proof=proof)
        return True


def proof_of(credential, form):
    """The one proof that was made for the call, which is stolen with the token."""
    if credential.prover is None:
        return None
    bearing = "tth" if form.profile is Profile.TXN else "ath"
    text = credential.prover.proof("POST", URL, token=credential.secret, bearing=bearing)
    return Proof(text=text, method="POST", url=URL, bearing=bearing)


@asynccontextmanager
async def guard_of(issuer, folder):
    """Yield what takes a lease back in a guard of its own, and the URL of its epochs."""
    store = SqliteStore(folder / "guard.sqlite", KEY, timeout_ms=5_000, cooldown_ms=1)
    world = World(
        clock=store.clock, ids=SystemIds(), sessions=store.sessions, approvals=store.approvals,
        leases=store.leases, outcomes=store.sessions, sink=store.sink, kills=store.kills,
        issuers={"it": issuer}, guard_id=GUARD,
    )  # fmt: skip
    desk = KillDesk(world=world, policy=lambda: None, by="test")
    listener, port = listening()

    async def take_back(lease):
        await store.leases.reserve(replace(lease, state=LeaseState.DELIVERED), [])
        row = await Revoking(world=world).take_back(lease, "signal")
        assert row.state is LeaseState.REVOKE_PENDING  # it runs out

    async with serving(Starlette(routes=[epoch_route(desk)]), listener):
        yield take_back, f"http://127.0.0.1:{port}"
    store.close(0)


async def of_call_tokens(form, folder, *, follows=False):
    """A key-bound token is stolen together with the one proof that was made for it."""
    key, clock = LocalSigner.from_file(folder / "key.pem"), SystemClock()
    keys = SessionKeys(clock=clock, ids=SystemIds())
    level = Binding.L3 if form.key_bound else Binding.L2
    issuer = CallTokenIssuer(
        key, issuer="guard", clock=clock, proven={"crm": level}, form=lambda _: form, provers=keys
    )
    here, there = Tools(issuer, form, "stdio:crm"), Tools(issuer, form, "stdio:other")
    lease, credential = await issued(issuer)
    unused, recalled = await issued(issuer)
    foreign = replace(credential, prover=keys.of("a thief's own"))
    proof = proof_of(credential, form)

    async def refused(code, at, one, shown, **arguments):
        return await tried(at.takes(one, shown, **arguments), CallRefused, f"^{code}: ")

    # None of these uses the token up: the call itself comes after them.
    other = await refused("args_mismatch", here, credential, proof, more=1)
    elsewhere = await refused("wrong_audience", there, credential, proof)
    if form.key_bound:
        assert not await refused("proof_missing", here, credential, None)
        key = await refused("proof_key", here, foreign, proof_of(foreign, form))
    assert await here.takes(credential, proof)
    again = await refused("replayed", here, credential, proof)
    await issuer.revoke(lease, "ended")
    after = await refused("replayed", here, credential, proof)
    async with guard_of(issuer, folder) as (take_back, url):
        await take_back(unused)
        if follows:
            assert await Epochs(url, here.verifier, clock).ask()
        if not form.key_bound:  # whoever has it, from wherever: a server asks for no key
            _, another = await issued(issuer)
            key = await refused("proof_key", here, another, proof_of(foreign, form))
        revoked = await refused("revoked", here, recalled, proof_of(recalled, form))
    _, honest = await issued(issuer)
    assert await here.takes(honest, proof_of(honest, form))
    return [
        word(again), word(other), word(elsewhere), word(after),
        until(revoked, recalled, unused), word(key),
    ]  # fmt: skip
