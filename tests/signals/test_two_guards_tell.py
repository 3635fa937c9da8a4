"""Two guards on one database, and one receiver: each thing is told once, whichever of them it met."""

import asyncio
import shutil

import pytest

from guard.model.identity import Agent, Principal, Who
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.desk import OPERATOR
from guard_adapters.wiring.running import serving
from tests import postgres
from tests.signals.receiving import PushedTo, read
from tests.signals.telling import AUD, CONFIG, POLICY

pytestmark = [pytest.mark.peer, pytest.mark.signals]

URL = "https://guard.example"


@pytest.fixture
def soc():
    made = PushedTo()
    yield made
    made.close()


@pytest.fixture
async def two(tmp_path, monkeypatch, soc):
    monkeypatch.setenv("TEST_STORE", postgres.fresh())
    text = f"""
  store: {{url_env: TEST_STORE}}
  receivers: {{soc: {{audience: '{AUD}', push_url: '{soc.url}/e'}}}}"""
    guards = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        config = CONFIG.format(guard=text).replace("{port: 0}", f"{{port: 0, public_url: '{URL}'}}")
        (folder / "guard.yaml").write_text(config)
        (folder / "all.cedar").write_text(POLICY)
        if guards:
            state = guards[0].loaded.state
            shutil.copytree(state / "keys", folder / state.name / "keys")
        guards.append(build(load(folder / "guard.yaml")))
        if len(guards) == 1:  # makes its keys before the other takes them
            async with serving(guards[0], {}):
                pass
    async with serving(guards[0], {}), serving(guards[1], {}):
        yield guards
    for one in guards:
        one.close()


async def test_of_two_guards_one_tells_and_both_sign_alike(two, soc):
    ids = []
    for number in range(6):
        who = Who(principal=Principal(issuer="idp", subject=f"p{number}"), agent=Agent(id="a"))
        wired = two[number % 2]
        ids.append(await Desk(wired).open_session(who, None))
        await two[(number + 1) % 2].reauthorizing.end(ids[-1], OPERATOR)
    async with asyncio.timeout(5):
        while len(soc.got) < 6:
            await asyncio.sleep(0.05)
    await asyncio.gather(*(caught_up(one) for one in two))
    jwks = {"keys": [dict(key_of(two[1]))]}  # the keys of the other guard are the same
    told = [read(body, jwks, issuer=URL, audience=AUD) for _, body in soc.got]
    assert sorted(one["sub_id"]["user"]["sub"] for one in told) == [f"p{n}" for n in range(6)]


async def caught_up(wired):
    """Return when all that is in the log was read, and all that was queued is gone."""
    async with asyncio.timeout(5):
        while (await wired.store.transmissions.told()).cursor < await wired.store.log.end():
            await asyncio.sleep(0.05)
        while await wired.store.transmissions.count("cfg_soc"):
            await asyncio.sleep(0.05)


def key_of(wired):
    from guard_adapters.issuer.set_key import RsaSigner  # noqa: PLC0415

    return RsaSigner.from_file(wired.loaded.state / "keys" / "signals-out.pem").public()
