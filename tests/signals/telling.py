"""A running guard that tells one receiver what it finds: all that its tests ask of it, over real HTTP."""

import asyncio
from contextlib import asynccontextmanager
from functools import cache

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa

from guard.model.identity import Agent, Principal, Who
from guard.session.risk import signal as risk_signal
from guard_adapters.issuer.local_key import make_pem
from guard_adapters.issuer.set_key import BITS
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.desk import OPERATOR
from guard_adapters.wiring.running import serving
from guard_adapters.wiring.signals.transmitting import receiver_token
from tests.signals.receiving import read

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  serve: {{port: 0}}
{guard}
servers:
  shop:
    trust: trusted
    tools:
      look: {{effect: [read], confirmed: true, input_schema: {{type: object, properties: {{}}}}}}
"""
POLICY = """
@id("OK") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource);
"""
AUD = "https://soc.example"
POLLS = f"  receivers: {{soc: {{audience: '{AUD}'}}}}"


@cache
def key():
    """Return the key that the guards of all tests sign with: one takes a third of a second to make."""
    return rsa.generate_private_key(65537, BITS)


class Guard:
    """One running guard with one receiver of its findings."""

    def __init__(self, folder, text):
        folder.mkdir(exist_ok=True)
        (folder / "guard.yaml").write_text(CONFIG.format(guard=text))
        (folder / "all.cedar").write_text(POLICY)
        (folder / "soc.token").write_text("sesame\n")
        (folder / "soc.token").chmod(0o600)
        loaded = load(folder / "guard.yaml")
        (keys := loaded.state / "keys").mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (file := keys / "signals-out.pem").exists():
            make_pem(file, key())
        self.wired = build(loaded)
        self.desk, self.url = Desk(self.wired), ""
        self.token = receiver_token(self.wired.loaded.state, "soc")

    async def session(self, subject="ana", **claims):
        who = Who(
            principal=Principal(issuer="https://idp.example", subject=subject),
            agent=Agent(id="clerk"),
            claims=tuple(sorted(claims.items())),
        )
        return await self.desk.open_session(who, None)

    async def risk(self, session, kind, source=OPERATOR):
        at_ms = self.wired.world.clock.now_ms()
        new = risk_signal(kind, subject=session, at_ms=at_ms, source=source)
        await self.wired.reauthorizing.signal(session, new)

    async def ask(self, method, path, body=None, *, token=None, **more):
        said = {"authorization": f"Bearer {token or self.token}"}
        # It asks in clear: no authority has to be read for each of its requests.
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            url = path if path.startswith("http") else f"{self.url}{path}"
            return await http.request(method, url, json=body, headers=said, **more)

    async def metadata(self):
        return (await self.ask("GET", "/.well-known/ssf-configuration")).json()

    async def made(self, **body):
        where = (await self.metadata())["configuration_endpoint"]
        return await self.ask("POST", where, body)

    async def polled(self, stream, **body):
        answer = await self.ask("POST", stream["delivery"]["endpoint_url"], {"returnImmediately": True, **body})  # fmt: skip
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def caught_up(self):
        """Return when the log was read to its end as it is now."""
        end = await self.wired.store.log.end()
        async with asyncio.timeout(5):
            while (await self.wired.store.transmissions.told()).cursor < end:
                await asyncio.sleep(0.02)

    async def heard(self, stream, count, **body):
        """Poll until that many tokens are there; return their claims, oldest first."""
        jwks = (await self.ask("GET", (await self.metadata())["jwks_uri"])).json()
        async with asyncio.timeout(5):
            while len(sets := (await self.polled(stream, **body))["sets"]) < count:
                await asyncio.sleep(0.05)
        found = [read(one, jwks, issuer=self.url, audience=AUD) for one in sets.values()]
        assert [one["jti"] for one in found] == [*sets]
        return found


@asynccontextmanager
async def telling(folder, text):
    """The guard of this folder, for as long as the block runs; `text` is what `guard:` has besides."""
    made = Guard(folder, text)
    try:
        async with serving(made.wired, {}) as made.url:
            yield made
    finally:
        made.wired.close()
