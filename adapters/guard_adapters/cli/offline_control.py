"""The control plane's half of `guard offline`: bundles for sites, and what their receipts prove."""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from guard.errors import Unavailable, Unusable
from guard.grant.delegation import LONGEST_S as LONGEST_DELEGATION_S
from guard.grant.delegation import Delegation, sign_delegation
from guard.grant.offline import KINDS, Authority, SiteBundle, sign_bundle
from guard.policy.duration import duration_ms
from guard_adapters._http.documents import get_json
from guard_adapters._http.failed import UpstreamFailed
from guard_adapters.cli import FINDINGS, FINE, Misused
from guard_adapters.cli.operator_client import OperatorClient
from guard_adapters.cli.place import Place, place, place_of
from guard_adapters.front.mcp.auth.jwks import read_keys
from guard_adapters.issuer.local_key import LocalSigner
from guard_adapters.store.clock import SystemClock
from guard_adapters.wiring.control_plane import sites
from guard_adapters.wiring.control_plane.collecting import one_at_a_time, taken
from guard_adapters.wiring.load import Loaded, load, policy_texts
from guard_adapters.wiring.state.stores import read_rows

KEY: Final = "offline.pem"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


def add_export(export: argparse.ArgumentParser) -> None:
    """Add what `export` takes."""
    export.add_argument("site", metavar="SITE", help="its `guard.name`")
    export.add_argument("--out", type=Path, required=True, help="file to carry to the site")
    export.add_argument(
        "--site-keys", type=Path, metavar="FILE",
        help="output of `guard keys show --json` there; needed the first time",
    )  # fmt: skip
    for name, default, text in (
        ("--for", "24h", "the bundle's life"),
        ("--full", "5m", "age up to which everything goes on"),
        ("--read-only", "30m", "age up to which reading goes on"),
    ):
        export.add_argument(
            name, dest=name.strip("-").replace("-", "_") + "_ms", type=duration_ms,
            default=duration_ms(default), metavar="TIME", help=f"{text} ({default})",
        )  # fmt: skip
    export.add_argument(
        "--approve-locally", action="append", default=[], metavar="RULE",
        help="a rule whose question a passkey at the site may answer; may be repeated",
    )  # fmt: skip
    export.add_argument(
        "--keys", action="append", default=[], metavar="URL",
        help="a key set that the site cannot reach, as its guard.yaml names it: fetched now, and "
        "carried with the bundle; may be repeated",
    )  # fmt: skip
    export.add_argument(
        "--max-calls", type=int, default=1000, metavar="N",
        help="call tokens that the site's key may sign under this bundle (1000)",
    )  # fmt: skip
    export.add_argument("--config", type=Path, default=Path("guard.yaml"), help="guard.yaml")


def key(args: argparse.Namespace) -> int:
    """Print the public key for the configuration of sites."""
    found = place(args)
    signer = _signer(found)
    jwk = {name: signer.public_jwk[name] for name in ("kty", "crv", "x", "y")}
    print(f"offline_authority: {json.dumps(jwk)}")
    return FINE


def export(args: argparse.Namespace) -> int:
    """Write a bundle for one site."""
    if not _NAME.fullmatch(args.site):
        raise Unusable(f"{args.site!r} is no name of a guard.", code="site_keys_unusable")
    loaded = load(args.config)
    keys = {url: _key_set(url) for url in args.keys}
    # All the while: receipts may come meanwhile, and the record says how far the site has come.
    with one_at_a_time(loaded.state):
        token, bundle = _signed(args, loaded, keys)
    args.out.write_text(token + "\n", encoding="ascii")
    print(f"Epoch {bundle.seq} for {bundle.site}, until {moment(bundle.not_after_s)}: {args.out}.")
    return FINE


def _key_set(url: str) -> str:
    """Return the public keys that are at an address now, as JSON text.

    Raises:
        Unusable: `keys_unavailable`: there are none that could be used.
    """
    try:
        found = asyncio.run(get_json(url))
        public = [one for one in found.get("keys", ()) if isinstance(one, dict) and "d" not in one]
        wrong = "" if read_keys({"keys": public}) else "no key there can be used"
    except (UpstreamFailed, TypeError) as error:
        wrong, public = str(error), []
    if wrong:
        raise Unusable(
            f"The keys of {url} cannot be carried: {wrong}.",
            code="keys_unavailable",
            next_step="Name the address as the site's guard.yaml does; https, or loopback.",
        )
    return json.dumps({"keys": public})


def _signed(
    args: argparse.Namespace, loaded: Loaded, keys: Mapping[str, str]
) -> tuple[str, SiteBundle]:
    now_s = SystemClock().now_ms() // 1000
    found = Place(state=loaded.state, name=loaded.installation.name, config=args.config)
    kept = sites.record(found.state, args.site)
    if args.site_keys is not None or kept is None:
        fresh = sites.new_record(args.site, _object(args.site_keys))
        kept = fresh if kept is None else sites.with_keys(kept, fresh)
    if kept.fault:
        raise Unusable(
            f"The receipts of {kept.site} were refused ({kept.fault}).",
            code=kept.fault,
            next_step=f"Look at the site, then: guard offline release {kept.site}.",
        )
    kept = sites.given(kept, args.max_calls)
    try:
        bundle = replace(_bundle(args, loaded, kept, _signer(found), now_s), keys=keys)
        token = sign_bundle(_authority_of(_signer(found)), bundle)
    except ValueError as wrong:
        raise Unusable(
            f"The times do not fit: {wrong}.",
            code="request_unusable",
            next_step="Choose --full <= --read-only, and --for up to 31d.",
        ) from None
    sites.keep(found.state, kept)
    return token, bundle


