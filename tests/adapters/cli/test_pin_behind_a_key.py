"""`guard pin` at a server that lists its tools to whoever has its key: the key goes there, and is not shown."""

import asyncio

from mcp.server.mcpserver import MCPServer

from guard_adapters.cli import main
from tests.adapters.front.relaying import listening, serving

KEY = "API-KEY-CANARY-0123456789"
CONFIG = """
version: 1
guard:
  policies: [all.cedar]
  state: state
  issuers: {{key: {{kind: static, secret_file: api.key, header: X-Api-Key, prefix: "", origins: ["{origins}"]}}}}
servers:
  tickets: {{trust: trusted, url: "http://127.0.0.1:{port}/mcp", delivery: none, credential: {{issuer: key}}}}
"""


class Door:
    def __init__(self, app):
        self.app, self.asked = app, []

    async def __call__(self, scope, receive, send):
        given = dict(scope["headers"]).get(b"x-api-key", b"").decode()
        self.asked.append(given)
        if given == KEY:
            return await self.app(scope, receive, send)
        await send({"type": "http.response.start", "status": 401, "headers": []})
        return await send({"type": "http.response.body", "body": b""})


async def diffed(folder, origins=""):
    listener, port = listening()
    text = CONFIG.format(port=port, origins=origins or f"http://127.0.0.1:{port}")
    (folder / "guard.yaml").write_text(text)
    (folder / "all.cedar").write_text('@id("A") @reason("a") permit (principal, action, resource);')
    (folder / "api.key").write_text(KEY)
    (folder / "api.key").chmod(0o600)
    server = MCPServer("tickets", log_level="ERROR")

    @server.tool()
    def find_ticket(number: str) -> str:
        return number

    door = Door(server.streamable_http_app())
    words = ["pin", "--config", str(folder / "guard.yaml"), "diff", "tickets"]
    async with server.session_manager.run(), serving(door, listener):
        return await asyncio.to_thread(main, words), door.asked


async def test_the_key_goes_with_the_list_of_tools(tmp_path, capsys):
    code, asked = await diffed(tmp_path)
    out = capsys.readouterr()
    assert (code, set(asked)) == (0, {KEY})
    assert "find_ticket" in out.out
    assert KEY not in out.out + out.err


async def test_a_key_that_is_for_another_address_stays_here(tmp_path, capsys):
    code, asked = await diffed(tmp_path, "https://elsewhere.example:443")
    assert (code, asked) == (3, [])
    assert KEY not in str(capsys.readouterr())
