"""LangChain's agents with a scripted model; the graph's state in a file that outlives a run."""

from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from guard_adapters.front.langchain import GuardMiddleware
from tests.frameworks.worlds.played import Played, functions

pauses = True
cancels = True
asked = "go"
THREAD: Any = {"configurable": {"thread_id": "t1"}}


class Scripted(GenericFakeChatModel):
    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self


def _message(turn: Any) -> AIMessage:
    calls = [{"name": n, "args": dict(a), "id": f"call_{i}"} for i, (n, a) in enumerate(turn)]
    return AIMessage("", tool_calls=calls)  # type: ignore[arg-type]


async def _run(world: Any, saver: Any, said: Any, turns: Any) -> Played:
    agent = create_agent(
        Scripted(messages=iter([*map(_message, turns), AIMessage("done")])),
        functions(world),
        middleware=[GuardMiddleware(world.guard, server="bank")],
        checkpointer=saver,
    )
    state = await agent.ainvoke(said, THREAD)
    asked = state.get("__interrupt__", ())
    return Played(
        read=[str(one.content) for one in state["messages"] if isinstance(one, ToolMessage)],
        view=asked[0].value if asked else None,
        kept=str(state) + str(list(saver.storage.items())),
        state=_plain(saver),
    )


def _plain(saver: InMemorySaver) -> Any:
    """Return what the checkpointer holds as plain dicts and bytes, as a database would."""
    storage = {one: {ns: dict(rows) for ns, rows in kept.items()} for one, kept in saver.storage.items()}  # fmt: skip
    return storage, {key: dict(kept) for key, kept in saver.writes.items()}, dict(saver.blobs)


def _saver(plain: Any) -> InMemorySaver:
    saver = InMemorySaver()
    storage, writes, blobs = plain
    for thread, kept in storage.items():
        for namespace, rows in kept.items():
            saver.storage[thread][namespace].update(rows)
    for key, kept in writes.items():
        saver.writes[key].update(kept)
    saver.blobs.update(blobs)
    return saver


async def start(world: Any, *turns: Any) -> Played:
    return await _run(world, InMemorySaver(), {"messages": [("user", world.says)]}, turns)


async def resume(world: Any, played: Played, *turns: Any) -> Played:
    return await _run(world, _saver(played.state), Command(resume=True), turns)
