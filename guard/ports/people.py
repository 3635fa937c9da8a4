"""What the guard needs of a store to know its reviewers.

Contract of all: tokens come in as digests; what is good once is good once, also for two who come at
the same moment; `events` are written in the same transaction as the change, or neither is. A store
that fails raises `Unavailable("store_unavailable")`.
"""

from collections.abc import Sequence
from typing import Protocol

from guard.audit.event import Event
from guard.grant.approval import NewApproval
from guard.grant.people import Account, Ceremony, Invite, Login, Passkey


class Audience(Protocol):
    """Knows the people whom questions are for, before one of them is listed."""

    # Raises NobodyToAsk (`no_reviewer`) where all of them together would not be enough.
    async def enough(self, new: NewApproval) -> None: ...


class Reviewers(Protocol):
    """Accounts, passkeys, invitations, ceremonies and logins of the console."""

    async def account(self, name: str) -> Account | None: ...
    async def accounts(self) -> Sequence[Account]: ...  # by name
    async def passkey(self, credential_id: str) -> Passkey | None: ...
    async def passkeys(self, *names: str) -> Sequence[Passkey]: ...  # oldest first; none: all

    # A new invitation takes the place of an open one for the same reviewer.
    async def invite(self, invite: Invite, events: Sequence[Event]) -> None: ...
    async def invited(self, token_sha256: str) -> Invite | None: ...
    # Uses the invitation up; False: it was used, is late or unknown, or the passkey is there.
    async def enrol(
        self, token_sha256: str, account: Account, key: Passkey, events: Sequence[Event]
    ) -> bool: ...

    # `begin` forgets what is late, and of more than MAX_LOGINS logins the oldest. `take` gives a
    # ceremony out once; late is None.
    async def begin(self, ceremony: Ceremony, now_ms: int) -> None: ...
    async def take(self, challenge_sha256: str, now_ms: int) -> Ceremony | None: ...

    # True: the counter went up, or the authenticator keeps none (0 before and after).
    async def counted(self, credential_id: str, sign_count: int, now_ms: int) -> bool: ...
    # Revokes these keys, ends the reviewer's logins and open invitations; how many keys it was.
    async def revoke(
        self, name: str, credential_id: str, now_ms: int, events: Sequence[Event]
    ) -> int: ...  # an empty credential id means every key of the reviewer

    async def open_login(self, login: Login, now_ms: int) -> None: ...  # forgets dead ones
    async def login(self, cookie_sha256: str) -> Login | None: ...
    async def seen(self, cookie_sha256: str, now_ms: int) -> None: ...
    async def end_login(self, cookie_sha256: str) -> None: ...
