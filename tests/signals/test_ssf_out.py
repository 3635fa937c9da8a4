"""What the guard finds reaches others: over real HTTP, to a receiver made from the specifications."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from guard_adapters.cli import main
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.operator.desk import OPERATOR
from guard_adapters.wiring.running import serving
from tests.signals.receiving import CAEP, PushedTo, read
from tests.signals.telling import AUD, CONFIG, POLLS, Guard, telling

pytestmark = pytest.mark.signals

REVOKED, RISK = CAEP + "session-revoked", CAEP + "risk-level-change"


@pytest.fixture
async def running():
    """Start guards, and stop them."""
    async with AsyncExitStack() as stack:
        yield lambda folder, text: stack.enter_async_context(telling(folder, text))


@pytest.fixture
async def guard(running, tmp_path):
    return await running(tmp_path, POLLS)


@pytest.fixture
def soc():
    made = PushedTo()
    yield made
    made.close()


async def test_a_session_that_an_operator_ends_is_told_as_revoked(guard) -> None:
    stream = (await guard.made()).json()
    ana = await guard.session(sid="login-7")
    await guard.wired.reauthorizing.end(ana, "reviewer:bob")
    (told,) = await guard.heard(stream, 1)
    assert told["sub_id"] == {
        "format": "complex",
        "user": {"format": "iss_sub", "iss": "https://idp.example", "sub": "ana"},
        "session": {"format": "opaque", "id": "login-7"},
    }
    event = told["events"][REVOKED]
    assert event["initiating_entity"] == "admin"
    assert "bob" not in str(told)
    assert abs(event["event_timestamp"] - told["iat"]) <= 5


async def test_a_reused_token_ends_the_session_and_is_told(guard) -> None:
    stream = (await guard.made()).json()
    ana = await guard.session()
    await guard.risk(ana, "token_reuse", source="detector")
    (told,) = await guard.heard(stream, 1)
    assert told["events"][REVOKED]["reason_admin"] == {"en": "token_reuse"}
    assert told["sub_id"]["session"]["id"] == ana  # no sid is known: the handle stands for it


async def test_risk_is_told_when_it_rises_and_when_it_no_longer_holds(guard) -> None:
    stream = (await guard.made()).json()
    ana = await guard.session(sid="s1")
    await guard.risk(ana, "impossible_travel", source="detector")
    await guard.heard(stream, 1)
    from dataclasses import replace  # noqa: PLC0415

    await guard.wired.world.sessions.update(ana, lambda held: replace(held, signals=()))
    up, down = (one["events"][RISK] for one in await guard.heard(stream, 2))
    assert (up["principal"], up["previous_level"], up["current_level"]) == ("SESSION", "LOW", "MEDIUM")  # fmt: skip
    assert up["risk_reason"] == "impossible_travel"
    assert (down["previous_level"], down["current_level"]) == ("MEDIUM", "LOW")


async def test_an_operators_narrowing_and_a_stop_are_told_and_taken_back(guard) -> None:
    from guard.access.killing import Killing  # noqa: PLC0415
    from guard.model.access import Access, Level  # noqa: PLC0415

    stream = (await guard.made()).json()
    ana = await guard.session(sid="s1")
    await guard.wired.reauthorizing.narrow(ana, Access(level=Level.READ_ONLY), "looking")
    await guard.heard(stream, 1)
    killing = Killing(world=guard.wired.world, policy=lambda: guard.wired.bundle)
    await killing.stop("agent", "clerk", why="", by=OPERATOR)
    await guard.heard(stream, 2)
    await killing.lift("agent", "clerk", by=OPERATOR)
    await guard.heard(stream, 3)
    await guard.wired.reauthorizing.give_back(ana, "operator")
    told = [one["events"][RISK] for one in await guard.heard(stream, 4)]
    assert [one["current_level"] for one in told] == ["MEDIUM", "HIGH", "MEDIUM", "LOW"]
    assert told[0]["risk_reason"] == "narrowed: looking"


async def test_of_people_the_strictest_session_counts(running, tmp_path) -> None:
    guard = await running(tmp_path, f"  receivers: {{soc: {{audience: '{AUD}', about: person}}}}")
    stream = (await guard.made()).json()
    one, two = await guard.session(sid="s1"), await guard.session(sid="s2")
    assert one != two
    await guard.risk(one, "impossible_travel", source="detector")
    await guard.heard(stream, 1)
    await guard.risk(two, "operator_narrow")
    await guard.heard(stream, 2)
    await guard.wired.reauthorizing.end(two, OPERATOR)
    told = await guard.heard(stream, 4)
    assert {one["sub_id"]["format"] for one in told} == {"iss_sub"}
    levels = [one["events"][RISK]["current_level"] for one in told if RISK in one["events"]]
    assert levels == ["MEDIUM", "HIGH", "MEDIUM"]


async def test_what_others_said_is_not_said_again(guard) -> None:
    stream = (await guard.made()).json()
    ana, bob = await guard.session(), await guard.session("bob")
    await guard.risk(ana, "risk_level_high", source="https://idp.example")
    await guard.risk(bob, "operator_narrow")  # after it in the log
    (told,) = await guard.heard(stream, 1)
    assert told["sub_id"]["user"]["sub"] == "bob"


async def test_what_happened_before_anybody_listened_is_not_told(guard) -> None:
    ana = await guard.session()
    await guard.wired.reauthorizing.end(ana, OPERATOR)
    await guard.caught_up()
    stream = (await guard.made()).json()
    bob = await guard.session("bob")
    await guard.wired.reauthorizing.end(bob, OPERATOR)
    (told,) = await guard.heard(stream, 1)
    assert told["sub_id"]["user"]["sub"] == "bob"


async def test_a_stream_is_made_read_changed_and_ended_as_the_specification_has_it(guard) -> None:
    meta = await guard.metadata()
    assert (meta["issuer"], meta["spec_version"], meta["default_subjects"]) == (guard.url, "1_0", "ALL")  # fmt: skip
    assert meta["authorization_schemes"] == [{"spec_urn": "urn:ietf:rfc:6750"}]
    where = meta["configuration_endpoint"]
    assert (await guard.ask("GET", where)).json() == []
    made = await guard.made(events_requested=[RISK, "https://x.example/other"], description="ours")
    assert made.status_code == 201
    stream = made.json()
    assert (stream["iss"], stream["aud"]) == (guard.url, AUD)
    assert stream["events_delivered"] == [RISK]
    assert stream["delivery"]["method"] == "urn:ietf:rfc:8936"
    ident = stream["stream_id"]
    assert (await guard.made()).status_code == 409
    assert (await guard.ask("GET", f"{where}?stream_id={ident}")).json() == stream
    assert (await guard.ask("GET", where)).json() == [stream]
    changed = await guard.ask("PATCH", where, {"stream_id": ident, "events_requested": [REVOKED]})
    assert changed.json() == {**stream, "events_requested": [REVOKED], "events_delivered": [REVOKED]}  # fmt: skip
    replaced = await guard.ask("PUT", where, {"stream_id": ident, "aud": AUD})
    assert (replaced.json()["description"], len(replaced.json()["events_delivered"])) == ("", 2)
    wrong = await guard.ask("PATCH", where, {"stream_id": ident, "aud": "https://evil.example"})
    assert wrong.status_code == 400
    status = meta["status_endpoint"]
    assert (await guard.ask("GET", f"{status}?stream_id={ident}")).json() == {"stream_id": ident, "status": "enabled"}  # fmt: skip
    assert (await guard.ask("DELETE", f"{where}?stream_id={ident}")).status_code == 204
    assert (await guard.ask("DELETE", f"{where}?stream_id={ident}")).status_code == 404


async def test_a_receiver_sees_that_its_stream_works_and_not_too_often(guard) -> None:
    stream = (await guard.made()).json()
    verify = (await guard.metadata())["verification_endpoint"]
    body = {"stream_id": stream["stream_id"], "state": "VGhpcyBpcw"}
    assert (await guard.ask("POST", verify, body)).status_code == 204
    assert (await guard.ask("POST", verify, body)).status_code == 429
    (told,) = await guard.heard(stream, 1)
    assert told["sub_id"] == {"format": "opaque", "id": stream["stream_id"]}
    assert [*told["events"].values()] == [{"state": "VGhpcyBpcw"}]


async def test_a_paused_stream_is_silent_and_catches_up_a_disabled_one_is_not(guard) -> None:
    stream = (await guard.made()).json()
    ident, status = stream["stream_id"], (await guard.metadata())["status_endpoint"]
    paused = {"stream_id": ident, "status": "paused", "reason": "night"}
    assert (await guard.ask("POST", status, paused)).json() == paused
    await guard.wired.reauthorizing.end(await guard.session(), OPERATOR)
    await guard.caught_up()
    assert (await guard.polled(stream))["sets"] == {}
    await guard.ask("POST", status, {"stream_id": ident, "status": "enabled"})
    assert len(await guard.heard(stream, 1)) == 1
    await guard.ask("POST", status, {"stream_id": ident, "status": "disabled"})
    await guard.ask("POST", status, {"stream_id": ident, "status": "enabled"})
    assert (await guard.polled(stream))["sets"] == {}


async def test_what_is_acknowledged_or_given_up_does_not_come_again(guard) -> None:
    stream = (await guard.made()).json()
    for name in ("ana", "bob", "eve"):
        await guard.wired.reauthorizing.end(await guard.session(name), OPERATOR)
    one, two, three = (told["jti"] for told in await guard.heard(stream, 3))
    answer = await guard.polled(stream, maxEvents=1)
    assert ([*answer["sets"]], answer["moreAvailable"]) == ([one], True)
    wrong = {two: {"err": "invalid_audience", "description": "not mine"}}
    answer = await guard.polled(stream, ack=[one], setErrs=wrong)
    assert ([*answer["sets"]], answer["moreAvailable"]) == ([three], False)
    assert (await guard.polled(stream, maxEvents=0))["sets"] == {}
    assert (await guard.polled(stream, ack=["nobody", three]))["sets"] == {}


async def test_a_poll_that_may_wait_is_answered_when_something_comes(guard) -> None:
    stream = (await guard.made()).json()
    where = stream["delivery"]["endpoint_url"]
    waiting = asyncio.create_task(guard.ask("POST", where, {}, timeout=10))
    await guard.wired.reauthorizing.end(await guard.session(), OPERATOR)
    assert len((await waiting).json()["sets"]) == 1


async def test_tokens_are_pushed_to_a_stream_that_the_operator_wrote_down(
    running, tmp_path, soc
) -> None:
    text = f"  receivers: {{soc: {{audience: '{AUD}', push_url: '{soc.url}/events', push_token_file: soc.token}}}}"  # fmt: skip
    guard = await running(tmp_path, text)
    soc.answers = [(503, b""), (401, b""), (400, b'{"err": "invalid_request"}')]
    for name in ("ana", "bob"):
        await guard.wired.reauthorizing.end(await guard.session(name), OPERATOR)
    async with asyncio.timeout(10):
        while len(soc.got) < 4:
            await asyncio.sleep(0.05)
    headers = soc.got[0][0]
    assert headers["content-type"] == "application/secevent+jwt"
    assert headers["authorization"] == "Bearer sesame"
    jwks = (await guard.ask("GET", (await guard.metadata())["jwks_uri"])).json()
    told = [read(body, jwks, issuer=guard.url, audience=AUD) for _, body in soc.got]
    # Tried again until it is taken or never will be; the second waits for the first.
    assert [one["sub_id"]["user"]["sub"] for one in told] == ["ana", "ana", "ana", "bob"]
    assert len({one["jti"] for one in told}) == 2
    meta = await guard.metadata()
    (stream,) = (await guard.ask("GET", meta["configuration_endpoint"])).json()
    assert stream["delivery"] == {"method": "urn:ietf:rfc:8935", "endpoint_url": f"{soc.url}/events"}  # fmt: skip
    ended = await guard.ask("DELETE", f"{meta['configuration_endpoint']}?stream_id={stream['stream_id']}")  # fmt: skip
    assert ended.status_code == 403
    async with asyncio.timeout(5):
        while (counts := [(s.taken, s.refused) for s in await guard.wired.store.transmissions.streams()]) != [(1, 1)]:  # fmt: skip
            await asyncio.sleep(0.05)
    assert counts == [(1, 1)]


async def test_what_waits_survives_a_restart_of_the_guard(running, tmp_path) -> None:
    async with telling(tmp_path, POLLS) as first:
        stream = (await first.made()).json()
        await first.wired.reauthorizing.end(await first.session(), OPERATOR)
        (before,) = await first.heard(stream, 1)
        await first.wired.reauthorizing.end(await first.session("bob"), OPERATOR)
    # It stopped, perhaps before bob's end was read from the log.
    guard = await running(tmp_path, POLLS)
    path = stream["delivery"]["endpoint_url"].removeprefix(first.url)
    async with asyncio.timeout(5):
        while len(sets := (await guard.ask("POST", path, {"returnImmediately": True})).json()["sets"]) < 2:  # fmt: skip
            await asyncio.sleep(0.05)
    assert before["jti"] in sets


async def test_one_guard_tells_another_whose_session_of_the_same_login_ends(
    running, tmp_path, capsys
) -> None:
    """`guard signals add` at B makes the stream at A; what A finds ends the session at B."""
    b = Guard(tmp_path / "b", "")
    served = serving(b.wired, {})
    url_b = await served.__aenter__()
    a = await running(
        tmp_path / "a", f"  receivers: {{soc: {{audience: '{AUD}', push_to: ['{url_b}']}}}}"
    )
    token = tmp_path / "b" / "a.token"
    token.write_text(a.token)
    token.chmod(0o600)
    words = ["signals", "add", "guard-a", "--transmitter", a.url, "--audience", AUD, "--url", url_b,
             "--token-file", str(token), "--config", str(tmp_path / "b" / "guard.yaml")]  # fmt: skip
    assert await asyncio.to_thread(main, words) == 0
    entry = capsys.readouterr().out
    await served.__aexit__(None, None, None)
    b.wired.close()
    port = url_b.rpartition(":")[2]
    listening = "\n".join("  " + line for line in entry.splitlines()[1:])
    text = CONFIG.replace("{{port: 0}}", f"{{{{port: {port}}}}}").format(guard=listening)
    (tmp_path / "b" / "guard.yaml").write_text(text)
    b.wired = build(load(tmp_path / "b" / "guard.yaml"))
    b.desk = Desk(b.wired)
    async with serving(b.wired, {}):
        here, there = await a.session(sid="login-7"), await b.session(sid="login-7")
        other = await b.session(sid="login-8")
        await a.risk(here, "impossible_travel", source="detector")
        async with asyncio.timeout(10):
            while not (await b.wired.world.sessions.get(there)).signals:
                await asyncio.sleep(0.05)
            await a.wired.reauthorizing.end(here, OPERATOR)
            while not (await b.wired.world.sessions.get(there)).ended_at_ms:
                await asyncio.sleep(0.05)
        assert not (await b.wired.world.sessions.get(other)).ended_at_ms
    b.wired.close()
