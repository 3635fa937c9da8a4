"""Wires one guard: store, keys, issuers, approvers, traces. It decides nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.clock import Clock
from guard.detect.watch import Watch
from guard.errors import Unusable
from guard.grant.claims import Profile, TokenForm
from guard.grant.delegation import NO_CERTIFICATE
from guard.grant.directory import Directory
from guard.grant.lease import guard_id
from guard.grant.presented import Keys
from guard.grant.refusals import Refusals
from guard.grant.signing import BadKey, public_key, thumbprint
from guard.model.facts import Binding
from guard.pipeline import Guard
from guard.policy.catalog import Catalog
from guard.policy.catalog_server import DEFAULT_ISSUER
from guard.policy.compile import Bundle
from guard.ports import Approver, Trace, World
from guard.reauthorize import Reauthorizing
from guard_adapters._faults import Faults
from guard_adapters.approver.reviewers import ConsoleApprover
from guard_adapters.issuer.calltoken import CallTokenIssuer
from guard_adapters.issuer.made import Maker
from guard_adapters.issuer.proof_key import SessionKeys
from guard_adapters.store.clock import Heartbeat, SystemIds
from guard_adapters.store.live import LiveCalls
from guard_adapters.store.log import LogKey
from guard_adapters.wiring.credentials.issuers import issuers_of, misplaced, unlisted
from guard_adapters.wiring.credentials.proven import Proven
from guard_adapters.wiring.credentials.signer import signing_keys
from guard_adapters.wiring.detectors.baits import baits_of
from guard_adapters.wiring.detectors.door import Door, watch_of
from guard_adapters.wiring.load import Loaded
from guard_adapters.wiring.offline.site import Site, lost_ms
from guard_adapters.wiring.process.together import AtOnce
from guard_adapters.wiring.process.tracing import trace_from_environment
from guard_adapters.wiring.state.keys import secret
from guard_adapters.wiring.state.stores import Store, open_store

MakeApprovers = Callable[[Store], tuple[Approver, ...]]


@dataclass(slots=True, kw_only=True)
class Wired:
    """One running guard and what it stands on.

    Bundle, directory and watch are swapped on reload.
    """

    loaded: Loaded
    bundle: Bundle
    directory: Directory
    roots: tuple[bytes, ...]
    store: Store
    world: World
    guard: Guard
    calltoken: CallTokenIssuer
    live: LiveCalls
    heart: Heartbeat
    watch: Watch
    door: Door
    site: Site | None  # None: this guard has its control plane at hand
    seal_key: bytes
    intent_keys: Keys  # of the hosts whose signed tasks are taken, by thumbprint

    @property
    def reauthorizing(self) -> Reauthorizing:
        """Return what applies signals to live sessions."""
        return Reauthorizing(world=self.world, judging=self.guard.judging)

    @property
    def faults(self) -> Faults:
        """Return what does not work behind the scenes, and who is told of it."""
        return self.store.faults

    def close(self) -> None:
        """Finish what is queued and close the store."""
        self.store.close(self.world.clock.now_ms())


def log_key(state: Path, name: str) -> LogKey:
    """Return the key that signs the audit log, making it where there is none."""
    raw = secret(state / "keys" / "audit.key")
    return LogKey(origin=f"{name}/audit", key=Ed25519PrivateKey.from_private_bytes(raw))


def build(
    loaded: Loaded,
    *,
    approvers: MakeApprovers = lambda _store: (),
    reviewed: bool = False,
    proven: Mapping[str, Binding] | None = None,
    trace: Trace | None = None,
) -> Wired:
    """Return a guard on the store that its configuration names.

    Args:
        loaded: files, read and compiled.
        approvers: makes what announces questions, from the store that holds the votes.
        reviewed: whether questions are for the reviewers of the console, too.
        proven: what each server was seen to verify of a call token; None takes what was measured.
        trace: observability; None takes what the environment configures, else silence.

    Raises:
        Unusable: a key or the store cannot be used.
    """
    installation, state = loaded.installation, loaded.state
    settings, ids = installation.settings, SystemIds()
    store = open_store(installation, loaded.file, log_key(state, installation.name))
    clock = store.clock
    keys = state / "keys"
    salt, seal_key = secret(keys / "salt.key"), secret(keys / "seal.key")
    heart, own = Heartbeat(clock), guard_id(secret(keys / "guard.key"))
    seen = Proven(state, loaded.catalog, clock) if proven is None else proven
    maker = Maker(
        guard_id=own,
        clock=clock,
        ids=ids,
        folder=loaded.file.parent,
        timeout_s=settings.port_timeout_ms / 1000,
        proven=seen,
    )
    wired: Wired
    site = site_of(loaded, clock)
    issuer = CallTokenIssuer(
        signing_keys(installation, keys, maker),
        issuer=installation.name,
        clock=clock,
        ttl_s=settings.token_ttl_s,
        proven=seen,
        form=lambda server: token_form(wired.bundle.catalog, server),
        provers=SessionKeys(clock=clock, ids=ids),
        delegation=lambda: site.certificate() if site else NO_CERTIFICATE,
    )
    reviewers = ConsoleApprover(reviewers=store.reviewers, directory=lambda: wired.directory)
    issuers = {DEFAULT_ISSUER: issuer, **issuers_of(installation.issuers, maker)}
    unlisted(loaded.catalog, issuers)
    misplaced(loaded.catalog, issuers)
    live = LiveCalls()
    world = World(
        clock=clock,
        ids=ids,
        sessions=store.sessions,
        approvals=store.approvals,
        leases=store.leases,
        outcomes=store.sessions,
        sink=store.sink,
        trace=trace or trace_from_environment(),
        grants=store.grants,
        asked=store.asked,
        baits=baits_of(installation),
        approvers=(*approvers(store), *((reviewers,) if reviewed else ())),
        audience=reviewers if reviewed else None,
        issuers=issuers,
        watchdog=heart,
        guard_id=own,
        contact=site,
        reruns=store.reruns,
        tallies=store.tallies,
        live=live,
        kills=store.kills,
        together=AtOnce(),
        refusals=Refusals(partial(_turned_away, store.faults)),
    )

    def in_force() -> Bundle:
        return wired.bundle

    def watching() -> Watch:
        return wired.watch

    guard = Guard(
        world=world,
        policy=in_force,
        settings=settings,
        salt=salt,
        zone=ZoneInfo(loaded.catalog.zone),
        watch=watching,
    )
    wired = Wired(
        loaded=loaded,
        bundle=loaded.bundle,
        directory=loaded.directory,
        roots=loaded.roots,
        store=store,
        world=world,
        guard=guard,
        calltoken=issuer,
        live=live,
        heart=heart,
        watch=watch_of(state, installation.detectors),
        door=Door(
            world=world,
            reauthorizing=Reauthorizing(world=world, judging=guard.judging),
            watch=watching,
        ),
        site=site,
        seal_key=seal_key,
        intent_keys=_intent_keys(installation.intent_keys),
    )
    return wired


def _turned_away(faults: Faults, server: str, fault: str) -> None:
    what = f"Server {server!r} turns the guard's credentials away"
    if fault:
        faults.note(what, fault)
    else:
        faults.over(what)


def site_of(loaded: Loaded, clock: Clock) -> Site | None:
    """Return how far this site may go; None: it is none."""
    authority = loaded.installation.offline_authority
    if not authority:
        return None
    lost = lost_ms(loaded.state, clock)
    return Site(bundle=loaded.site, authority=authority, lost_ms=lost)


def token_form(catalog: Catalog, server: str) -> TokenForm:
    """Return how a server takes the call token, as the catalogue says."""
    found = catalog.servers.get(server)
    if found is None:
        return TokenForm()
    return TokenForm(
        profile=Profile.TXN if found.delivery == "txn" else Profile.TOOL_CALL,
        trust_domain=found.trust_domain,
        key_bound=found.delivery in {"dpop", "txn"},
    )


def _intent_keys(listed: Sequence[Mapping[str, str]]) -> Keys:
    try:
        return {thumbprint(jwk): public_key(jwk) for jwk in listed}
    except (BadKey, KeyError) as wrong:
        raise Unusable(
            f"A key in guard.intent_keys cannot be used: {wrong}.",
            code="key_unusable",
            next_step='List public P-256 keys as {kty: EC, crv: P-256, x: ..., "y": ...}.',
        ) from None
