"""Who calls, as a front established it. Standard library only: a pipe loads it, too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a checked token speaks for: (issuer, subject) is the principal, `agent` the program."""

    issuer: str
    subject: str
    agent: str
    scopes: frozenset[str] = frozenset()
