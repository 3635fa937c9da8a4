"""What a page has to hold before a yes is taken: a mark for each part that its reader must see.

The guard puts a mark on each sheet of arguments, and gives that of a masked value only with the
value itself, once the log holds who asked for it. Who sends a yes sends the marks back: a program
that never was handed a part cannot. It proves what a page held, not what eyes saw.
"""

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from guard.grant.approval import Approval
from guard.grant.plan import NewPlan
from guard.grant.signing import canonical
from guard.grant.view import whole_from
from guard.model.call import Json

LABEL: Final = b"guard/seen/v1\0"
MARK: Final = 24
"""Hex characters of a mark: 96 bits, and only for a person who is signed in."""


def parts(asked: Approval | NewPlan) -> tuple[str, ...]:
    """Return what of a question must be seen: each sheet, and each secret when it is shown.

    Raises:
        Unavailable: `view_unreadable`: what cannot be shown cannot be approved.
    """
    if isinstance(asked, NewPlan):
        return tuple(str(number) for number in range(len(asked.items)))
    found = whole_from(asked.view_json)
    hidden = (one.hidden for one in found.view.arguments)
    secret = (secret_part(number) for number, why in enumerate(hidden) if why == "secret")
    return (*map(str, range(len(found.sheets))), *secret)


def secret_part(number: int) -> str:
    """Return the name of a masked argument's value."""
    return f"{number} shown"


def marks(key: bytes, asked: Approval | NewPlan, reviewer: str) -> Mapping[str, str]:
    """Return the mark of each part of a question for one person.

    Args:
        key: secret bytes of this installation; all replicas of one store share them.
        asked: the question, as stored.
        reviewer: the principal who reads it.

    Raises:
        Unavailable: `view_unreadable`.
    """
    about: dict[str, Json] = {"of": asked.id, "nonce": asked.nonce, "reviewer": reviewer}
    return {
        part: hmac.new(key, LABEL + canonical({**about, "part": part}), sha256).hexdigest()[:MARK]
        for part in parts(asked)
    }


def lacking(wanted: Mapping[str, str], given: Iterable[str]) -> tuple[str, ...]:
    """Return the parts whose marks are not among those that a page sent."""
    held = frozenset(given)
    return tuple(part for part, mark in wanted.items() if mark not in held)


def seen_sha256(wanted: Mapping[str, str]) -> str:
    """Return what a signature says of the marks: the digest of all of them, in their order."""
    return sha256("".join(wanted.values()).encode()).hexdigest()
