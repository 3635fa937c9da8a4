"""The fake of reviewers: accounts and passkeys in memory, for tests; it guards nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from guard.audit.event import Event
from guard.grant.people import LONGEST, MAX_LOGINS, Account, Ceremony, Invite, Login, Passkey


@dataclass(slots=True, kw_only=True)
class MemoryReviewers:
    """The `Reviewers` port in memory. Every event is in `events`."""

    events: list[Event] = field(default_factory=list)
    people: dict[str, Account] = field(default_factory=dict)
    keys: dict[str, Passkey] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    ceremonies: dict[str, Ceremony] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)

    async def account(self, name: str) -> Account | None:
        """Return the account of this name."""
        return self.people.get(name)

    async def accounts(self) -> Sequence[Account]:
        """Return every account, by name."""
        return [self.people[name] for name in sorted(self.people)]

    async def passkey(self, credential_id: str) -> Passkey | None:
        """Return one passkey."""
        return self.keys.get(credential_id)

    async def passkeys(self, *names: str) -> Sequence[Passkey]:
        """Return the passkeys of these reviewers, or of all."""
        mine = [one for one in self.keys.values() if not names or one.reviewer in names]
        return sorted(mine, key=lambda one: (one.created_ms, one.credential_id))

    async def invite(self, invite: Invite, events: Sequence[Event]) -> None:
        """Keep an invitation in the place of an open one."""
        self._void(invite.reviewer)
        self.invites[invite.token_sha256] = invite
        self.events.extend(events)

    async def invited(self, token_sha256: str) -> Invite | None:
        """Return an invitation."""
        return self.invites.get(token_sha256)

    async def enrol(
        self, token_sha256: str, account: Account, key: Passkey, events: Sequence[Event]
    ) -> bool:
        """Use the invitation up and keep the passkey."""
        found = self.invites.get(token_sha256)
        if found is None or found.reviewer != key.reviewer or not found.open(key.created_ms):
            return False
        if key.credential_id in self.keys:
            return False
        self.invites[token_sha256] = replace(found, used_ms=key.created_ms)
        self.people.setdefault(account.name, account)
        self.keys[key.credential_id] = key
        self.events.extend(events)
        return True

    async def begin(self, ceremony: Ceremony, now_ms: int) -> None:
        """Keep a challenge until it is answered or late."""
        late = [name for name, one in self.ceremonies.items() if now_ms >= one.until_ms]
        for name in late:
            del self.ceremonies[name]
        self.ceremonies[ceremony.challenge_sha256] = ceremony
        logins = [name for name, one in self.ceremonies.items() if one.kind == "login"]
        for name in logins[: max(0, len(logins) - MAX_LOGINS)]:
            del self.ceremonies[name]

    async def take(self, challenge_sha256: str, now_ms: int) -> Ceremony | None:
        """Give a challenge out, once."""
        found = self.ceremonies.pop(challenge_sha256, None)
        return None if found is None or now_ms >= found.until_ms else found

    async def counted(self, credential_id: str, sign_count: int, now_ms: int) -> bool:
        """Move the counter of a living key up."""
        key = self.keys.get(credential_id)
        if key is None or key.revoked_ms:
            return False
        if not (key.sign_count < sign_count or key.sign_count == sign_count == 0):
            return False
        self.keys[credential_id] = replace(key, sign_count=sign_count, used_ms=now_ms)
        return True

    async def revoke(
        self, name: str, credential_id: str, now_ms: int, events: Sequence[Event]
    ) -> int:
        """Revoke one key of a reviewer or all, with what was opened by them."""
        hit = [
            one
            for one in self.keys.values()
            if one.reviewer == name
            and not one.revoked_ms
            and credential_id in {"", one.credential_id}
        ]
        for one in hit:
            self.keys[one.credential_id] = replace(one, revoked_ms=now_ms)
        self._void(name)
        self.logins = {
            cookie: one
            for cookie, one in self.logins.items()
            if one.reviewer != name or credential_id not in {"", one.credential_id}
        }
        self.events.extend(events)
        return len(hit)

    async def open_login(self, login: Login, now_ms: int) -> None:
        """Keep a login; dead ones are forgotten."""
        self.logins = {name: one for name, one in self.logins.items() if one.alive(now_ms, LONGEST)}
        self.logins[login.cookie_sha256] = login

    async def login(self, cookie_sha256: str) -> Login | None:
        """Return a login."""
        return self.logins.get(cookie_sha256)

    async def seen(self, cookie_sha256: str, now_ms: int) -> None:
        """Note that a login is in use."""
        if cookie_sha256 in self.logins:
            used = replace(self.logins[cookie_sha256], seen_ms=now_ms)
            self.logins[cookie_sha256] = used

    async def end_login(self, cookie_sha256: str) -> None:
        """Forget a login."""
        self.logins.pop(cookie_sha256, None)

    def _void(self, name: str) -> None:
        self.invites = {
            token: one for token, one in self.invites.items() if one.reviewer != name or one.used_ms
        }
