"""A messages API on loopback whose model says what a script tells: for programs that talk to one."""

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PREFIX = "mcp__bank__"


class MessagesApi:
    """Answers one program.

    Args:
        turns: the calls that the model makes, turn by turn; after them it is done. Requests without
            the tools of the bank, such as one for a title, are told that it is done as well.
    """

    def __init__(self, turns: Any) -> None:
        self.turns = list(turns)
        self.numbers = itertools.count()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def said(self, asked: Any) -> list[Any]:
        """Return the blocks of the model's next message."""
        names = {str(one.get("name")) for one in asked.get("tools", ())}
        if not self.turns or not any(one.startswith(PREFIX) for one in names):
            return [{"type": "text", "text": "done"}]
        return [
            {
                "type": "tool_use",
                "id": f"toolu_{id(self)}_{next(self.numbers)}",
                "name": f"{PREFIX}{name}",
                "input": dict(given),
            }
            for name, given in self.turns.pop(0)
        ]

    def message(self, asked: Any, blocks: list[Any]) -> Any:
        return {
            "id": f"msg_{id(self)}_{next(self.numbers)}",
            "type": "message",
            "role": "assistant",
            "model": asked.get("model"),
            "content": blocks,
            "stop_reason": "tool_use" if blocks[0]["type"] == "tool_use" else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }

    def events(self, asked: Any) -> str:
        """Return the model's next message as a stream of server-sent events."""
        whole = self.message(asked, blocks := self.said(asked))
        made = [("message_start", {"message": {**whole, "content": [], "stop_reason": None}})]
        for i, block in enumerate(blocks):
            made += [(kind, {"index": i, **more}) for kind, more in _block(block)]
        stop = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
        made += [("message_delta", {"delta": stop, "usage": {"output_tokens": 1}}), ("message_stop", {})]  # fmt: skip
        return "".join(f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n" for kind, more in made)  # fmt: skip


def _block(block: Any) -> list[tuple[str, Any]]:
    if block["type"] == "text":
        empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
    else:
        empty = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    begun, told = {"content_block": empty}, {"delta": delta}
    return [("content_block_start", begun), ("content_block_delta", told), ("content_block_stop", {})]  # fmt: skip


def _handler(api: MessagesApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None: ...

        def reply(self, body: bytes, kind: str = "application/json") -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.reply(b"")

        def do_GET(self) -> None:
            self.reply(b"{}")

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            asked = json.loads(raw or b"{}")
            if not self.path.partition("?")[0].endswith("/v1/messages"):
                self.reply(b'{"input_tokens": 1}')
            elif asked.get("stream"):
                self.reply(api.events(asked).encode(), "text/event-stream")
            else:
                self.reply(json.dumps(api.message(asked, api.said(asked))).encode())

    return Handler
