"""Inspect: `GuardTools.wrap` puts the guard around each tool of a solver or agent.

The tool itself is judged, behind approvers and everything else that could still change the call. A
question is a tool error that begins with `APPROVAL_PENDING`; the same call again waits on.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any, Final
from weakref import WeakKeyDictionary

from inspect_ai.event import SampleInitEvent
from inspect_ai.log import Transcript, transcript
from inspect_ai.tool import Tool, ToolDef, ToolError

from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting

FORM: Final = Form(shown=str)
FIRST: Final = 16
"""Among so many of its first events a sample says what it is."""


class GuardTools:
    """Guards tools: `use_tools(GuardTools(guard, server="shop").wrap(tools))`.

    Args:
        guard: the guard of this agent.
        server: the name under which the catalogue lists the agent's tools.
        conversation: the name of the conversation; empty = one for each run of a sample.
    """

    def __init__(self, guard: Guarding, *, server: str, conversation: str = "") -> None:
        self._intake = replace(guard.intake, form=FORM)
        self._server = server
        self._conversation = conversation
        self._samples: WeakKeyDictionary[Transcript, tuple[str, str]] = WeakKeyDictionary()

    def wrap(self, tools: Iterable[Tool | ToolDef]) -> list[Tool]:
        """Return the tools for a solver or agent, each behind the guard."""
        return [self._guarded(one if isinstance(one, ToolDef) else ToolDef(one)) for one in tools]

    def _guarded(self, found: ToolDef) -> Tool:
        inner = found.tool

        async def execute(**arguments: Any) -> Any:  # noqa: ANN401  the tool's own
            async def run(judged: dict[str, Any]) -> object:
                done: object = await inner(**judged)
                return done

            sample, asked = self._sample()
            # No id: the framework tells a tool none.
            native = Native(
                server=self._server,
                tool=found.name,
                arguments=arguments,
                session=self._conversation or sample,
                asked=asked,
            )
            match await self._intake.around(native, run):
                case Ran(result=result):
                    return result
                case NotRun(text=text) | Waiting(text=text):
                    raise ToolError(text)

        return ToolDef(
            execute,
            name=found.name,
            description=found.description,
            parameters=found.parameters,
            parallel=found.parallel,
            viewer=found.viewer,
            model_input=found.model_input,
            options=found.options,
        ).as_tool()

    def _sample(self) -> tuple[str, str]:
        """Return the run of a sample in which a tool is called, and what it is asked."""
        here = transcript()
        if here not in self._samples:
            first = islice(here.events, FIRST)
            begun = next((one for one in first if isinstance(one, SampleInitEvent)), None)
            self._samples[here] = ("", "") if begun is None else (str(begun.uuid), _asked(begun))
        return self._samples[here]


def _asked(begun: SampleInitEvent) -> str:
    said = begun.sample.input
    if isinstance(said, str):
        return said
    return next((one.text for one in reversed(said) if one.role == "user"), "")
