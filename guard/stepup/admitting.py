"""Who lets whom in: invitations and resets of reviewers. No password, no default, nobody unseen.

Rule 1: the operator's key may invite only while no admin holds a passkey; afterwards an admin must
sign. Rule 2: whoever is invited gets one token, of which the guard keeps a digest. Rule 3: a reset
takes every key, and every yes that is still open, and is written down.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guard.audit.event import Event
from guard.clock import Clock
from guard.errors import Refused
from guard.grant.directory import Directory, Person
from guard.grant.people import USUAL, Invite, Limits, Passkey, token_sha256
from guard.model.call import Json
from guard.ports import Ids
from guard.ports.people import Reviewers


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitting:
    """Lets reviewers in and out.

    Args:
        reviewers: accounts and passkeys.
        clock: when.
        ids: for tokens.
        directory: returns the reviewers file in force.
        limits: how long an invitation is good.
    """

    reviewers: Reviewers
    clock: Clock
    ids: Ids
    directory: Callable[[], Directory]
    limits: Limits = USUAL

    async def invite_by_operator(self, name: str) -> str:
        """Return the token of a new invitation, by whoever holds the operator's key.

        Raises:
            Refused: `reviewer_unknown`; `admin_needed`: an admin holds a passkey and must sign.
        """
        person, admins = self._person(name), self.directory().admins()
        keys = await self.reviewers.passkeys()
        if any(one.reviewer in admins and not one.revoked_ms for one in keys):
            raise Refused(
                "An admin holds a passkey, so an admin must sign this.",
                code="admin_needed",
                next_step="Ask one to invite this reviewer in the console, under Keys.",
            )
        return await self._invite(person, "")

    async def invite_by_admin(self, name: str, admin: str) -> str:
        """Return the token of a new invitation; the admin's signature was checked for this name.

        Raises:
            Refused: `reviewer_unknown`, `not_admin`.
        """
        by = self._admin(admin)
        return await self._invite(self._person(name), by.principal)

    def may_invite(self, name: str, admin: str) -> None:
        """Check both names before anybody is asked to sign.

        Raises:
            Refused: `reviewer_unknown`, `not_admin`.
        """
        self._admin(admin)
        self._person(name)

    async def reset(self, name: str, by: str) -> int:
        """Revoke every key of a reviewer; return how many there were.

        Also of one who has left the reviewers file.

        Args:
            name: the reviewer.
            by: a principal, or `operator`.

        Raises:
            Refused: `reviewer_unknown`.
        """
        if await self.reviewers.account(name) is None:
            self._person(name)
        now_ms = self.clock.now_ms()
        event = Event(
            kind="reviewer_reset",
            at_ms=now_ms,
            session="",
            leaf={"who": self.principal(name), "by": by, "keys": await self._digests(name)},
        )
        return await self.reviewers.revoke(name, "", now_ms, [event])

    async def revoke(self, name: str, digest: str, by: str) -> int:
        """Revoke one key of a reviewer, named as in the log; return how many it was.

        Raises:
            Refused: `key_unknown`: no living key of theirs has this name.
        """
        key = next((one for one in await self.keys(name) if one.digest == digest), None)
        if key is None:
            raise Refused("This passkey is not known here, or was revoked.", code="key_unknown")
        now_ms = self.clock.now_ms()
        leaf: dict[str, Json] = {"who": self.principal(name), "by": by, "keys": [digest]}
        event = Event(kind="reviewer_key_revoked", at_ms=now_ms, session="", leaf=leaf)
        return await self.reviewers.revoke(name, key.credential_id, now_ms, [event])

    async def keys(self, *names: str) -> Sequence[Passkey]:
        """Return the keys of these reviewers that are not revoked; without a name, those of all."""
        return [one for one in await self.reviewers.passkeys(*names) if not one.revoked_ms]

    def principal(self, name: str) -> str:
        """Return who a name is; nothing if they have left the reviewers file."""
        person = self.directory().people.get(name)
        return person.principal if person else ""

    async def _digests(self, name: str) -> list[Json]:
        return [one.digest for one in await self.keys(name)]

    async def _invite(self, person: Person, by: str) -> str:
        token, now_ms = self.ids.token(32).hex(), self.clock.now_ms()
        invite = Invite(
            token_sha256=token_sha256(token),
            reviewer=person.name,
            invited_by=by,
            until_ms=now_ms + self.limits.invite_ms,
        )
        leaf: dict[str, Json] = {"who": person.principal, "by": by, "until_ms": invite.until_ms}
        event = Event(kind="reviewer_invited", at_ms=now_ms, session="", leaf=leaf)
        await self.reviewers.invite(invite, [event])
        return token

    def _person(self, name: str) -> Person:
        person = self.directory().people.get(name)
        if person is None:
            raise Refused(
                f"The reviewers file lists no {name!r}.",
                code="reviewer_unknown",
                next_step="Add the name to the reviewers file, then start the guard again, or "
                "have it read its files anew: POST /guard/v1/policy/reload, see docs/operator.md.",
            )
        return person

    def _admin(self, name: str) -> Person:
        person = self.directory().people.get(name)
        if person is None or not person.admin:
            raise Refused("Only admins let others in.", code="not_admin")
        return person
