"""What `guard coverage` finds: every tool that an agent reaches, and every way past the guard."""

import itertools
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from guard_adapters import cli

pytestmark = pytest.mark.frameworks

TOOLS = """
    def look(key: str) -> str:
        "Look something up."
        return key

    def pay(to: str, amount: int) -> str:
        "Pay."
        return to
"""
LANGCHAIN = """
    from langchain.agents import create_agent
    from langchain_core.language_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.tools import tool
    from guard_adapters.front.intake import Intake
    from guard_adapters.front.langchain import GuardMiddleware
    from {name}.tools import look, pay

    class Guard:
        intake = Intake(calls=None)

    class Model(GenericFakeChatModel):
        def bind_tools(self, tools, **kwargs):
            return self

    model = Model(messages=iter([AIMessage("done")]))
    guard = GuardMiddleware(Guard(), server="bank")
"""
OPENAI = """
    from agents import Agent, WebSearchTool, function_tool, handoff
    from guard_adapters.front.intake import Intake
    from guard_adapters.front.openai_agents import GuardTools
    from {name}.tools import look, pay

    class Guard:
        intake = Intake(calls=None)

    guard = GuardTools(Guard(), server="bank")
"""
PYDANTIC = """
    from pydantic_ai import Agent
    from pydantic_ai.capabilities import AbstractCapability
    from pydantic_ai.models.test import TestModel
    from pydantic_ai.toolsets import WrapperToolset
    from guard_adapters.front.intake import Intake
    from guard_adapters.front.pydantic_ai import GuardTools
    from {name}.tools import look, pay

    class Guard:
        intake = Intake(calls=None)

    guard = GuardTools(Guard(), server="bank")
"""
PLAIN = """
    from guard_adapters.front.function import Wrapper
    from {name}.tools import look, pay

    guard = Wrapper(None, session="s", server="bank")
"""
NUMBERS = itertools.count()


