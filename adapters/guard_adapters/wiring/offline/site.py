"""A guard that works without its control plane: its signed bundle on disk, and how old that is.

The bundle is checked again each time that it is read: whoever can write the state folder can take
it away or put back none but the newest, and cannot change a word of it. It fetches nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from guard.clock import Clock
from guard.errors import Unusable
from guard.grant.delegation import NO_CERTIFICATE, read_delegation
from guard.grant.offline import EVERYTHING, OfflineRefused, SiteBundle, Step, read_bundle
from guard.grant.signing import BadKey, public_key
from guard.model.facts import OfflineFacts
from guard.model.identity import Who
from guard_adapters.store.clock import SystemClock

FOLDER: Final = "offline"
BUNDLE: Final = "bundle.jwt"
EPOCH: Final = "epoch.json"
LOST: Final = "clock_lost.json"
_NEVER: Final = 2**63


def authority_key(jwk: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    """Return the key of the control plane.

    Raises:
        Unusable: `key_unusable`.
    """
    try:
        return public_key(jwk)
    except (BadKey, KeyError) as wrong:
        raise Unusable(
            f"guard.offline_authority cannot be used: {wrong}.",
            code="key_unusable",
            next_step="Copy what `guard offline key` prints at the control plane.",
        ) from None


def read_site(
    state: Path, authority: Mapping[str, str], name: str, *, now_ms: int
) -> SiteBundle | None:
    """Return the bundle in force; None: none was imported yet.

    Raises:
        Unusable: with the code of `OfflineRefused`: what lies there is not what was imported.
    """
    file = state / FOLDER / BUNDLE
    if not file.is_file():
        return None
    key, last = authority_key(authority), epoch(state)
    return _checked(file.read_text(encoding="ascii"), key, name, now_ms, last - 1, str(file))


def bundle_text(state: Path) -> str:
    """Return the bundle on disk as it came; empty: none was imported yet."""
    file = state / FOLDER / BUNDLE
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def take_bundle(
    state: Path, authority: Mapping[str, str], name: str, token: str, *, now_ms: int
) -> SiteBundle:
    """Put a bundle in force, if it is later than the last; a running guard takes it at its reload.

    Raises:
        Unusable: with the code of `OfflineRefused`; nothing has changed.
    """
    key, folder = authority_key(authority), state / FOLDER
    last = epoch(state) - (not _held(state, authority, name, now_ms))
    bundle = _checked(token, key, name, now_ms, last, "the bundle")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The epoch first: after a crash between the two the older bundle is no longer taken.
    _write(folder / EPOCH, json.dumps({"seq": bundle.seq}))
    _write(folder / BUNDLE, token.strip())
    return bundle


def _held(state: Path, authority: Mapping[str, str], name: str, now_ms: int) -> bool:
    """Return whether the newest bundle is on disk; where its writing failed it may come again."""
    try:
        return read_site(state, authority, name, now_ms=now_ms) is not None
    except Unusable:
        return False


def _checked(
    token: str, key: ec.EllipticCurvePublicKey, name: str, now_ms: int, seq: int, where: str
) -> SiteBundle:
    try:
        return read_bundle(token, key, site=name, now_ms=now_ms, seq=max(0, seq))
    except OfflineRefused as no:
        raise Unusable(
            no.message,
            code=no.code,
            where=where,
            next_step="Get a new one from the control plane: guard offline export.",
        ) from None


def epoch(state: Path) -> int:
    """Return the epoch of the last bundle that was taken; 0 = none was."""
    file = state / FOLDER / EPOCH
    if not file.is_file():
        return 0
    try:
        raw: Any = json.loads(file.read_text(encoding="utf-8"))
        return int(raw["seq"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise Unusable(
            f"The epoch of the last bundle cannot be read ({type(wrong).__name__}).",
            code="bundle_malformed",
            where=str(file),
            next_step="Nobody knows which bundle is the newest: import one after deleting it.",
        ) from None


def lost_ms(state: Path, clock: Clock) -> int:
    """Return since when nobody knows how much time went by; 0 = it is known.

    Kept on disk: starting once more must not make the clock right.
    """
    file = state / FOLDER / LOST
    if isinstance(clock, SystemClock) and clock.behind:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(file, json.dumps({"since_ms": clock.now_ms()}))
    if not file.is_file():
        return 0
    try:
        return int(json.loads(file.read_text(encoding="utf-8"))["since_ms"])
    except (ValueError, KeyError, TypeError):
        return _NEVER


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


@dataclass(slots=True, kw_only=True)
class Site:
    """What this site may still do; fulfils `guard.ports.Contact`. The bundle is swapped on reload.

    Args:
        bundle: in force; None: none was imported, and nothing runs.
        authority: public key (JWK) of the control plane.
        lost_ms: the last moment that was known when the clock was found set back (Unix
            milliseconds), 0 = it never was: nobody knows how old a bundle from before then is.
    """

    bundle: SiteBundle | None
    authority: Mapping[str, str] = field(repr=False)
    lost_ms: int = 0

    def step(self, now_ms: int) -> Step:
        """Return how far this site may go now."""
        if self.bundle is None or self.lost:
            return Step.NONE
        return self.bundle.step(now_ms)

    @property
    def lost(self) -> bool:
        """Return whether nobody knows what time it is."""
        return self.bundle is None or self.bundle.issued_s * 1000 < self.lost_ms

    def offline(self, now_ms: int, who: Who, session: str, action: str) -> OfflineFacts:
        """Return what this call may still do."""
        bundle = self.bundle
        if bundle is None:
            return OfflineFacts(site=True, step=Step.NONE)
        agents = {f"agent:{one}" for one in (who.agent.id, *who.agent.parents)}
        names = agents | {
            EVERYTHING, f"principal:{who.principal.key}", f"principal:{who.principal.subject}",
            f"session:{session}", f"server:{action.partition('/')[0]}", f"tool:{action}",
        }  # fmt: skip
        names |= {f"device:{who.device.id}"} if who.device.id else set()
        return OfflineFacts(
            site=True,
            step=self.step(now_ms),
            approvable=bundle.approvable,
            revoked=not names.isdisjoint(bundle.revoked),
        )

    def certificate(self) -> tuple[str, str]:
        """Return the certificate of this site's key (kid, token)."""
        if self.bundle is None or not self.bundle.delegation:
            return NO_CERTIFICATE
        try:
            held = read_delegation(self.bundle.delegation, authority_key(self.authority))
        except OfflineRefused:
            return NO_CERTIFICATE
        return held.kid, self.bundle.delegation
