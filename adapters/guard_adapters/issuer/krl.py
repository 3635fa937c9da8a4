"""Certificates that an SSH server refuses before they expire: a list in a file that it reads.

Holds the serial numbers of one authority and nothing else; a file with anything else in it is left
alone. A number stays on the list for as long as its certificate could live. Source: PROTOCOL.krl of
OpenSSH.
"""

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from guard.errors import Unavailable, Unusable
from guard_adapters.issuer.shared_files import locked, replace

MAGIC: Final = 0x5353484B524C0A00
FORMAT: Final = 1
CERTIFICATES: Final = 1
SERIALS: Final = 0x20
HEAD: Final = struct.Struct(">QIQQQ")  # magic, format, version of the list, when, flags
LARGEST: Final = 16 * 2**20


class ForeignList(ValueError):
    """The bytes are no such list, or hold what this file does not write."""


class RevokedKeys:
    """The list of one authority in one file; several guards may share it on one machine.

    Args:
        path: the server's `RevokedKeys`; made where there is none, because a server without its
            file lets nobody in.
        authority: the public key, as SSH sends it.
        lives_ms: longest life of a certificate.
        now_ms: Unix milliseconds.

    Raises:
        Unusable: `issuer_unusable`: the file holds something else, or cannot be written.
    """

    def __init__(self, path: Path, authority: bytes, *, lives_ms: int, now_ms: int) -> None:
        self._path = path
        self._authority = authority
        self._lives_ms = lives_ms
        self._until_ms: dict[int, int] = {}
        try:
            self._written((), now_ms)
        except (OSError, ForeignList) as wrong:
            raise Unusable(
                f"The list of revoked certificates cannot be used: {wrong}.",
                code="issuer_unusable",
                where=str(path),
                next_step="Name a file that no other authority's entries are in, in a folder that "
                "the guard may write.",
            ) from None

    def add(self, serial: int, now_ms: int) -> None:
        """Have the server refuse this certificate from now on.

        Raises:
            Unavailable: `issuer_unavailable`.
        """
        try:
            self._written((serial,), now_ms)
        except (OSError, ForeignList) as wrong:
            raise Unavailable(
                f"The list of revoked certificates cannot be written: {wrong}.",
                code="issuer_unavailable",
                next_step="See who changed the file, and that the folder has room.",
            ) from None

    def _written(self, more: Iterable[int], now_ms: int) -> None:
        with locked(self._path.parent, alone=True):
            listed = set(_read(self._path, self._authority))
            for serial in listed | set(more):
                self._until_ms.setdefault(serial, now_ms + self._lives_ms)
            # Another guard's numbers count from when they were first seen: rather too long.
            kept = sorted(one for one in listed | set(more) if self._until_ms[one] > now_ms)
            self._until_ms = {one: self._until_ms[one] for one in kept}
            if set(kept) != listed or not self._path.exists():
                replace(self._path, packed(self._authority, kept, now_ms))


def packed(authority: bytes, serials: Iterable[int], now_ms: int) -> bytes:
    """Return the list that names these certificates of this authority."""
    head = HEAD.pack(MAGIC, FORMAT, now_ms, now_ms // 1000, 0) + _string(b"") + _string(b"")
    numbers = b"".join(struct.pack(">Q", one) for one in serials)
    if not numbers:
        return head
    section = _string(authority) + _string(b"") + bytes([SERIALS]) + _string(numbers)
    return head + bytes([CERTIFICATES]) + _string(section)


def unpacked(raw: bytes, authority: bytes) -> tuple[int, ...]:
    """Return the serial numbers of such a list.

    Raises:
        ForeignList: it is another one.
    """
    try:
        magic, form, _, _, _ = HEAD.unpack_from(raw)
        _, rest = _taken(raw[HEAD.size :])
        _, rest = _taken(rest)
        found: list[int] = []
        while rest:
            kind, (section, rest) = rest[0], _taken(rest[1:])
            owner, inner = _taken(section)
            _, inner = _taken(inner)
            if kind != CERTIFICATES or owner != authority:
                raise ForeignList("it holds entries that the guard did not write")
            while inner:
                kind, (numbers, inner) = inner[0], _taken(inner[1:])
                if kind != SERIALS:
                    raise ForeignList("it holds entries that the guard did not write")
                found.extend(number for (number,) in struct.iter_unpack(">Q", numbers))
    except struct.error:
        raise ForeignList("it is no list of revoked keys") from None
    if (magic, form) != (MAGIC, FORMAT):
        raise ForeignList("it is no list of revoked keys")
    return tuple(found)


def _string(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


def _taken(raw: bytes) -> tuple[bytes, bytes]:
    (size,) = struct.unpack_from(">I", raw)
    if size > len(raw) - 4:
        raise ForeignList("it breaks off")
    return raw[4 : 4 + size], raw[4 + size :]


def _read(path: Path, authority: bytes) -> tuple[int, ...]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST)
    except FileNotFoundError:
        return ()
    return unpacked(raw, authority)
