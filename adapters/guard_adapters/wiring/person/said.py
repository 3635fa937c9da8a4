"""What the person of a session says and takes back while it lives; each change is in the log."""

from collections.abc import Mapping, Sequence

from guard.audit.event import Event, Kind
from guard.audit.redact import SALT, salted_sha256
from guard.audit.said import kept
from guard.errors import Refused, Unavailable
from guard.model.call import Json
from guard.model.labels import SECRET
from guard.ports import World
from guard.provenance.result.segment import Endorsed
from guard.session.intent import TaskIntent
from guard.session.state import Session, declassified, told, withdrawing


async def tell(world: World, session_id: str, words: str, *, by: str) -> Session:
    """Take in what the person said meanwhile: what they name counts from the next call on.

    Args:
        world: the ports.
        session_id: the session.
        words: the person's own words; never what the agent, a tool or a page said.
        by: who handed them over.

    Raises:
        Refused: `session_unknown`.
    """
    session = await world.sessions.update(session_id, lambda one: told(one, words))
    now_ms = world.clock.now_ms()
    await write_said(world, session_id, "task_told", {"by": by}, now_ms, words=[words])
    return session


async def endorsed(world: World, session_id: str) -> tuple[Endorsed, ...]:
    """Return the destinations that people approved in a session and that still hold, sorted.

    Raises:
        Refused: `session_unknown`.
    """
    session = await world.sessions.get(session_id)
    known = await world.sessions.known(session_id)
    return tuple(sorted(known.endorsed - session.withdrawn))


async def withdraw(world: World, session_id: str, value: str, *, by: str) -> Session:
    """Take back an approved destination: the next call to it is asked again.

    Raises:
        Refused: `session_unknown`; `endorsement_unknown`: nobody approved this value here.
    """
    found = [one for one in await endorsed(world, session_id) if one[2] == value]
    if not found:
        raise Refused(
            "No person approved this destination in this session.",
            code="endorsement_unknown",
            next_step="List the approved ones with `guard sessions show`.",
        )
    session = await world.sessions.update(session_id, lambda one: withdrawing(one, found))
    salt, now_ms = world.ids.token(SALT), world.clock.now_ms()
    leaf: dict[str, Json] = {"by": by, "value_s256": salted_sha256(salt, value.encode())}
    event = Event(
        kind="endorsement_withdrawn",
        at_ms=now_ms,
        session=session_id,
        leaf=leaf,
        side={"salt": salt.hex()},
    )
    await world.sink.write([event])
    return session


async def declassify(world: World, session_id: str, *, by: str) -> Session:
    """Clear the secrets that a session has read: its texts go out again until it reads another.

    It is in the log before it is done: no secret is cleared of which nobody can read that it was.

    Raises:
        Refused: `session_unknown`; `secret_unknown`: it has read none.
        Unavailable: `state_conflict`: it read other ones meanwhile, and they still count.
    """
    before = await world.sessions.get(session_id)
    declassified(before)  # refuses where there is none
    since = _since(before)
    leaf: dict[str, Json] = {"by": by, "since_steps": [*since]}
    now_ms = world.clock.now_ms()
    event = Event(kind="declassified", at_ms=now_ms, session=session_id, leaf=leaf)
    await world.sink.write([event])

    def change(session: Session) -> Session:
        cleared = declassified(session)
        if _since(session) != since:
            raise Unavailable("The session read other secrets meanwhile.", code="state_conflict")
        return cleared

    return await world.sessions.update(session_id, change)


def _since(session: Session) -> list[int]:
    return [one.step for one in session.entered if one.label == SECRET]


async def write_said(
    world: World,
    session_id: str,
    kind: Kind,
    leaf: Mapping[str, Json],
    now_ms: int,
    *,
    words: Sequence[str] = (),
    intent: TaskIntent | None = None,
) -> None:
    """Write an event with what was said in it: digests in the leaf, the texts beside it.

    Args:
        world: the ports.
        session_id: the session.
        kind: of the event.
        leaf: what else it says.
        now_ms: when it happened.
        words: what the person said.
        intent: the task that was declared.
    """
    found = kept(world.ids.token(SALT), words, intent)
    event = Event(
        kind=kind,
        at_ms=now_ms,
        session=session_id,
        leaf={**leaf, **found.leaf},
        side=found.side,
    )
    await world.sink.write([event])
