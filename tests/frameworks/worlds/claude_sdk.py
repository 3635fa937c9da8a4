"""The Claude Agent SDK with a scripted process in the place of its command line program."""

import asyncio
import itertools
import json
from typing import Any

from claude_agent_sdk import (
    ClaudeAgentOptions,
    ClaudeSDKClient,
    ResultMessage,
    Transport,
    create_sdk_mcp_server,
    tool,
)

from guard_adapters.front.claude_sdk import GuardHooks
from tests.frameworks.worlds.played import Played, functions, value_of

pauses = True
cancels = True
asked = "go"
SESSION = "t1"


class Scripted(Transport):
    """Speaks the program's side of the control protocol: hooks, tools of the SDK, results."""

    def __init__(self, world: Any, turns: Any) -> None:
        self.world, self.turns, self.read = world, turns, []
        self.out: asyncio.Queue[Any] = asyncio.Queue()
        self.answers: dict[str, asyncio.Future[Any]] = {}
        self.numbers = itertools.count()
        self.deferred: Any = None
        self.task: Any = None

    async def connect(self) -> None: ...

    async def close(self) -> None:
        self.out.put_nowait(None)

    async def end_input(self) -> None: ...

    def is_ready(self) -> bool:
        return True

    async def read_messages(self) -> Any:  # type: ignore[override]
        while (message := await self.out.get()) is not None:
            yield message

    async def write(self, data: str) -> None:
        said = json.loads(data)
        match said["type"]:
            case "control_request":
                self._control(said)
            case "control_response":
                answer = said["response"]
                self.answers.pop(answer["request_id"]).set_result(answer)
            case "user":
                self.task = asyncio.create_task(self._play(said["message"]["content"]))

    def _control(self, said: Any) -> None:
        if said["request"]["subtype"] == "initialize":
            self.hooks = said["request"]["hooks"]
        done = {"hook_on_failure_supported": True, "hooks_applied": True, "commands": []}
        response = {"subtype": "success", "request_id": said["request_id"], "response": done}
        self.out.put_nowait({"type": "control_response", "response": response})

    async def _ask(self, **request: Any) -> Any:
        number = f"r{next(self.numbers)}"
        self.answers[number] = asyncio.get_running_loop().create_future()
        self.out.put_nowait({"type": "control_request", "request_id": number, "request": request})
        answer = await self.answers[number]
        return answer.get("response") if answer["subtype"] == "success" else None

    async def _hook(self, kind: str, event: Any) -> Any:
        (matcher,) = self.hooks[kind]
        assert matcher["onFailure"] == "block"
        whole = {"hook_event_name": kind, "session_id": SESSION, **event}
        return await self._ask(
            subtype="hook_callback",
            callback_id=matcher["hookCallbackIds"][0],
            input=whole,
            tool_use_id=event["tool_use_id"],
        )

    async def _mcp(self, method: str, **message: Any) -> Any:
        whole = {"jsonrpc": "2.0", "method": method, **message}
        return (await self._ask(subtype="mcp_message", server_name="bank", message=whole))["mcp_response"]  # fmt: skip

    async def _play(self, says: str) -> None:
        client = {"name": "scripted", "version": "1"}
        first = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
        await self._mcp("initialize", id=-1, params=first)
        await self._mcp("notifications/initialized")
        (prompted,) = self.hooks["UserPromptSubmit"]
        said = {"hook_event_name": "UserPromptSubmit", "session_id": SESSION, "prompt": says}
        await self._ask(subtype="hook_callback", callback_id=prompted["hookCallbackIds"][0], input=said, tool_use_id=None)  # fmt: skip
        for number, turn in enumerate(self.turns):
            for i, (name, given) in enumerate(turn):
                event = {"prompt_id": f"p{number}", "tool_use_id": f"call_{i}", "tool_name": f"mcp__bank__{name}", "tool_input": dict(given)}  # fmt: skip
                await self._call(name, event)
        self.out.put_nowait(
            {
                "type": "result",
                "subtype": "success",
                "duration_ms": 1,
                "duration_api_ms": 1,
                "is_error": False,
                "num_turns": 1,
                "session_id": SESSION,
                "stop_reason": "tool_deferred" if self.deferred else "end_turn",
                "deferred_tool_use": self.deferred,
            }
        )

    async def _call(self, name: str, event: Any) -> None:
        said = await self._hook("PreToolUse", event)
        if said is None:
            self.read.append("hook failed")
            return
        told = said.get("hookSpecificOutput", {})
        match told.get("permissionDecision"):
            case "deny":
                self.read.append(told["permissionDecisionReason"])
                return
            case "defer":
                kept = {"id": event["tool_use_id"], "name": event["tool_name"], "input": event["tool_input"]}  # fmt: skip
                self.deferred = kept
                return
        given = told.get("updatedInput", event["tool_input"])
        params = {"name": name, "arguments": given}
        answer = await self._mcp("tools/call", id=next(self.numbers), params=params)
        result = answer["result"]
        self.read.append(result["content"][0]["text"])
        kind = "PostToolUseFailure" if result.get("isError") else "PostToolUse"
        after = await self._hook(kind, {**event, "tool_response": result, "error": "failed"})
        if after and after.get("decision") == "block":
            self.read[-1] = after["reason"]


def _tools(world: Any) -> list[Any]:
    def made(function: Any) -> Any:
        types = {name: one for name, one in function.__annotations__.items() if name != "return"}

        @tool(function.__name__, "A tool.", types)
        async def run(arguments: Any) -> Any:
            return {"content": [{"type": "text", "text": await value_of(function(**arguments))}]}

        return run

    return [made(one) for one in functions(world)]


async def _ended(options: Any, process: Any, says: str) -> ResultMessage:
    ended = None
    async with ClaudeSDKClient(options, transport=process) as client:
        await client.query(says)
        async with asyncio.timeout(5):
            async for message in client.receive_response():
                if isinstance(message, ResultMessage):
                    ended = message
    assert ended is not None
    return ended


async def _run(world: Any, turns: Any) -> Played:
    hooks = GuardHooks(world.guard)
    tools = hooks.wrap(_tools(world), server="bank")
    options = ClaudeAgentOptions(
        hooks=hooks.hooks(),
        mcp_servers={"bank": create_sdk_mcp_server("bank", tools=tools)},
    )
    process = Scripted(world, turns)
    try:
        ended = await _ended(options, process, world.says)
    finally:
        await hooks.aclose()
    asked = ended.deferred_tool_use
    # Claude shows the call alone; which approval that is, whoever was asked in this process was told.
    told = [{"approval_id": one.id, "tool": one.action} for one in world.asked[-1:]]
    view = dict(*told) if asked else None
    return Played(read=process.read, view=view, kept=str(process.read), state=asked)


async def start(world: Any, *turns: Any) -> Played:
    return await _run(world, turns)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    asked = played.state
    again = ((asked.name.removeprefix("mcp__bank__"), asked.input),)
    return await _run(world, (again, *turns))


def given(world: Any, turn: Any) -> Any:
    """Return the names that the page's snippet takes."""
    return {"tools": _tools(world), "process": Scripted(world, [turn])}


async def use(made: Any) -> None:
    """Let what the snippet made run once."""
    await _ended(made["options"], made["process"], "go")
    await made["hooks"].aclose()
