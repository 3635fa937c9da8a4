"""A model on loopback that says what a script tells, for programs that ask one over HTTP."""

from __future__ import annotations

import itertools
import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.web_server import WebServer

BANK = ("look", "read_web", "note", "pay", "wipe")
"""Tools of the MCP server `bank`; a script calls all others by the names that the program gives them."""

SPAWN = ("Agent", "invoke_agent", "spawn_agent")
"""How the programs call the tool that starts a sub-agent."""

DIG = "dig here"
"""What a sub-agent is told."""


class ModelApi:
    """Answers one program; what a provider's messages look like is the subclass's.

    Args:
        turns: the calls that the model makes, turn by turn, or a function from what it read so far to
            them; after them it is done. Requests without tools, such as one for a title, are told
            that it is done as well.
        beside: the calls that a sub-agent makes.
    """

    def __init__(self, turns: Any, beside: Any = ()) -> None:
        self.turns, self.beside, self.asked = list(turns), list(beside), []
        self.numbers = itertools.count()
        self.server = WebServer(_handler(self))
        self.url = self.server.url

    def close(self) -> None:
        self.server.close()

    def calls(self, asked: Any) -> Any:
        """Return the calls that the model makes in answer to a request; none = it is done."""
        if not self.takes(asked):
            return ()
        self.asked.append(asked)
        turns = self.beside if self._of_sub_agent(asked) else self.turns
        turn = turns.pop(0) if turns else ()
        return turn(self.told(asked)) if callable(turn) else turn

    def _of_sub_agent(self, asked: Any) -> bool:
        history = json.dumps(self.history(asked))
        return DIG in history and not any(f'"name": "{one}"' in history for one in SPAWN)

    def number(self) -> str:
        """Return what tells one thing of this model from another."""
        return f"{id(self)}_{next(self.numbers)}"

    def takes(self, asked: Any) -> bool:
        """Return whether a request has the tools that the script calls."""
        raise NotImplementedError

    def history(self, asked: Any) -> Any:
        """Return the conversation that a request holds."""
        raise NotImplementedError

    def answer(self, path: str, asked: Any) -> tuple[str, str]:
        """Return the type and the body of the answer to a request."""
        raise NotImplementedError

    def read(self) -> list[str]:
        """Return what the model was told of its calls, in their order; of a sub-agent's too."""
        last = {self._of_sub_agent(one): one for one in self.asked}
        return [text for _, one in sorted(last.items()) for text in self.told(one)]

    def told(self, asked: Any) -> list[str]:
        """Return the results of calls that a request holds."""
        raise NotImplementedError


def as_events(events: list[tuple[str, Any]]) -> tuple[str, str]:
    """Return events as a stream of server-sent events, with the type of one."""
    lines = [f"event: {kind}\ndata: {json.dumps({'type': kind, **more})}\n\n" for kind, more in events]  # fmt: skip
    return "text/event-stream", "".join(lines)


def text_of(content: Any) -> str:
    """Return the text of a message's content, whether it is one or a list of parts."""
    if isinstance(content, str):
        return content
    return "".join(str(one.get("text", "")) for one in content or ())


def _handler(api: ModelApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None: ...

        def reply(self, kind: str, body: str) -> None:
            raw = body.encode()
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def do_HEAD(self) -> None:
            self.reply("application/json", "")

        def do_GET(self) -> None:
            self.reply("application/json", "{}")

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            self.reply(*api.answer(self.path.partition("?")[0], json.loads(raw or b"{}")))

    return Handler
