"""The hooks of coding agents, run by their own settings in a shell, against a guard that runs."""

import asyncio
import itertools
import json
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from guard.errors import Unusable
from guard_adapters import cli
from guard_adapters.front.coding import hook
from guard_adapters.front.coding.settings import command, merged, settings, words_of
from guard_adapters.wiring.state.places import person
from tests.frameworks.running import Running

pytestmark = pytest.mark.frameworks

BASH = {
    "effect": ["write"],
    "budget": "none",
    "budget_reason": "limited by the rules under test",
    "confirmed": True,
    "narrow": {
        "short": {"cap_arg": {"path": "timeout", "max": 1000}},
        "bare": {"drop_arg": {"path": "env"}},
    },
    "input_schema": {
        "type": "object",
        "properties": {
            "command": {"type": "string"},
            "timeout": {"type": "integer"},
            "env": {"type": "string"},
        },
        "required": ["command"],
    },
}
QUERY = {
    "effect": ["read"],
    "confirmed": True,
    "output": {"trust": "untrusted"},
    "input_schema": {
        "type": "object",
        "properties": {"sql": {"type": "string"}},
        "required": ["sql"],
    },
}
AGENTS = ("claude", "codex", "gemini")
FILE = {
    "version": 1,
    "guard": {
        "settings": {"in_flight": 6},
        "policies": ["policy.cedar"],
        "agents": {one: {"hold_s": 0} for one in AGENTS},
    },
    "servers": {
        **{one: {"trust": "trusted", "tools": {"Bash": BASH}} for one in AGENTS},
        "db": {"trust": "trusted", "tools": {"query": QUERY}},
    },
}
BEFORE = {"claude": "PreToolUse", "codex": "PreToolUse", "gemini": "BeforeTool"}
SESSIONS = itertools.count()
AFTER = {"claude": "PostToolUse", "codex": "PostToolUse", "gemini": "AfterTool"}


class Agent:
    """Plays one coding agent as far as its hooks go."""

    def __init__(self, name: str, running: Running, *proxied: str) -> None:
        self.name, self.running, self.calls = name, running, 0
        self.session = f"s{next(SESSIONS)}"
        words = [word for one in proxied for word in ("--proxied", one)]
        pipe = ["--socket", str(running.pipe), "--settings", str(running.folder / "s.json")]
        assert cli.main(["hook", "install", name, *pipe, *words]) == 0
        self.hooks = json.loads((running.folder / "s.json").read_text())["hooks"]

    def event(self, kind: str, tool: str, given: dict[str, Any], **more: Any) -> dict[str, Any]:
        scope = {"claude": "prompt_id", "codex": "turn_id"}.get(self.name)
        ids = {scope: "p1", "tool_use_id": f"toolu_{self.calls}"} if scope else {}
        said = {"hook_event_name": kind, "session_id": self.session, "cwd": "/", **ids, **more}
        return {**said, "tool_name": tool, "tool_input": given}

    def run(self, event: dict[str, Any] | bytes) -> subprocess.CompletedProcess[str]:
        name = self.hooks if isinstance(event, bytes) else [event["hook_event_name"]]
        line = self.hooks[next(iter(name))][0]["hooks"][0]["command"]
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        ran = subprocess.run(
            ["sh", "-c", line], input=raw, capture_output=True, timeout=60, check=False
        )
        return subprocess.CompletedProcess(line, ran.returncode, ran.stdout.decode(), ran.stderr.decode())  # fmt: skip

    def before(self, tool: str, **given: Any) -> subprocess.CompletedProcess[str]:
        self.calls += 1
        return self.run(self.event(BEFORE[self.name], tool, given))

    def after(self, tool: str, response: Any, **given: Any) -> subprocess.CompletedProcess[str]:
        return self.run(self.event(AFTER[self.name], tool, given, tool_response=response))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("hooks")
    policy = Path(__file__).parent / "hooked" / "policy.cedar"
    (folder / "policy.cedar").write_text(policy.read_text())
    (folder / "guard.yaml").write_text(json.dumps(FILE))
    made = Running(folder)
    yield made
    made.close()


