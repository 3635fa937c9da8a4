"""Credentials that their server turned away: after three in a row no other one is made for a while.

Without a pause, an agent that calls again and again has one secret after the other made, at a
target that may take that for an attack. It reads no clock, makes nothing and keeps nothing on disk.
"""

from collections.abc import Callable
from typing import Final

from guard.errors import Unavailable
from guard.model.call import ToolSpec
from guard.model.identity import Who

IN_A_ROW: Final = 3
"""So many may be turned away before there is a pause: one may have been taken back elsewhere."""

PAUSE_MS: Final = 60_000
LONGEST_MS: Final = 300_000
"""The first pause, and the longest; each that is turned away after one doubles it."""

_MOST: Final = 10_000

Toward = tuple[str, str, str, str]
"""Issuer and server, both by their names in guard.yaml, the grant, and who it is for."""

TURNED_AWAY: Final = "upstream_credential_refused"
"""What a front says where a server did not take the credential of a call."""


PAUSED: Final = "credentials_turned_away"
Heard = Callable[[str, str], None]


def _nobody(server: str, fault: str) -> None:
    """Tell nobody."""


class Refusals:
    """Counts, in this process, what was turned away since something was taken.

    Args:
        heard: is told of a server, by its name, that a pause begins (`PAUSED`), or that it took one
            again (empty).
    """

    def __init__(self, heard: Heard = _nobody) -> None:
        self._heard = heard
        self._row: dict[Toward, tuple[int, int]] = {}  # how many in a row, until when (ms)

    def told(self, toward: Toward, *, taken: bool, now_ms: int) -> None:
        """Note whether the server took a credential. Several that it refuses begin one pause."""
        count, until_ms = self._row.pop(toward, (0, 0))
        if taken:
            if count >= IN_A_ROW:
                self._heard(toward[1], "")
            return
        if now_ms >= until_ms:
            count += 1
            until_ms = now_ms + _pause_ms(count)
            if count >= IN_A_ROW:
                self._heard(toward[1], PAUSED)
        if len(self._row) >= _MOST:
            del self._row[next(iter(self._row))]
        self._row[toward] = count, until_ms

    def refuse(self, toward: Toward, now_ms: int) -> None:
        """Return if another one may be made.

        Raises:
            Unavailable: `credentials_turned_away`: there is a pause.
        """
        count, until_ms = self._row.get(toward, (0, 0))
        if now_ms < until_ms:
            left_s = (until_ms - now_ms + 999) // 1000
            raise Unavailable(
                f"Server {toward[1]!r} turned away {count} credentials in a row.",
                code="credentials_turned_away",
                next_step=f"Look at its `credential` in guard.yaml. There is none for {left_s} s.",
            )


def toward_of(spec: ToolSpec, who: Who) -> Toward:
    """Return where the credentials of this tool go, and for whom."""
    return spec.issuer, spec.server, spec.grant, who.key


def _pause_ms(count: int) -> int:
    if count < IN_A_ROW:
        return 0
    return min(PAUSE_MS << min(count - IN_A_ROW, 8), LONGEST_MS)
