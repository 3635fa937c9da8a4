"""The control plane's side: what each site was given, and what its receipts prove.

A record for each site: its keys, its epoch, how much of its log has come, and how many calls its
certificates still allow. What does not follow from what came before closes the site's record until
somebody has looked. It decides nothing about calls.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from guard.audit.check import parsed_vkey
from guard.audit.tree import NotProven, Tree, opened_note
from guard.errors import Unusable
from guard.grant.signing import BadKey, public_key, thumbprint

FOLDER: Final = "sites"
REVOKED: Final = "revoked.json"
ISSUED: Final = "credential_issued"
UNPROVEN: Final = frozenset({"receipts_gap", "receipts_forged"})
"""Codes of receipts of which nothing is taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord:
    """What the control plane knows of one site.

    `allowance`: calls that its certificates allow and its receipts have not used; `peaks`: the tree
    over the `size` leaves that came, as hex; `fault`: why nothing more is given, empty where it is;
    `signed`: questions that a passkey said yes to, and that were not used yet.
    """

    site: str
    jwk: Mapping[str, str]
    vkey: str
    seq: int = 0
    size: int = 0
    peaks: tuple[str, ...] = ()
    allowance: int = 0
    fault: str = ""
    signed: tuple[str, ...] = ()


def new_record(site: str, keys: Mapping[str, Any]) -> SiteRecord:
    """Return the record of a site that nothing was given to, from `guard keys show --json` there.

    Raises:
        Unusable: `site_keys_unusable`.
    """
    try:
        (row,) = [one for one in keys["jwks"]["keys"] if one["kid"] == keys["kid"]]
        jwk = {name: str(row[name]) for name in ("crv", "kty", "x", "y")}
        public_key(jwk)
        origin, _ = parsed_vkey(str(keys["audit_vkey"]))
    except (KeyError, TypeError, ValueError, BadKey) as wrong:
        raise Unusable(
            f"The keys of the site cannot be read ({type(wrong).__name__}).",
            code="site_keys_unusable",
            next_step="Run `guard keys show --json` at the site and bring its output.",
        ) from None
    if keys.get("issuer") != site or origin != f"{site}/audit":
        raise Unusable(
            f"The keys are those of {keys.get('issuer')!r}, not of {site!r}.",
            code="site_keys_unusable",
            next_step="Name the site as its guard.yaml does (`guard.name`).",
        )
    return SiteRecord(site=site, jwk=jwk, vkey=str(keys["audit_vkey"]))


def with_keys(kept: SiteRecord, fresh: SiteRecord) -> SiteRecord:
    """Return the record after the site rotated its key of call tokens; its log stays the same one.

    Raises:
        Unusable: `site_keys_unusable`: it is another log.
    """
    if kept.vkey != fresh.vkey:
        raise Unusable(
            "The log key of the site is another one than before.",
            code="site_keys_unusable",
            next_step="Look why. A site that begins anew gets a new name.",
        )
    return replace(kept, jwk=fresh.jwk)


def given(kept: SiteRecord, calls: int) -> SiteRecord:
    """Return the record as the next bundle is made, with so many more calls."""
    return replace(kept, seq=kept.seq + 1, allowance=kept.allowance + calls)


def released(kept: SiteRecord) -> SiteRecord:
    """Return the record after somebody looked; what it owes is forgiven."""
    return replace(kept, fault="", allowance=max(0, kept.allowance))


def kid(record: SiteRecord) -> str:
    """Return the name of the key by which the site signs call tokens."""
    return thumbprint(record.jwk)


def records(state: Path) -> list[SiteRecord]:
    """Return the record of every site, by name."""
    return [_read(file) for file in sorted((state / FOLDER).glob("*.site.json"))]


def record(state: Path, site: str) -> SiteRecord | None:
    """Return the record of one site; None: nothing was ever given to it."""
    return next((one for one in records(state) if one.site == site), None)


def keep(state: Path, kept: SiteRecord) -> None:
    """Write the record of a site."""
    folder = state / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{kept.site}.new"
    draft.write_text(json.dumps(asdict(kept), indent=1) + "\n", encoding="utf-8")
    draft.replace(folder / f"{kept.site}.site.json")


