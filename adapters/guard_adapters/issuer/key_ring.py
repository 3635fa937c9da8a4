"""The keys of call tokens over time: one signs, one is published for later, some are retired.

A key is published before it signs, so that every verifier knows it by then, and stays published
until its last token is over. The files are the state: `rotate` changes them under a lock, and a
guard that runs looks at them before each token. Private keys of retired ones are not kept.
"""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from guard.clock import Clock
from guard.errors import Unusable
from guard.grant.rotation import PUBLISH_MS, RETIRE_MS, Retired
from guard.grant.signing import BadKey, public_key, thumbprint
from guard_adapters.issuer.local_key import OWNER_ONLY, LocalSigner
from guard_adapters.issuer.shared_files import locked

CURRENT: Final = "calltoken.pem"
NEXT: Final = "calltoken.next.pem"
RECORD: Final = "calltoken.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys at one moment. `usable_ms`: from when the next one may sign, in Unix ms."""

    current: LocalSigner
    following: LocalSigner | None = None
    usable_ms: int = 0
    retired: Sequence[Retired] = field(default=())

    def published(self, now_ms: int) -> tuple[Mapping[str, str], ...]:
        """Return the public keys that verifiers should know now, each once, the signing first."""
        found = {self.current.kid: self.current.public_jwk}
        if self.following is not None:
            found.setdefault(self.following.kid, self.following.public_jwk)
        for one in self.retired:
            if one.until_ms > now_ms:
                found.setdefault(thumbprint(one.jwk), one.jwk)
        return tuple(found.values())


class KeyRing:
    """The keys of a folder, read again when its files change.

    Args:
        folder: holds the key files; a first key is made where there is none.
        clock: tells when a retired key is over.

    Raises:
        Unusable: `key_file_unsafe` or `key_file_unreadable`.
    """

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        LocalSigner.from_file(folder / CURRENT)  # made where there is none
        self._seen = self._marks()
        self._keys = read(folder)

    async def look(self) -> None:
        """Return at once: the files are looked at whenever a key is asked for."""

    async def aclose(self) -> None:
        """Return at once: nothing is open."""

    def current(self) -> LocalSigner:
        """Return the key that signs now.

        Raises:
            Unusable: the files changed to something that cannot be used; nothing is signed.
        """
        return self._look().current

    def published(self) -> tuple[Mapping[str, str], ...]:
        """Return the public keys that verifiers should know now. Raises as `current`."""
        return self._look().published(self._clock.now_ms())

    def _look(self) -> Keys:
        marks = self._marks()
        if marks != self._seen:
            # Marked as seen only when read: what cannot be used is looked at again, and refused.
            self._keys = read(self._folder)
            self._seen = marks
        return self._keys

    def _marks(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_mark(self._folder / name) for name in (CURRENT, NEXT, RECORD))


def read(folder: Path) -> Keys:
    """Return the keys of a folder. It makes none.

    Raises:
        Unusable: `keys_missing`, `key_file_unsafe` or `key_file_unreadable`.
    """
    _must_exist(folder)
    with locked(folder, alone=False):
        return _read(folder)


def _must_exist(folder: Path) -> None:
    if not (folder / CURRENT).exists():
        raise Unusable(
            "The key of call tokens is gone.",
            code="keys_missing",
            where=str(folder / CURRENT),
            next_step="Restore it from a copy, or start the guard, and a new one is made.",
        )


def _read(folder: Path) -> Keys:
    record = _record(folder)
    current = LocalSigner.load(folder / CURRENT)
    following = LocalSigner.load(folder / NEXT) if (folder / NEXT).exists() else None
    since_ms = record.since_ms.get(following.kid, 0) if following else 0
    return Keys(
        current=current,
        following=following,
        usable_ms=since_ms + PUBLISH_MS if since_ms else 0,
        retired=record.retired,
    )


