"""Who may answer: the reviewers file, written by operators and reviewed like policy.

It says who is who and in which groups. It holds no key and grants none: a name in it may be let in,
and without an invitation it opens nothing. A name that leaves it counts for nothing at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from guard.errors import Unusable
from guard.grant.people import Account, Passkey
from guard.grant.votes import Voter
from guard.model.identity import Principal

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One reviewer. `principal` is issuer|subject, as sessions and approvals have it."""

    name: str
    principal: str
    groups: frozenset[str] = frozenset()
    admin: bool = False  # may let others in
    owns: frozenset[str] = frozenset()  # agents whose calls they never review


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everybody who may answer, by name; and whose word on passkeys is taken.

    `aaguids` and `roots` say which models of authenticators count as bound to their device, and
    where the certificates are (PEM files) that prove the model.
    """

    people: Mapping[str, Person] = field(default_factory=dict)
    aaguids: frozenset[str] = frozenset()
    roots: tuple[str, ...] = ()

    def admins(self) -> frozenset[str]:
        """Return the names of those who may let others in."""
        return frozenset(one.name for one in self.people.values() if one.admin)

    def voter(self, account: Account, key: Passkey, *, uv: bool) -> Voter:
        """Return a person at the moment of an answer with this key.

        Args:
            account: who they are.
            key: what they answer with.
            uv: whether the device made sure that it is them.
        """
        person = self.people.get(account.name)
        if person is None:
            return Voter(principal="", disabled=True)
        return Voter(
            principal=person.principal,
            groups=person.groups,
            uv=uv,
            device_bound=key.device_bound,
            key_enrolled_by=key.enrolled_by,
            key_usable_from_ms=key.usable_from_ms,
            invited_by=account.invited_by,
            disabled=bool(key.revoked_ms),
            owns=person.owns,
        )

    def voters(self, accounts: Iterable[Account], keys: Iterable[Passkey]) -> list[Voter]:
        """Return each listed person who has a living passkey once, at their best."""
        known = {one.name: one for one in accounts}
        found: dict[str, Voter] = {}
        for key in keys:
            account = known.get(key.reviewer)
            if account is None or key.revoked_ms or key.reviewer not in self.people:
                continue
            voter = self.voter(account, key, uv=True)
            if voter.device_bound or key.reviewer not in found:
                found[key.reviewer] = voter
        return list(found.values())


class _Person(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    issuer: Text
    subject: Text
    groups: tuple[Name, ...] = ()
    admin: bool = False
    owns: tuple[Text, ...] = ()


class _DeviceBound(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    aaguids: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")], ...] = ()
    roots: tuple[Text, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    version: Annotated[int, Field(ge=1, le=1)]
    reviewers: dict[Name, _Person] = {}
    device_bound: _DeviceBound = _DeviceBound()


def read_directory(raw: Mapping[str, Any], *, where: str) -> Directory:
    """Return the reviewers that a file lists.

    Args:
        raw: the file, parsed.
        where: its name, for errors.

    Raises:
        Unusable: `reviewers_unusable`: an unknown word, or one person under two names.
    """
    try:
        found = _File.model_validate(dict(raw))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _unusable(f"{place}: {first['msg']}", where) from None
    people = {
        name: Person(
            name=name,
            principal=Principal(issuer=one.issuer, subject=one.subject).key,
            groups=frozenset(one.groups),
            admin=one.admin,
            owns=frozenset(one.owns),
        )
        for name, one in found.reviewers.items()
    }
    if twice := _twice([one.principal for one in people.values()]):
        # Two names would be two votes of one person.
        raise _unusable(f"{twice!r} stands under two names", where)
    bound = found.device_bound
    return Directory(people=people, aaguids=frozenset(bound.aaguids), roots=bound.roots)


def _twice(principals: Sequence[str]) -> str:
    return next((one for one, times in Counter(principals).items() if times > 1), "")


def _unusable(what: str, where: str) -> Unusable:
    return Unusable(
        f"The reviewers cannot be used: {what}.",
        code="reviewers_unusable",
        where=where,
        next_step="See docs/reviewers.md for what the file holds.",
    )
