"""What the operator's API does to one running guard.

Every change is written to the log, and none of them says yes to anything.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from guard.audit.event import Event
from guard.audit.redact import SALT, salted_sha256
from guard.errors import Refused, Unusable
from guard.grant.approval import Approval
from guard.grant.votes import Vote, Voter
from guard.model.call import Json
from guard.model.identity import Agent, Principal, Who
from guard.ports import World
from guard.provenance.result.segment import Endorsed
from guard.reauthorize import Reauthorizing
from guard.session.intent import TaskIntent, parse_intent
from guard.session.risk import WEIGHTS
from guard.session.risk import signal as risk_signal
from guard.session.state import Session, new_session
from guard_adapters.front.operator.narrowing import trust_json
from guard_adapters.store.log import LogReader
from guard_adapters.wiring.detectors.door import Door
from guard_adapters.wiring.person.said import declassify, endorsed, tell, withdraw, write_said

OPERATOR = "operator"
"""How the bearer of the operator's token is named in votes and signals: no person."""
MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorDesk:
    """One guard as its operator may change it: fulfils `Operating`.

    Args:
        world: the ports.
        reauthorizing: applies what changes to live sessions.
        log_reader: reads the audit log of the running store.
        reload_bundle: reads the policy anew, puts it in force and returns (old, new) digests; what
            cannot be used raises and changes nothing.
        door: counts the sessions that are opened.
        max_intent_bytes: the largest declared intent (bytes).
    """

    world: World
    reauthorizing: Reauthorizing
    log_reader: LogReader
    reload_bundle: Callable[[], tuple[str, str]]
    door: Door
    max_intent_bytes: int = 4096

    async def open_session(self, said: Mapping[str, Json]) -> str:
        """Mint a session and return its handle.

        Args:
            said: principal{issuer, subject}, agent and, at will, intent and words: what the person
                said, as the host received it from them.

        Raises:
            Unusable: `request_unusable`, `intent_unusable`.
        """
        who, intent, words = self._asked(said)
        now_ms = self.world.clock.now_ms()
        handle = f"gs_{self.world.ids.token(16).hex()}"
        fresh = new_session(handle, who, intent=intent, words=words, now_ms=now_ms)
        await self.world.sessions.open(fresh)
        leaf: dict[str, Json] = {"by": OPERATOR, "who": who.key}
        await write_said(
            self.world, handle, "session_opened", leaf, now_ms, words=words, intent=intent
        )
        await self.door.opened(fresh)
        return handle

    def _asked(self, said: Mapping[str, Json]) -> tuple[Who, TaskIntent | None, tuple[str, ...]]:
        match said:
            case {
                "principal": {"issuer": str(issuer), "subject": str(subject), **beside},
                "agent": str(agent),
                **more,
            } if (
                issuer and subject and agent and not beside and not set(more) - {"intent", "words"}
            ):
                raw, words = more.get("intent"), more.get("words", "")
            case _:
                raise _unusable(
                    "expected principal {issuer, subject}, agent and, at will, intent and words"
                )
        who = Who(principal=Principal(issuer=issuer, subject=subject), agent=Agent(id=agent))
        if not isinstance(words, str):
            raise _unusable("words is not a text")
        said_words = (words,) if words else ()
        if raw is None:
            return who, None, said_words
        if not isinstance(raw, dict):
            raise _unusable("intent is not an object")
        task = parse_intent(raw, declared_by="host", max_bytes=self.max_intent_bytes)
        return who, task, said_words

    async def sessions(self) -> Sequence[Session]:
        """Return every session."""
        return await self.world.sessions.all()

    async def session(self, session_id: str) -> Session:
        """Return one session.

        Raises:
            Refused: `session_unknown`.
        """
        return await self.world.sessions.get(session_id)

    def trust(self, session: Session) -> Mapping[str, Json]:
        """Return how far the session may go now, and why."""
        return trust_json(session, self.world.clock.now_ms())

    async def tell(self, session_id: str, words: str) -> Session:
        """Take in what the person said meanwhile, as their host received it.

        Raises:
            Refused: `session_unknown`.
        """
        return await tell(self.world, session_id, words, by=OPERATOR)

    async def endorsed(self, session_id: str) -> Sequence[Endorsed]:
        """Return the destinations that people approved in a session: role, kind, value.

        Raises:
            Refused: `session_unknown`.
        """
        return await endorsed(self.world, session_id)

    async def withdraw(self, session_id: str, value: str) -> Session:
        """Take back an approved destination.

        Raises:
            Refused: `session_unknown`, `endorsement_unknown`.
        """
        return await withdraw(self.world, session_id, value, by=OPERATOR)

    async def declassify(self, session_id: str) -> Session:
        """Clear the secrets that a session has read.

        Raises:
            Refused: `session_unknown`, `secret_unknown`.
        """
        return await declassify(self.world, session_id, by=OPERATOR)

    async def signal(self, session_id: str, kind: str) -> Session:
        """Record a signal of a known kind.

        Raises:
            Unusable: `signal_unknown`; Refused: `session_unknown`.
        """
        if kind not in WEIGHTS:
            raise Unusable(
                f"Signal {kind!r} is not one of {', '.join(sorted(WEIGHTS))}.",
                code="signal_unknown",
                next_step="Name one of these kinds.",
            )
        now_ms = self.world.clock.now_ms()
        new = risk_signal(kind, subject=session_id, at_ms=now_ms, source=OPERATOR)
        return await self.reauthorizing.signal(session_id, new)

    async def revoke(self, session_id: str) -> Session:
        """End a session; its open questions are void and its credentials revoked."""
        return await self.reauthorizing.end(session_id, OPERATOR)

    async def approvals(self, *, open_only: bool) -> Sequence[Approval]:
        """Return approvals as they stand now, oldest first."""
        now_ms = self.world.clock.now_ms()
        rows = await self.world.approvals.listed(open_only=open_only)
        return [one for row in rows if (one := row.at(now_ms)).open or not open_only]

    async def approval(self, approval_id: str) -> Approval:
        """Return one approval.

        Raises:
            Refused: `approval_unknown`.
        """
        row = await self.world.approvals.get(approval_id)
        if row is None:
            raise Refused(f"There is no approval {approval_id!r}.", code="approval_unknown")
        return row.at(self.world.clock.now_ms())

    async def deny(self, approval_id: str, reason: str) -> Approval:
        """Say no. The agent is told the reason; the log holds a salted digest of it.

        Raises:
            Refused: `approval_unknown`, `approval_transition`; Unusable: the reason is too long.
        """
        if len(reason) > MAX_REASON:
            raise _unusable(f"reason has {len(reason)} characters, at most {MAX_REASON} are kept")
        row = await self.approval(approval_id)
        now_ms, salt = self.world.clock.now_ms(), self.world.ids.token(SALT)
        vote = Vote(
            approval_id=approval_id,
            voter=Voter(principal=OPERATOR),
            decision="deny",
            method="operator-token",
            at_ms=now_ms,
            reason=reason,
        )
        event = Event(
            kind="vote",
            at_ms=now_ms,
            session=row.session,
            call=row.call_id,
            leaf={
                "approval": approval_id,
                "decision": "deny",
                "method": vote.method,
                "reason_s256": salted_sha256(salt, reason.encode("utf-8", "replace")),
            },
            side={"salt": salt.hex(), "reason": reason},
        )
        return await self.world.approvals.vote(vote, [event])

    async def reload(self) -> str:
        """Put the policy on disk in force and return its digest; one that fails changes nothing."""
        # Compiling 1,000 rules takes most of a second: not on the loop that relays messages.
        old, new = await asyncio.to_thread(self.reload_bundle)
        now_ms = self.world.clock.now_ms()
        leaf: dict[str, Json] = {"bundle": new, "was": old, "by": OPERATOR}
        await self._write(Event(kind="config_change", at_ms=now_ms, session="", leaf=leaf))
        return new

    async def checkpoint(self) -> str:
        """Return the newest signed checkpoint."""
        return await self.log_reader.checkpoint()

    async def log(self, start: int) -> Mapping[str, Json]:
        """Return one page of the log as JSON."""
        page = await self.log_reader.page(start)
        return {
            "leaves": [[seq, leaf.decode("utf-8", "replace")] for seq, leaf in page.leaves],
            "sides": {str(seq): side for seq, side in page.sides.items()},
            "notes": [*page.notes],
            "size": page.size,
        }

    async def _write(self, event: Event) -> None:
        await self.world.sink.write([event])


def _unusable(what: str) -> Unusable:
    return Unusable(
        f"The request cannot be used: {what}.",
        code="request_unusable",
        next_step="See docs/operator.md for what each route takes.",
    )
