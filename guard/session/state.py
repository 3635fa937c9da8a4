"""One agent's session: what it may do, what it has done, what it has touched.

Rule 1: a session changes only by the functions below, each returns a new one; the store counts
versions. Rule 2: labels only grow, but for the secrets that a person clears. Rule 3: an ended
session stays ended. Where it is kept is not known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from guard.errors import Refused
from guard.model.altered import altered
from guard.model.identity import Device, Place, Who
from guard.model.labels import SECRET
from guard.provenance.result.segment import Endorsed, Segment, chained
from guard.session.history import Step
from guard.session.intent import TaskIntent, meet
from guard.session.narrowing import Narrowings, narrower
from guard.session.owed import NOTHING, Owed
from guard.session.plan import DENIED
from guard.session.pool_key import Subjects, subjects
from guard.session.risk import Signal, ends_session, joined
from guard.session.shared import NOTHING_SHARED, Shared
from guard.session.spoken import said_by, spoken
from guard.session.tally import LedgerState, Tally
from guard.session.trail import Trail

SIGNALS = 64
DEFAULT = "gs_default_"
"""How the handle begins of the session that calls work in which name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Where a label came into a session for the first time."""

    label: str
    step: int
    action: str
    at_ms: int


@dataclass(frozen=True, kw_only=True)  # no slots: it is copied several times a call
class Session:
    """Everything the guard knows of one (principal, agent, handle)."""

    id: str
    who: Who
    opened_at_ms: int
    intent: TaskIntent | None = None
    words: tuple[str, ...] = ()  # what the person said, as the front received it from them
    asked: str = ""  # what its newest run was asked, as its framework has it: the agent's word
    task: str = ""  # digest of the task that others declared; an agent's narrowing keeps it
    version: int = 0
    step: int = 0  # steps admitted so far
    steps: tuple[Step, ...] = ()  # in flight
    labels: frozenset[str] = frozenset()
    ledgers: LedgerState = LedgerState()  # noqa: RUF009 - frozen and empty: sharing it is safe
    signals: tuple[Signal, ...] = ()
    ended_at_ms: int = 0
    observed: int = 0  # segments that its results have left behind
    withdrawn: frozenset[Endorsed] = frozenset()  # approved destinations that no longer are
    observed_sha256: str = ""  # and what their chained digests come to
    suspended_at_ms: int = 0  # people said no too often; an operator lets it go on
    resumed_at_ms: int = 0  # denials before this moment no longer count
    entered: tuple[Entered, ...] = ()  # one for each label that a step brought
    narrowings: Narrowings = ()
    active_ms: int = 0  # when its last call came or ended
    task_over_ms: int = 0  # when the task in force ended, with all that was given for it
    place: Place | None = None  # where its caller was last, where a front is told
    trail: Trail = Trail()  # noqa: RUF009 - frozen: sharing it is safe
    used_at_ms: int = 0  # when a call last came or went
    owed: Owed = NOTHING  # what others must still take back of what people said in it
    shared: Shared = field(
        default_factory=lambda: NOTHING_SHARED, compare=False
    )  # pools read with it for one call; kept apart from it

    @property
    def is_default(self) -> bool:
        """Return whether it is the one of a person and an agent whose calls name none."""
        return self.id.startswith(DEFAULT)

    @property
    def closed(self) -> str:
        """Return the code why nothing runs in it now, or nothing."""
        if self.ended_at_ms:
            return "session_ended"
        return "session_suspended" if self.suspended_at_ms else ""

    def caller(self, acting: tuple[str, ...]) -> Who:
        """Return who makes a call: its own agent, or a sub-agent that acts for it."""
        return replace(self.who, agent=self.who.agent.acting(acting)) if acting else self.who


def new_session(
    session_id: str,
    who: Who,
    *,
    intent: TaskIntent | None = None,
    words: tuple[str, ...] = (),
    now_ms: int,
) -> Session:
    """Return a session that has seen nothing yet."""
    new = Session(id=session_id, who=who, opened_at_ms=now_ms, words=words)
    return _read(new) if intent is None else declared(new, intent)


def refuse_closed(session: Session) -> None:
    """Return if calls may run in a session.

    Raises:
        Refused: `session_ended`, `session_suspended`.
    """
    if session.ended_at_ms:
        another = "start a new one"
        if session.is_default:  # calls that name none come back to it, whatever is begun anew
            another = "have a new one opened by whoever runs the guard, and to give you its handle"
        raise Refused(
            "The session has ended.",
            code="session_ended",
            next_step=f"Ask the person you work for to {another}.",
        )
    if session.suspended_at_ms:
        raise Refused(
            "The session is suspended.",
            code="session_suspended",
            next_step="An operator looks at it and lets it go on, or ends it.",
        )


def remembering(session: Session, segment: Segment) -> Session:
    """Return the session after one more result was read for what it shows."""
    chain = chained(session.observed_sha256, segment.body)
    return replace(session, observed=session.observed + 1, observed_sha256=chain)


def withdrawing(session: Session, endorsed: Iterable[Endorsed]) -> Session:
    """Return the session after approved destinations were taken back: they are asked again."""
    return replace(session, withdrawn=session.withdrawn.union(endorsed))


def declassified(session: Session) -> Session:
    """Return the session after a person cleared what secrets it has read: the next one counts.

    Raises:
        Refused: `secret_unknown`: it has read none.
    """
    if SECRET not in session.labels:
        raise Refused(
            "The session has read no secret.",
            code="secret_unknown",
            next_step="See its labels: guard sessions show.",
        )
    entered = tuple(one for one in session.entered if one.label != SECRET)
    return replace(session, labels=session.labels - {SECRET}, entered=entered)


def signalled(session: Session, signal: Signal, now_ms: int) -> Session:
    """Return the session with one more risk signal; some end it."""
    ends = ends_session(session.signals, signal)
    changed = replace(session, signals=joined(session.signals, signal, keep=SIGNALS))
    if signal.weight:
        changed = owing(changed, signal.kind)
    return ended(changed, now_ms) if ends else changed


def owing(session: Session, why: str) -> Session:
    """Return the session after something was said against it: yeses of before are to be voided."""
    return replace(session, owed=session.owed.more(why))


def paid(session: Session, due: int) -> Session:
    """Return the session after what was due then was followed."""
    return replace(session, owed=session.owed.upto(due))


def narrowed_to(session: Session, narrowings: Narrowings) -> Session:
    """Return the session with these narrowings; where one is new, it owes."""
    now = replace(session, narrowings=narrowings)
    return owing(now, "access_narrowed") if narrower(session.narrowings, narrowings) else now


def ended(session: Session, now_ms: int) -> Session:
    """Return the session closed for new calls; those in flight still settle."""
    return session if session.ended_at_ms else replace(session, ended_at_ms=max(1, now_ms))


def suspended(session: Session, now_ms: int) -> Session:
    """Return the session closed for new calls until an operator lets it go on."""
    return owing(replace(session, suspended_at_ms=max(1, now_ms)), "session_suspended")


def resumed(session: Session, now_ms: int) -> Session:
    """Return the session open again; denials up to now no longer count, whoever said them."""
    tallies = {**session.ledgers.tallies, DENIED.name: Tally(window_ms=DENIED.window_ms)}
    ledgers = replace(session.ledgers, tallies=tallies)
    return replace(session, suspended_at_ms=0, resumed_at_ms=max(1, now_ms), ledgers=ledgers)


def seen(session: Session, who: Who) -> Session:
    """Return the session with what the edge knows now; `session_unknown` to anybody else."""
    if who.key != session.who.key:
        raise Refused("There is no such session.", code="session_unknown")
    device = _latest(session.who.device, who.device)
    if device is not who.device:
        who = replace(who, device=device)
    return session if who == session.who else altered(session, who=who)


def _latest(known: Device, now: Device) -> Device:
    """Return what is known of the device: a front that knows none takes nothing back.

    Nor does an older statement: somebody may have said since that it is not compliant.
    """
    if now == Device():
        return known
    if known.id in {"", now.id} and now.seen_at_ms < known.seen_at_ms:
        return replace(now, compliant=known.compliant, seen_at_ms=known.seen_at_ms)
    return now


def told(session: Session, words: str) -> Session:
    """Return the session after the person said more: what they name counts from now on."""
    return _read(replace(session, words=(*session.words, words)))


def _read(session: Session) -> Session:
    """Return the same, its task read and remembered: no call waits for that."""
    if session.words or session.intent is not None:
        said_by(spoken(session.intent), session.words)
    return session


def asked(session: Session, text: str) -> Session:
    """Return the session whose newest run was asked this: it is shown, and allows nothing."""
    return replace(session, asked=text)


def declared(session: Session, intent: TaskIntent) -> Session:
    """Return the session with a task.

    What a host, a user or the configuration declares replaces the task before, and the words that
    were said while that one was in force: what they asked for was for that. What an agent declares
    only narrows it, and keeps what was already spent.
    """
    if intent.declared:
        task, before = intent.digest[:24], session.intent
        replaced = before is not None and before.declared and task != session.task
        words = () if replaced else session.words
        return _read(replace(session, intent=intent, words=words, task=task, task_over_ms=0))
    narrower = intent if session.intent is None else meet(session.intent, intent)
    return _read(replace(session, intent=narrower))


def idle_since_ms(session: Session) -> int:
    """Return since when nobody has called (Unix milliseconds); 0 = a call is in flight."""
    return 0 if session.steps else max(session.used_at_ms, session.opened_at_ms)


def subjects_of(session: Session) -> Subjects:
    """Return whose a session is, for the ledgers that it shares.

    Its task is what others declared, else the first words of its person: a new handle with the
    same words is the same task. Where neither was said, every session is a task of its own.
    """
    who, task, words = session.who, session.task, session.words
    person, said = who.principal, words[0] if words else ""
    alone = "" if task or words else session.id
    return _subjects(person.issuer, person.subject, who.agent.id, task, said, alone)


@lru_cache(maxsize=4096)  # the same sessions call again and again
def _subjects(
    issuer: str, subject: str, agent: str, task: str, said: str, session: str
) -> Subjects:
    words = f"session {session}" if session else f"said {said}"
    return subjects(issuer, subject, agent, f"declared {task}" if task else words)
