"""Messages on their way to one upstream, each with what the server wants with it.

Rule 1: a message is sent once, and again only if it was refused for want of a nonce. Rule 2: what
went with it is taken out of what comes back. It reads no message and judges none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from guard.grant.scrub import Scrub
from guard_adapters._http.carrying import Address, Nonces
from guard_adapters._http.pool import HttpClient, Upstream
from guard_adapters.front.mcp.protocol.edge import HeaderList
from guard_adapters.front.mcp.upstream.between import Key, ServerToken, Standing
from guard_adapters.front.mcp.upstream.carry import Carried
from guard_adapters.front.mcp.upstream.server import HttpServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """The way to one upstream, for one caller."""

    server: HttpServer
    http: HttpClient
    nonces: Nonces
    standing: Standing | None
    session_id: str = field(repr=False)

    async def key(self, beside: Carried | None = None) -> Key | None:
        """Return what goes with a message; a call that brings its own authorization needs none.

        Raises:
            GuardError: the server wants something that this caller cannot have now.
        """
        key = self.server.key()
        if key is not None or self.standing is None:
            return key
        if beside is not None and beside.authorizes:
            return None
        return await self.standing.token()

    async def sent(
        self,
        method: str,
        body: bytes,
        head: Callable[[str], HeaderList],
        key: Key | None,
        read_s: float | None,
        *,
        again: bool,
    ) -> Upstream:
        """Send a message; `head` returns its other headers, given what the server last asked for.

        Args:
            method: of HTTP.
            body: exactly these bytes.
            head: see above.
            key: what goes with it.
            read_s: longest wait for bytes of the answer (seconds); None: forever.
            again: whether it goes once more where nobody read it for want of a nonce.

        Raises:
            UpstreamFailed: nobody answered.
        """
        to = Address(self.server.url)
        found = await self._once(method, body, head(self.nonces.of(to)), key, read_s)
        if again and self.nonces.asked_again(to, found.status, found.named()):
            await found.aclose()
            found = await self._once(method, body, head(self.nonces.of(to)), key, read_s)
        if self.standing is not None and isinstance(key, ServerToken):
            taken = found.status != HTTPStatus.UNAUTHORIZED
            self.standing.between.told(key.credential, taken=taken)
        return found

    async def _once(
        self, method: str, body: bytes, head: HeaderList, key: Key | None, read_s: float | None
    ) -> Upstream:
        url, up = self.server.url, list(head)
        if self.session_id:
            up.append((b"mcp-session-id", self.session_id.encode("latin-1")))
        up += key.headers(method, url, self.nonces.of(Address(url))) if key is not None else []
        found = await self.http.open_upstream(method, url, up, body, read_s=read_s)
        if key is not None:
            found.scrub = scrub = Scrub(key.secret)
            found.headers = [(name, scrub.whole(value)) for name, value in found.headers]
        return found