def _read(file: Path) -> SiteRecord:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        lists = {name: tuple(raw.get(name, ())) for name in ("peaks", "signed")}
        return SiteRecord(**{**raw, **lists})
    except (ValueError, KeyError, TypeError) as wrong:
        raise Unusable(
            f"The record of a site cannot be read ({type(wrong).__name__}).",
            code="site_record_unusable",
            where=str(file),
            next_step="Restore it from a backup: it says what the site was given.",
        ) from None


def known(state: Path, site: object) -> SiteRecord:
    """Return the record of one site.

    Raises:
        Unusable: `site_unknown`.
    """
    kept = record(state, site) if isinstance(site, str) else None
    if kept is None:
        raise Unusable("Nothing was ever given to that site.", code="site_unknown")
    return kept


def parts(told: Mapping[str, Any]) -> tuple[int, list[bytes], str]:
    """Return the number of the first record, the records and the checkpoint of receipts.

    Raises:
        Unusable: `receipts_forged`: it holds none.
    """
    match told:
        case {"from": int(start), "leaves": list(leaves), "note": str(note)} if all(
            isinstance(one, str) for one in leaves
        ):
            return start, [str(one).encode() for one in leaves], note
        case _:
            raise Unusable("It holds no receipts.", code="receipts_forged")


def signed_by(kept: SiteRecord, note: str) -> bool:
    """Return whether a checkpoint is one of this site, whatever it is over."""
    origin, key = parsed_vkey(kept.vkey)
    try:
        opened_note(note, origin, key)
    except NotProven:
        return False
    return True


def collected(
    kept: SiteRecord, start: int, leaves: list[bytes], note: str
) -> tuple[SiteRecord, str]:
    """Return the record after receipts came, and the code of what is wrong with them.

    What is wrong is kept in the record, so that the site is given nothing until somebody looked.

    Args:
        kept: what is known of the site.
        start: the number of the first leaf that came.
        leaves: what came, in order.
        note: the site's signed checkpoint over all of it.
    """
    code = ""
    if start != kept.size:
        code = "receipts_gap"
        return replace(kept, fault=code), code
    tree = Tree(size=kept.size, peaks=tuple(bytes.fromhex(one) for one in kept.peaks))
    used, unsigned, signed = 0, False, set(kept.signed)
    for leaf in leaves:
        tree, _ = tree.appended(leaf)
        said = _said(leaf)
        used += said.get("kind") == ISSUED
        unsigned |= _unsigned(said, signed)
    if not _signed(kept, note, tree):
        code = "receipts_forged"
        return replace(kept, fault=code), code
    peaks = tuple(one.hex() for one in tree.peaks)
    left = kept.allowance - used
    if left < 0:
        code = "receipts_overrun"
    elif unsigned:
        code = "receipts_unsigned"
    after = replace(kept, size=tree.size, peaks=peaks, allowance=left, fault=code)
    return replace(after, signed=tuple(sorted(signed))), code


def _signed(kept: SiteRecord, note: str, tree: Tree) -> bool:
    origin, key = parsed_vkey(kept.vkey)
    try:
        proven = opened_note(note, origin, key)
    except NotProven:
        return False
    return (proven.size, proven.root) == (tree.size, tree.root())


def _said(leaf: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(leaf)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _unsigned(said: Mapping[str, Any], signed: set[str]) -> bool:
    """Return whether a yes was used that no passkey gave; `signed` is what passkeys gave so far."""
    match said:
        case {"kind": "vote", "decision": "approve", "method": "webauthn", "approval": str(asked)}:
            signed.add(asked)
        case {"kind": "consume", "approval": str(asked)}:
            missing = asked not in signed
            signed.discard(asked)
            return missing
        case {"kind": "approval_ended", "approval": str(asked)}:
            signed.discard(asked)
        case _:
            pass
    return False


def revoked(state: Path) -> frozenset[str]:
    """Return what was taken back for every site: `<kind>:<name>`."""
    file = state / FOLDER / REVOKED
    return frozenset(json.loads(file.read_text())) if file.is_file() else frozenset()


def revoke(state: Path, named: str) -> frozenset[str]:
    """Take one more back, for every bundle from now on."""
    every = revoked(state) | {named}
    folder = state / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / ".revoked.new"
    draft.write_text(json.dumps(sorted(every)), encoding="utf-8")
    draft.replace(folder / REVOKED)
    return every
