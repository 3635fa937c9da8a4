"""Microsoft Agent Framework: `GuardMiddleware` in the middleware of an agent.

It runs the tool itself, with the judged arguments: function middleware behind it does not run, so
put it last. A question becomes the framework's own request for approval; its "approved" is a
wake-up, and the call is judged again. Leave `approval_mode` of the tools at `never_require`, or two
of them ask.
"""

from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import Any, Final

from agent_framework import (
    AgentContext,
    AgentMiddleware,
    Content,
    FunctionInvocationContext,
    FunctionMiddleware,
    MiddlewareTermination,
)
from pydantic import BaseModel

from guard_adapters.front.asked import Prompts, text_of
from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting


def _shown(result: object) -> object:
    parts = result if isinstance(result, list) else [result]
    return [one.to_dict() if isinstance(one, Content) else str(one) for one in parts]


FORM: Final = Form(shown=_shown)


class GuardMiddleware(FunctionMiddleware):
    """Judges every function call of an agent.

    Args:
        guard: the guard of this agent.
        server: the name under which the catalogue lists the agent's tools.

    Attributes:
        prompts: put it before, and people are shown what a run was asked: no function is told.
    """

    def __init__(self, guard: Guarding, *, server: str) -> None:
        self._intake = replace(guard.intake, form=FORM)
        self._server = server
        self.prompts = PromptMiddleware()

    async def process(
        self, context: FunctionInvocationContext, call_next: Callable[[], Awaitable[None]]
    ) -> None:
        """Judge one call, then run it with the judged arguments.

        Raises:
            MiddlewareTermination: a person has been asked; the result is the request.
        """
        del call_next  # what stands behind could change the call again

        async def run(arguments: dict[str, Any]) -> object:
            # A context of its own: the framework compares that of an approved call with what the
            # model said, and a narrowed call differs from it.
            inner = copy(context)
            inner.arguments, inner.metadata, inner.result = arguments, {}, None
            call_id = context.metadata.get("call_id")
            found: object = await context.function.invoke(
                arguments=arguments, context=inner, tool_call_id=call_id
            )
            return found

        match await self._intake.around(self._native(context), run):
            case Ran(result=result):
                context.result = result
            case NotRun(text=text):
                context.result = text
            case Waiting(approval_id=asked, text=text, view=view):
                context.result = _request(context, asked, dict(view))
                raise MiddlewareTermination(text)

    def _native(self, context: FunctionInvocationContext) -> Native:
        said = context.arguments
        session = "" if context.session is None else context.session.session_id
        arguments = said.model_dump() if isinstance(said, BaseModel) else said
        # The framework's own name of this one call; ids of models repeat.
        occurrence = str(context.metadata.get("function_call_occurrence_id") or "")
        return Native(
            server=self._server,
            tool=context.function.name,
            arguments=arguments,
            session=session,
            scope="occurrence",
            call_id=occurrence if session else "",
            asked=self.prompts.of(session),
        )


class PromptMiddleware(AgentMiddleware):
    """Notes what the runs of an agent are asked; it stops none."""

    def __init__(self) -> None:
        self._heard = Prompts()

    async def process(
        self, context: AgentContext, call_next: Callable[[], Awaitable[None]]
    ) -> None:
        """Note what this run is asked."""
        said = [text_of(one.contents) for one in context.messages if one.role == "user"]
        if context.session is not None and (asked := "\n".join(filter(None, said))):
            self._heard.heard(context.session.session_id, asked)
        await call_next()

    def of(self, session: str) -> str:
        """Return what the newest run of a session was asked; empty = nobody told."""
        return self._heard.of(session)


def _request(context: FunctionInvocationContext, asked: str, view: Mapping[str, Any]) -> Content:
    said = context.arguments
    occurrence = str(context.metadata.get("function_call_occurrence_id") or "")
    call = Content.from_function_call(
        call_id=str(context.metadata.get("call_id", "")),
        name=context.function.name,
        arguments=said.model_dump() if isinstance(said, BaseModel) else dict(said),
        id=occurrence or None,
    )
    again = "approval_response" in context.metadata  # an id that was answered counts no more
    ident = f"{occurrence}:{asked}:again" if again else occurrence or asked
    more = {**view, "_replacement_approval_request": again}
    return Content.from_function_approval_request(ident, call, additional_properties=more)
