"""A legacy key on the wire, at a real HTTP server that echoes what it gets."""

import asyncio
import base64

import httpx
import pytest

from guard.errors import Refused, Unusable
from guard.grant.lease import Fate
from guard_adapters._http.egress import async_transport
from guard_adapters._http.origins import origin
from guard_adapters.issuer.static import Static, StaticIssuer
from tests.adapters.front.relaying import listening, serving
from tests.adapters.issuer.leased import a_lease, issued, maker

SECRET = "API-KEY-CANARY-0123456789"


class Echo:
    """Answers with the key that it was sent, as told."""

    def __init__(self):
        self.seen, self.form, self.status, self.headers = [], "raw", 200, []

    async def __call__(self, scope, receive, send):
        sent = {key.decode(): value.decode() for key, value in scope["headers"]}
        self.seen.append(sent)
        await receive()
        key = sent.get("x-api-key", "").encode()
        body = {"raw": b"you sent " + key, "base64": base64.b64encode(b"basic:" + key)}[self.form]
        headers = [(b"x-echo", key), *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for cut in range(0, len(body), 7):
            await send(
                {"type": "http.response.body", "body": body[cut : cut + 7], "more_body": True}
            )
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def echo():
    app = Echo()
    listener, app.port = listening()
    async with serving(app, listener):
        app.url = f"http://127.0.0.1:{app.port}"
        yield app


@pytest.fixture
def issuer(tmp_path, echo):
    (tmp_path / "key").write_text(SECRET + "\n")
    (tmp_path / "key").chmod(0o600)
    settings = Static(secret_file="key", header="X-Api-Key", prefix="", origins=(echo.url,))
    return StaticIssuer(settings, maker(tmp_path))


@pytest.fixture
async def call(issuer):
    _, credential = await issued(issuer, grant="")
    transport = async_transport(httpx, lambda: credential)
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        client.sends, client.credential = transport, credential
        yield client


@pytest.mark.parametrize("form", ["raw", "base64"])
async def test_the_server_gets_the_key_and_the_tool_gets_none_of_it_back(echo, call, form):
    echo.form = form
    answer = await call.get(f"{echo.url}/x")
    assert echo.seen[0]["x-api-key"] == SECRET
    inner = base64.b64encode(b"basic:" + SECRET.encode())[8:-4].decode()
    for shown in (answer.text, str(answer.headers), str(answer.request.headers)):
        assert SECRET not in shown
        assert inner not in shown
    assert "[secret]" in answer.text
    assert call.sends.echoed == 1


@pytest.mark.parametrize(
    "url",
    ["http://localhost:{port}/", "http://127.0.0.1:1/", "https://127.0.0.1:{port}/", "http://127.0.0.1.evil.example:{port}/",
     "http://evil.example/?http://127.0.0.1:{port}"],
)  # fmt: skip
async def test_any_other_address_gets_nothing(echo, call, url):
    with pytest.raises(Refused) as no:
        await call.get(url.format(port=echo.port))
    assert no.value.code == "destination_not_listed"
    assert echo.seen == []


async def test_a_redirect_is_not_followed_with_the_key(echo, call):
    echo.status, echo.headers = 307, [(b"location", b"http://evil.example/")]
    with pytest.raises(Refused) as no:
        await call.get(f"{echo.url}/x", follow_redirects=True)
    assert no.value.code == "upstream_redirects"
    assert len(echo.seen) == 1


async def test_a_compressed_answer_is_refused_because_it_cannot_be_looked_through(echo, call):
    echo.headers = [(b"content-encoding", b"gzip")]
    with pytest.raises(Refused) as no:
        await call.get(f"{echo.url}/x")
    assert no.value.code == "answer_unreadable"
    assert echo.seen[0]["accept-encoding"] == "identity"


async def test_outside_a_call_nothing_is_sent(echo):
    def none():
        raise Refused("No call runs.", code="no_active_call")

    async with httpx.AsyncClient(transport=async_transport(httpx, none)) as client:
        with pytest.raises(Refused) as no:
            await client.get(echo.url)
    assert (no.value.code, echo.seen) == ("no_active_call", [])


async def test_it_says_plainly_that_it_is_level_0(issuer):
    assert issuer.facts("crm", "read").binding == 0
    lease = a_lease(issuer)
    assert await issuer.revoke(lease, "signal") is Fate.GONE
    assert list(await issuer.sweep()) == []


async def test_no_repr_shows_the_key(call, issuer):
    assert SECRET not in f"{call.credential!r} {issuer!r} {vars(issuer)!r}"


@pytest.mark.parametrize("content", ["short", "", "no\x07bell-at-all", "ümlaut-is-not-ascii"])
def test_a_key_that_could_not_be_recognised_or_sent_is_refused_at_the_start(tmp_path, content):
    (tmp_path / "key").write_text(content)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(Unusable) as no:
        StaticIssuer(Static(secret_file="key", origins=("https://a.example",)), maker(tmp_path))
    assert no.value.code == "secret_file_unusable"


def test_a_key_that_others_can_read_is_refused(tmp_path):
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(Unusable) as no:
        StaticIssuer(Static(secret_file="key", origins=("https://a.example",)), maker(tmp_path))
    assert no.value.code == "secret_file_unusable"
    assert SECRET not in str(no.value)


@pytest.mark.parametrize(
    "url", ["http://a.example", "ftp://a.example", "https://u:p@a.example", "a.example"]
)
def test_an_address_in_the_clear_or_without_a_scheme_is_no_origin(url):
    with pytest.raises(ValueError, match="expected https"):
        origin(url)


def test_ports_are_written_out():
    assert origin("https://a.example/path?q") == "https://a.example:443"
    assert origin("http://[::1]:8080") == "http://[::1]:8080"