def _bundle(
    args: argparse.Namespace,
    loaded: Loaded,
    kept: sites.SiteRecord,
    signer: LocalSigner,
    now_s: int,
) -> SiteBundle:
    life_s = args.for_ms // 1000
    delegation = Delegation(
        site=kept.site,
        kid=sites.kid(kept),
        issued_s=now_s,
        not_after_s=now_s + min(life_s, LONGEST_DELEGATION_S),
        tools=frozenset(
            (spec.audience or f"stdio:{spec.server}", spec.tool) for spec in loaded.catalog.specs()
        ),
        max_ttl_s=loaded.installation.settings.token_ttl_s,
        binding_max=3,
        max_calls=args.max_calls,
        seq=kept.seq,
    )
    return SiteBundle(
        guard=loaded.installation.name,
        site=kept.site,
        seq=kept.seq,
        issued_s=now_s,
        not_after_s=now_s + life_s,
        full_s=args.full_ms // 1000,
        read_only_s=args.read_only_ms // 1000,
        policies=policy_texts(loaded.installation.policies, args.config.parent),
        revoked=sites.revoked(loaded.state) | stopped_here(loaded),
        approvable=frozenset(args.approve_locally),
        delegation=sign_delegation(_authority_of(signer), delegation, kept.jwk),
    )


def stopped_here(loaded: Loaded) -> frozenset[str]:
    """Return what the kill switch of the control plane holds, as a site is told: `<kind>:<name>`.

    A guard that runs is asked; else its log says it.

    Raises:
        Unusable: the log cannot be read; Unavailable: the guard runs and does not answer.
    """
    found = place_of(loaded)
    if isinstance(found.store, Path) and not found.store.is_file():
        return frozenset()
    try:
        told = OperatorClient(found).ask("GET", "kills")["kills"]
        standing = {f"{one['scope']}:{one['name']}" for one in told}
    except Unavailable as error:
        if error.code != "guard_not_running":
            raise
        standing = set()
        for _, leaf in read_rows(found.store).leaves:
            if b'"stopped"' in leaf or b'"lifted"' in leaf:
                _follow(standing, json.loads(leaf))
    # A key is void where its tokens are shown; a site signs with its own.
    return frozenset(one for one in standing if not one.startswith("key:"))


def _follow(standing: set[str], leaf: dict[str, Any]) -> None:
    named = f"{leaf.get('scope')}:{leaf.get('name')}"
    match leaf.get("kind"):
        case "stopped":
            standing.add(named)
        case "lifted":
            standing.discard(named)
        case _:
            pass


def revoke(args: argparse.Namespace) -> int:
    """Take something back in every bundle from now on."""
    found, what = place(args), args.what
    kind, _, name = what.partition(":")
    if kind not in KINDS or not name:
        raise Misused(
            f"{what!r} is not KIND:NAME.",
            code="request_unusable",
            next_step=f"KIND is one of {', '.join(KINDS)}.",
        )
    every = sites.revoke(found.state, what)
    print(f"{len(every)} are revoked in every bundle from now on. Export one for each site.")
    return FINE


def collect(args: argparse.Namespace) -> int:
    """Check and keep the receipts of a site."""
    found, file = place(args), args.file
    told = _object(file)
    after, wrong, came = taken(found.state, told, sent=False)
    if wrong:
        print(f"guard: {after.site}: {wrong}: no more bundles for it.", file=sys.stderr)
        return FINDINGS
    print(f"{came} records of {after.site} are proven, {after.size} in all;", end=" ")
    print(f"{after.allowance} calls are left to it.")
    return FINE


def release(args: argparse.Namespace) -> int:
    """Give a site bundles again."""
    found, site = place(args), args.site
    with one_at_a_time(found.state):
        sites.keep(found.state, sites.released(sites.known(found.state, site)))
    print(f"{site} gets bundles again.")
    return FINE


def _signer(found: Place) -> LocalSigner:
    folder = found.state / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalSigner.from_file(folder / KEY)


def _authority_of(signer: LocalSigner) -> Authority:
    return Authority(kid=signer.kid, sign=lambda data: asyncio.run(signer.sign(data)))


def _object(file: Path | None) -> dict[str, Any]:
    with suppress(ValueError):
        found = json.loads(text_of(file)) if file is not None else None
        if isinstance(found, dict):
            return found
    raise Unusable(
        "A file with one JSON object is needed.",
        code="site_keys_unusable",
        where=str(file or "--site-keys"),
        next_step="Run `guard keys show --json` at the site and bring its output.",
    )


def text_of(file: Path) -> str:
    """Return the text of a file that was carried here."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(
            f"The file cannot be read ({type(error).__name__}).",
            code="bundle_malformed",
            where=str(file),
            next_step="Bring the file again.",
        ) from None


def moment(second: int) -> str:
    """Return a moment (Unix seconds) for people."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
