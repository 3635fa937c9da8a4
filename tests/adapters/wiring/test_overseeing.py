"""An operator is told which stream is silent, which receiver is behind, and what fails unseen."""

import asyncio
import json
from dataclasses import replace

import httpx
import pytest

from guard.errors import Unavailable
from guard.model.kill import Kill
from guard.ports.transmit import OutToken
from guard_adapters.cli import main
from guard_adapters.front.ssf.received import UNFOLLOWED
from guard_adapters.wiring.operator import kills
from guard_adapters.wiring.operator.kills import KillDesk
from guard_adapters.wiring.running import serving
from guard_adapters.wiring.signals.overseeing import BEHIND_MS, StreamDesk
from guard_adapters.wiring.signals.receiving import push_token, streams
from tests.signals.telling import AUD, POLLS, Guard

pytestmark = pytest.mark.signals


def own(url, **more):
    """Return guard.yaml with a stream from this transmitter, and a receiver that polls."""
    entry = {"issuer": url, "jwks_url": f"{url}/jwks", "audience": AUD, **more}
    return f"{POLLS}\n  signals: {{idp: {json.dumps(entry)}}}"


async def command(capsys, guard, *words):
    """Run a command beside the guard that runs; return its exit code and what it printed."""
    config = str(guard.wired.loaded.file)
    code = await asyncio.to_thread(main, [*words, "--config", config, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def doctor(capsys, guard):
    _, rows = await command(capsys, guard, "doctor")
    return {one["code"]: one["text"] for one in rows}


async def test_a_transmitter_that_does_not_answer_is_silent_and_said(tmp_path, capsys) -> None:
    gone = "http://127.0.0.1:1"
    guard, said = Guard(tmp_path, own(gone, poll_url=f"{gone}/poll")), []
    async with serving(guard.wired, {}, said.append) as guard.url:
        async with asyncio.timeout(5):
            while not said:
                await asyncio.sleep(0.01)
        found = await doctor(capsys, guard)
    guard.wired.close()
    assert said[0] == "The stream idp is not fetched (OSError)."
    assert found["fault"] == said[0]


async def test_a_stream_is_shown_with_all_that_is_known_of_it(tmp_path, capsys) -> None:
    guard = Guard(tmp_path, own("https://idp.example"))
    async with serving(guard.wired, {}) as guard.url:
        code, (heard, *_) = await command(capsys, guard, "signals", "status")
        assert (code, heard["name"], heard["taken"], heard["wrong"]) == (0, "idp", 0, "")
        assert "note" in await doctor(capsys, guard)  # nobody would notice a silence
        token = push_token(guard.wired.loaded.state, "idp")
        headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/secevent+jwt",
        }
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            where = f"{guard.url}/guard/v1/signals/push/idp"
            assert (await http.post(where, content=b"x", headers=headers)).status_code == 400
        code, (heard,) = await command(capsys, guard, "signals", "status", "idp")
        assert (code, heard["refused"]) == (1, 1)
        assert heard["wrong"] == "its last token was refused: invalid_request"
        assert "invalid_request" in (await doctor(capsys, guard))["stream_silent"]
    guard.wired.close()


async def test_a_stream_that_its_transmitter_paused_is_silent(tmp_path) -> None:
    guard = Guard(tmp_path, own("http://127.0.0.1:1"))
    listening = streams(guard.wired)
    (source,) = listening.sources
    source.status, source.why = "paused", "maintenance"
    desk = StreamDesk(wired=guard.wired, listening=listening, since_ms=0)
    ((heard,),) = [(await desk.streams())["in"]]
    assert heard["wrong"] == "paused by its transmitter: maintenance"
    listening.close()
    guard.wired.close()


async def test_a_receiver_whose_tokens_wait_for_long_is_behind(tmp_path, capsys) -> None:
    guard = Guard(tmp_path, POLLS)
    async with serving(guard.wired, {}) as guard.url:
        stream = (await guard.made()).json()
        rows = guard.wired.store.transmissions
        (row,) = await rows.streams()
        assert row.id == stream["stream_id"]
        voice = guard.wired.world.clock
        await rows.add([made(row.id, voice.now_ms() - BEHIND_MS - 1)])
        code, (told,) = await command(capsys, guard, "signals", "status")
        assert (code, told["waiting"], told["wrong"]) == (1, 1, "1 tokens wait to be taken")
        assert "'soc' is behind" in (await doctor(capsys, guard))["receiver_behind"]
    guard.wired.close()


def made(stream, at_ms):
    return OutToken(id="t1", stream=stream, token="x.y.z", at_ms=at_ms)


async def test_a_stop_that_is_not_all_followed_is_said(tmp_path) -> None:
    guard, said = Guard(tmp_path, POLLS), []
    guard.wired.faults.tell = said.append

    class Down:
        async def live(self):
            raise Unavailable("no", code="store_unavailable")

    world = replace(guard.wired.world, sessions=Down())
    desk = KillDesk(world=world, policy=lambda: guard.wired.bundle, by="o", faults=guard.wired.faults)  # fmt: skip
    assert await desk.unmet(await desk.kill("agent", "clerk", "")) == ""
    async with asyncio.timeout(5):
        while not said:
            await asyncio.sleep(0)
    assert said == ["Not all that a stop of agent holds is cut (store_unavailable)."]
    guard.wired.close()


async def test_a_store_that_hangs_keeps_nobody_waiting_who_stops_somebody(tmp_path, monkeypatch):
    guard = Guard(tmp_path, POLLS)

    class Hangs:
        async def live(self):
            await asyncio.Event().wait()

    monkeypatch.setattr(kills, "SEEN_S", 0.01)
    world = replace(guard.wired.world, sessions=Hangs())
    desk = KillDesk(world=world, policy=lambda: guard.wired.bundle, by="o")
    stop = Kill(scope="agent", name="clerk", why="", by="o", at_ms=0)
    assert await asyncio.wait_for(desk.unmet(stop), 5) == ""
    guard.wired.close()


def test_what_follows_from_an_event_has_one_name_for_pushed_and_polled_streams() -> None:
    assert UNFOLLOWED.format("idp").endswith("of the stream idp is done")