@pytest.fixture(params=AGENTS)
def agent(request: pytest.FixtureRequest, running: Running) -> Agent:
    return Agent(request.param, running)


def test_an_allowed_call_goes_on_without_a_word_and_ends_where_the_agent_says(agent) -> None:
    assert (agent.before("Bash", command="ls").returncode, agent.after("Bash", "a\n", command="ls").returncode) == (0, 0)  # fmt: skip
    told = agent.running.log()[-1]
    assert (told["kind"], told["outcome"]) == ("outcome", "ok")


def test_a_denied_call_is_blocked_and_the_model_reads_why(agent) -> None:
    ran = agent.before("Bash", command="rm -rf /")
    assert (ran.returncode, ran.stdout, ran.stderr[:6]) == (2, "", "DENIED")


def test_a_built_in_tool_that_the_catalogue_does_not_list_is_blocked(agent) -> None:
    assert agent.before("Brandnew", x=1).returncode == 2


def test_a_question_blocks_until_a_person_said_yes_and_then_the_call_goes_on_once(agent) -> None:
    command = f"git push {agent.name}"
    ran = agent.before("Bash", command=command)
    assert (ran.returncode, ran.stderr.split()[0]) == (2, "APPROVAL_PENDING")
    assert agent.before("Bash", command=command).returncode == 2
    agent.running.answer("approve", f"os|{person()}")
    assert agent.before("Bash", command=command).returncode == 0
    assert agent.before("Bash", command=command).returncode == 2


def test_narrowed_arguments_are_handed_back_in_the_agents_own_words(agent) -> None:
    ran = agent.before("Bash", command="ls", timeout=9000)
    said = json.loads(ran.stdout)["hookSpecificOutput"]
    judged = {"command": "ls", "timeout": 1000}
    assert (ran.returncode, said.get("updatedInput", said.get("tool_input"))) == (0, judged)


def test_an_argument_that_must_go_is_taken_out_or_the_call_is_blocked(agent) -> None:
    ran = agent.before("Bash", command="ls", env="X=1")
    if agent.name == "gemini":  # lays what comes back over what the model said
        assert (ran.returncode, ran.stderr[:6]) == (2, "DENIED")
    else:
        assert json.loads(ran.stdout)["hookSpecificOutput"]["updatedInput"] == {"command": "ls"}


def test_narrowed_arguments_are_those_with_which_an_agent_without_ids_tells_the_end(
    running,
) -> None:
    gemini = Agent("gemini", running)
    gemini.before("Bash", command="ls", timeout=9000)
    assert gemini.after("Bash", "a\n", command="ls", timeout=1000).returncode == 0
    told = running.log()[-1]
    assert (told["kind"], told["outcome"]) == ("outcome", "ok")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"server_name": "db", "tool_name": "query"}, 0),
        ({"server_name": "gemini", "tool_name": "Bash"}, 2),
        ({"server_name": "elsewhere", "tool_name": "query"}, 2),
        ({"server_name": "", "tool_name": "query"}, 2),
        ({"tool_name": "query"}, 2),
        ("db", 2),
        (None, 2),
    ],
)
def test_gemini_tells_beside_the_name_of_a_tool_which_server_it_is_of(running, told, code) -> None:
    gemini = Agent("gemini", running)
    given = {"sql": "s"} if code == 0 else {"command": "ls", "sql": "s"}
    event = gemini.event("BeforeTool", "mcp_db_query", given, mcp_context=told)
    assert gemini.run(event).returncode == code


@pytest.mark.parametrize("name", ["mcp__claude__Bash", "mcp__claude__Read"])
def test_an_mcp_server_does_not_pass_for_the_agents_own_tools(running, name: str) -> None:
    for proxied in ((), ("claude",)):
        assert Agent("claude", running, *proxied).before(name, command="ls").returncode == 2