class App:
    """A package of an application on disk, under a name of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.name, self.folder, self.capsys = f"seeded_app_{next(NUMBERS)}", folder, capsys
        (folder / self.name).mkdir()
        self.write("__init__", "")
        self.write("tools", TOOLS)

    def write(self, module: str, text: str) -> None:
        code = textwrap.dedent(text).replace("{name}", self.name)
        (self.folder / self.name / f"{module}.py").write_text(code)

    def covered(self, framework: str, text: str, *words: str) -> tuple[int, dict[str, list[Any]]]:
        """Return the exit code, and what was said of each tool."""
        self.write("app", textwrap.dedent(framework) + textwrap.dedent(text))
        code = cli.main(["coverage", f"{self.name}.app:build", "--json", *words])
        found: dict[str, list[Any]] = {}
        for line in self.capsys.readouterr().out.splitlines():
            one = json.loads(line)
            found.setdefault(one["tool"], []).append((one["state"], one["why"], one["path"]))
        return code, found


@pytest.fixture
def app(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> Any:
    monkeypatch.chdir(tmp_path)
    made = App(tmp_path, capsys)
    yield made
    for name in [one for one in sys.modules if one.startswith(made.name)]:
        del sys.modules[name]


WHOLE = {
    "langchain": (LANGCHAIN, "def build(): return create_agent(model, [look, pay], middleware=[guard])"),
    "openai": (OPENAI, "def build(): return Agent(name='a', tools=guard.wrap([function_tool(look), function_tool(pay)]))"),
    "pydantic": (PYDANTIC, "def build(): return Agent(TestModel(), tools=[look, pay], capabilities=[guard])"),
    "plain": (PLAIN, "def build(): return {'look': guard.wrap(look), 'pay': guard.wrap(pay)}"),
}  # fmt: skip
BARE = {
    "langchain": (LANGCHAIN, "def build(): return create_agent(model, [look, pay])"),
    "openai": (OPENAI, "def build(): return Agent(name='a', tools=[function_tool(look), *guard.wrap([function_tool(pay)])])"),
    "pydantic": (PYDANTIC, "def build(): return Agent(TestModel(), tools=[look, pay])"),
    "plain": (PLAIN, "def build(): return [look, guard.wrap(pay)]"),
}  # fmt: skip


@pytest.mark.parametrize("framework", WHOLE)
def test_an_agent_whose_tools_are_all_judged_is_fine(app, framework: str) -> None:
    code, found = app.covered(*WHOLE[framework])
    assert (code, set(found)) == (0, {"look", "pay"})
    assert {one[0] for each in found.values() for one in each} == {"guarded"}


@pytest.mark.parametrize("framework", BARE)
def test_a_tool_without_the_guard_is_a_finding(app, framework: str) -> None:
    code, found = app.covered(*BARE[framework])
    assert (code, found["look"][0][0]) == (1, "unguarded")


HOLES = {
    "a sub-agent in a tool": (LANGCHAIN, """
        expert = create_agent(model, [pay])
        def ask(question: str) -> str:
            "Ask the expert."
            return str(expert.invoke({"messages": question}))
        def build(): return create_agent(model, [look, ask], middleware=[guard])
        """, "pay"),
    "a sub-agent by handoff": (OPENAI, """
        expert = Agent(name="expert", tools=[function_tool(pay)])
        def build(): return Agent(name="a", tools=guard.wrap([function_tool(look)]), handoffs=[handoff(expert)])
        """, "pay"),
    "a sub-agent as a tool": (OPENAI, """
        expert = Agent(name="expert", tools=[function_tool(pay)])
        def build(): return Agent(name="a", tools=guard.wrap([function_tool(look), expert.as_tool("ask", "asks")]))
        """, "pay"),
    "a sub-agent of pydantic-ai": (PYDANTIC, """
        expert = Agent(TestModel(), tools=[pay])
        async def ask(question: str) -> str:
            return (await expert.run(question)).output
        def build(): return Agent(TestModel(), tools=[look, ask], capabilities=[guard])
        """, "pay"),
    "a batch tool": (PLAIN, """
        def batch(keys: list) -> list:
            return [pay(key, 1) for key in keys]
        def build(): return {"pay": guard.wrap(pay), "batch": guard.wrap(batch)}
        """, "pay"),
    "a batch tool that runs a tool object": (LANGCHAIN, """
        payment = tool(pay)
        def batch(keys: list) -> list:
            "Pay all."
            return [payment.invoke({"to": key, "amount": 1}) for key in keys]
        def build(): return create_agent(model, [payment, batch], middleware=[guard])
        """, "pay"),
    "a wrapper tool": (PYDANTIC, """
        HIDDEN = {"pay": pay, "look": look}
        def call_tool(name: str, arguments: dict) -> str:
            return HIDDEN[name](**arguments)
        def build(): return Agent(TestModel(), tools=[call_tool], capabilities=[guard])
        """, "call_tool"),
    "a built-in tool of the provider": (OPENAI, """
        def build(): return Agent(name="a", tools=guard.wrap([function_tool(look), WebSearchTool()], accepted=("web_search",)))
        """, "web_search"),
    "a built-in tool in a graph": (LANGCHAIN, """
        def build(): return create_agent(model, [look, {"type": "web_search_2026"}], middleware=[guard])
        """, "web_search_2026"),
    "a background task": (PLAIN, """
        import threading
        def later(to: str) -> str:
            threading.Thread(target=pay, args=(to, 1)).start()
            return "soon"
        def build(): return {"pay": guard.wrap(pay), "later": guard.wrap(later)}
        """, "pay"),
    "a helper between": (PLAIN, """
        def helper(to): return pay(to, 1)
        def ask(to: str) -> str: return helper(to)
        def build(): return {"pay": guard.wrap(pay), "ask": guard.wrap(ask)}
        """, "pay"),
    "an agent that is made while a tool runs": (LANGCHAIN, """
        def ask(question: str) -> str:
            "Ask."
            return str(create_agent(model, [pay]).invoke({"messages": question}))
        def build(): return create_agent(model, [ask], middleware=[guard])
        """, "ask"),
    "middleware behind the guard": (LANGCHAIN, """
        from langchain.agents.middleware import AgentMiddleware
        class Late(AgentMiddleware):
            def wrap_tool_call(self, request, handler): return handler(request)
            async def awrap_tool_call(self, request, handler): return await handler(request)
        def build(): return create_agent(model, [look], middleware=[guard, Late()])
        """, "look"),
    "a capability behind the guard": (PYDANTIC, """
        class Late(AbstractCapability):
            def get_wrapper_toolset(self, toolset): return WrapperToolset(toolset)
        def build(): return Agent(TestModel(), tools=[look], capabilities=[guard, Late()])
        """, "look"),
}  # fmt: skip


@pytest.mark.parametrize("hole", HOLES)
def test_every_seeded_hole_is_found(app, hole: str) -> None:
    framework, text, tool = HOLES[hole]
    code, found = app.covered(framework, text)
    assert code == 1
    assert {state for state, _, _ in found[tool]} & {"unguarded", "provider-side"}


def test_a_direct_import_elsewhere_in_the_package_is_found(app) -> None:
    app.write("nightly", "from .tools import pay as transfer\ndef main():\n    transfer('x', 1)\n")
    app.write("other", "import {name}.tools\ndef main():\n    {name}.tools.pay('x', 1)\n")
    code, found = app.covered(*WHOLE["pydantic"])
    holes = [(path, why) for state, why, path in found["pay"] if state == "unguarded"]
    assert (code, [path for path, _ in holes]) == (1, ["nightly.py:3", "other.py:3"])
    assert "past the guard" in holes[0][1]


def test_the_wrapped_form_may_be_called_from_anywhere(app) -> None:
    app.write("tools", TOOLS + "\n    def helper(key: str) -> str:\n        return key\n")
    app.write("nightly", "from .app import paid\ndef main():\n    paid('x', 1)\n")
    text = "paid = guard.wrap(pay)\ndef ask(to: str) -> str: return paid(to, 1)\ndef build(): return {'pay': paid, 'ask': guard.wrap(ask)}"  # fmt: skip
    code, found = app.covered(PLAIN, text)
    assert (code, {one[0] for each in found.values() for one in each}) == (0, {"guarded"})


def test_a_sub_agent_with_a_guard_of_its_own_is_fine(app) -> None:
    text = """
        expert = create_agent(model, [pay], middleware=[guard])
        def ask(question: str) -> str:
            "Ask."
            return str(expert.invoke({"messages": question}))
        def build(): return create_agent(model, [look, ask], middleware=[guard])
        """
    code, found = app.covered(LANGCHAIN, text)
    assert (code, found["pay"][0][2]) == (0, "build > tools > ask > expert > tools")


def test_what_was_accepted_by_name_or_state_is_no_finding(app) -> None:
    framework, text, _ = HOLES["a built-in tool of the provider"]
    assert app.covered(framework, text, "--allow", "web_search")[0] == 0
    assert app.covered(framework, text, "--allow", "provider-side")[0] == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("raise OSError('no key')", "coverage_unloadable"),
        ("def build(): return 7", "coverage_nothing"),
        ("", "coverage_unloadable"),
    ],
)
def test_what_cannot_be_looked_at_is_no_success(app, capsys, text: str, code: str) -> None:
    app.write("app", text)
    assert cli.main(["coverage", f"{app.name}.app:build"]) == 3
    assert code in capsys.readouterr().err


def test_sessions_of_mcp_are_looked_at(app) -> None:
    text = """
        from mcp import ClientSession
        from guard_adapters.front.mcp_client import guard_session
        class Guard:
            from guard_adapters.front.intake import Intake
            intake = Intake(calls=None)
        def build():
            bare, judged = ClientSession.__new__(ClientSession), ClientSession.__new__(ClientSession)
            guard_session(judged, Guard(), server="bank")
            return [bare, judged]
        """
    code, found = app.covered("", text)
    assert (code, sorted(one[0] for one in found["mcp:session"])) == (1, ["guarded", "unguarded"])


def settings(folder: Path, agent: str, *words: str) -> str:
    file = str(folder / "settings.json")
    assert cli.main(["hook", "install", agent, "--settings", file, *words]) == 0
    return file


def servers(folder: Path, name: str = ".mcp.json", **entries: Any) -> str:
    (folder / name).write_text(json.dumps({"mcpServers": entries}))
    return str(folder / name)


RAW = {"command": "npx", "args": ["some-server"]}
PROXIED = {"command": "/opt/bin/guard", "args": ["proxy", "--upstream", "db", "--", "some-server"]}


def test_a_hook_that_sees_every_tool_covers_the_servers_as_well(tmp_path, capsys) -> None:
    files = settings(tmp_path, "claude"), servers(tmp_path, db=RAW)
    assert cli.main(["coverage", *files]) == 0
    assert cli.main(["coverage", settings(tmp_path, "gemini")]) == 0


def test_a_second_list_of_servers_is_found(tmp_path, capsys) -> None:
    served = {"url": "http://127.0.0.1:8470/mcp/db"}
    first = servers(tmp_path, db=PROXIED, web=served)
    assert cli.main(["coverage", first]) == 0
    (tmp_path / "config.toml").write_text('[mcp_servers.raw]\ncommand = "npx"\nargs = ["x"]\n')
    assert cli.main(["coverage", first, str(tmp_path / "config.toml")]) == 1
    assert "mcp:raw" in capsys.readouterr().out


def test_a_server_that_the_hook_leaves_to_a_proxy_has_to_be_behind_one(tmp_path) -> None:
    file = settings(tmp_path, "claude", "--proxied", "db")
    assert cli.main(["coverage", file, servers(tmp_path, db=RAW)]) == 1
    assert cli.main(["coverage", file, servers(tmp_path, db=PROXIED)]) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.update(disableAllHooks=True),
        lambda found: found["hooks"].pop("PreToolUse"),
        lambda found: found["hooks"].pop("PostToolUseFailure"),
        lambda found: found["hooks"]["PreToolUse"][0].update(matcher="Bash"),
        lambda found: found.update(hooks=None),
        lambda found: found["hooks"]["PreToolUse"][0]["hooks"][0].update(timeout=55),
    ],
)
def test_a_hook_that_does_not_see_all_is_a_finding(tmp_path, change) -> None:
    _changed(Path(settings(tmp_path, "claude")), change)


def _hook(found: Any) -> Any:
    return found["hooks"]["PreToolUse"][0]["hooks"][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda hook: hook.update(command=hook["command"] + " || true"),
        lambda hook: hook.update(command=hook["command"] + " ; true"),
        lambda hook: hook.update(command=hook["command"].replace(" || {", " ; true || {")),
        lambda hook: hook.update(command=hook["command"].partition(" || ")[0] + "'"),
        lambda hook: hook.update(command=hook["command"].replace("exit 2", "exit 0")),
        lambda hook: hook.update({"async": True}),
        lambda hook: hook.update({"if": "Bash(git *)"}),
        lambda hook: hook.update(type="prompt"),
    ],
)
def test_a_hook_whose_no_gets_lost_is_a_finding(tmp_path, change) -> None:
    _changed(Path(settings(tmp_path, "claude")), lambda found: change(_hook(found)))


@pytest.mark.parametrize(
    "group", [None, "x", {}, {"hooks": None}, {"hooks": 5}, {"hooks": ["x", {"command": []}]}, {"matcher": ["x"], "hooks": []}]
)  # fmt: skip
def test_hooks_of_others_in_whatever_shape_are_passed_over(tmp_path, group) -> None:
    file = Path(settings(tmp_path, "claude"))
    found = json.loads(file.read_text())
    found["hooks"]["PreToolUse"].insert(0, group)
    file.write_text(json.dumps(found))
    assert cli.main(["coverage", str(file)]) == 0
    _changed(file, lambda found: found["hooks"]["PreToolUse"][1].update(matcher=["x"]))


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.update(hooksConfig={"enabled": False}),
        lambda found: found.update(hooksConfig={"disabled": [_line(found)]}),
        lambda found: found["hooks"]["BeforeTool"][0]["hooks"][0].update(timeout=60),
    ],
)
def test_a_hook_that_gemini_cli_is_told_not_to_run_is_a_finding(tmp_path, change) -> None:
    _changed(Path(settings(tmp_path, "gemini")), change)


def _line(found: Any) -> str:
    return str(found["hooks"]["BeforeTool"][0]["hooks"][0]["command"])


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ("", 1),
        ("[features]\nhooks = false", 1),
        ("[hooks.state.'KEY']\ntrusted_hash = 'sha256:1'", 0),
        ("[hooks.state.'KEY']\ntrusted_hash = 'sha256:1'\nenabled = false", 1),
        ("[hooks.state.'KEY']\nenabled = true", 1),
        ("features = 1", 1),
        ("[hooks]\nstate = 1", 1),
    ],
)
def test_a_hook_that_codex_was_not_told_to_trust_is_a_finding(tmp_path, config, code) -> None:
    file, beside = tmp_path / "hooks.json", tmp_path / "config.toml"
    assert cli.main(["hook", "install", "codex", "--settings", str(file)]) == 0
    assert cli.main(["coverage", str(file)]) == 0
    beside.write_text(config.replace("KEY", f"{file}:pre_tool_use:0:0"))
    assert cli.main(["coverage", str(file), str(beside)]) == code


def _changed(file: Path, change: Any) -> None:
    found = json.loads(file.read_text())
    change(found)
    file.write_text(json.dumps(found))
    assert cli.main(["coverage", str(file)]) == 1


def test_a_file_that_is_no_settings_file_is_no_success(tmp_path) -> None:
    (tmp_path / "x.json").write_text("[]")
    assert cli.main(["coverage", str(tmp_path / "x.json")]) == 3
    assert cli.main(["coverage", str(tmp_path / "absent.json")]) == 3
