"""The snippets of the pages run as they stand."""

import json
import re
import sys
from typing import Any

import pytest
from agents import function_tool, set_tracing_disabled
from agents.testing import ScriptedModel, assistant_message, function_call
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver
from mcp.server.mcpserver import MCPServer
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel

from guard_adapters import cli
from guard_adapters.front.coding import hook
from guard_adapters.wiring.load import load
from tests.frameworks.pages import PAGES, run, snippets
from tests.frameworks.test_langchain import START, THREAD, Scripted

pytestmark = pytest.mark.frameworks


def look(key: str) -> str:
    """Look something up."""
    return f"found {key}"


async def test_the_first_page_opens_a_guard_and_starts_a_conversation(world, monkeypatch) -> None:
    monkeypatch.chdir(world.folder)
    world.guard.close()
    opened, attached, started = snippets("README.md")
    made = await run(opened, {})
    await run(started, dict(made))
    sessions = await made["guard"].wired.world.sessions.all()
    assert sessions[0].words == ("Pay invoice 117 of ACME, please.", "And 118 as well.")
    made["guard"].close()
    await run(attached, {})
    world.open()


def test_the_page_on_coding_agents(world, capsys) -> None:
    page = (PAGES / "coding-agents.md").read_text()
    assert cli.main(["hook", "install", "claude", "--socket", "/run/user/1000/guardcall/guardcall.sock"]) == 0  # fmt: skip
    hooks = json.loads(capsys.readouterr().out)["hooks"]
    (shown,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    for path, short in ((sys.executable, "/opt/guard/bin/python"), (hook.__file__, "/opt/guard/hook.py")):  # fmt: skip
        hooks = json.loads(json.dumps(hooks).replace(path, short))
    (prompt,) = hooks.pop("UserPromptSubmit")
    assert {event: [json.loads(shown)] for event in hooks} == hooks
    assert sorted(hooks) == ["PostToolUse", "PostToolUseFailure", "PreToolUse"]
    assert "onFailure" not in prompt["hooks"][0]
    (catalogue,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (world.folder / "guard.yaml").write_text(catalogue)
    (world.folder / "policy.cedar").write_text(
        '@id("OK-1") @reason("open") permit (principal, action, resource);'
    )
    assert load(world.folder / "guard.yaml").bundle.catalog.spec("claude", "Bash")
    for name in ("claude", "codex", "gemini"):
        file = str(world.folder / name / "settings.json")
        assert cli.main(["hook", "install", name, "--settings", file, "--proxied", "bank"]) == 0


async def test_the_page_on_langchain(world) -> None:
    call = AIMessage("", tool_calls=[{"name": "look", "args": {"key": "7"}, "id": "c"}])
    names = {
        "model": Scripted(messages=iter([call, AIMessage("done")])),
        "tools": [look],
        "guard": world.guard,
        "saver": InMemorySaver(),
    }
    (code,) = snippets("langchain.md")
    state = await (await run(code, names))["agent"].ainvoke(START, THREAD)
    assert state["messages"][2].content == "found 7"


async def test_the_page_on_the_openai_agents_sdk(world) -> None:
    call = function_call("pay", {"to": "x", "amount": 500}, call_id="c")
    began, resumed = snippets("openai-agents.md")
    set_tracing_disabled(True)
    counted = world.tool("pay")

    def pay(to: str, amount: int) -> str:
        return counted(to=to, amount=amount)

    names: dict[str, Any] = {
        "model": ScriptedModel([[call], [assistant_message("done")]]),
        "tools": [function_tool(pay)],
        "guard": world.guard,
    }
    made = await run(began, names)
    assert len(made["result"].interruptions) == 1
    await world.answer("approve")
    saved = made["result"].to_state().to_string()
    made = await run(resumed, {**names, **made, "saved": saved})
    assert (made["left"], made["result"].final_output) == ([], "done")
    assert world.ran == [("pay", {"to": "x", "amount": 500})]


async def test_the_page_on_pydantic_ai(world) -> None:
    script = iter([ModelResponse([ToolCallPart("look", {"key": "7"})]), ModelResponse([TextPart("done")])])  # fmt: skip
    names = {
        "model": FunctionModel(lambda _messages, _info: next(script)),
        "tools": [look],
        "guard": world.guard,
    }
    (code,) = snippets("pydantic-ai.md")
    result = await (await run(code, names))["agent"].run("go", conversation_id="t")
    assert "found 7" in str(result.all_messages())


async def test_the_page_on_mcp_client_sessions(world) -> None:
    server = MCPServer("bank")
    server.tool()(look)
    (code,) = snippets("mcp-client.md")
    made = await run(code, {"server": server, "guard": world.guard})
    assert made["result"].content[0].text == "found 7"


async def test_the_page_on_functions(world) -> None:
    async def found(key: str) -> str:
        return f"found {key}"

    (code,) = snippets("functions.md")
    names = {"tools": {"look": found}, "turn": "1", "prompt": "Look 7 up."}
    made = await run(code, {"guard": world.guard, **names})
    assert await made["dispatch"]("c", "look", {"key": "7"}) == "found 7"
    assert (await made["dispatch"]("d", "wipe", {"key": "7"})).startswith("DENIED")
