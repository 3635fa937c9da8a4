"""A real guard, a real transmitter beside it: what is said of a person reaches their live sessions."""

import asyncio
import base64
import json
import time
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from guard.config import SignalStream
from guard.errors import Refused, Unavailable
from guard.grant.secevent import SetRefused
from guard.model.call import Outcome, ToolCall, ToolResult
from guard.model.identity import Agent, Principal, Who
from guard.testing import FrozenClock
from guard_adapters._faults import Faults
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.cli import main
from guard_adapters.cli.serve import _tell
from guard_adapters.front.ssf.poll import Polled
from guard_adapters.front.ssf.received import UNFOLLOWED, NotNow
from guard_adapters.store.clock import SystemIds
from guard_adapters.wiring.build import build
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.load import load
from guard_adapters.wiring.running import serving
from guard_adapters.wiring.signals.listening import Verifying, to_be_told
from guard_adapters.wiring.signals.receiving import push_token, streams
from tests.signals_transmitter import SSF, Transmitter, new_key
from tests.web_server import WebServer

pytestmark = pytest.mark.signals

CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  serve: {{port: 0}}
  signals:
    idp: {{issuer: "{issuer}", jwks_url: "{issuer}/jwks", audience: "https://guard.example"}}
    fetched:
      issuer: "{issuer}"
      jwks_url: "{issuer}/jwks"
      audience: "https://guard.example"
      poll_url: "{issuer}/poll"
servers:
  shop:
    trust: trusted
    tools:
      look:
        effect: [read]
        confirmed: true
        input_schema: {{type: object, properties: {{}}}}
"""
POLICY = """
@id("OK") @reason("open") permit (principal is Guard::Agent, action in Guard::Action::"any", resource);
@id("NO") @reason("risky") forbid (principal is Guard::Agent, action in Guard::Action::"any", resource) when { context.risk.session >= 2 };
"""


class Idp:
    """The transmitter's own server: keys, metadata, a stream endpoint and a poll endpoint."""

    def __init__(self):
        self.sender = Transmitter()
        self.asked, self.waiting, self.created = [], {}, []
        self.asked_to_verify, self.ended = [], []
        idp = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._say(idp.sender.jwks if self.path == "/jwks" else idp.metadata())

            def do_DELETE(self):
                idp.ended.append((self.path, self.headers["authorization"]))
                self.send_response(204 if len(idp.ended) == 1 else 404)
                self.end_headers()

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if self.path == "/poll":
                    idp.asked.append(body)
                    for jti in [*body.get("ack", []), *body.get("setErrs", {})]:
                        idp.waiting.pop(jti, None)
                    return self._say({"sets": idp.waiting, "moreAvailable": False})
                if self.path == "/verify":
                    idp.asked_to_verify.append((body, self.headers["authorization"]))
                    return self._say({})
                idp.created.append((body, self.headers["authorization"]))
                delivery = {**body["delivery"]}
                delivery.setdefault("endpoint_url", f"{idp.url}/poll")
                return self._say({"stream_id": "st-1", "delivery": delivery})

            def _say(self, body):
                raw = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_):
                pass

        self.server = WebServer(Handler)
        self.url = self.sender.issuer = self.server.url

    def metadata(self):
        return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", "configuration_endpoint": f"{self.url}/streams", "verification_endpoint": f"{self.url}/verify"}  # fmt: skip

    def said(self, name, subject="ana", **event):
        about = {"format": "iss_sub", "iss": "https://idp.example", "sub": subject}
        return self.sender.caep(name, about, at=int(time.time()), **event)


class Looking:
    async def run(self, call, credential):
        return ToolResult(outcome=Outcome.OK, value="seen")


class World:
    def __init__(self, folder, idp):
        (folder / "guard.yaml").write_text(CONFIG.format(issuer=idp.url))
        (folder / "all.cedar").write_text(POLICY)
        self.idp, self.folder = idp, folder
        self.wired = build(load(folder / "guard.yaml"))
        self.desk = Desk(self.wired)
        self.url, self.made = "", 0

    async def session(self, subject="ana"):
        who = Who(
            principal=Principal(issuer="https://idp.example", subject=subject),
            agent=Agent(id="clerk"),
        )
        return await self.desk.open_session(who, None)

    async def look(self, session):
        self.made += 1
        call = ToolCall(
            id=f"c{self.made}", session=session, server="shop", tool="look", arguments=b"{}"
        )
        return (await self.desk.call(call, Looking(), hold_ms=0)).value

    async def push(self, token, *, name="idp", **headers):
        said = {
            "authorization": f"Bearer {push_token(self.wired.loaded.state, name)}",
            "content-type": "application/secevent+jwt",
            **headers,
        }
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:  # in clear
            return await http.post(
                f"{self.url}/guard/v1/signals/push/{name}", content=token, headers=said
            )


