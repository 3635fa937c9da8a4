"""Google ADK with a scripted model; sessions in its own SQLite store, so that they outlive a run."""

from typing import Any

from google.adk.agents import LlmAgent
from google.adk.apps import App
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.adk.sessions.sqlite_session_service import SqliteSessionService
from google.genai import types

from guard_adapters.front.google_adk import GuardPlugin
from tests.frameworks.worlds.played import Played, functions

pauses = True
cancels = True
asked = "go"
ASKED = "adk_request_confirmation"
WHERE = {"app_name": "bank", "user_id": "ana", "session_id": "t1"}


class Scripted(BaseLlm):
    turns: list[Any]

    async def generate_content_async(self, llm_request: Any, stream: bool = False) -> Any:
        parts = self.turns.pop(0) if self.turns else [types.Part(text="done")]
        yield LlmResponse(content=types.Content(role="model", parts=parts))


def _parts(turn: Any) -> list[types.Part]:
    return [
        types.Part(function_call=types.FunctionCall(name=name, args=dict(given), id=f"call_{i}"))
        for i, (name, given) in enumerate(turn)
    ]


async def _run(world: Any, message: types.Content, turns: Any) -> Played:
    agent = LlmAgent(
        name="clerk",
        model=Scripted(model="scripted", turns=[_parts(one) for one in turns]),
        tools=functions(world),
    )
    app = App(name="bank", root_agent=agent, plugins=[GuardPlugin(world.guard, server="bank")])
    service = SqliteSessionService(str(world.folder / "adk.sqlite"))
    if await service.get_session(**WHERE) is None:
        await service.create_session(**WHERE)
    runner = Runner(app=app, session_service=service)
    events = [
        one async for one in runner.run_async(user_id="ana", session_id="t1", new_message=message)
    ]
    await runner.close()
    read, asked = [], None
    for event in events:
        for part in event.get_function_responses():
            read.append(str(part.response))
        for call in event.get_function_calls():
            if call.name == ASKED:
                asked = call
    session = await service.get_session(**WHERE)
    payload = asked.args["toolConfirmation"]["payload"] if asked else None
    return Played(
        read=read,
        view=payload,
        kept=session.model_dump_json(),
        state=None if asked is None else asked.id,
    )


async def start(world: Any, *turns: Any) -> Played:
    said = types.Content(role="user", parts=[types.Part(text=world.says)])
    return await _run(world, said, turns)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    answer = types.FunctionResponse(name=ASKED, id=played.state, response={"confirmed": True})
    said = types.Content(role="user", parts=[types.Part(function_response=answer)])
    return await _run(world, said, turns)


def given(world: Any, turn: Any) -> Any:
    """Return the names that the page's snippets take."""
    model = Scripted(model="scripted", turns=[_parts(turn)])
    agent = LlmAgent(name="clerk", model=model, tools=functions(world))
    asked = types.FunctionCall(name=ASKED, id="a")
    return {"agent": agent, "asked": asked, "sessions": InMemorySessionService()}


async def use(made: Any) -> None:
    """Let what the snippets made run once."""
    await made["sessions"].create_session(**WHERE)
    said = types.Content(role="user", parts=[types.Part(text="go")])
    async for _ in made["runner"].run_async(user_id="ana", session_id="t1", new_message=said):
        pass
    await made["runner"].close()
