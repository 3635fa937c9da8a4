"""All ways by which one child process may pull the credential of the call that runs in it.

For servers that know nothing of the guard: their clients ask by themselves. Calls that need a
credential take turns, because a hook knows the process and not the call.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from typing import Final

from guard.clock import Clock
from guard.grant.credential import Credential
from guard_adapters.front.hook_aws import AwsEndpoint
from guard_adapters.front.hook_gate import HookGate
from guard_adapters.front.hook_git import GitHelper
from guard_adapters.front.hook_postgres import PostgresFiles
from guard_adapters.front.hook_ssh import SshAgent

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


@asynccontextmanager
async def hooked(names: Iterable[str], clock: Clock) -> AsyncIterator[Hooks]:
    """Open these hooks for the children of this very process.

    Args:
        names: some of aws, git, postgres, ssh.
        clock: tells the time.
    """
    gate, environ = HookGate(os.getpid()), dict[str, str]()
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