@pytest.fixture
async def world(tmp_path):
    idp = Idp()
    made = World(tmp_path, idp)
    async with serving(made.wired, {}) as made.url:
        yield made
    made.wired.close()
    idp.server.close()


async def test_a_revoked_persons_next_call_is_refused_and_others_go_on(world) -> None:
    ana, bob = await world.session(), await world.session("bob")
    assert await world.look(ana) == "seen"
    answer = await world.push(world.idp.said("session-revoked"))
    assert (answer.status_code, answer.content) == (202, b"")
    with pytest.raises(Refused, match="session_ended"):
        await world.look(ana)
    assert await world.look(bob) == "seen"


async def test_risk_that_rises_narrows_and_falls_again_by_the_same_sender(world) -> None:
    ana = await world.session()
    await world.push(world.idp.said("risk-level-change", current_level="HIGH"))
    with pytest.raises(Refused, match="risky"):
        await world.look(ana)
    later = world.idp.sender.claims(
        "https://schemas.openid.net/secevent/caep/event-type/risk-level-change",
        {"format": "iss_sub", "iss": "https://idp.example", "sub": "ana"},
        at=int(time.time()) + 2,
        current_level="LOW",
    )
    assert (await world.push(world.idp.sender.signed(later))).status_code == 202
    assert await world.look(ana) == "seen"


async def test_an_event_about_a_stranger_tells_its_sender_nothing(world) -> None:
    about = await world.push(world.idp.said("session-revoked", subject="nobody"))
    assert (about.status_code, about.content) == (202, b"")


async def test_the_same_token_again_changes_nothing_twice(world) -> None:
    ana = await world.session()
    token = world.idp.said("credential-change", credential_type="fido2-roaming", change_type="revoke")  # fmt: skip
    for _ in range(3):
        assert (await world.push(token)).status_code == 202
    assert len((await world.wired.world.sessions.get(ana)).signals) == 1


@pytest.mark.parametrize(
    ("err", "headers"),
    [
        ("authentication_failed", {"authorization": "Bearer wrong"}),
        ("authentication_failed", {"authorization": ""}),
        ("invalid_request", {"content-type": "application/jwt"}),
    ],
)
async def test_a_sender_that_is_not_the_streams_is_refused(world, err, headers) -> None:
    ana = await world.session()
    answer = await world.push(world.idp.said("session-revoked"), **headers)
    assert (answer.status_code, answer.json()["err"]) == (400, err)
    assert answer.headers["content-language"] == "en"
    assert await world.look(ana) == "seen"


async def test_a_token_that_another_key_signed_is_refused(world) -> None:
    ana = await world.session()
    forger = Transmitter(issuer=world.idp.url, key=new_key())
    token = forger.caep(
        "session-revoked",
        {"format": "iss_sub", "iss": "https://idp.example", "sub": "ana"},
        at=int(time.time()),
    )
    answer = await world.push(token)
    assert (answer.status_code, answer.json()["err"]) == (400, "invalid_key")
    assert await world.look(ana) == "seen"


async def test_a_token_for_another_stream_or_too_large_is_refused(world) -> None:
    assert (await world.push(b"x" * 70_000)).json()["err"] == "invalid_request"
    elsewhere = await world.push(world.idp.said("session-revoked"), name="fetched")
    assert elsewhere.json()["err"] == "authentication_failed"


async def test_what_waits_at_a_transmitter_is_fetched_and_acknowledged(world) -> None:
    ana = await world.session()
    token = world.idp.said("session-revoked").decode()
    body = token.split(".")[1]
    jti = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["jti"]
    world.idp.waiting = {jti: token, "odd": "no token at all"}

    async def refused():
        while not world.idp.asked or world.idp.waiting:
            await asyncio.sleep(0.05)

    await asyncio.wait_for(refused(), 15)
    said = [one for one in world.idp.asked if "ack" in one]
    assert (said[0]["ack"], said[0]["setErrs"]["odd"]["err"]) == ([jti], "invalid_request")
    with pytest.raises(Refused, match="session_ended"):
        await world.look(ana)