def test_calls_whose_end_is_never_told_lock_no_session_out(running) -> None:
    codex = Agent("codex", running)
    ran = [codex.before("Bash", command=f"ls {i}").returncode for i in range(8)]
    assert ran == [0] * 8
    assert codex.after("Bash", "a\n", command="ls 7").returncode == 0
    told = [leaf["outcome"] for leaf in running.log() if leaf["kind"] == "outcome"]
    assert told[-6:] == [*["unknown"] * 5, "ok"]


def test_what_an_mcp_tool_returned_counts_for_the_next_command(running) -> None:
    claude = Agent("claude", running)
    for made, code in ((("Bash", {"command": "curl x"}), 0), (("mcp__db__query", {"sql": "s"}), 0)):
        claude.calls += 1
        assert claude.run(claude.event("PreToolUse", *made)).returncode == code
        done = claude.event("PostToolUse", *made, tool_response={"content": []})
        assert claude.run(done).returncode == 0
    claude.calls += 1
    again = claude.event("PreToolUse", "Bash", {"command": "curl x"})
    assert claude.run(again).stderr.startswith("DENIED")


def test_a_tool_that_failed_is_recorded_as_failed(running) -> None:
    claude = Agent("claude", running)
    claude.before("Bash", command="false")
    event = claude.event("PostToolUseFailure", "Bash", {"command": "false"}, error="exit 1")
    assert claude.run(event).returncode == 0
    assert running.log()[-1]["outcome"] == "error"


def test_the_same_id_is_not_run_twice(running) -> None:
    claude = Agent("claude", running)
    assert claude.before("Bash", command="date").returncode == 0
    claude.after("Bash", "now", command="date")
    claude.calls -= 1
    ran = claude.before("Bash", command="date")
    assert (ran.returncode, ran.stderr.split(":")[0]) == (2, "RESULT_WITHHELD")


@pytest.mark.parametrize("name", ["mcp__db__old__query", "mcp____query", "mcp__db", "mcp__claude__Bash__x"])  # fmt: skip
def test_a_name_that_no_server_of_the_catalogue_has_is_blocked(running, name: str) -> None:
    assert Agent("claude", running).before(name, sql="s").returncode == 2


def test_calls_of_a_server_behind_another_front_are_left_to_it(running) -> None:
    claude = Agent("claude", running, "db")
    before = len(running.log())
    assert claude.before("mcp__db__query", sql="s").returncode == 0
    assert claude.before("mcp__elsewhere__query", sql="s").returncode == 2
    named_so = Agent("claude", running, "claude")  # its own tools stand behind no other front
    assert named_so.before("Bash", command="rm -rf /").returncode == 2
    assert not [leaf for leaf in running.log()[before:] if leaf.get("action") == "db/query"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"hook_event_name": "PreToolUse"}', b"null"])
def test_an_event_that_is_none_is_blocked(running, raw: bytes) -> None:
    ran = Agent("claude", running).run(raw)
    assert (ran.returncode, bool(ran.stderr)) == (2, True)


def test_what_was_typed_is_shown_as_the_agents_word_to_whoever_is_asked(agent) -> None:
    prompt = {"claude": "UserPromptSubmit", "codex": "UserPromptSubmit", "gemini": "BeforeAgent"}
    for said in ("Ship x", "and now y"):
        event = {"hook_event_name": prompt[agent.name], "session_id": agent.session, "prompt": said}
        ran = agent.run(event)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
        assert agent.before("Bash", command=f"git push {said}").returncode == 2
    assert json.loads(agent.running.asked[-1].view_json)["chain"]["prose"] == ["Ship x", "and now y"]  # fmt: skip


