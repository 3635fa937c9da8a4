"""Who may come in over HTTP: whose tokens are taken, and what is believed beside them."""

from collections.abc import Mapping, Sequence

from guard.callers import Callers
from guard.config import Installation
from guard.errors import Unusable
from guard.grant.replay import MemoryReplay
from guard_adapters._http.origins import LOOPBACK
from guard_adapters.front.mcp.auth.access_token import (
    Caller,
    StaticKeys,
    TokenCheck,
    resource_uri,
    upstream_scope,
)
from guard_adapters.front.mcp.auth.assertions import MOST, Assertions, Client
from guard_adapters.front.mcp.auth.beside import Beside, Postures
from guard_adapters.front.mcp.auth.jwks import KeySource
from guard_adapters.front.mcp.auth.jwt import JwtCheck, JwtRules
from guard_adapters.front.mcp.auth.proofs import Proofs
from guard_adapters.front.mcp.auth.svid import Svids, workload_api
from guard_adapters.front.mcp.http.endpoint import Access
from guard_adapters.front.mcp.protocol.edge import EdgeRules
from guard_adapters.wiring.offline.key_sets import key_set
from guard_adapters.wiring.offline.site import Site


def access(
    installation: Installation,
    url: str,
    dev_keys: Mapping[str, Caller],
    *,
    now_ms: int,
    site: Site | None = None,
) -> Access:
    """Return who may come in: tokens of an issuer, listed clients, development keys on loopback.

    Args:
        installation: what the operator wrote.
        url: how clients reach the guard.
        dev_keys: SHA-256 of static bearer tokens, in hex, and whom they stand for.
        now_ms: Unix milliseconds, from which on assertions are remembered.
        site: whose bundle may hold the keys of others; None: this guard is no site.

    Raises:
        Unusable: `auth_missing`; `extra_missing`: what is configured is not installed.
    """
    serve, callers = installation.serve, installation.callers
    known = bool(serve.issuer or callers.clients)
    if not known and serve.host not in LOOPBACK:
        raise Unusable(
            f"The guard would listen on {serve.host!r} without knowing whose tokens to take.",
            code="auth_missing",
            next_step="Set guard.serve.issuer and guard.serve.jwks_url, or listen on 127.0.0.1.",
        )
    edge = _edge(url, serve.allowed_origins)
    if serve.unsafe_no_auth and not known:
        nobody = Caller(issuer="unsafe", subject="anybody", agent="unnamed")
        return Access(public_url=url, edge=edge, unsafe_caller=nobody)
    beside = _beside(callers, site)
    if not known:
        static = StaticKeys(dev_keys)
        return Access(public_url=url, edge=edge, tokens=lambda _server: static, beside=beside)
    proofs, shown = Proofs(), MemoryReplay(start_ms=now_ms, limit=MOST)
    source = key_set(serve.jwks_url, site) if serve.issuer else None
    clients = {
        name: _client(key_set(one.jwks_url, site), one.servers)
        for name, one in callers.clients.items()
    }

    def tokens(server: str) -> TokenCheck:
        resource = resource_uri(url, server)
        rules = JwtRules(issuer=serve.issuer, resource=resource) if source else None
        own = StaticKeys(dev_keys) if serve.host in LOOPBACK else None
        others = JwtCheck(rules, source, proofs) if rules and source else own
        if others is not None and not clients:
            return others
        return Assertions(clients, frozenset({url, resource}), shown=shown, others=others)

    return Access(
        public_url=url,
        edge=edge,
        tokens=tokens,
        issuers=(serve.issuer,) if serve.issuer else (),
        proofs=proofs,
        beside=beside,
    )


def _client(keys: KeySource, servers: frozenset[str]) -> Client:
    return Client(keys=keys, scopes=frozenset(upstream_scope(name) for name in servers))


def _beside(callers: Callers, site: Site | None) -> Beside:
    spiffe, posture = callers.spiffe, callers.posture
    return Beside(
        location_header=callers.location_header,
        certificate_header=callers.certificate_header,
        svids=Svids(spiffe.trust_domains, workload_api(spiffe.socket)) if spiffe else None,
        postures=Postures(issuer=posture.issuer, keys=key_set(posture.jwks_url, site))
        if posture
        else None,
        workloads=callers.workloads,
    )


def _edge(url: str, origins: Sequence[str]) -> EdgeRules:
    """Return the names of this guard: its URL's host, and localhost where that is loopback."""
    scheme, _, rest = url.partition("://")
    host, _, port = rest.partition("/")[0].rpartition(":")
    names = [rest.partition("/")[0]]
    if host in LOOPBACK:
        names += [f"{alias}:{port}" for alias in ("127.0.0.1", "localhost")]
    return EdgeRules.of(names, [*origins, *(f"{scheme}://{name}" for name in names)])