def test_a_stream_is_created_at_its_transmitter_and_printed_for_guard_yaml(
    tmp_path, capsys
) -> None:
    idp = Idp()
    (tmp_path / "guard.yaml").write_text("version: 1\nguard: {}\nservers: {}\n")
    token = tmp_path / "admin.token"
    token.write_text("sesame\n")
    token.chmod(0o600)
    words = ["signals", "add", "idp", "--transmitter", idp.url, "--audience", "https://guard.example",
             "--url", "https://guard.example", "--token-file", str(token), "--config", str(tmp_path / "guard.yaml")]  # fmt: skip
    assert main(words) == 0
    ((request, bearer),) = idp.created
    assert bearer == "Bearer sesame"
    assert request["delivery"]["endpoint_url"] == "https://guard.example/guard/v1/signals/push/idp"
    assert request["delivery"]["authorization_header"].startswith("Bearer ")
    shown = capsys.readouterr().out
    assert f"issuer: {idp.url}" in shown
    assert "sesame" not in shown
    idp.server.close()


def test_a_transmitter_whose_metadata_is_anothers_is_not_used(tmp_path, capsys) -> None:
    idp = Idp()
    idp.metadata = lambda: {"issuer": "https://evil.example", "jwks_uri": "x", "configuration_endpoint": "y"}  # fmt: skip
    (tmp_path / "guard.yaml").write_text("version: 1\nguard: {}\nservers: {}\n")
    words = ["signals", "add", "idp", "--transmitter", idp.url, "--audience", "a", "--poll", "--config", str(tmp_path / "guard.yaml")]  # fmt: skip
    assert main(words) == 3
    assert "transmitter_unusable" in capsys.readouterr().err
    assert idp.created == []
    idp.server.close()


@pytest.fixture
async def quiet(tmp_path):
    """A stream whose tokens a test hands over itself."""
    idp = Idp()
    made = World(tmp_path, idp)
    listening = streams(made.wired)
    yield idp, listening.pushed._sources["idp"]
    listening.close()
    made.wired.close()
    idp.server.close()


async def test_a_stream_that_no_longer_verifies_is_called_stale_and_heard_again(quiet, tmp_path):
    idp, source = quiet
    (tmp_path / "idp.token").write_text("sesame")
    (tmp_path / "idp.token").chmod(0o600)
    told, now = [], int(time.time())
    listed = SignalStream(
        issuer=idp.url, jwks_url=f"{idp.url}/jwks", audience="a", stream_id="st-1", token_file="idp.token"
    )  # fmt: skip
    asking = Verifying(
        source=source, listed=listed, folder=tmp_path, ids=SystemIds(), tell=told.append
    )
    for _ in range(3):
        await asking.once()
    assert told == ["The stream idp is stale (2 verifications never came)."]
    body, bearer = idp.asked_to_verify[-1]
    assert (body["stream_id"], bearer) == ("st-1", "Bearer sesame")
    with pytest.raises(SetRefused, match="invalid_state"):
        await source.take(idp.sender.verification("another", at=now))
    await source.take(idp.sender.verification(body["state"], at=now))
    with pytest.raises(SetRefused, match="invalid_state"):  # good once
        await source.take(idp.sender.verification(body["state"], at=now))
    await asking.once()
    assert told[1:] == ["The stream idp is heard again."]


async def test_a_transmitter_that_verifies_by_itself_sends_no_state(quiet):
    idp, source = quiet
    source.expect("asked")
    about = {"format": "opaque", "id": "st-1"}
    own = idp.sender.claims(SSF + "verification", about, at=int(time.time()))
    await source.take(idp.sender.signed(own))
    assert source.stream.state == "asked"  # what was asked for may still come


async def test_a_paused_stream_is_stale_until_its_transmitter_goes_on(quiet):
    idp, source = quiet
    about = {"format": "opaque", "id": "st-1"}
    for status, stale in (("paused", "paused by its transmitter: night"), ("enabled", "")):
        said = idp.sender.claims(SSF + "stream-updated", about, at=int(time.time()), status=status, reason="night")  # fmt: skip
        await source.take(idp.sender.signed(said))
        assert source.stale == stale


