"""How what belongs to one judged call travels to an upstream over HTTP: credential and key.

Headers are made anew for each request, because a proof of possession (RFC 9449) is good for one. It
sends nothing.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from guard.grant.credential import Credential
from guard.grant.sent import check_sent
from guard.model.call import ToolCall
from guard.model.idempotency import IdempotencyKey
from guard_adapters._http.carrying import Address, Sending, headers_for
from guard_adapters.front.mcp.protocol.edge import HeaderList, encoded

Delivery = Literal["meta", "bearer", "dpop", "txn", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKey:
    """A static key that a server wants with every message."""

    header: str
    value: str = field(repr=False)
    secret: str = field(repr=False)  # what is taken out of what comes back
    proved: ClassVar[bool] = False

    def headers(self, method: str, url: str, nonce: str) -> HeaderList:
        """Return the header that carries it, the same on every message."""
        del method, url, nonce
        return encoded([(self.header, self.value)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What the guard adds to one call on its way to `url`.

    `call` is the decided one, None for a message that is no `tools/call`: what is sent is compared
    with it.
    """

    delivery: Delivery
    url: str
    credential: Credential | None = field(default=None, repr=False)
    key: IdempotencyKey | None = None
    call: ToolCall | None = None

    @property
    def token(self) -> str:
        """Return the token of the call; empty where it has none that a message may hold."""
        return self.credential.token if self.credential is not None else ""

    @property
    def in_meta(self) -> str:
        """Return what travels in the message itself."""
        return self.token if self.delivery == "meta" else ""

    @property
    def authorizes(self) -> bool:
        """Return whether its headers hold an authorization; none is made to find out."""
        if self.credential is None or not self.credential.bearer:
            return False
        match self.delivery:
            case "bearer" | "dpop":
                return True
            case "txn":  # of another issuer: an access token of its own
                return not self.token
            case "meta" | "none":
                return False

    def checked(self, body: bytes) -> None:
        """Return if these bytes are the call that was decided.

        Raises:
            Refused: `changed_in_flight`.
        """
        if self.call is not None and self.credential is not None:
            check_sent(body, self.call)

    def server_key(self) -> ServerKey | None:
        """Return the static key of this call, None where its credential is none.

        Raises:
            Refused: `destination_not_listed`: it may not go to this server.
        """
        if self.credential is None or "header" not in self.credential.parts:
            return None
        if not self.url.startswith(("https://", "http://")):
            return None  # a child of ours: it pulls its key, or has none
        sending = Sending(method="POST", url=Address(self.url))
        ((header, value),) = headers_for(self.credential, sending)
        return ServerKey(header=header, value=value, secret=self.credential.secret)

    def headers(self, nonce: str = "") -> HeaderList:
        """Return the headers of one POST; `nonce` is what the upstream last asked for."""
        own = self._credential(nonce)
        if self.key is not None and self.key.header:
            own = (*own, (self.key.header, self.key.value))
        return encoded(own)

    def _credential(self, nonce: str) -> tuple[tuple[str, str], ...]:
        if self.credential is None:
            return ()
        if self.authorizes:
            return self.credential.headers("POST", self.url, nonce=nonce)
        if self.delivery == "txn" and self.token:
            return self.credential.beside("POST", self.url, nonce=nonce)
        return ()
