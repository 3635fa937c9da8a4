"""The guard as every front sees it: sessions by caller, calls by name, no wiring in sight."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from guard.config import Settings
from guard.errors import Refused, Unusable
from guard.grant.contract import is_contract, verified_contract
from guard.grant.unanswered import Hold
from guard.model.call import ToolCall, ToolResult, ToolSpec
from guard.model.facts import ClockFacts, CredentialFacts, Evidence
from guard.model.identity import Agent, Principal, Who
from guard.model.kill import stopped
from guard.policy.convert import empty_input
from guard.policy.evaluate import shown
from guard.ports import Tool, Waiter
from guard.session.facts import access_facts, facts
from guard.session.intent import TaskIntent, parse_declaration, parse_intent
from guard.session.state import DEFAULT, Session, declared, new_session
from guard.session.tasks import contracted
from guard_adapters.front.mcp.front import Caller
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.person.declined import decline
from guard_adapters.wiring.person.said import tell, write_said


def named(caller: Caller) -> Who:
    """Return the caller of a checked token as the guard names people and agents."""
    return Who(
        principal=Principal(issuer=caller.issuer, subject=caller.subject),
        agent=Agent(id=caller.agent),
        workload=caller.workload,
        device=caller.device,
        claims=caller.claims,
    )


def default_session(owner: str) -> str:
    """Return the handle of the session of a person and an agent that named none."""
    return f"{DEFAULT}{owner[:32]}"


class Desk:
    """What the fronts call: fulfils their `GuardFront`.

    `url` is where the console answers; empty means that there is none.
    """

    def __init__(self, wired: Wired, url: str = "") -> None:
        self._wired = wired
        self._url = url
        self._world = wired.world
        self.settings: Settings = wired.guard.settings

    def now_ms(self) -> int:
        """Return Unix time in whole milliseconds."""
        return self._world.clock.now_ms()

    def new_id(self) -> str:
        """Return a fresh id, not guessable."""
        return f"call_{self._world.ids.token(16).hex()}"

    def spec(self, server: str, tool: str) -> ToolSpec | None:
        """Return what the catalogue knows of a tool."""
        return self._wired.bundle.catalog.spec(server, tool)

    def allow_methods(self, server: str) -> frozenset[str]:
        """Return the methods that the operator lets through to this server unjudged."""
        return self._wired.bundle.catalog.servers[server].allow_methods

    async def session(self, who: Caller, handle: str, intent: bytes) -> str:
        """Return the session of this caller: by handle, or the default one of (person, agent).

        Possession of a handle is not authentication: it opens a session of its owner only.

        Raises:
            Refused: `session_unknown`: the handle is unknown or somebody else's.
        """
        owner = named(who)
        if not handle:
            fresh = new_session(default_session(owner.key), owner, now_ms=self.now_ms())
            session = await self._world.sessions.open(fresh)
        else:
            session = await self._world.sessions.get(handle)
        session = await self._wired.door.seen(session, owner, who.place)
        if is_contract(intent):
            await self._contract(session.id, owner, intent)
        elif intent:
            said, lasts = parse_declaration(
                intent, declared_by="agent", max_bytes=self.settings.max_intent_bytes
            )
            if lasts == "session":
                await self._declare(session.id, said)
        return session.id

    async def open_session(
        self, who: Who, intent: TaskIntent | None, *, words: Sequence[str] = ()
    ) -> str:
        """Mint a session for a host application and return its handle.

        Args:
            who: for whom and by which agent.
            intent: the declared task, if there is one.
            words: what the person said, as the host received it from them; never what the agent,
                a tool or a page said.

        Raises:
            Unusable: `request_unusable`: `words` is a text and not a tuple of texts.
        """
        if isinstance(words, str):  # else it would be taken letter by letter
            raise Unusable(
                "`words` is one text, not several.",
                code="request_unusable",
                next_step="Pass a tuple of what the person said: words=(text,).",
            )
        handle = f"gs_{self._world.ids.token(16).hex()}"
        fresh = new_session(handle, who, intent=intent, words=tuple(words), now_ms=self.now_ms())
        await self._world.sessions.open(fresh)
        await write_said(
            self._world, handle, "session_opened", {}, self.now_ms(), words=words, intent=intent
        )
        await self._wired.door.opened(fresh)
        return handle

    async def tell(self, session_id: str, words: str) -> None:
        """Take in what the person said meanwhile; see `tell`."""
        await tell(self._world, session_id, words, by="host")

    async def call(self, call: ToolCall, tool: Tool, *, hold_ms: Hold) -> ToolResult:
        """Judge the call and, if allowed, run it; see `Guard.call`."""
        if is_contract(call.intent):  # the session has taken it, or the call is not here
            call = replace(call, intent=b"")
        return await self._wired.guard.call(call, tool, hold_ms=hold_ms)

    def list_turn(self, who: Caller) -> int:
        """Return how often the tools of this caller have changed."""
        return self._wired.live.turn(named(who).key)

    def relisted(self, who: Caller) -> AbstractAsyncContextManager[Waiter]:
        """Return what wakes when the tools of this caller may have changed."""
        return self._wired.live.lists.on(named(who).key)

    def hold_ms(self, who: Caller) -> int:
        """Return how long calls of this agent are held for people (milliseconds).

        By who was authenticated: what a client says of itself changes nothing.
        """
        own = self._wired.loaded.installation.agents.get(who.agent)
        hold_s = self.settings.hold_s if own is None else own.hold_s
        return hold_s * 1000

    def approve_at(self, approval_id: str) -> str:
        """Return the console's page for an approval; empty without a console."""
        return f"{self._url}/a/{approval_id}" if self._url else ""

    async def shown(self, who: Caller, handle: str, code: str) -> None:
        """Take in that something this caller showed was refused with a code of reuse."""
        await self._wired.door.shown(await self.session(who, handle, b""), code)

    async def declined(self, who: Caller, approval_id: str) -> None:
        """Record that the person behind this caller did not want to look; see `decline`."""
        await decline(self._world, named(who), approval_id)

    async def visible(self, session_id: str, server: str, names: frozenset[str]) -> frozenset[str]:
        """Return the tools of these names that this session could ever be allowed to call.

        Only who, risk and clock enter: a list must not vary with what other calls returned.
        """
        session = await self._world.sessions.get(session_id)
        session = await self._wired.reauthorizing.look(session)
        return frozenset(name for name in names if self._shown(session, server, name))

    def _shown(self, session: Session, server: str, name: str) -> bool:
        bundle = self._wired.bundle
        spec = bundle.catalog.spec(server, name)
        if spec is None or stopped(self._world.kills.standing(), server, name, session.who):
            return False
        now_ms = self.now_ms()
        nothing = ToolCall(id="", session=session.id, server=server, tool=name, arguments=b"{}")
        found = facts(
            session,
            nothing,
            spec,
            empty_input(),
            now_ms=now_ms,
            clock=ClockFacts.at(now_ms, self._wired.guard.zone),
            credential=CredentialFacts(),
            evidence=Evidence(),
        )
        return shown(bundle, spec, found._replace(access=access_facts(session, spec, None)))

    async def _contract(self, session_id: str, owner: Who, token: bytes) -> None:
        contract = verified_contract(
            token.decode("latin-1"),
            self._wired.intent_keys,
            guard=self._wired.loaded.installation.name,
            who=owner,
            session=session_id,
            now_s=self.now_ms() // 1000,
        )
        said = parse_intent(
            contract.intent, declared_by="host", max_bytes=self.settings.max_intent_bytes
        )
        ends_ms = contract.expires_s * 1000
        said = replace(
            said,
            signed_at_s=contract.issued_s,
            expires_at_ms=min(said.expires_at_ms or ends_ms, ends_ms),
        )
        known = await self._world.sessions.get(session_id)
        if contracted(known, said) is not known:
            await self._world.sessions.update(session_id, lambda one: contracted(one, said))
            await self._declared(session_id, said)

    async def _declare(self, session_id: str, said: TaskIntent) -> None:
        if said.declared:
            raise Refused("An agent cannot declare for its host.", code="intent_unusable")
        await self._world.sessions.update(session_id, lambda one: declared(one, said))
        await self._declared(session_id, said)

    async def _declared(self, session_id: str, said: TaskIntent) -> None:
        leaf, now_ms = {"by": said.declared_by}, self.now_ms()
        await write_said(self._world, session_id, "intent_declared", leaf, now_ms, intent=said)