def test_a_stream_is_ended_at_its_transmitter_and_its_token_is_void(tmp_path, capsys):
    idp = Idp()
    entry = f"{{issuer: '{idp.url}', jwks_url: '{idp.url}/jwks', audience: a, stream_id: st-1, token_file: t}}"
    (tmp_path / "guard.yaml").write_text(
        f"version: 1\nguard: {{signals: {{idp: {entry}}}}}\nservers: {{}}\n"
    )
    (tmp_path / "t").write_text("sesame")
    (tmp_path / "t").chmod(0o600)
    before = push_token(tmp_path / ".guardcall", "idp")
    words = ["signals", "remove", "idp", "--config", str(tmp_path / "guard.yaml")]
    assert main(words) == 0
    assert idp.ended == [("/streams?stream_id=st-1", "Bearer sesame")]
    assert "Take idp out of guard.signals" in capsys.readouterr().out
    assert push_token(tmp_path / ".guardcall", "idp") != before
    assert main(words) == 0  # gone already
    assert main(["signals", "remove", "other", "--config", str(tmp_path / "guard.yaml")]) == 3
    assert "stream_unknown" in capsys.readouterr().err
    idp.server.close()


@pytest.mark.parametrize("name", ["session-revoked", "credential-change"])
async def test_what_was_heard_is_not_heard_again_by_sessions_opened_since(world, name) -> None:
    more = {"credential_type": "fido2-roaming", "change_type": "revoke"} if name[0] == "c" else {}
    token = world.idp.said(name, **more)
    assert (await world.push(token)).status_code == 202
    ana = await world.session()
    assert (await world.push(token)).status_code == 202
    assert await world.look(ana) == "seen"
    assert (await world.wired.world.sessions.get(ana)).signals == ()


async def test_an_event_that_could_not_be_written_down_is_heard_when_it_comes_again(world) -> None:
    listening, ana = streams(world.wired), await world.session()
    source = listening.pushed._sources["idp"]
    whole, token = source.hearing, world.idp.said("session-revoked")

    class Full:
        now_ms = whole.now_ms

        async def hear(self, event):
            raise Unavailable("The disk is full.")

    source.hearing = Full()
    with pytest.raises(NotNow):
        await source.take(token)
    assert await world.look(ana) == "seen"
    source.hearing = whole
    await (await source.take(token))()
    with pytest.raises(Refused, match="session_ended"):
        await world.look(ana)
    listening.close()


async def test_a_stream_is_fetched_on_when_what_follows_from_one_event_fails():
    asked = asyncio.Event()

    async def fails():
        raise Unavailable("The disk is full.")

    class Failing:
        name, hearing = "idp", FrozenClock()

        async def take(self, token):
            return fails

    async def ask(body):
        if body.get("ack"):  # after the failure
            asked.set()
        await asyncio.sleep(0)
        return {"sets": {"one": "token"}}

    said = []
    polled = Polled(source=Failing(), ask=ask, idle_s=0, faults=Faults(tell=said.append))
    fetching = asyncio.create_task(polled.forever())
    await asyncio.wait_for(asked.wait(), 5)
    fetching.cancel()
    assert [one.partition(" (")[0] for one in said] == [UNFOLLOWED.format("idp")]


async def test_an_old_word_of_the_transmitter_said_again_does_not_bring_its_stream_back(quiet):
    idp, source = quiet
    about = {"format": "opaque", "id": "st-1"}
    on, off = (
        idp.sender.signed(idp.sender.claims(SSF + "stream-updated", about, at=int(time.time()), status=status))
        for status in ("enabled", "paused")
    )  # fmt: skip
    for token in (on, off, on):
        await source.take(token)
    assert source.stale == "paused by its transmitter"


def watching(idp, source, folder, told, **more):
    listed = SignalStream(
        issuer=idp.url, jwks_url=f"{idp.url}/jwks", audience="a", stream_id="st-1", token_file="idp.token", **more
    )  # fmt: skip
    return Verifying(source=source, listed=listed, folder=folder, ids=SystemIds(), tell=told.append)


