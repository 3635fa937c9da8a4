"""Which of several keys signs now, and which ones verifiers should know.

A key is published before it signs, so that every verifier knows it by then, and stays published
until its last token is over. This file reads no clock and holds no private key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from guard.grant.credential import MAX_TTL_S
from guard.grant.verify import SKEW_S

PUBLISH_MS: Final = 300_000
"""How long a key is published before it signs: as long as a verifier may keep a key set."""

RETIRE_MS: Final = (MAX_TTL_S + SKEW_S) * 1000 + 10_000
"""How long a key stays published after its last token: the longest life, the skew, and a margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One key of a row, by its number. `made_ms`: Unix milliseconds."""

    number: int
    made_ms: int
    jwk: Mapping[str, str]

    @property
    def usable_ms(self) -> int:
        """Return from when it may sign, if another key signs before it."""
        return self.made_ms + PUBLISH_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """A public key that signs no more. `until_ms`: when its last token is over, in Unix ms."""

    jwk: Mapping[str, str]
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """What a row of keys means at one moment: who signs, who will, and whose tokens still live."""

    signing: Version
    following: tuple[Version, ...]  # the next one first
    retired: tuple[Retired, ...]  # the last one first

    def published(self) -> tuple[Mapping[str, str], ...]:
        """Return the public keys that verifiers should know, the signing first."""
        versions = (self.signing, *self.following)
        return (*(one.jwk for one in versions), *(one.jwk for one in self.retired))


def in_use(versions: Sequence[Version], now_ms: int) -> InUse | None:
    """Return what a row of keys means now; None where there is none.

    The newest that has been published for `PUBLISH_MS` signs. Where there is no such key, the
    oldest does: nobody signed before it whose verifiers could go on.
    """
    if not versions:
        return None
    row = sorted(versions, key=lambda one: one.number)
    known = [one for one in row if one.usable_ms <= now_ms]
    signing = known[-1] if known else row[0]
    at = row.index(signing)
    # The one after it took over when it became usable: from then on no new token was signed.
    gone = [
        Retired(jwk=one.jwk, until_ms=after.usable_ms + RETIRE_MS)
        for one, after in pairwise(row[: at + 1])
    ]
    retired = [one for one in gone if now_ms < one.until_ms]
    return InUse(signing=signing, following=tuple(row[at + 1 :]), retired=tuple(retired[::-1]))
