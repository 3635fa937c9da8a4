"""Google ADK: a question is a request for confirmation; the session waits in ADK's own service.

python examples/frameworks/with_google_adk.py
"""

from collections.abc import AsyncGenerator
from typing import Any

from bank import CALLS, TOOLS, Bank, play
from google.adk.agents import LlmAgent
from google.adk.apps import App
from google.adk.models import BaseLlm, LlmResponse
from google.adk.runners import Runner
from google.adk.sessions import InMemorySessionService
from google.genai import types

from guard_adapters.front.google_adk import GuardPlugin

ASKED = "adk_request_confirmation"


class Scripted(BaseLlm):
    """A model that makes its calls one after the other."""

    turns: list[types.Part]

    async def generate_content_async(self, *_: Any, **__: Any) -> AsyncGenerator[LlmResponse, None]:
        """Say what comes next."""
        part = self.turns.pop(0) if self.turns else types.Part(text="done")
        yield LlmResponse(content=types.Content(role="model", parts=[part]))


async def said(runner: Runner, part: types.Part) -> list[Any]:
    """Send one message of the person and return the events that it gives."""
    message = types.Content(role="user", parts=[part])
    run = runner.run_async(user_id="ana", session_id="invoice-7", new_message=message)
    return [event async for event in run]


async def work(bank: Bank) -> None:
    turns = [
        types.Part(function_call=types.FunctionCall(name=name, args=given, id=f"call_{number}"))
        for number, (name, given) in enumerate(CALLS)
    ]
    agent = LlmAgent(name="clerk", model=Scripted(model="scripted", turns=turns), tools=list(TOOLS))
    app = App(name="bank", root_agent=agent, plugins=[GuardPlugin(bank.guard, server="bank")])
    sessions = InMemorySessionService()
    await sessions.create_session(app_name="bank", user_id="ana", session_id="invoice-7")
    runner = Runner(app=app, session_service=sessions)
    events = await said(runner, types.Part(text="Pay invoice 7, please."))
    asked = next(one for event in events for one in event.get_function_calls() if one.name == ASKED)
    print("asked to confirm:", asked.args["toolConfirmation"]["payload"]["text"])
    await bank.yes()
    answer = types.FunctionResponse(name=ASKED, id=asked.id, response={"confirmed": True})
    events += await said(runner, types.Part(function_response=answer))
    for event in events:
        for response in event.get_function_responses():
            print(f"{response.name}: {response.response}")
    await runner.close()


if __name__ == "__main__":
    play(work)
