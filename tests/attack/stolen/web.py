"""A static key, the credentials of a cloud and access tokens, tried at real HTTP servers."""

import asyncio
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from guard.errors import GuardError
from guard.grant.dpop import Proof
from guard.grant.replay import MemoryReplay
from guard.grant.verify import CallRefused, Profile, Verifier
from guard.model.facts import Binding
from guard_adapters._http.carrying import Sending, headers_for
from guard_adapters.issuer.oauth_exchange import OAuthExchange, OAuthExchangeIssuer
from guard_adapters.issuer.proof_key import ProofKey
from guard_adapters.issuer.static import Static, StaticIssuer
from guard_adapters.issuer.sts import Sts, StsIssuer
from guard_adapters.store.clock import SystemClock, SystemIds
from tests.adapters.issuer.leased import issued, maker
from tests.attack.stolen.words import No, tried, until, word
from tests.peers.authorization_server import AuthorizationServer, let_in
from tests.peers.seaweedfs import SeaweedFs
from tests.web_server import WebServer

NO_KEY = No, "^401$"
FORBIDDEN = No, "^403$"
NOT_LET_IN = No, "not let in"
FILE = b'{"name": "a.txt"}'


@contextmanager
def legacy_api(keys):
    """Serve an API that knows keys and nothing else, as old ones do; yield its origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            known = self.headers.get("x-api-key") in keys
            self.send_response(200 if known else 401)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *words):
            pass

    with closing(WebServer(Handler)) as server:
        yield server.url


async def gets(url, headers):
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.get(url, headers=headers)
    if answer.status_code != 200:
        raise No(str(answer.status_code))
    return True


def own_proof(url):
    """A proof by a key of the thief's own: targets that ask for none do not look at it."""
    key = ProofKey(clock=SystemClock(), ids=SystemIds())
    return {"DPoP": key.proof("GET", url)}


async def of_static(folder):
    keys = {"API-KEY-CANARY-0123456789"}
    with legacy_api(keys) as here, legacy_api(keys) as there:
        (folder / "key").write_text(next(iter(keys)))
        (folder / "key").chmod(0o600)
        settings = Static(secret_file="key", header="X-Api-Key", prefix="", origins=(here,))
        issuer = StaticIssuer(settings, maker(folder))
        lease, credential = await issued(issuer)

        def sent(one, at=here, path="/customers/1"):
            url = httpx.URL(at + path)
            return gets(url, dict(headers_for(one, Sending(method="GET", url=url))))

        assert await sent(credential)  # the call itself
        stolen = {credential.parts["header"]: credential.parts["value"]}
        again = await tried(gets(f"{here}/customers/1", stolen), *NO_KEY)
        other = await tried(gets(f"{here}/customers/2", stolen), *NO_KEY)
        with pytest.raises(GuardError) as no:  # the guard sends it nowhere else; a thief may
            await sent(credential, there)
        assert no.value.code == "destination_not_listed"
        elsewhere = await tried(gets(f"{there}/customers/1", stolen), *NO_KEY)
        key = await tried(gets(here, {**stolen, **own_proof(here)}), *NO_KEY)
        await issuer.revoke(lease, "ended")
        after = await tried(gets(f"{here}/customers/1", stolen), *NO_KEY)
        unused, recalled = await issued(issuer)
        await issuer.revoke(unused, "signal")
        taken = {recalled.parts["header"]: recalled.parts["value"]}
        revoked = await tried(gets(f"{here}/customers/1", taken), *NO_KEY)
        keys.clear()  # changed at the API: from then on, and not before
        ends = not await tried(gets(f"{here}/customers/1", stolen), *NO_KEY)
    return [
        f"{word(good)} until it is changed" if good and ends else word(good)
        for good in (again, other, elsewhere, after, revoked, key)
    ]


async def of_clouds():
    starting = [asyncio.to_thread(SeaweedFs) for _ in "ab"]
    here, there = await asyncio.gather(*starting)
    try:
        issuers = [StsIssuer(Sts(**one.settings()), maker(one.home)) for one in (here, there)]
        for server, one in zip((here, there), issuers, strict=True):
            server.keys = {"keys": [one.public_key()]}
        issuer, other_issuer = issuers

        async def gets_file(credential, path="/files/a.txt", server=here):
            status = server.ask(credential.parts, "GET", path)
            if status != 200:
                raise No(str(status))
            return True

        lease, credential = await issued(issuer, grant="read", arguments=FILE)
        assert await gets_file(credential)
        again = await tried(gets_file(credential), *FORBIDDEN)
        other = await tried(gets_file(credential, "/files/b.txt"), *FORBIDDEN)
        elsewhere = await tried(gets_file(credential, server=there), *FORBIDDEN)
        # What the wire shows is the token alone: requests are signed, here with a key of the thief's.
        own = {**credential.parts, "secret_access_key": "a-key-of-the-thief"}
        key = await tried(gets_file(replace(credential, parts=own)), *FORBIDDEN)
        await issuer.revoke(lease, "ended")
        after = await tried(gets_file(credential), *FORBIDDEN)
        unused, recalled = await issued(issuer, grant="read", arguments=FILE)
        await issuer.revoke(unused, "signal")
        revoked = await tried(gets_file(recalled), *FORBIDDEN)
        _, honest = await issued(other_issuer, grant="read", arguments=FILE)
        assert await gets_file(honest, server=there)
        for one in issuers:
            await one.aclose()
        return [
            word(again), word(other), word(elsewhere), until(after, credential, lease),
            until(revoked, recalled, unused), word(key),
        ]  # fmt: skip
    finally:
        here.stop()
        there.stop()


