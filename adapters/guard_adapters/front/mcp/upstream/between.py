"""What goes with messages to a server that are no judged calls, where the server wants something.

A static key is the server's; a token is the caller's, and is asked for with each message, so that
it is new in time and gone with its session. It sends nothing.
"""

from dataclasses import dataclass, field
from typing import Protocol

from guard.grant.credential import Credential
from guard_adapters.front.mcp.front import Caller
from guard_adapters.front.mcp.protocol.edge import HeaderList, encoded
from guard_adapters.front.mcp.upstream.carry import ServerKey


class Between(Protocol):
    """Holds tokens for one server, one for each session. Its methods raise `GuardError`."""

    async def held(self, who: Caller, handle: str) -> Credential:
        """Return the token of this caller's session, making a new one in time."""
        ...

    async def may(self, who: Caller, handle: str) -> None:
        """Return if the session may still have one."""
        ...

    def told(self, credential: Credential, *, taken: bool) -> None:
        """Take in whether the server took this one; if not, it is handed out no more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerToken:
    """An access token of the caller, for one message."""

    credential: Credential

    @property
    def secret(self) -> str:
        """Return what is taken out of what comes back."""
        return self.credential.secret

    @property
    def proved(self) -> bool:
        """Return whether a proof goes with it, in which a server may want its nonce."""
        return self.credential.prover is not None

    def headers(self, method: str, url: str, nonce: str) -> HeaderList:
        """Return the headers that carry it."""
        return encoded(self.credential.headers(method, url, nonce=nonce))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who sends messages to one server, in which session."""

    between: Between
    who: Caller
    handle: str = field(repr=False)

    async def token(self) -> ServerToken:
        """Return what goes with the next message.

        Raises:
            GuardError: there is nothing for it; it must not be sent.
        """
        return ServerToken(credential=await self.between.held(self.who, self.handle))

    async def may(self) -> None:
        """Return if what was begun may go on; raises `GuardError` otherwise."""
        await self.between.may(self.who, self.handle)


Key = ServerKey | ServerToken
"""What goes with a message."""
