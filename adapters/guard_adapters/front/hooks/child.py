"""All ways by which one child process may pull the credential of the call that runs in it.

For servers that know nothing of the guard: their clients ask by themselves. Calls that need a
credential take turns, because a hook knows the process and not the call.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from typing import Final

from guard.clock import Clock
from guard.errors import Refused
from guard.grant.credential import Credential
from guard_adapters.front.hooks import aws, git, postgres, ssh
from guard_adapters.front.hooks.aws import AwsEndpoint
from guard_adapters.front.hooks.gate import NOTHING, Given, HookGate
from guard_adapters.front.hooks.git import GitHelper
from guard_adapters.front.hooks.postgres import PostgresFiles
from guard_adapters.front.hooks.ssh import SshAgent

Listener = AwsEndpoint | GitHelper | SshAgent
_SERVERS: Final[Mapping[str, Callable[[HookGate, Clock, Given], Listener]]] = {
    "aws": AwsEndpoint,
    "git": GitHelper,
    "ssh": SshAgent,
}
_PLACES: Final[Mapping[str, str]] = {
    "aws": aws.PLACE,
    "git": git.PLACE,
    "postgres": postgres.PLACE,
    "ssh": ssh.PLACE,
}
"""The variable that tells a child where each hook is."""


class Hooks:
    """The open hooks of one child process.

    Attributes:
        environ: what the child must be given.
        sealed: proves to a later guard that these were its places; see `wiring.serve.pulling`.
    """

    def __init__(
        self, gate: HookGate, files: PostgresFiles | None, environ: dict[str, str]
    ) -> None:
        self._gate = gate
        self._files = files
        self.environ = environ
        self.sealed = ""

    @asynccontextmanager
    async def during(self, credential: Credential | None) -> AsyncIterator[None]:
        """Let the child have this credential for as long as the block runs."""
        async with self._gate.opened(credential):
            with ExitStack() as stack:
                if credential is not None and self._files is not None:
                    stack.enter_context(self._files.holding(credential))
                yield


class Unreachable(Hooks):
    """Hooks that a running server was never given, or that are in other hands by now."""

    def __init__(self) -> None:
        super().__init__(HookGate(), None, {})

    @asynccontextmanager
    async def during(self, credential: Credential | None) -> AsyncIterator[None]:
        """Refuse a call that needs a credential; others run.

        Raises:
            Refused: `hooks_unreachable`.
        """
        if credential is not None:
            raise Refused(
                "The server was started without this guard, and cannot ask it for a credential.",
                code="hooks_unreachable",
                next_step="Have the client start this MCP server again, then make the call again.",
            )
        yield


def told(names: Iterable[str], given: Given) -> bool:
    """Return whether a process that was started with this knows where all these hooks are."""
    return all(given.get(_PLACES[name]) for name in names)


@asynccontextmanager
async def hooked(
    names: Iterable[str], clock: Clock, gate: HookGate | None = None, given: Given = NOTHING
) -> AsyncIterator[Hooks]:
    """Open these hooks for one process and its children.

    Args:
        names: some of aws, git, postgres, ssh.
        clock: tells the time.
        gate: knows the process; None takes this very one.
        given: what a process of before was started with: its hooks are opened in the same places.

    Raises:
        OSError: one of these places is in other hands by now.
    """
    gate, environ = gate or HookGate(os.getpid()), dict[str, str]()
    files: PostgresFiles | None = None
    async with AsyncExitStack() as stack:
        for name in sorted(set(names)):
            if name == "postgres":
                files = PostgresFiles(given)
                stack.callback(files.close)
                environ |= files.environ
                continue
            server = _SERVERS[name](gate, clock, given)
            await server.open()
            stack.push_async_callback(server.aclose)
            environ |= server.environ
        yield Hooks(gate, files, environ)
