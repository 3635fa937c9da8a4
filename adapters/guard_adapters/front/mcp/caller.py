"""Who calls, as a front established it. Light: a pipe loads it, too."""

from dataclasses import dataclass

from guard.model.identity import Device, Place, Workload


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a checked token speaks for: (issuer, subject) is the principal, `agent` the program.

    `acting` are the sub-agents below it, as the token's issuer names them, the calling one last.
    `claims` are what else its issuer says of the person: the names by which others speak of them.
    """

    issuer: str
    subject: str
    agent: str
    scopes: frozenset[str] = frozenset()
    workload: Workload = Workload()  # noqa: RUF009 - frozen: sharing it is safe
    device: Device = Device()  # noqa: RUF009 - frozen: sharing it is safe
    place: Place | None = None
    acting: tuple[str, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