@pytest.mark.parametrize(
    "where", ["https://[bad", "https://a:xyz/", "https://\x00", "ftp://x", "http://idp.example/v", "", None]
)  # fmt: skip
async def test_the_watch_outlives_metadata_that_is_no_address_and_says_so(quiet, tmp_path, where):
    idp, source = quiet
    told, good = [], idp.metadata()
    idp.metadata = lambda: {**good, "verification_endpoint": where}
    if where is not None:  # and a token that cannot be read
        (tmp_path / "idp.token").mkdir()
    asking = watching(idp, source, tmp_path, told)
    for _ in range(3):
        await asking.once()
    assert [one.startswith("The stream idp is stale (2") for one in told] == [True] * (where is not None)  # fmt: skip


async def test_the_watch_outlives_a_token_that_cannot_be_read(quiet, tmp_path):
    idp, source = quiet
    told = []
    asking = watching(idp, source, tmp_path, told)
    for _ in range(3):
        await asking.once()
    assert "idp.token" in told[0]
    assert idp.asked_to_verify == []


async def test_the_streams_token_goes_to_its_transmitter_or_where_an_operator_wrote(
    quiet, tmp_path
):
    idp, source = quiet
    (tmp_path / "idp.token").write_text("sesame")
    (tmp_path / "idp.token").chmod(0o600)
    other, good = Idp(), idp.metadata()
    idp.metadata = lambda: {**good, "verification_endpoint": f"{other.url}/verify"}
    await watching(idp, source, tmp_path, []).once()
    assert other.asked_to_verify == []
    await watching(idp, source, tmp_path, [], token_origins=[other.url]).once()
    assert len(other.asked_to_verify) == 1
    other.server.close()


@pytest.mark.parametrize(
    ("where", "listed", "told"),
    [
        ("https://idp.example/verify", (), True),
        ("https://idp.example:443/verify", (), True),
        ("https://idp.example:444/verify", (), False),
        ("https://idp.example.evil.example/", (), False),
        ("https://idp.example@evil.example/", (), False),
        ("https://api.example/verify", (), False),
        ("https://api.example/verify", ("https://api.example",), True),
        ("http://127.0.0.1:8080/", (), False),
        ("http://127.0.0.1:8080/", ("http://127.0.0.1:8080",), False),
        ("http://localhost/", ("http://localhost",), False),
    ],
)
def test_metadata_alone_does_not_say_who_is_told_a_token(where, listed, told):
    if told:
        to_be_told(where, "https://idp.example", listed)
    else:
        with pytest.raises(UpstreamFailed):
            to_be_told(where, "https://idp.example", listed)


async def test_a_transmitters_reason_cannot_write_to_the_operators_terminal(
    quiet, tmp_path, capsys
):
    idp, source = quiet
    about = {"format": "opaque", "id": "st-1"}
    said = idp.sender.claims(SSF + "stream-updated", about, at=int(time.time()), status="paused", reason="\x1b[2J\u202eok\nguard: fine")  # fmt: skip
    await source.take(idp.sender.signed(said))
    told = []
    await watching(idp, source, tmp_path, told).once()
    _tell(told[0])
    shown = capsys.readouterr().err
    assert "<U+001B>[2J<U+202E>ok<U+000A>" in shown
    assert (shown.isascii(), shown.count("\n"), "\x1b" in shown) == (True, 1, False)


def test_a_stream_is_set_up_where_its_transmitter_is_or_where_an_operator_wrote(tmp_path, capsys):
    idp, other, good = Idp(), Idp(), Idp.metadata
    idp.metadata = lambda: {**good(idp), "configuration_endpoint": f"{other.url}/streams"}
    (tmp_path / "guard.yaml").write_text("version: 1\nguard: {}\nservers: {}\n")
    words = ["signals", "add", "idp", "--transmitter", idp.url, "--audience", "a", "--poll", "--config", str(tmp_path / "guard.yaml")]  # fmt: skip
    assert main(words) == 3
    assert "--token-origin" in capsys.readouterr().err
    assert other.created == []
    assert main([*words, "--token-origin", other.url]) == 0
    assert f"token_origins:\n    - {other.url}" in capsys.readouterr().out
    entry = f"{{issuer: '{idp.url}', jwks_url: '{idp.url}/jwks', audience: a, stream_id: st-1}}"
    (tmp_path / "guard.yaml").write_text(
        f"version: 1\nguard: {{signals: {{idp: {entry}}}}}\nservers: {{}}\n"
    )
    assert main(["signals", "remove", "idp", "--config", str(tmp_path / "guard.yaml")]) == 3
    assert other.ended == []
    for one in (idp, other):
        one.server.close()