async def of_exchange(resource, made=issued):
    """A thief with the token and its key; in the last column with the token and his own key."""
    server = AuthorizationServer()
    issuer = OAuthExchangeIssuer(OAuthExchange(**server.settings()), maker(server.home))
    elsewhere_is = "https://elsewhere.example/mcp"

    async def enters(holder, at=resource, **arguments):
        # This server looks at no details, as most do: other arguments are another request to it.
        url = at + "".join(f"?{name}={value}" for name, value in arguments.items())
        if not let_in(server, at, "POST", at, dict(holder.headers("POST", at))):
            raise No(f"{url}: not let in")
        return True

    try:
        call = {"grant": "crm.read", "audience": resource}
        lease, credential = await made(issuer, 60, **call)
        unused, recalled = await made(issuer, 60, **call)
        assert await enters(credential)
        again = await tried(enters(credential), *NOT_LET_IN)
        other = await tried(enters(credential, id=2), *NOT_LET_IN)
        elsewhere = await tried(enters(credential, elsewhere_is), *NOT_LET_IN)
        thief = replace(credential, prover=ProofKey(clock=SystemClock(), ids=SystemIds()))
        key = await tried(enters(thief), *NOT_LET_IN)
        await issuer.revoke(lease, "ended")
        after = await tried(enters(credential), *NOT_LET_IN)
        await issuer.revoke(unused, "signal")
        revoked = await tried(enters(recalled), *NOT_LET_IN)
        _, honest = await made(issuer, 60, grant="crm.read", audience=elsewhere_is)
        assert await enters(honest, elsewhere_is)
        return [
            word(again), word(other), word(elsewhere), until(after, credential, lease),
            until(revoked, recalled, unused), word(key),
        ]  # fmt: skip
    finally:
        await issuer.aclose()
        server.stop()


async def of_exchange_checked():
    """The same thief at a tool server that verifies the whole token: its call, its key, once."""
    server, resource = AuthorizationServer(), "https://jwt.example/mcp"
    proven = replace(maker(server.home), proven={"crm": Binding.L3})
    issuer = OAuthExchangeIssuer(OAuthExchange(**server.settings()), proven)
    clock, keys = SystemClock(), server.keys()

    def tools(audience):
        return Verifier(
            keys, issuer=server.url, audience=audience, profile=Profile.RAR,
            sender_constrained=True, replay=MemoryReplay(start_ms=0),
        )  # fmt: skip

    here, there = tools(resource), tools("https://elsewhere.example/mcp")

    async def takes(one, proof, at=here, **arguments):
        shown = Proof(text=proof, method="POST", url=resource)
        at.check(one.secret, "read", arguments, now_ms=clock.now_ms(), proof=shown)
        return True

    def proof_of(one):
        return one.prover.proof("POST", resource, token=one.secret)

    async def refused(code, one, proof, **more):
        return await tried(takes(one, proof, **more), CallRefused, f"^{code}: ")

    try:
        call = {"grant": "crm.read", "audience": resource}
        lease, credential = await issued(issuer, 60, **call)
        unused, recalled = await issued(issuer, 60, **call)
        proof = proof_of(credential)
        other = await refused("args_mismatch", credential, proof, id=2)
        elsewhere = await refused("wrong_audience", credential, proof, at=there)
        thief = replace(credential, prover=ProofKey(clock=clock, ids=SystemIds()))
        key = await refused("proof_key", thief, proof_of(thief))
        assert await takes(credential, proof)
        again = await refused("replayed", credential, proof)
        await issuer.revoke(lease, "ended")
        after = await refused("replayed", credential, proof)
        await issuer.revoke(unused, "signal")
        revoked = await refused("revoked", recalled, proof_of(recalled))
        return [
            word(again), word(other), word(elsewhere), word(after),
            until(revoked, recalled, unused), word(key),
        ]  # fmt: skip
    finally:
        await issuer.aclose()
        server.stop()
