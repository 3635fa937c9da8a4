"""Puts one guard behind HTTP: upstreams, who may call, seals, and the operator's own routes."""

from collections.abc import Callable, Mapping, Sequence

from starlette.routing import BaseRoute, Route

from guard.errors import GuardError, Unavailable, Unusable
from guard.lease.between import Between
from guard.policy.catalog_server import ServerSpec
from guard_adapters._http.pool import HttpClient
from guard_adapters.console.origin import origin_of
from guard_adapters.front.hooks.child import hooked
from guard_adapters.front.legacy.front import PREFIX, PlainHttp
from guard_adapters.front.legacy.request import Table
from guard_adapters.front.legacy.wire import Api
from guard_adapters.front.mcp.auth.access_token import Caller
from guard_adapters.front.mcp.elicitation.seal import RequestStateSeal, SealKeys, SessionSeal
from guard_adapters.front.mcp.http.app import Application, build_app
from guard_adapters.front.mcp.http.endpoint import Endpoint
from guard_adapters.front.mcp.stdio.bridge import Bridge, Pulls
from guard_adapters.front.mcp.stdio.child import Command, child_environment
from guard_adapters.front.mcp.upstream.carry import ServerKey
from guard_adapters.front.mcp.upstream.server import HttpServer, Seals
from guard_adapters.issuer.static import StaticIssuer
from guard_adapters.wiring.alone import rules_of
from guard_adapters.wiring.build import Wired
from guard_adapters.wiring.desk import Desk
from guard_adapters.wiring.operator import standing
from guard_adapters.wiring.operator.routes import routes
from guard_adapters.wiring.review import console
from guard_adapters.wiring.serve.access import access
from guard_adapters.wiring.serve.between import BetweenAt
from guard_adapters.wiring.serve.identity import identity_routes
from guard_adapters.wiring.state.places import environment


def endpoint(
    wired: Wired,
    url: str,
    *,
    dev_keys: Mapping[str, Caller] | None = None,
    bridges: Mapping[str, Bridge] | None = None,
) -> Endpoint:
    """Return the endpoint for every upstream of the catalogue that has a URL or a command.

    Args:
        wired: the guard.
        url: how clients reach it.
        dev_keys: SHA-256 of static bearer tokens, in hex, and whom they stand for.
        bridges: what runs the servers that are commands, by name.

    Raises:
        Unusable: `auth_missing`: the address is not loopback and no issuer is configured.
    """
    keys = SealKeys(current=wired.seal_key)
    listed = wired.bundle.catalog.servers
    desk, leasing = Desk(wired, console_at(url)), Between(world=wired.world)
    servers = {
        name: HttpServer(
            name=name,
            url=one.url or f"stdio:{name}",
            delivery=one.delivery,
            rules=rules_of(one),
            between=BetweenAt(desk, leasing, one) if one.between else None,
            **_key(wired, one),
        )
        for name, one in listed.items()
        if (one.url or one.command) and one.protocol == "mcp"
    }
    return Endpoint(
        front=desk,
        servers=servers,
        access=access(
            wired.loaded.installation,
            url,
            dev_keys or {},
            now_ms=wired.world.clock.now_ms(),
            site=wired.site,
        ),
        seals=Seals(session=SessionSeal(keys), state=RequestStateSeal(keys)),
        http=HttpClient(),
        tasks=wired.store.owners,
        bridges={name: bridge.for_caller for name, bridge in (bridges or {}).items()},
    )


def _key(wired: Wired, server: ServerSpec) -> dict[str, Callable[[], ServerKey | None]]:
    """Return what reads the static key of a server at a URL, for messages that are no calls.

    Raises:
        Unusable: `issuer_unusable`: the key may not go there.
    """
    issuer = wired.world.issuers.get(server.issuer)
    if not server.url or not isinstance(issuer, StaticIssuer):
        return {}
    static, url = issuer, server.url
    static.header(url)

    def key() -> ServerKey:
        try:
            name, value, secret = static.header(url)
        except Unusable as wrong:  # the file is gone, or others can read it now
            raise Unavailable(str(wrong), code=wrong.code) from None
        return ServerKey(header=name, value=value, secret=secret)

    return {"key": key}


def plain(wired: Wired, found: Endpoint) -> list[BaseRoute]:
    """Return the route of all plain HTTP APIs of the catalogue, or nothing where it has none."""
    listed = [one for one in wired.bundle.catalog.servers.values() if one.protocol == "http"]
    if not listed:
        return []
    specs = wired.bundle.catalog.specs()
    front = PlainHttp(
        front=found.front,
        access=found.access,
        apis={one.name: Api(name=one.name, url=one.url, http=found.http) for one in listed},
        tables={
            one.name: Table([spec for spec in specs if spec.server == one.name]) for one in listed
        },
    )
    return [Route(PREFIX + "{rest:path}", front)]


def console_at(url: str) -> str:
    """Return the URL under which people answer; empty where no browser would make a passkey."""
    try:
        return origin_of(url).url
    except Unusable:
        return ""


def bridges_of(wired: Wired) -> dict[str, Bridge]:
    """Return what stands before the servers that are started by a command: one child a caller.

    Commands come from the operator's file alone, and see an allow-listed environment.
    """
    most, clock = wired.guard.settings.bridge_children, wired.world.clock

    def pulls(names: frozenset[str]) -> Pulls | None:
        return (lambda gate: hooked(names, clock, gate)) if names else None

    return {
        name: Bridge(
            command=Command(
                argv=one.command,
                env=child_environment(environment(), one.environ),
                cwd=one.cwd or None,
            ),
            pulls=pulls(frozenset(one.hooks)),
            name=name,
            faults=wired.faults,
            max_children=most,
        )
        for name, one in wired.bundle.catalog.servers.items()
        if one.command and not one.url
    }


def app(wired: Wired, found: Endpoint, *, beside: Sequence[BaseRoute] = ()) -> Application:
    """Return the ASGI application of one guard; `beside`: routes for others than clients."""

    async def ready() -> bool:
        try:
            await wired.world.sink.write([])
        except GuardError:
            return False
        return True

    more = [
        *routes(wired),
        *identity_routes(wired.world),
        *plain(wired, found),
        *standing.routes(wired, found.access.public_url),
        *console.routes(wired, found.access.public_url),
        *beside,
    ]
    return build_app(found, keys=wired.calltoken.key_set, ready=ready, more=more)
