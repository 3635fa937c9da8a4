"""Microsoft Agent Framework with a scripted client; the session as plain data."""

import json
from typing import Any

from agent_framework import (
    Agent,
    AgentSession,
    BaseChatClient,
    ChatResponse,
    Content,
    FunctionInvocationLayer,
    InMemoryHistoryProvider,
    Message,
    tool,
)

from guard_adapters.front.agent_framework import GuardMiddleware
from tests.frameworks.worlds.played import Played, functions

pauses = True
cancels = True
asked = "go"


class Scripted(FunctionInvocationLayer[Any], BaseChatClient[Any]):
    def __init__(self, turns: Any, *, repeat: int = 0) -> None:
        super().__init__()
        self.turns = list(turns)

    async def _say(self) -> ChatResponse[Any]:
        turn = self.turns.pop(0) if self.turns else None
        if turn is None:
            parts = [Content.from_text("done")]
        else:
            parts = [
                Content.from_function_call(f"call_{i}", name, arguments=dict(given))
                for i, (name, given) in enumerate(turn)
            ]
        return ChatResponse(messages=[Message("assistant", parts)])

    def _inner_get_response(self, *, messages: Any, stream: bool, options: Any, **_: Any) -> Any:
        return self._say()


async def _run(world: Any, session: AgentSession, said: Any, turns: Any) -> Played:
    guarded = GuardMiddleware(world.guard, server="bank")
    agent = Agent(
        client=Scripted(turns),
        tools=[tool(one, approval_mode="never_require") for one in functions(world)],
        context_providers=[InMemoryHistoryProvider()],
        middleware=[guarded.prompts, guarded],
    )
    result = await agent.run(said, session=session)
    contents = [part for one in result.messages for part in one.contents]
    asked = [one for one in contents if one.type == "function_approval_request"]
    kept = json.dumps(session.to_dict(), default=str)
    return Played(
        read=[str(one.result) for one in contents if one.type == "function_result"],
        view=asked[0].additional_properties if asked else None,
        kept=kept,
        state=(session.to_dict(), [one.to_dict() for one in asked]),
    )


async def start(world: Any, *turns: Any) -> Played:
    return await _run(world, AgentSession(session_id="t1"), world.says, turns)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    kept, asked = json.loads(json.dumps(played.state, default=str))
    yes = [Content.from_dict(one).to_function_approval_response(approved=True) for one in asked]
    session = AgentSession.from_dict(kept)
    return await _run(world, session, Message("user", yes), turns)


def given(world: Any, turn: Any) -> Any:
    """Return the names that the page's snippet takes."""
    return {"model": Scripted([turn]), "tools": functions(world)}


async def use(made: Any) -> None:
    """Let what the snippet made run once."""
    await made["agent"].run("go", session=AgentSession(session_id="t1"))
