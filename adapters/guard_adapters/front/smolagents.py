"""smolagents: `GuardTools.wrap` puts the guard around each tool of an agent.

The tool's own `forward` is judged, whatever calls it. A call that does not run raises, so that
code which an agent wrote stops there; the model reads why. Tools that run in a sandbox elsewhere
are not seen: wrap them where they run. An agent works in a thread, which cannot be stopped: `run`
lets no further call through once whoever awaits it is cancelled.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final, TypeVar

from smolagents import Tool

from guard_adapters.front.intake import Guarding
from guard_adapters.front.kept import Form
from guard_adapters.front.native import Native, NotRun, Ran, Waiting
from guard_adapters.front.threads import ThreadRun

T = TypeVar("T")

FORM: Final = Form(shown=str)


class CallNotRun(RuntimeError):
    """The guard said no, or a person has been asked; the text is for the model."""


class GuardTools:
    """Guards tools of an agent: `CodeAgent(tools=GuardTools(guard, server="shop").wrap(tools))`.

    Args:
        guard: the guard of this agent.
        server: the name under which the catalogue lists the agent's tools.
        conversation: the name of this agent's conversation; the framework has none.
    """

    def __init__(self, guard: Guarding, *, server: str, conversation: str = "") -> None:
        self._run = ThreadRun(replace(guard.intake, form=FORM))
        self._server = server
        self._conversation = conversation

    async def run(self, work: Callable[[], T]) -> T:
        """Run an agent in a thread, as `await guarded.run(lambda: agent.run("go"))`."""
        return await self._run.run(work)

    def give_up(self) -> None:
        """Let no further call of these tools through; `run` does it when it is cancelled."""
        self._run.give_up()

    def wrap(self, tools: Iterable[Tool]) -> list[Tool]:
        """Return the same tools, every run of them judged from now on."""
        return [self._guarded(tool) for tool in tools]

    def _guarded(self, tool: Tool) -> Tool:
        if isinstance(vars(tool).get("forward"), _Forward):
            return tool
        inner: Callable[..., Any] = tool.forward
        # On the object: whatever runs this tool from now on runs it through here.
        vars(tool)["forward"] = _Forward(self._run, self._native, tool, inner)
        return tool

    def _native(self, tool: str, arguments: dict[str, Any]) -> Native:
        # No id: the framework tells a tool none.
        return Native(
            server=self._server, tool=tool, arguments=arguments, session=self._conversation
        )


class _Forward:
    """Stands in the place of one tool's `forward`."""

    def __init__(
        self,
        run: ThreadRun,
        native: Callable[[str, dict[str, Any]], Native],
        tool: Tool,
        inner: Callable[..., Any],
    ) -> None:
        self._run, self._native, self._inner = run, native, inner
        self._name, self._names = tool.name, tuple(tool.inputs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  the tool's own
        if len(args) > len(self._names):
            raise TypeError(f"{self._name} takes {len(self._names)} arguments, got {len(args)}.")
        native = self._native(self._name, dict(zip(self._names, args, strict=False)) | kwargs)
        answer = self._run.around_sync(native, lambda judged: self._inner(**judged))
        match answer:
            case Ran(result=result):
                return result
            case NotRun(text=text) | Waiting(text=text):
                raise CallNotRun(text)
