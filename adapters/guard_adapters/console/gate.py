"""What every ceremony at the console stands on: who may be here, challenges, and their limits.

A challenge is random, good once, for one kind of answer and for five minutes. It opens nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from guard.clock import Clock
from guard.errors import Refused
from guard.grant.assertion import Assertion, NotSigned, Place, presented_challenge
from guard.grant.directory import Directory
from guard.grant.people import USUAL, Ceremony, Limits, Passkey
from guard.ports import Ids
from guard.ports.people import Reviewers
from guard.stepup.reviewing import checked
from guard_adapters.console.frame import Frame
from guard_adapters.console.origin import Origin
from guard_adapters.console.passkeys import Models

Kind = Literal["login", "enrol", "invite"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One console's people and challenges.

    Args:
        reviewers: accounts, keys, tokens.
        directory: returns the reviewers file in force.
        models: which authenticators are proven to be bound to their device.
        origin: where browsers are.
        clock: for limits.
        ids: for tokens and challenges.
        limits: how long what lets people in is good.
        frame: the templates.
    """

    reviewers: Reviewers
    directory: Callable[[], Directory]
    origin: Origin
    clock: Clock
    ids: Ids
    models: Callable[[], Models] = Models
    limits: Limits = USUAL
    frame: Frame = field(default_factory=Frame)

    @property
    def place(self) -> Place:
        """Return where signatures must be made."""
        return Place(origin=self.origin.url, rp_id=self.origin.rp_id)

    async def begun(self, kind: Kind, *, reviewer: str = "", detail: str = "") -> bytes:
        """Return a fresh challenge of this kind."""
        challenge, now_ms = self.ids.token(32), self.clock.now_ms()
        ceremony = Ceremony(
            challenge_sha256=sha256(challenge).hexdigest(),
            kind=kind,
            until_ms=now_ms + self.limits.ceremony_ms,
            reviewer=reviewer,
            detail=detail,
        )
        await self.reviewers.begin(ceremony, now_ms)
        return challenge

    async def taken(self, kind: Kind, client_data: bytes) -> tuple[bytes, Ceremony]:
        """Use up the challenge that a browser's answer names.

        Raises:
            Refused: `ceremony_unknown`: it was answered, is late, or is of another kind.
        """
        try:
            challenge = presented_challenge(client_data)
        except NotSigned as wrong:
            raise Refused(f"The answer is refused: {wrong.wrong}.", code=wrong.code) from None
        digest = sha256(challenge).hexdigest()
        found = await self.reviewers.take(digest, self.clock.now_ms())
        if found is None or found.kind != kind:
            raise no_ceremony()
        return challenge, found

    async def proven(self, assertion: Assertion, key: Passkey, challenge: bytes) -> None:
        """Check a signature that lets somebody in: the person was verified, the counter goes up.

        Raises:
            Refused: the code of what is wrong.
        """
        said = checked(assertion, key, challenge, self.place)
        if not said.user_verified:
            raise Refused("The device did not make sure that it is you.", code="no_uv")
        now_ms = self.clock.now_ms()
        if not await self.reviewers.counted(key.credential_id, said.sign_count, now_ms):
            raise Refused("This passkey's counter went back.", code="key_counter")


def no_ceremony() -> Refused:
    """Return the refusal of an answer to nothing that was asked."""
    return Refused(
        "This was answered before, or came too late.",
        code="ceremony_unknown",
        next_step="Begin again.",
    )
