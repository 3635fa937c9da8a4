"""A Merkle tree over audit leaves, its proofs, and its signed checkpoints.

RFC 6962 / RFC 9162 hashing, so that any transparency-log tool can check it; checkpoints are C2SP
tlog-checkpoint notes signed with Ed25519. Appending and proving take O(log n) hashes: stored nodes
are asked for, never recomputed. This file stores nothing and holds no key: both are arguments.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Node = Callable[[int, int], bytes]
"""(level, index) -> hash of the full subtree over leaves [index * 2^level, (index + 1) * 2^level).
"""

EMPTY_ROOT: Final = sha256(b"").digest()
ED25519: Final = b"\x01"
"""Signature type of the signed-note format."""


class NotProven(ValueError):
    """A proof, checkpoint or signature does not hold. `code` says which."""

    def __init__(self, code: str, wrong: str) -> None:
        super().__init__(f"{code}: {wrong}.")
        self.code = code
        self.wrong = wrong


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf (RFC 9162, 2.1.1); the prefix keeps leaves and nodes apart."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A tree's size and the roots of its full subtrees, largest first: all that appending needs."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def appended(self, data: bytes) -> tuple["Tree", tuple[tuple[int, int, bytes], ...]]:
        """Return the tree with one more leaf, and the new nodes as (level, index, hash)."""
        peaks, digest, level, index = list(self.peaks), leaf_hash(data), 0, self.size
        nodes = [(level, index, digest)]
        while index & 1:
            digest = node_hash(peaks.pop(), digest)
            level, index = level + 1, index >> 1
            nodes.append((level, index, digest))
        return Tree(size=self.size + 1, peaks=(*peaks, digest)), tuple(nodes)

    def root(self) -> bytes:
        """Return the root hash (RFC 9162, 2.1.1)."""
        if not self.peaks:
            return EMPTY_ROOT
        *rest, digest = self.peaks
        for peak in reversed(rest):
            digest = node_hash(peak, digest)
        return digest


def tree_of(size: int, node: Node) -> Tree:
    """Return the tree of the first `size` leaves, from stored nodes."""
    peaks, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            peaks.append(node(level, start >> level))
            start += 1 << level
    return Tree(size=size, peaks=tuple(peaks))


def _range_root(start: int, end: int, node: Node) -> bytes:
    """Return the root over leaves [start, end), whose start is aligned as proofs need it."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, start >> level)
    split = _split(width)
    left = _range_root(start, start + split, node)
    return node_hash(left, _range_root(start + split, end, node))


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """Return the path that proves leaf `index` in the tree of `size` (RFC 9162, 2.1.3.1).

    Raises:
        NotProven: `leaf_out_of_range`.
    """
    if not 0 <= index < size:
        raise NotProven("leaf_out_of_range", f"leaf {index} is not in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """Return the path that proves that `new` only added to `old` (RFC 9162, 2.1.4.1).

    Raises:
        NotProven: `leaf_out_of_range`.
    """
    if not 0 <= old <= new:
        raise NotProven("leaf_out_of_range", f"a tree of {new} does not contain one of {old}")
    path, start, end, whole = [], 0, new, True
    while old not in {0, end}:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(_range_root(start, end, node))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Return if the path leads from this leaf hash to the root (RFC 9162, 2.1.3.2).

    Raises:
        NotProven: `inclusion_not_proven`.
    """
    number, last, digest = index, size - 1, leaf
    ok = 0 <= index < size
    for step in path:
        ok = ok and last > 0
        if number & 1 or number == last:
            digest = node_hash(step, digest)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            digest = node_hash(digest, step)
        number, last = number >> 1, last >> 1
    if not ok or last != 0 or digest != root:
        raise NotProven("inclusion_not_proven", f"leaf {index} is not under this root of {size}")


def verify_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Return if the tree of `new` begins with the tree of `old` (RFC 9162, 2.1.4.2).

    Raises:
        NotProven: `consistency_not_proven`: something was changed, or the path is wrong.
    """
    wrong = NotProven("consistency_not_proven", f"{new} leaves do not begin with these {old}")
    if old in {0, new}:
        if path or old_root != (new_root if old == new else EMPTY_ROOT):
            raise wrong
        return
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not 0 < old < new or not steps:
        raise wrong
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise wrong
        if number & 1 or number == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            second = node_hash(second, step)
        number, last = number >> 1, last >> 1
    if last != 0 or (first, second) != (old_root, new_root):
        raise wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself: its name, how many leaves, and their root."""

    origin: str
    size: int
    root: bytes

    def body(self) -> bytes:
        """Return the signed text (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """Return the four bytes that a note's signature line names its key with (C2SP signed-note)."""
    return sha256(name.encode() + b"\n" + ED25519 + key.public_bytes_raw()).digest()[:4]


def signed_note(checkpoint: Checkpoint, key: Ed25519PrivateKey, of: bytes = b"") -> str:
    """Return the checkpoint as a signed note; the key's name is the log's origin.

    `of`: the `key_id` of that key, which takes as long to make as the signature; empty: make it.
    """
    name, body = checkpoint.origin, checkpoint.body()
    known = of or key_id(name, key.public_key())
    stamp = base64.b64encode(known + key.sign(body)).decode()
    return f"{body.decode()}\n— {name} {stamp}\n"


def opened_note(note: str, origin: str, key: Ed25519PublicKey) -> Checkpoint:
    """Return the checkpoint of a note that this key signed for this log.

    Lines of other signers (witnesses) are passed over.

    Raises:
        NotProven: `checkpoint_malformed`, `checkpoint_foreign` or `checkpoint_signature`.
    """
    body, gap, stamps = note.rpartition("\n\n")
    checkpoint = _parsed(f"{body}\n", bool(gap))
    if checkpoint.origin != origin:
        raise NotProven("checkpoint_foreign", f"it is of {checkpoint.origin!r}, not {origin!r}")
    start = f"— {origin} "
    signatures = [
        _unstamped(line[len(start) :]) for line in stamps.splitlines() if line.startswith(start)
    ]
    own = [raw[4:] for raw in signatures if raw[:4] == key_id(origin, key)]
    if not any(_signs(key, signature, checkpoint.body()) for signature in own):
        raise NotProven("checkpoint_signature", f"no line of it is signed by the key of {origin!r}")
    return checkpoint


def _parsed(text: str, complete: bool) -> Checkpoint:  # noqa: FBT001  what rpartition found
    origin, size, root, *more = [*text.split("\n"), "", "", ""]
    found = Checkpoint(
        origin=origin,
        size=int(size) if size.isdecimal() and size.isascii() else -1,
        root=_unstamped(root),
    )
    # Written again it must be the same text: one checkpoint has one spelling.
    if not complete or any(more) or not origin or found.body().decode() != text:
        raise NotProven("checkpoint_malformed", "the note is not origin, size, root, signatures")
    return found


def _unstamped(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _signs(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
