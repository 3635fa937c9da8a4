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
from guard_adapters.front.hooks.aws import AwsEndpoint
from guard_adapters.front.hooks.gate import HookGate
from guard_adapters.front.hooks.git import GitHelper
from guard_adapters.front.hooks.postgres import PostgresFiles
from guard_adapters.front.hooks.ssh import SshAgent

_SERVERS: Final[Mapping[str, Callable[[HookGate, Clock], AwsEndpoint | GitHelper | SshAgent]]] = {
    "aws": AwsEndpoint,
    "git": GitHelper,
    "ssh": SshAgent,
}


class Hooks:
    """The open hooks of one child process.

    Attributes:
        environ: what the child must be given.
    """

    def __init__(
        self, gate: HookGate, files: PostgresFiles | None, environ: dict[str, str]
    ) -> None:
        self._gate = gate
        self._files = files
        self.environ = environ

    @asynccontextmanager
    async def during(self, credential: Credential | None) -> AsyncIterator[None]:
        """Let the child have this credential for as long as the block runs."""
        async with self._gate.opened(credential):
            with ExitStack() as stack:
                if credential is not None and self._files is not None:
                    stack.enter_context(self._files.holding(credential))
                yield


class Unreachable(Hooks):
    """Hooks that a running server was never given: it was started before this guard was."""

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
                "The server was started before this guard, and cannot ask it for a credential.",
                code="hooks_unreachable",
                next_step="Start the server again.",
            )
        yield


@asynccontextmanager
async def hooked(
    names: Iterable[str], clock: Clock, gate: HookGate | None = None
) -> AsyncIterator[Hooks]:
    """Open these hooks for one process and its children.

    Args:
        names: some of aws, git, postgres, ssh.
        clock: tells the time.
        gate: knows the process; None takes this very one.
    """
    gate, environ = gate or HookGate(os.getpid()), dict[str, str]()
    files: PostgresFiles | None = None
    async with AsyncExitStack() as stack:
        for name in sorted(set(names)):
            if name == "postgres":
                files = PostgresFiles()
                stack.callback(files.close)
                environ |= files.environ
                continue
            server: AwsEndpoint | GitHelper | SshAgent = _SERVERS[name](gate, clock)
            await server.open()
            stack.push_async_callback(server.aclose)
            environ |= server.environ
        yield Hooks(gate, files, environ)
