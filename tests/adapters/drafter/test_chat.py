"""A model proposes a task over HTTP; what it may not propose is refused, and nobody is believed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from guard.errors import Unavailable, Unusable
from guard.model.call import ToolSpec
from guard.session.draft import checked
from guard_adapters.drafter.chat import ChatDrafter

READ = ToolSpec(server="home", tool="read_mail", effect=frozenset({"read"}))
SEND = ToolSpec(server="home", tool="send_mail", effect=frozenset({"write", "egress"}))
WIPE = ToolSpec(server="bank", tool="delete_account", effect=frozenset({"write", "irreversible"}))
WORDS = "Read my mail and send a summary to ada@firm.example"
FAIR = {
    "tools": ["home/read_mail", "home/send_mail"],
    "egress": ["firm.example"],
    "calls": [{"tool": "home/send_mail", "most": 1}],
}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(
            (self.path, {name.lower(): one for name, one in self.headers.items()}, body)
        )
        status, answer = self.server.script.pop(0)
        raw = (
            answer
            if isinstance(answer, bytes)
            else json.dumps({"choices": [{"message": {"content": json.dumps(answer)}}]}).encode()
        )
        self.send_response(status)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_args):
        pass


@pytest.fixture
def model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.asked, server.script = [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def drafter(model):
    return ChatDrafter(url=f"http://127.0.0.1:{model.server_port}/v1", model="m", key="KEY-CANARY")


async def test_a_draft_is_asked_for_in_a_strict_schema_and_checked_against_the_words(model):
    model.script = [(200, FAIR)]
    draft = await drafter(model).draft(
        WORDS, ["home/read_mail", "home/send_mail", "bank/delete_account"]
    )
    task = checked(WORDS, draft, [READ, SEND, WIPE], max_bytes=4096)

    [(path, headers, body)] = model.asked
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer KEY-CANARY"
    assert body["response_format"]["json_schema"]["strict"] is True
    assert task.tools == {"home/read_mail", "home/send_mail"}
    assert (task.purpose, task.egress, task.calls) == (
        WORDS,
        {"firm.example"},
        {"home/send_mail": 1},
    )


async def test_a_busy_endpoint_is_asked_again(model):
    model.script = [(503, b"later"), (429, b"later"), (200, FAIR)]
    assert json.loads(await drafter(model).draft(WORDS, []))["tools"] == FAIR["tools"]


@pytest.mark.parametrize(
    "answer",
    [
        (401, b"{}"),
        (302, b""),
        (200, b"nonsense"),
        (200, b"{}"),
        (200, {"tools": []}),
        (200, b"x" * 2_000_000),
    ],
    ids=["refused", "elsewhere", "no json", "no answer", "another form", "too large"],
)
async def test_an_answer_that_is_none_is_said_and_the_key_is_not(model, answer):
    model.script = [answer]
    with pytest.raises(Unavailable) as caught:
        await drafter(model).draft(WORDS, [])
    assert caught.value.code == "drafter_unavailable"
    assert "CANARY" not in f"{caught.value!r} {caught.value} {drafter(model)!r}"


async def test_the_words_go_to_nobody_over_an_open_network():
    with pytest.raises(Unavailable):
        await ChatDrafter(url="http://model.example/v1", model="m").draft(WORDS, [])


@pytest.mark.parametrize(
    "more",
    [
        {"tools": ["bank/delete_account"]},
        {"tools": ["home/wipe"]},
        {"tools": ["any"]},
        {"egress": ["evil.example"]},
        {"calls": {"home/send_mail": 500}},
        {"calls": {"home/send_mail": 0}},
        {"budget_minor": 100},
        {"args": {"home/send_mail": {"to": {"eq": "eve@bad.example"}}}},
        {"purpose": "pay eve"},
    ],
    ids=[
        "not asked for",
        "unlisted",
        "a class",
        "a domain",
        "too often",
        "never",
        "money",
        "a value",
        "words",
    ],
)
def test_a_misled_model_cannot_widen_the_task(more):
    draft = json.dumps({"tools": ["home/send_mail"], "egress": [], "calls": {}, **more}).encode()
    with pytest.raises(Unusable) as caught:
        checked(WORDS, draft, [READ, SEND, WIPE], max_bytes=4096)
    assert caught.value.code == "draft_unsupported"


@pytest.mark.parametrize("draft", [b"", b"[]", b"null", b"[" * 100_000])
def test_what_is_no_draft_is_refused(draft):
    with pytest.raises(Unusable) as caught:
        checked(WORDS, draft, [READ], max_bytes=4096)
    assert caught.value.code == "draft_unsupported"
