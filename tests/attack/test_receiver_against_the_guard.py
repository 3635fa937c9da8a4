"""A receiver of signals, or whoever has its token, against the guard and against other receivers."""

import asyncio

import httpx
import pytest

from guard_adapters.wiring.signals.transmitting import receiver_token
from tests.signals.receiving import PushedTo
from tests.signals.telling import AUD, telling

pytestmark = pytest.mark.signals

PUSH = "urn:ietf:rfc:8935"
STREAMS = "/guard/v1/ssf/streams"


@pytest.fixture
def inner():
    """A service on this machine that only this machine reaches."""
    made = PushedTo()
    yield made
    made.close()


@pytest.fixture
async def guard(tmp_path, inner):
    text = f"""
  receivers:
    soc: {{audience: '{AUD}', push_to: ['{inner.url}', 'https://soc.example']}}
    rival: {{audience: 'https://rival.example'}}"""
    async with telling(tmp_path, text) as made:
        yield made


def rival(guard):
    return receiver_token(guard.wired.loaded.state, "rival")


URLS = (
    "http://127.0.0.1:1/admin",
    "http://169.254.169.254/latest/meta-data",
    "https://soc.example.evil.example/e",
    "https://soc.example@evil.example/e",
    "https://soc.example:8443/e",
    "http://soc.example/e",
    "https://soc.example /e",
    "https://soc.example\r\nx: y",
    "https://soc.ex\u0430mple/e",
    "file:///etc/passwd",
    "//soc.example/e",
    "",
    7,
)


async def test_the_guard_sends_nothing_where_its_operator_listed_nothing(guard) -> None:
    for url in URLS:
        answer = await guard.made(delivery={"method": PUSH, "endpoint_url": url})
        assert answer.status_code == 400, url
    assert (await guard.ask("GET", STREAMS)).json() == []


async def test_a_stream_is_not_moved_elsewhere_later(guard, inner) -> None:
    stream = (await guard.made(delivery={"method": PUSH, "endpoint_url": f"{inner.url}/e"})).json()
    for method in ("PATCH", "PUT"):
        moved = {"method": PUSH, "endpoint_url": "http://127.0.0.1:1/x"}
        body = {"stream_id": stream["stream_id"], "delivery": moved}
        assert (await guard.ask(method, STREAMS, body)).status_code == 400
    assert (await guard.ask("GET", STREAMS)).json() == [stream]


async def test_one_receiver_neither_sees_nor_changes_the_stream_of_another(guard) -> None:
    stream = (await guard.made()).json()
    ident = stream["stream_id"]
    await guard.wired.reauthorizing.end(await guard.session(), "operator")
    await guard.heard(stream, 1)
    asks = [
        ("GET", f"{STREAMS}?stream_id={ident}", None),
        ("PATCH", STREAMS, {"stream_id": ident}),
        ("PUT", STREAMS, {"stream_id": ident}),
        ("DELETE", f"{STREAMS}?stream_id={ident}", None),
        ("GET", f"/guard/v1/ssf/status?stream_id={ident}", None),
        ("POST", "/guard/v1/ssf/status", {"stream_id": ident, "status": "disabled"}),
        ("POST", "/guard/v1/ssf/verify", {"stream_id": ident}),
        ("POST", f"/guard/v1/ssf/poll/{ident}", {"returnImmediately": True}),
    ]
    for method, path, body in asks:
        assert (await guard.ask(method, path, body, token=rival(guard))).status_code == 404
        assert (await guard.ask(method, path, body, token="x")).status_code == 401
    assert (await guard.ask("GET", STREAMS, token=rival(guard))).json() == []
    assert len(await guard.heard(stream, 1)) == 1


async def test_an_acknowledgement_reaches_only_the_tokens_of_its_own_stream(guard) -> None:
    stream = (await guard.made()).json()
    await guard.wired.reauthorizing.end(await guard.session(), "operator")
    (told,) = await guard.heard(stream, 1)
    where = (await guard.ask("GET", "/.well-known/ssf-configuration")).json()["configuration_endpoint"]  # fmt: skip
    theirs = (await guard.ask("POST", where, {}, token=rival(guard))).json()
    body = {"ack": [told["jti"]], "returnImmediately": True}
    await guard.ask("POST", theirs["delivery"]["endpoint_url"], body, token=rival(guard))
    assert len(await guard.heard(stream, 1)) == 1


async def test_what_a_receiver_wants_to_see_is_one_header(guard, inner) -> None:
    where = {"method": PUSH, "endpoint_url": f"{inner.url}/e"}
    for header in ("Bearer a\r\nHost: evil", "Bearer \u00e9", " x", 7, "x" * 5000):
        made = await guard.made(delivery={**where, "authorization_header": header})
        assert made.status_code == 400, header


async def test_the_token_for_a_receiver_is_in_no_file_of_the_store_and_in_no_answer(
    guard, inner, tmp_path
) -> None:
    delivery = {
        "method": PUSH,
        "endpoint_url": f"{inner.url}/e",
        "authorization_header": "Bearer very-secret-7",
    }
    made = await guard.made(delivery=delivery)
    assert made.status_code == 201
    assert "very-secret-7" not in made.text
    assert "very-secret-7" not in repr(await guard.wired.store.transmissions.streams())
    await guard.wired.reauthorizing.end(await guard.session(), "operator")
    async with asyncio.timeout(5):
        while not inner.got:
            await asyncio.sleep(0.05)
    assert inner.got[0][0]["authorization"] == "Bearer very-secret-7"
    for file in (tmp_path / ".guardcall").glob("guard.sqlite*"):
        assert b"very-secret-7" not in file.read_bytes()


async def test_a_redirect_takes_nothing_elsewhere(guard, inner) -> None:
    inner.answers = [(302, b"")]
    await guard.made(delivery={"method": PUSH, "endpoint_url": f"{inner.url}/e"})
    await guard.wired.reauthorizing.end(await guard.session(), "operator")
    async with asyncio.timeout(5):
        while not inner.got:
            await asyncio.sleep(0.05)
    (stream,) = await guard.wired.store.transmissions.streams()
    assert stream.taken == 0


async def test_a_body_that_nobody_could_mean_costs_nothing(guard) -> None:
    said = {"authorization": f"Bearer {guard.token}", "content-type": "application/json"}
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        for body in (b"x" * 70_000, b"[" * 5_000, b'{"a":1,"a":2}', b"\xff", b"[]", b"null", b""):
            answer = await http.post(f"{guard.url}{STREAMS}", content=body, headers=said)
            assert answer.status_code == 400
    assert (await guard.ask("GET", STREAMS)).json() == []
