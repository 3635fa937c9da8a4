"""The HTTP front: one path per upstream, both protocol eras on it.

The order of checks is the order of `Endpoint._handle`: edge, caller, shape, message, headers,
seals, then the gate. Whatever fails is answered with a JSON-RPC body and goes no further. It
merges no servers, keeps no sessions and never sends a message twice.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from guard.errors import GuardError
from guard.grant.dpop import Proof
from guard_adapters._http.carrying import Nonces
from guard_adapters._http.pool import HttpClient
from guard_adapters.front.mcp.auth.access_token import (
    Caller,
    Misused,
    Presented,
    TokenCheck,
    challenge,
    presented,
    require_scopes,
    resource_uri,
    upstream_scope,
)
from guard_adapters.front.mcp.auth.beside import Beside
from guard_adapters.front.mcp.auth.proofs import Proofs
from guard_adapters.front.mcp.client.cancel import Flights
from guard_adapters.front.mcp.client.questions import Questions
from guard_adapters.front.mcp.client.stream import JSON_HEADERS, ClientStream, Receive, Scope, Send
from guard_adapters.front.mcp.front import GuardFront
from guard_adapters.front.mcp.http.post import Post, RefusedRequest
from guard_adapters.front.mcp.http.session_streams import session_request
from guard_adapters.front.mcp.judging.tasks import MemoryOwners, Owners
from guard_adapters.front.mcp.judging.verdict import unsent
from guard_adapters.front.mcp.protocol.edge import (
    EdgeRules,
    HeaderList,
    Headers,
    check_edge,
    single,
)
from guard_adapters.front.mcp.protocol.wire import (
    INVALID_REQUEST,
    WireRefused,
    error_message,
    refuse,
)
from guard_adapters.front.mcp.tools.pins import PinBook
from guard_adapters.front.mcp.upstream.between import Standing
from guard_adapters.front.mcp.upstream.relay import Passage
from guard_adapters.front.mcp.upstream.server import HttpServer, Seals

_CHALLENGED: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may come in.

    `tokens` returns the check of access tokens for one upstream; each upstream is an audience of
    its own. `proofs` says which nonces the proofs of bound tokens must hold, `beside` what else is
    taken of a request. Without `tokens` every request speaks for `unsafe_caller`: loopback
    demonstrations only.
    """

    public_url: str
    edge: EdgeRules
    tokens: Callable[[str], TokenCheck] | None = None
    unsafe_caller: Caller | None = None
    issuers: tuple[str, ...] = ()
    beside: Beside = field(default_factory=Beside)
    proofs: Proofs = field(default_factory=Proofs)

    async def caller(self, headers: Headers, server: str, method: str, now_ms: int) -> Caller:
        """Return who calls.

        Raises:
            WireRefused: 401 without a good token, 403 for one that does not open this upstream.
        """
        if self.tokens is None:
            if self.unsafe_caller is None:
                refuse(
                    INVALID_REQUEST,
                    "no_token_check",
                    "Nobody may call. Configure tokens.",
                    status=403,
                )
            return self.unsafe_caller
        given = presented(headers)
        proof = self._proof(given, server, method, now_ms) if given.bound else None
        shown = self.beside.certificate(headers)
        thumbprint = shown.thumbprint if shown else ""
        caller = await self.tokens(server).check(
            given.token, now_ms=now_ms, proof=proof, certificate=thumbprint
        )
        require_scopes(caller, [upstream_scope(server)])
        names = frozenset({self.public_url, resource_uri(self.public_url, server)})
        return await self.beside.added(caller, headers, shown, names, now_ms)

    def _proof(self, given: Presented, server: str, method: str, now_ms: int) -> Proof:
        url = resource_uri(self.public_url, server)
        return Proof(text=given.proof, method=method, url=url, nonces=self.proofs.nonces(now_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`/mcp/<upstream>`: the pure ASGI application behind all upstreams of one guard."""

    front: GuardFront
    servers: Mapping[str, HttpServer]
    access: Access
    seals: Seals
    http: HttpClient
    book: PinBook = field(default_factory=PinBook)
    flights: Flights = field(default_factory=Flights)
    tasks: Owners = field(default_factory=MemoryOwners)
    questions: Questions = field(default_factory=Questions)
    nonces: Nonces = field(default_factory=Nonces)  # for proofs, as upstreams asked
    # Upstreams that are commands, not URLs: each caller gets children of its own.
    bridges: Mapping[str, Callable[[str], HttpClient]] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; see the order of checks above."""
        headers: Headers = scope["headers"]
        takes_events = any(
            name == b"accept" and (b"text/event-stream" in value or b"*/*" in value)
            for name, value in headers
        )
        proved = any(key == b"dpop" for key, _ in headers)
        client = ClientStream(self._with_nonce(send) if proved else send, takes_events=takes_events)
        name = scope["path"].removeprefix("/mcp/")
        try:
            await self._handle(name, scope, receive, client)
        except WireRefused as refused:
            await client.answer(*self._refusal(refused, name))
        except GuardError as error:
            await client.answer(*self._refusal(unsent(error), name))

    async def _handle(
        self, name: str, scope: Scope, receive: Receive, client: ClientStream
    ) -> None:
        headers: Headers = scope["headers"]
        check_edge(headers, self.access.edge)
        server = self.servers.get(name)
        if server is None:
            text = "There is no such server here. Use one of the configured paths."
            refuse(INVALID_REQUEST, "unknown_server", text, status=404)
        now_ms = self.front.now_ms()
        caller = await caller_of(self.front, self.access, headers, name, scope["method"])
        handle, between = single(headers, b"guard-session") or "", server.between
        passage = Passage(
            server=server,
            standing=Standing(between=between, who=caller, handle=handle) if between else None,
            http=self._client_for(name, caller),
            seals=self.seals,
            book=self.book,
            tasks=self.tasks,
            questions=self.questions,
            settings=self.front.settings,
            who=caller_key(caller),
            now_ms=now_ms,
            client=client,
            headers=headers,
            sealed=single(headers, b"mcp-session-id") or "",
            nonces=self.nonces,
        )
        match scope["method"]:
            case "POST":
                post = Post(front=self.front, flights=self.flights, caller=caller, receive=receive)
                await post.handle(passage)
            case "GET" | "DELETE" as method:
                await session_request(passage, method, receive, lambda: self.front.relisted(caller))
            case _:
                text = "Use POST, GET or DELETE."
                refuse(INVALID_REQUEST, "bad_http_method", text, status=405)

    def _with_nonce(self, send: Send) -> Send:
        """Return the channel with the nonce for the next proof on the head of the answer."""

        async def sent(message: Any) -> None:  # noqa: ANN401  an ASGI message
            if message["type"] == "http.response.start":
                nonce = self.access.proofs.nonce(self.front.now_ms()).encode("ascii")
                own = [*message.get("headers", ()), (b"dpop-nonce", nonce)]
                message = {**message, "headers": own}
            await send(message)

        return sent

    def _client_for(self, name: str, caller: Caller) -> HttpClient:
        bridge = self.bridges.get(name)
        return self.http if bridge is None else bridge(caller_key(caller))

    def _refusal(self, refused: WireRefused, name: str) -> tuple[int, HeaderList, dict[str, Any]]:
        head = list(JSON_HEADERS)
        if refused.http_status in _CHALLENGED and self.access.tokens is not None:
            said = challenge(refused, self.access.public_url, name)
            head.append((b"www-authenticate", said.encode("ascii")))
        if refused.http_status == 405:  # noqa: PLR2004 - RFC 9110, 15.5.6 asks for it
            head.append((b"allow", b"GET, POST, DELETE"))
        ident = refused.ident if isinstance(refused, RefusedRequest) else None
        return refused.http_status, head, error_message(ident, refused)


async def caller_of(
    front: GuardFront, access: Access, headers: Headers, server: str, method: str
) -> Caller:
    """Return who calls a server; the owner of a misused token hears of it. Raises as `Access`."""
    try:
        return await access.caller(headers, server, method, front.now_ms())
    except Misused as misused:
        handle = single(headers, b"guard-session") or ""
        with suppress(GuardError):
            await front.shown(misused.caller, handle, misused.reason)
        raise


def caller_key(caller: Caller) -> str:
    """Return the digest that ties sealed values and definitions to principal and agent."""
    text = f"{caller.issuer}\0{caller.subject}\0{caller.agent}"
    return sha256(text.encode()).hexdigest()
