"""`guard init` at a server that lists its tools only with an access token: shown once, kept nowhere."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from mcp.server.mcpserver import MCPServer

from guard_adapters.cli import main
from tests.adapters.front.relaying import listening, serving

TOKEN = "ACCESS-TOKEN-CANARY-0123456789"


class Door:
    """Lets in whoever brings the token; `redirects`: sends everybody else on."""

    def __init__(self, app, redirects=""):
        self.app, self.asked, self.redirects = app, [], redirects

    async def __call__(self, scope, receive, send):
        given = dict(scope["headers"]).get(b"authorization", b"").decode()
        self.asked.append(given)
        if given == f"Bearer {TOKEN}" and not self.redirects:
            return await self.app(scope, receive, send)
        headers = [(b"location", self.redirects.encode())] if self.redirects else []
        start = {"type": "http.response.start", "status": 307 if self.redirects else 401}
        await send({**start, "headers": headers})
        return await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def elsewhere():
    """Yield another server's URL, and what it is asked."""
    listener, port = listening()
    door = Door(None)
    async with serving(door, listener):
        yield f"http://127.0.0.1:{port}/mcp", door.asked


async def begun(folder, *more, says="", redirects=""):
    listener, port = listening()
    server = MCPServer("tickets", log_level="ERROR")

    @server.tool(description=f"Finds one. {says}")
    def find_ticket(number: str) -> str:
        return number

    server.tool(name=f"seen_{says}")(find_ticket)
    door = Door(server.streamable_http_app(), redirects)
    out = folder / "guard.yaml"
    words = ["init", "--url", f"http://127.0.0.1:{port}/mcp", "--out", str(out), *more]
    async with server.session_manager.run(), serving(door, listener):
        return await asyncio.to_thread(main, words), door.asked, out


async def test_without_a_token_it_says_what_to_do(tmp_path, capsys):
    code, asked, out = await begun(tmp_path)
    said = capsys.readouterr().err
    assert (code, set(asked), out.exists()) == (3, {""}, False)
    for word in ("server_wants_token", "--token-env", "`between`"):
        assert word in said


async def test_with_one_from_the_environment_it_lists_and_says_what_is_left(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("TICKETS_TOKEN", f"{TOKEN}\n")
    # A server may repeat in its definitions what it was shown.
    code, asked, out = await begun(tmp_path, "--token-env", "TICKETS_TOKEN", says=TOKEN)
    shown, text = capsys.readouterr(), out.read_text()
    assert (code, set(asked)) == (0, {f"Bearer {TOKEN}"})
    assert "find_ticket" in text
    assert "# credential: {issuer: , grant: , between: }  # DECIDE:" in text
    assert TOKEN not in text + shown.out + shown.err
    assert main(["policy", "check", "--config", str(out)]) == 0


async def test_one_that_is_not_taken_is_said_to_be(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TICKETS_TOKEN", "another-token")
    code, _, out = await begun(tmp_path, "--token-env", "TICKETS_TOKEN")
    said = capsys.readouterr().err
    assert (code, out.exists()) == (3, False)
    assert "did not take the token" in said
    assert "another-token" not in said


async def test_it_follows_no_server_elsewhere_with_the_token(tmp_path, monkeypatch):
    monkeypatch.setenv("TICKETS_TOKEN", TOKEN)
    async with elsewhere() as (url, seen):
        code, asked, _ = await begun(tmp_path, "--token-env", "TICKETS_TOKEN", redirects=url)
    assert (code, seen) == (3, [])
    assert asked


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", ["--url", "http://127.0.0.1:1/mcp"]),
        ("two words", ["--url", "http://127.0.0.1:1/mcp"]),
        ("line\nbreak-in-it", ["--url", "http://127.0.0.1:1/mcp"]),
        (TOKEN, ["--url", "http://tickets.example/mcp"]),
        (TOKEN, ["--", "true"]),
    ],
)
def test_a_token_that_is_none_or_would_go_in_the_clear_goes_nowhere(
    tmp_path, monkeypatch, capsys, token, words
):
    monkeypatch.setenv("TICKETS_TOKEN", token)
    out = ["--out", str(tmp_path / "g.yaml"), "--token-env", "TICKETS_TOKEN"]
    assert main(["init", *out, *words]) == (2 if words[0] == "--" else 3)
    said = capsys.readouterr().err
    assert "init_token" in said
    assert not token or token not in said
