"""What somebody else says of a person, a device or a session, and of whom they say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guard.model.call import Json
from guard.model.identity import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a security event is about. Every named part must fit (RFC 9493; SSF 1.0, complex).

    An empty part was not named. A subject that names nothing fits nobody.
    """

    issuer: str = ""
    subject: str = ""
    email: str = ""
    device: str = ""
    session: str = ""
    opaque: str = ""

    @property
    def named(self) -> bool:
        """Return whether it names anything."""
        return any(getattr(self, name) for name in Subject.__slots__)

    @property
    def name(self) -> str:
        """Return one of the names of everybody whom it fits, as `names_of` spells it."""
        told = (self.session, self.device, self.subject, self.email.casefold(), self.opaque)
        return next(filter(None, (*told, self.issuer)), "")

    def fits(self, who: Who, session_id: str) -> bool:
        """Return whether this is about that session and its caller."""
        person, claims = who.principal, dict(who.claims)
        mail = {person.subject.casefold(), claims.get("email", "").casefold()}
        parts = (
            (self.issuer, self.issuer == person.issuer),
            (self.subject, self.subject == person.subject),
            (self.email, self.email.casefold() in mail),
            (self.device, self.device == who.device.id),
            (self.session, self.session in {session_id, claims.get("sid", "")}),
            (self.opaque, self.opaque in {person.subject, session_id, who.device.id}),
        )
        return self.named and all(fits for name, fits in parts if name)


def names_of(who: Who, session_id: str) -> frozenset[str]:
    """Return the names under which somebody else may mean this session; they decide nothing."""
    person, claims = who.principal, dict(who.claims)
    mail = {person.subject.casefold(), claims.get("email", "").casefold()}
    known = {person.issuer, person.subject, who.device.id, claims.get("sid", ""), session_id}
    return frozenset(filter(None, known | mail))


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """One event of one security event token, checked. Times in Unix milliseconds.

    `kind` is the last part of the event's URI, `at_ms` when it happened by its sender's clock.
    """

    issuer: str
    jti: str
    kind: str
    subject: Subject
    at_ms: int
    claims: Mapping[str, Json] = field(repr=False)
