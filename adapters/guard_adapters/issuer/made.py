"""What every issuer is made from: whose it is, how long it waits, where its files are."""

import os
import stat
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, Protocol, TypeVar, runtime_checkable

from guard.clock import Clock
from guard.errors import GuardError, Refused, Unavailable, Unusable
from guard.model.call import Json
from guard.model.decision import Terms
from guard.model.facts import Binding, CredentialFacts
from guard.ports import Ids
from guard_adapters._owned import is_private

LONGEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """The guard that an issuer works for.

    Args:
        guard_id: begins every handle; see `guard.grant.lease.guard_id`.
        folder: what relative paths start from: the folder of guard.yaml.
        timeout_s: longest wait for a target (seconds).
        proven: what each server was seen to check of this issuer's credentials, by server name;
            unknown is L1.
    """

    guard_id: str
    clock: Clock
    ids: Ids
    folder: Path
    timeout_s: float
    proven: Mapping[str, Binding] = field(default_factory=dict[str, Binding])

    def path(self, name: str) -> Path:
        """Return a file of the configuration."""
        return self.folder / name


class OneLevel(Protocol):
    """An issuer from which every call gets the same."""

    kind: str
    max_binding: Binding
    min_ttl_s: int
    can_cut: bool


@runtime_checkable
class Vouching(Protocol):
    """An issuer that signs, in the guard's name, who makes a call: others fetch its key."""

    identity: str  # the guard's public URL

    def public_key(self) -> dict[str, Json]:
        """Return the key that its tokens are verified with (a public JWK)."""
        ...


def facts_of(issuer: OneLevel) -> CredentialFacts:
    """Return what a call would get of an issuer with one level for all."""
    return CredentialFacts(
        binding=issuer.max_binding,
        kind=issuer.kind,
        ttl_floor_s=issuer.min_ttl_s,
        can_cut=issuer.can_cut,
    )


def refuse_below(binding: Binding, terms: Terms, server: str) -> None:
    """Let a level pass that policy accepts.

    Raises:
        Refused: `binding_too_low`.
    """
    if binding < terms.binding_min:
        raise Refused(
            f"Server {server!r} reaches level {int(binding)}, policy wants {terms.binding_min}.",
            code="binding_too_low",
            next_step="Have the server verify call tokens, then let the guard check it.",
        )


Work = ParamSpec("Work")
Made = TypeVar("Made")


def discreet(
    work: Callable[Work, Coroutine[Any, Any, Made]],
) -> Callable[Work, Coroutine[Any, Any, Made]]:
    """Keep to itself what broke inside an issuer: a library may have put a secret in its words.

    What an issuer itself refuses passes. Anything else is `issuer_unavailable`, with the name of
    its type, and without its message, its cause and its place.
    """

    @wraps(work)
    async def kept(*args: Work.args, **more: Work.kwargs) -> Made:
        try:
            return await work(*args, **more)
        except GuardError:
            raise
        except Exception as error:  # noqa: BLE001  whatever a target's library raises
            kind = type(error).__name__
        # Raised out here: what was caught is in no chain of what is raised.
        raise Unavailable(
            f"The issuer broke ({kind}).",
            code="issuer_unavailable",
            next_step="Look at the target and its settings: guard doctor --connect.",
        )

    return kept


def read_secret(path: Path) -> str:
    """Return the secret in a file, without the line end.

    Raises:
        Unusable: `secret_file_unusable`: it is missing, a link, or others can read it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as wrong:
        raise _unusable(path, f"it cannot be opened ({wrong.strerror})") from None
    with os.fdopen(handle, "rb") as file:
        seen = os.fstat(file.fileno())
        if not is_private(seen):
            raise _unusable(path, f"its mode is {stat.S_IMODE(seen.st_mode):04o}, expected 0600")
        raw = file.read(LONGEST + 1)
    try:
        text = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        text = ""
    if not text or len(raw) > LONGEST:
        raise _unusable(path, "it is empty, too long or no text")
    return text


def _unusable(path: Path, wrong: str) -> Unusable:
    return Unusable(
        f"A secret cannot be read: {wrong}.",
        code="secret_file_unusable",
        where=str(path),
        next_step="Put the secret in a file that only the guard's own account can read.",
    )
