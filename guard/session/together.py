"""What other sessions have done of what one signed task asks for.

An agent carries a signed task and may present it in a second session: there it is as used up as in
the first. What a session did itself it knows by itself (`guard.provenance.result.known`). A task
that nobody signed is declared anew by whoever opens a session, and is asked of each of them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from guard.model.call import ToolSpec
from guard.model.facts import Input
from guard.model.ledger import LedgerSpec
from guard.provenance.result.segment import Deed
from guard.session.chains import Read, UnderWay
from guard.session.plan import Plan, Row, call_name
from guard.session.state import Session
from guard.session.tally import Tally

DEEDS: Final = LedgerSpec(name="guard:task:deeds", kind="deeds", of="write", key="task")
SAME: Final = LedgerSpec(name="guard:task:same", kind="repeated", of="write", key="task", times=2)
"""Ledgers that nobody declared: what was done for a task, and which calls were."""
_NAMES: Final = frozenset({DEEDS.name, SAME.name})
_MANY: Final = 1024


class Others(NamedTuple):
    """What other sessions did or are doing for the task of a call.

    Args:
        done: what, and for how many.
        same: whether this very call is among it, as far as that can be told.
    """

    done: Mapping[Deed, int]
    same: bool = False


NOBODY: Final = Others({})


def together(session: Session, spec: ToolSpec) -> tuple[LedgerSpec, ...]:
    """Return the ledgers of a call that the sessions of its task share, while that is in force."""
    task = session.intent
    if task is None or session.task_over_ms or "write" not in spec.effect:
        return ()
    return (DEEDS, SAME) if task.signed else ()


def apart(plan: Plan) -> tuple[Plan, Plan]:
    """Return the ledgers of a call that rules may read, and those of this file."""
    mine = tuple([row for row in plan if row.ledger.name in _NAMES])
    if not mine:  # nearly always
        return plan, ()
    return tuple(row for row in plan if row.ledger.name not in _NAMES), mine


def others(plan: Plan, read: Read, given: Input, now_ms: int, session: str) -> Others:
    """Return what other sessions did for a task, or are doing since before this call.

    Args:
        plan: the ledgers of this file.
        read: what is kept for each, and the calls in flight before this one.
        given: the arguments of the call.
        now_ms: milliseconds since the epoch.
        session: whose call it is.
    """
    rows = {row.ledger.kind: (row, read(row)) for row in plan}
    if not rows:
        return NOBODY
    row, kept = rows["deeds"]
    if kept is None or kept[0].overflown(now_ms):  # nobody can tell: it is taken for used up
        return Others({(row.action, row.words): _MANY}, same=True)
    done: Counter[Deed] = Counter()
    for name, many in _named(*kept):
        of, action, *words = name.split("\n")
        if of != session:
            done[action, tuple(words)] += many
    return Others(done, same=bool(done) and _is_among(*rows["repeated"], given, now_ms))


Kept = tuple[Tally, Sequence[UnderWay]] | None


def _named(tally: Tally, before: Sequence[UnderWay]) -> Iterator[tuple[str, int]]:
    yield from tally.marks.items()
    yield from ((name, charge.amount) for _, charge in before for name in charge.names)


def _is_among(row: Row, kept: Kept, given: Input, now_ms: int) -> bool:
    if kept is None or kept[0].overflown(now_ms):
        return True
    name, (tally, before) = call_name(row, given), kept
    return bool(tally.times(name, 1, now_ms)) or any(name in one.names for _, one in before)
