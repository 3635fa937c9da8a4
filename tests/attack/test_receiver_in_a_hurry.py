"""A receiver that asks many things of its one stream at once."""

import asyncio
from collections import Counter

import httpx
import pytest
from starlette.applications import Starlette

from guard.testing.clock import CountedIds, FrozenClock
from guard.testing.transmit import MemoryTransmissions
from guard_adapters.front.bearer import digest_of
from guard_adapters.front.ssf.management import Desk, routes
from guard_adapters.front.ssf.outgoing import Receiver, Voice
from tests.signals.telling import POLLS, telling

pytestmark = pytest.mark.signals

STREAMS = "/guard/v1/ssf/streams"
STATUS = "/guard/v1/ssf/status"
VERIFY = "/guard/v1/ssf/verify"


@pytest.fixture
async def guard(tmp_path):
    async with telling(tmp_path, POLLS) as made:
        yield made


async def at_once(guard, *asks):
    """Send all on connections that are open already; return the statuses."""
    said = {"authorization": f"Bearer {guard.token}"}
    async with httpx.AsyncClient(
        trust_env=False, verify=False, base_url=guard.url, headers=said
    ) as http:
        await asyncio.gather(*(http.get(STREAMS) for _ in asks))
        answers = await asyncio.gather(
            *(http.request(m, path, json=body) for m, path, body in asks)
        )
    return [one.status_code for one in answers]


class Key:
    """Signs nothing worth the name: what is signed is not looked at here."""

    alg, kid = "RS256", "k"

    def signed(self, _):
        return b"signed"


class Slow(MemoryTransmissions):
    """Rows that are read by everybody before anybody writes."""

    async def streams(self):
        found = await MemoryTransmissions.streams(self)
        for _ in range(100):
            await asyncio.sleep(0)
        return found


@pytest.fixture
async def slow():
    """Return the endpoints over slow rows, with a client of the one receiver, and the rows."""
    rows = Slow()
    voice = Voice(
        issuer="https://guard.example",
        signer=Key(),
        clock=FrozenClock(),
        ids=CountedIds(),
        receivers={"soc": Receiver(name="soc", audience="a", token=digest_of("sesame"))},
    )
    desk = Desk(voice=voice, rows=rows, seal=str)
    app = httpx.ASGITransport(app=Starlette(routes=routes(desk)))
    said = {"authorization": "Bearer sesame"}
    async with httpx.AsyncClient(transport=app, base_url=voice.issuer, headers=said) as http:
        yield http, rows


async def test_twenty_requests_for_a_stream_make_one(slow) -> None:
    http, rows = slow
    found = await asyncio.gather(*(http.post(STREAMS, json={}) for _ in range(20)))
    assert Counter(one.status_code for one in found) == {201: 1, 409: 19}
    assert len(rows.rows) == 1


async def test_of_ten_verifications_at_once_one_is_taken(slow) -> None:
    http, rows = slow
    body = {"stream_id": (await http.post(STREAMS, json={})).json()["stream_id"]}
    found = await asyncio.gather(*(http.post(VERIFY, json=body) for _ in range(10)))
    assert Counter(one.status_code for one in found) == {204: 1, 429: 9}
    assert len(rows.tokens) == 1


async def test_a_pause_stands_whatever_else_is_asked_beside_it(guard) -> None:
    ident = (await guard.made()).json()["stream_id"]
    for n in range(4):
        await guard.ask("POST", STATUS, {"stream_id": ident, "status": "enabled"})
        found = await at_once(
            guard,
            ("PATCH", STREAMS, {"stream_id": ident, "description": f"a{n}"}),
            ("POST", STATUS, {"stream_id": ident, "status": "paused"}),
            ("POST", VERIFY, {"stream_id": ident}),
            ("PATCH", STREAMS, {"stream_id": ident, "description": f"b{n}"}),
        )
        assert found[1] == 200
        (stream,) = await guard.wired.store.transmissions.streams()
        assert stream.status == "paused"


async def test_a_stream_that_is_ended_stays_ended(guard) -> None:
    for _ in range(4):
        ident = (await guard.made()).json()["stream_id"]
        found = await at_once(
            guard,
            ("POST", STATUS, {"stream_id": ident, "status": "paused"}),
            ("DELETE", f"{STREAMS}?stream_id={ident}", None),
            ("POST", STATUS, {"stream_id": ident, "status": "enabled"}),
            ("PATCH", STREAMS, {"stream_id": ident, "description": "still here"}),
        )
        assert found[1] == 204
        assert (await guard.ask("GET", STREAMS)).json() == []
