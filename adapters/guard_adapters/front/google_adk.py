"""Google ADK: `GuardPlugin` in the plugins of an `App` guards the tools of all its agents.

It puts the guard around `run_async` of each tool as it is called, behind every callback that could
still change the call. A question becomes ADK's own request for confirmation; "confirmed" is a
wake-up: the call is judged again, and asked about again while nobody answered. Tools that stream in
live runs are refused: ADK runs those past `run_async`.
"""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from google.adk.agents.invocation_context import InvocationContext
from google.adk.events import Event
from google.adk.flows.llm_flows.functions import generate_request_confirmation_event
from google.adk.plugins.base_plugin import BasePlugin
from google.adk.tools.base_tool import BaseTool
from google.adk.tools.tool_context import ToolContext

from guard_adapters.front.asked import text_of
from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.mcp.judging.verdict import refusal
from guard_adapters.front.native import Native, NotRun, Ran, Waiting


def _failed(result: object) -> bool:
    return isinstance(result, Mapping) and bool(result.get("error") or result.get("isError"))


FORM: Final = Form(failed=_failed)
STREAMS: Final = refusal("DENIED", "tool_not_guarded").text


class GuardPlugin(BasePlugin):
    """Judges every tool call of an app: `App(..., plugins=[GuardPlugin(guard, server="shop")])`.

    Args:
        guard: the guard of this app's agents.
        server: the name under which the catalogue lists their tools.
    """

    def __init__(self, guard: Guarding, *, server: str) -> None:
        super().__init__(name="guard")
        self._intake = replace(guard.intake, form=FORM)
        self._server = server

    async def before_tool_callback(
        self, *, tool: BaseTool, tool_args: dict[str, Any], tool_context: ToolContext
    ) -> dict[str, Any] | None:
        """Put the guard around the tool; what the call is, is looked at when it runs."""
        del tool_args, tool_context
        if inspect.isasyncgenfunction(getattr(tool, "func", None)):
            return {"error": STREAMS}
        if not isinstance(vars(tool).get("run_async"), _Guarded):
            # On the object: whatever runs this tool from now on runs it through here.
            vars(tool)["run_async"] = _Guarded(self, tool)
        return None

    async def on_event_callback(
        self, *, invocation_context: InvocationContext, event: Event
    ) -> Event | None:
        """Ask again about calls that were confirmed while their question is open: ADK does not."""
        calls = _asked_again(event, invocation_context.session.events)
        if calls is None:
            return None
        again: Event | None = generate_request_confirmation_event(invocation_context, calls, event)
        return again

    async def judged(self, tool: BaseTool, args: dict[str, Any], context: ToolContext) -> Any:  # noqa: ANN401  the tool's own
        """Judge one call and, if allowed, run the tool with the judged arguments."""

        async def run(arguments: dict[str, Any]) -> object:
            found: object = await type(tool).run_async(tool, args=arguments, tool_context=context)
            return found

        match await self._intake.around(self._native(tool, args, context), run):
            case Ran(result=result):
                return result
            case NotRun(text=text):
                return {"error": text}
            case Waiting(text=text, view=view):
                context.request_confirmation(hint=text, payload=dict(view))
                # Else the model is asked again at once, and calls the tool again.
                context.actions.skip_summarization = True
                return {"error": text}

    def _native(self, tool: BaseTool, args: dict[str, Any], context: ToolContext) -> Native:
        call_id = context.function_call_id or ""
        scope = _event_of(call_id, context)
        return Native(
            server=self._server,
            tool=tool.name,
            arguments=args,
            session=f"{context.session.app_name}/{context.user_id}/{context.session.id}",
            scope=scope,
            # Without the event, this id could be that of an earlier turn.
            call_id=call_id if scope else "",
            asked=text_of(content.parts) if (content := context.user_content) else "",
        )


class _Guarded:
    """Stands in the place of one tool's `run_async`."""

    def __init__(self, plugin: GuardPlugin, tool: BaseTool) -> None:
        self._plugin, self._tool = plugin, tool

    async def __call__(self, *, args: dict[str, Any], tool_context: ToolContext) -> Any:  # noqa: ANN401  the tool's own
        return await self._plugin.judged(self._tool, args, tool_context)


def _event_of(call_id: str, context: ToolContext) -> str:
    """Return the event in which the model made the call: the same one when a run is resumed."""
    for event in reversed(context.session.events):
        if any(one.id == call_id for one in event.get_function_calls()):
            return str(event.id)
    return ""


def _asked_again(event: Event, earlier: list[Event]) -> Event | None:
    """Return the event with the calls that `event` asks about, if a person's message came since.

    ADK runs such calls before the model's turn, and makes no request of what they ask for. An event
    that holds a result as well stays what it is: the model has to read that.
    """
    asked = set(event.actions.requested_tool_confirmations)
    if not asked or {one.id for one in event.get_function_responses()} != asked:
        return None
    since = False
    for one in reversed(earlier):
        if asked <= {call.id for call in one.get_function_calls()}:
            return one if since else None
        since = since or one.author == "user"
    return None
