"""What a value could be taken for: its skeleton, after UTS 39, against those of known identities.

Two texts with one skeleton look alike, whatever their letters are: Cyrillic for Latin, `rn` for
`m`, `1` for `l`. It says so and decides nothing.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from guard.provenance.result.segment import Endorsed
from guard.provenance.typed.confusables import ALIKE

Looks = Mapping[str, frozenset[str]]
"""Skeleton -> the known identities that have it."""

SHORTEST = 3
"""Characters: a `0` and an `O` by themselves are taken for each other, and mean nothing."""

_TAKEN_FOR = {ord(one): seen for seen, several in ALIKE.items() for one in several}


def skeleton(text: str) -> str:
    """Return what a text looks like (UTS 39, section 4), compatibility characters folded first."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFD", plain.translate(_TAKEN_FOR))


def looks_of(identities: Iterable[str]) -> Looks:
    """Return how to recognise what looks like one of these identities, or lives at its host."""
    found: dict[str, set[str]] = {}
    for one in identities:
        for part, shown in _seen(one):
            found.setdefault(shown, set()).add(part)
    return {shown: frozenset(several) for shown, several in found.items()}


def taken_for(value: str, looks: Looks) -> bool:
    """Return whether a value, or its host, looks like a known identity and is another one."""
    for part, shown in _seen(value):
        known = looks.get(shown)
        if known is not None and part not in known:
            return True
    return False


def poses(value: str, looks: Looks, endorsed: frozenset[Endorsed]) -> bool:
    """Return whether a value looks like what the person named or approved, and is not it."""
    return taken_for(value, looks) or (bool(endorsed) and taken_for(value, _approved(endorsed)))


@lru_cache(maxsize=256)  # a session approves little, and asks often
def _approved(endorsed: frozenset[Endorsed]) -> Looks:
    return looks_of(canonical for _, _, canonical in endorsed)


@lru_cache(maxsize=8192)  # the same values come again and again
def _seen(value: str) -> tuple[tuple[str, str], ...]:
    """Return each part of a value, case folded, with what a reader sees of it."""
    return tuple([(part.casefold(), shown) for part in _parts(value) for shown in _shown(part)])


def _parts(identity: str) -> Iterable[str]:
    """Yield an identity, and the host in it where it is an address or a link."""
    text = identity.strip().lstrip("@#")
    _, link, rest = text.rpartition("://")
    address = not link and "@" in text
    host = rest.partition("/")[0].rpartition("@")[2] if link else text.rpartition("@")[2]
    parts = (text, host) if link or address else (text,)
    return (one for one in parts if len(one) >= SHORTEST and not one.isdecimal())


def _shown(part: str) -> set[str]:
    """Return what a reader sees: as it is written, and where case does not matter, without it."""
    seen = skeleton(part)
    return {seen, skeleton(seen.casefold()), skeleton(part.casefold())}
