"""Messages to channels: signed, without arguments, at least once, over a real HTTP receiver."""

import asyncio
import base64
import contextlib
import hmac
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.grant.plan import PlanEvent
from guard.grant.view import view_json
from guard.testing import CountedIds, FrozenClock, MemoryApprovals
from guard.testing.grants import MemoryGrants
from guard.testing.outbox import MemoryOutbox
from guard.testing.review import a_view
from guard_adapters._http.deliver import NotTaken, deliver
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.approver.webhook import Channel, Postman, signature
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests.adapters.store.test_grants_contract import NOW, plan, question
from tests.web_server import WebServer

SECRET = b"s" * 32
CONSOLE = "http://localhost:8470"
SHOWN = a_view({"iban": "DE99-VERY-SECRET"})
VIEW = view_json(replace(SHOWN, chain=replace(SHOWN.chain, risk=2)))
ASKED = {
    "envelope": b'{"server":"bank","tool":"pay"}',
    "view_json": VIEW,
    "call_bytes": b'{"iban":"DE99-VERY-SECRET"}',
}


class Receiver:
    """A real HTTP server. `answers` are its next status codes; then 204."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(outer.answers.pop(0) if outer.answers else 204)
                self.send_header("location", f"{outer.url}/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = WebServer(Handler)
        self.url = self.server.url

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.close()


class Bench:
    def __init__(self, receiver, shape="webhook", post=None) -> None:
        self.clock = FrozenClock(ms=NOW + 20)
        self.outbox = MemoryOutbox(channels=("ops",))
        self.approvals = MemoryApprovals(clock=self.clock, noted=self.outbox.noted)
        self.grants = MemoryGrants(approvals=self.approvals)

        async def quick(*args: Any, **more: Any) -> None:
            await deliver(*args, **more, first_s=0.001)

        channel = Channel(name="ops", url=f"{receiver.url}/hook", shape=shape, secret=SECRET)
        self.postman = Postman(
            outbox=self.outbox, approvals=self.approvals, clock=self.clock, ids=CountedIds(),
            channels={"ops": channel}, console=CONSOLE, post=post or quick, grants=self.grants,
        )  # fmt: skip

    async def ask(self, **changes: Any) -> None:
        await self.approvals.open(question(1, **{**ASKED, **changes}), [])

    async def round(self) -> None:
        await self.postman.round()
        await asyncio.wait_for(self.postman.settled(), 5)


async def test_a_webhook_says_that_there_is_a_question_and_nothing_of_what_is_in_it(receiver):
    bench = Bench(receiver)
    await bench.ask()
    await bench.round()
    ((headers, body),) = receiver.got
    (note,) = bench.outbox.notes
    assert json.loads(body) == {
        "id": note, "type": "approval.opened", "approval": "apr_1", "tool": "bank/pay",
        "rules": ["PAY-1"], "risk": 2, "expires_at_ms": NOW + 60_000, "link": f"{CONSOLE}/a/apr_1",
    }  # fmt: skip
    assert headers["content-type"] == "application/json"
    assert b"DE99" not in body
    assert bench.outbox.ended == {note: "sent"}
    assert bench.approvals.rows["apr_1"].delivered_ms == NOW + 20


async def test_a_plan_is_told_as_a_question_is_and_no_longer_once_it_was_answered(receiver):
    bench = Bench(receiver)
    await bench.grants.propose(plan(1), [])
    await bench.grants.propose(plan(2), [])
    await bench.grants.end("pln_2", PlanEvent.REVOKE, "operator", NOW + 11, [])
    await bench.round()
    ((headers, body),) = receiver.got
    assert json.loads(body) == {
        "id": headers["webhook-id"], "type": "plan.opened", "plan": "pln_1", "tool": "s/t",
        "rules": ["PAY-1"], "risk": 0, "expires_at_ms": NOW + 60_000, "link": f"{CONSOLE}/a/pln_1",
    }  # fmt: skip
    assert sorted(bench.outbox.ended.values()) == ["ended", "sent"]


async def test_the_signature_is_over_id_time_and_body(receiver):
    bench = Bench(receiver)
    await bench.ask()
    await bench.round()
    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(SECRET, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert headers["webhook-timestamp"] == str((NOW + 20) // 1000)
    made = signature(SECRET, "a", 1, b"x")
    assert made not in {
        signature(SECRET, "a", 1, b"y"),
        signature(SECRET, "a", 2, b"x"),
        signature(SECRET, "b", 1, b"x"),
        signature(b"t" * 32, "a", 1, b"x"),
    }


async def test_slack_gets_two_links_and_nothing_that_says_yes(receiver):
    bench = Bench(receiver, "slack")
    hostile = json.dumps({"server": "bank", "tool": "*pay*<!channel>&\u202e"}).encode()
    await bench.ask(envelope=hostile)
    await bench.round()
    ((_, body),) = receiver.got
    said = json.loads(body)
    section, actions = said["blocks"]
    assert [(one["text"]["text"], one["url"]) for one in actions["elements"]] == [
        ("Look at it", f"{CONSOLE}/a/apr_1"), ("Deny", f"{CONSOLE}/a/apr_1#deny"),
    ]  # fmt: skip
    assert "pprove" not in body.decode()
    assert "value" not in actions["elements"][0]
    assert "<!channel>" not in section["text"]["text"]
    assert "\u202e" not in section["text"]["text"]
    assert "DE99" not in body.decode()


async def test_a_receiver_that_fails_gets_the_same_message_again_under_the_same_id(receiver):
    receiver.answers = [500, 429]
    bench = Bench(receiver)
    await bench.ask()
    await bench.round()
    assert len(receiver.got) == 3
    assert len(set(receiver.ids())) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert list(bench.outbox.ended.values()) == ["sent"]


async def test_after_a_burst_it_waits_longer_each_time_and_stops_with_the_question(receiver):
    receiver.answers = [503] * 999
    bench = Bench(receiver)
    await bench.ask()
    pauses = []
    while True:
        await bench.round()
        if bench.outbox.ended:
            break
        (note,) = bench.outbox.notes.values()
        pauses.append(note.next_ms - bench.clock.ms)
        bench.clock.ms = note.next_ms
    assert list(bench.outbox.ended.values()) == ["late"]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 2_000
    assert len(pauses) >= 3
    assert bench.clock.ms < NOW + 60_000
    assert len(set(receiver.ids())) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 410, 301, 307])
async def test_a_receiver_that_refuses_is_not_asked_again_and_not_followed(receiver, status):
    receiver.answers = [status]
    bench = Bench(receiver)
    await bench.ask()
    await bench.round()
    assert len(receiver.got) == 1
    assert list(bench.outbox.ended.values()) == ["refused"]


async def test_a_question_that_has_ended_is_not_announced_any_more(receiver):
    bench = Bench(receiver)
    await bench.ask()
    await bench.approvals.end("apr_1", "cancel", "gone", bench.clock.ms, [])
    await bench.round()
    assert (receiver.got, list(bench.outbox.ended.values())) == ([], ["ended"])


async def test_a_receiver_that_is_down_hears_of_it_when_it_is_back(receiver):
    down = True

    async def post(*args: Any, **more: Any) -> None:
        if down:
            raise UpstreamFailed("ConnectError", sent=True)
        await deliver(*args, **more)

    bench = Bench(receiver, post=post)
    await bench.ask()
    await bench.round()
    assert receiver.got == []
    down = False
    bench.clock.advance(10_000)
    await bench.round()
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/x", "ftp://hooks.example/x", "file:///etc/passwd", "hooks.example"],
)
async def test_nothing_is_sent_in_clear_to_another_machine(url):
    with pytest.raises(NotTaken):
        await deliver(url, b"{}", {}, within_s=1)


@pytest.mark.parametrize("url", ["https://[bad", "https://a:xyz/", "https://\x00/"])
async def test_what_is_no_address_is_not_tried_again(url):
    with pytest.raises((NotTaken, UpstreamFailed)):
        await deliver(url, b"{}", {}, within_s=1)


@pytest.mark.parametrize("status", [b"400 Bad Request", b"503 Busy"])
async def test_a_receiver_that_drips_its_answer_holds_nobody_up(status):
    over, serving = asyncio.Event(), []

    async def drips(reader, writer):
        serving.append(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 4000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not over.is_set():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()

    server = await asyncio.start_server(drips, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        with pytest.raises(UpstreamFailed):
            async with asyncio.timeout(5):
                await deliver(url, b"{}", {}, within_s=0.3, first_s=0.05)
    finally:
        over.set()
        await asyncio.gather(*serving)
        server.close()


def test_the_secret_and_the_address_are_in_no_repr():
    shown = repr(
        Channel(
            name="ops", url="https://hooks.slack.example/T0/SECRET", shape="slack", secret=SECRET
        )
    )
    assert "SECRET" not in shown
    assert "ssss" not in shown


CHILD = """
import asyncio, os, sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from guard_adapters.store.log import LogKey
from guard_adapters.store.sqlite.store import SqliteStore
from tests.adapters.store.test_grants_contract import question
from tests.adapters.approver.test_webhook import ASKED
key = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
store = SqliteStore(Path(sys.argv[1]), key, timeout_ms=5_000, cooldown_ms=1, channels=("ops",))
async def main():
    await store.approvals.open(question(1, **ASKED), [])
    await store.outbox.take(2**52, 3_600_000)  # it had begun to send
asyncio.run(main())
print("opened", flush=True)
sys.stdin.read()
"""


async def test_a_guard_killed_between_question_and_message_loses_no_message(receiver, tmp_path):
    path = tmp_path / "guard.sqlite"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == b"opened\n"
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=5)
    key = LogKey(origin="t/audit", key=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    store = SqliteStore(path, key, timeout_ms=5_000, cooldown_ms=1, channels=("ops",))
    await store.outbox.reopened()
    bench = Bench(receiver)
    bench.postman.outbox, bench.postman.approvals = store.outbox, store.approvals
    await bench.round()
    assert len(receiver.got) == 1
    await bench.round()
    assert len(receiver.got) == 1
    store.close(NOW)