def test_without_a_guard_a_prompt_goes_on_and_no_call_does(running, tmp_path) -> None:
    claude = Agent("claude", running)
    for groups in claude.hooks.values():
        line = groups[0]["hooks"][0]
        line["command"] = line["command"].replace(str(running.pipe), str(tmp_path / "none.sock"))
    event = {"hook_event_name": "UserPromptSubmit", "session_id": "s", "prompt": "go"}
    ran = claude.run(event)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert claude.before("Bash", command="ls").returncode == 2


def test_an_event_that_nobody_installed_is_blocked(running) -> None:
    claude = Agent("claude", running)
    assert claude.run({**claude.event("PreToolUse", "Bash", {"command": "ls"}), "hook_event_name": "PreToolUse", "tool_input": []}).returncode == 2  # fmt: skip
    event = claude.event("Stop", "Bash", {"command": "ls"})
    claude.hooks["Stop"] = claude.hooks["PreToolUse"]
    assert claude.run(event).returncode == 2


def test_a_hook_whose_interpreter_is_gone_is_a_no(running) -> None:
    claude = Agent("claude", running)
    line = claude.hooks["PreToolUse"][0]["hooks"][0]
    line["command"] = line["command"].replace(sys.executable, "/nowhere/python")
    ran = claude.before("Bash", command="ls")
    assert (ran.returncode, "GUARD_UNAVAILABLE" in ran.stderr) == (2, True)


@pytest.mark.parametrize("fault", ["nobody", "silent", "leaves", "half", "garbage"])
async def test_whatever_is_wrong_with_the_guard_the_call_is_blocked(tmp_path, fault) -> None:
    pipe = str(tmp_path / "g.sock")

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        if fault == "silent":
            await reader.read()
        words = {"half": b'{"do":"said"}\t{"exit":0,', "garbage": b"yes\n"}
        writer.write(words.get(fault, b""))
        writer.close()

    server = None if fault == "nobody" else await asyncio.start_unix_server(met, pipe)
    words = (sys.executable, "-I", "-S", hook.__file__, "claude", pipe, "0.2")
    ran = await asyncio.create_subprocess_exec(*words, stdin=-1, stdout=-1, stderr=-1)
    out, err = await asyncio.wait_for(ran.communicate(b"{}"), 60)
    assert (ran.returncode, out, err.startswith(b"GUARD_UNAVAILABLE")) == (2, b"", True)
    if server is not None:
        server.close()


def test_the_hook_loads_the_standard_library_only_and_little_of_it() -> None:
    code = f"import sys; exec(open({hook.__file__!r}).read(), {{'__name__': 'hook'}}); print(*sys.modules)"
    words = [sys.executable, "-I", "-S", "-c", code]
    ran = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert loaded <= {*sys.stdlib_module_names, "__main__"}
    assert not loaded & {"asyncio", "argparse", "logging", "pathlib", "subprocess", "typing"}


SAYS = """#!{python}
import json, sys
for line in sys.stdin:
    if json.loads(line).get("id") == 2:
        print(json.dumps({{"id": 2, "result": {result}}}), flush=True)
"""


@pytest.mark.parametrize("name", ["claude", "gemini"])
def test_the_selftest_says_that_the_installed_hook_refuses(running, capsys, name: str) -> None:
    Agent(name, running)
    assert cli.main(["hook", "selftest", name, "--settings", str(running.folder / "s.json")]) == 0
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()] == ["ok", "ok"]
    assert running.log()[-1]["outcome"] == "refused"