def rotate(folder: Path, *, now_ms: int, stolen: bool = False) -> Keys:
    """Let the next key sign and publish one after it; without a next key, publish one.

    With `stolen` both keys end now: who had one had the folder. They are published no more, and a
    new one signs, though verifiers have yet to fetch it. A crash between two steps
    leaves a state that the next run completes. Returns the keys after it.

    Raises:
        Unusable: `key_not_yet_usable`: the next key was published too short a time ago; and as
            `read`.
    """
    _must_exist(folder)
    with locked(folder, alone=True):
        keys = _read(folder)
        retired = [one for one in keys.retired if one.until_ms > now_ms]
        if stolen:
            (folder / NEXT).unlink(missing_ok=True)
            following = LocalSigner.from_file(folder / NEXT)
            kept = [one for one in retired if thumbprint(one.jwk) != keys.current.kid]
            return _promote(folder, following, kept, now_ms)
        if keys.following is None or not keys.usable_ms:  # none, or a crash before its record
            return _publish_next(folder, retired, now_ms)
        if now_ms < keys.usable_ms:
            raise not_yet_usable(keys.usable_ms - now_ms, str(folder / NEXT))
        others = [one for one in retired if thumbprint(one.jwk) != keys.current.kid]
        gone = Retired(jwk=keys.current.public_jwk, until_ms=now_ms + RETIRE_MS)
        return _promote(folder, keys.following, [gone, *others], now_ms)


def not_yet_usable(wait_ms: int, where: str) -> Unusable:
    """Return the refusal of a rotation that comes too early."""
    return Unusable(
        f"The next key may sign in {(wait_ms + 999) // 1000} s: verifiers may not know it yet.",
        code="key_not_yet_usable",
        where=where,
        next_step="Run the command again then.",
    )


def _promote(folder: Path, following: LocalSigner, retired: Sequence[Retired], now_ms: int) -> Keys:
    # First the record: an old key must be published as retired before it stops signing.
    _write(folder, {following.kid: now_ms - PUBLISH_MS}, retired)
    (folder / NEXT).replace(folder / CURRENT)
    return _publish_next(folder, retired, now_ms)


def _publish_next(folder: Path, retired: Sequence[Retired], now_ms: int) -> Keys:
    following = LocalSigner.from_file(folder / NEXT)
    _write(folder, {following.kid: now_ms}, retired)
    return _read(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    since_ms: Mapping[str, int]
    retired: tuple[Retired, ...]


def _record(folder: Path) -> _Record:
    path = folder / RECORD
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return _Record(since_ms={}, retired=())
    except OSError as wrong:
        raise _unreadable(path, str(wrong.strerror)) from None
    try:
        found: Any = json.loads(text)
        since = {str(kid): int(ms) for kid, ms in found["published"].items()}
        retired = [
            Retired(jwk=_public(one["jwk"]), until_ms=int(one["until_ms"]))
            for one in found["retired"]
        ]
    except (ValueError, TypeError, KeyError, AttributeError, BadKey):
        raise _unreadable(path, "it is not the record of this guard") from None
    return _Record(since_ms=since, retired=tuple(retired))


def _public(jwk: Any) -> Mapping[str, str]:  # noqa: ANN401  read from a file
    public_key(jwk | {"kid": thumbprint(jwk)})
    return {name: str(jwk[name]) for name in ("crv", "kty", "x", "y")}


def _write(folder: Path, since_ms: Mapping[str, int], retired: Sequence[Retired]) -> None:
    rows = [{"jwk": dict(one.jwk), "until_ms": one.until_ms} for one in retired]
    text = json.dumps({"published": dict(since_ms), "retired": rows}, indent=1)
    draft = folder / f".{RECORD}.{secrets.token_hex(8)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, OWNER_ONLY)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / RECORD)
    finally:
        draft.unlink(missing_ok=True)


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.lstat()
    except FileNotFoundError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns


def _unreadable(path: Path, wrong: str) -> Unusable:
    return Unusable(
        f"The record of published keys cannot be used: {wrong}.",
        code="key_file_unreadable",
        where=str(path),
        next_step="Restore a copy, or delete it: retired keys are then published no more.",
    )