def test_the_selftest_says_what_is_wrong(running, tmp_path, capsys) -> None:
    def said(change) -> str:
        Agent("claude", running)
        file = running.folder / "s.json"
        file.write_text(change(file.read_text()))
        assert cli.main(["hook", "selftest", "claude", "--settings", str(file)]) == 1
        return capsys.readouterr().out

    gone = str(tmp_path / "nobody.sock")
    assert "no guard answers" in said(lambda text: text.replace(str(running.pipe), gone))
    assert "no guard answers" in said(lambda text: text.replace(sys.executable, "/nowhere/python"))
    assert "exit 0" in said(lambda text: text.replace("exit 2", "exit 0").replace(sys.executable, "/nowhere/python"))  # fmt: skip
    # It ends as a no does, and says beside it that the tool may run.
    allows = "echo allow; echo DENIED >&2; exit 2; "
    assert "lets a tool run" in said(lambda text: text.replace("-c '", f"-c '{allows}"))
    assert "guard hook install" in said(lambda _: "{}")
    absent = str(tmp_path / "absent.json")
    assert cli.main(["hook", "selftest", "claude", "--settings", absent]) == 1
    assert "is not there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ('{{"data": [{{"hooks": [{{**hook, "trustStatus": "trusted"}}]}}]}}', "codex runs it"),
        ('{{"data": [{{"hooks": [{{**hook, "trustStatus": "modified"}}]}}]}}', "it is modified"),
        ('{{"data": [{{"hooks": [{{**hook, "enabled": False}}]}}]}}', "it is turned off"),
        ('{{"data": [{{"hooks": []}}]}}', "it does not read"),
        ("None", "did not say"),
    ],
)
def test_the_selftest_asks_codex_whether_it_runs_the_hook(
    running, tmp_path, monkeypatch, capsys, answer, text
) -> None:
    codex = Agent("codex", running)
    file = running.folder / "s.json"
    line = codex.hooks["PreToolUse"][0]["hooks"][0]["command"]
    hook = {"eventName": "preToolUse", "command": line, "sourcePath": str(file), "enabled": True, "trustStatus": "trusted"}  # fmt: skip
    program = tmp_path / "codex"
    told = answer.replace("{{", "{").replace("}}", "}")
    program.write_text(SAYS.format(python=sys.executable, result=told).replace("for line", f"hook = {hook!r}\nfor line"))  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    code = cli.main(["hook", "selftest", "codex", "--settings", str(file)])
    said = capsys.readouterr().out.splitlines()[-1]
    assert (text in said, code) == (True, 0 if text == "codex runs it" else 1), said


def test_without_codex_the_selftest_says_that_it_does_not_know(
    running, monkeypatch, capsys
) -> None:
    Agent("codex", running)
    monkeypatch.setenv("PATH", "/nowhere")
    assert cli.main(["hook", "selftest", "codex", "--settings", str(running.folder / "s.json")]) == 1  # fmt: skip
    assert "not in PATH" in capsys.readouterr().out


def test_the_installed_command_is_three_plain_words_for_every_shell(tmp_path) -> None:
    made = command("codex", "/opt/it's/python", tmp_path / "a b", ["db"])
    words = shlex.split(made)
    assert words[:2] == ["/bin/sh", "-c"]
    assert len(words) == 3, "fish and csh read nothing of what stands between the quotes"
    assert words_of(made) == ["codex", str(tmp_path / "a b"), "55", "db"]
    assert words_of(words[2]) == words_of(made), "as earlier versions wrote it"
    assert words_of("lint") == words_of("'") == words_of("/bin/sh -c") == []


def test_settings_of_others_stay_and_ours_are_replaced() -> None:
    ours = settings("claude", "x", Path("p"))
    theirs = {"matcher": "Bash", "hooks": [{"type": "command", "command": "lint"}]}
    before = json.dumps({"model": "m", "hooks": {"PreToolUse": [theirs, *ours["PreToolUse"]], "Stop": [theirs]}})  # fmt: skip
    after = json.loads(merged(before, ours, where="f"))
    assert after["hooks"]["PreToolUse"] == [theirs, *ours["PreToolUse"]]
    assert (after["model"], after["hooks"]["Stop"]) == ("m", [theirs])
    with pytest.raises(Unusable, match="settings_unreadable"):
        merged("[1]", ours, where="f")


def test_a_socket_of_another_user_is_not_asked(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(os, "getuid", lambda: -5)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "s"))
        other.listen()
        with pytest.raises(hook._NotCarried, match="another user"):
            hook._answer(str(tmp_path / "s"), b"x\n", 1)
