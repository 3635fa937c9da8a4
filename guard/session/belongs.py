"""How one call stands to the declared task: inside it, outside it, or nobody declared one.

Only facts are stated here; policy decides what follows from them. Whatever cannot be shown to be
inside the task is outside of it.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from guard.model.call import Json, ToolSpec
from guard.model.facts import ClockFacts, Input, IntentFacts, Ledger
from guard.model.ledger import LedgerSpec
from guard.provenance.result.known import Known
from guard.session.chains import own_amount
from guard.session.history import is_of
from guard.session.intent import TaskIntent
from guard.session.limit import found, starts, within
from guard.session.plan import Plan
from guard.session.provenance import NOTHING_KNOWN
from guard.session.steps import open_step
from guard.session.tally import LARGEST

CALLS = "guard:intent:calls:"
SPEND = "guard:intent:spend"

_UNCOUNTED: Mapping[str, Ledger] = MappingProxyType({})
_PLACES = frozenset({"path", "source", "url", "id"})  # the roles that name a resource


def intent_facts(
    intent: TaskIntent | None,
    spec: ToolSpec,
    values: Mapping[str, Json],
    clock: ClockFacts,
    *,
    counts: Mapping[str, Ledger] = _UNCOUNTED,
    spent_minor: int = 0,
    known: Known = NOTHING_KNOWN,
    amount_minor: int | None = None,
) -> IntentFacts:
    """Return how one call stands to the task.

    An intent that only the agent declared covers nothing: otherwise declaring would pay. An
    expired one neither, and none a call for which its money is not enough. `budget_minor` is what
    is left of the budget for this call and later ones. Its digest is left out: it leaves the guard
    under a key only.

    Args:
        intent: the task, or None if nobody declared one.
        spec: the tool as the catalogue knows it.
        values: the converted arguments.
        clock: the moment, in the catalogue's zone.
        counts: ledger values of this call, among them the task's own counts (`intent_ledgers`).
        spent_minor: what the task spent before this call, in flight included.
        known: what the session's results have shown, for the choices of a plan.
        amount_minor: what this call would spend; None: it names no amount.
    """
    if intent is None:
        return IntentFacts()
    if not intent.declared:
        return IntentFacts(purpose=intent.purpose)
    covers = args_ok = fits = True
    clauses, planned, budget = intent.clauses, False, LARGEST
    for one in clauses:
        if 0 < one.expires_at_ms <= clock.at_ms:
            return IntentFacts(purpose=intent.purpose)
        covers = covers and one.schedule.holds(clock) and _covers(one, spec, counts)
        covers = covers and _affords(one, amount_minor, spent_minor)
        args_ok = args_ok and _args_ok(one, spec, values)
        if one.steps:
            planned, fits = True, fits and _fits(one, spec, values, counts, known)
        budget = min(budget, one.budget_minor)
    left = max(0, budget - spent_minor)
    within = covers and args_ok and fits and 0 <= (amount_minor or 0) <= left
    return IntentFacts(
        declared=True,
        covers=covers,
        args_ok=args_ok,
        mandate=within and mandated(intent),
        purpose=intent.purpose,
        egress=frozenset.intersection(*[one.egress for one in clauses]),
        budget_minor=left,
        planned=planned,
        fits=fits,
    )


def _fits(
    intent: TaskIntent,
    spec: ToolSpec,
    values: Mapping[str, Json],
    counts: Mapping[str, Ledger],
    known: Known,
) -> bool:
    """Return whether a call is the step of a plan that is open now."""
    done: dict[str, int] = {}
    for one in intent.steps:
        count = counts.get(f"{CALLS}{one.call}", 0)
        own = 1 if one.call == spec.action else 0
        done[one.call] = max(0, count - own) if type(count) is int else LARGEST
    step = open_step(intent.steps, done)
    return step is not None and step.fits(spec.action, values, known)


def mandated(intent: TaskIntent) -> bool:
    """Return whether a host signed it as a mandate; what anybody else calls one is none."""
    return intent.signed and any(
        one.mandate and one.signed_at_s and one.declared_by == "host" for one in intent.clauses
    )


def _covers(intent: TaskIntent, spec: ToolSpec, counts: Mapping[str, Ledger]) -> bool:
    named, limits = _reach(intent, spec.action, spec.effect)
    for of, most in limits if named else ():
        count = counts.get(f"{CALLS}{of}", 1)  # nobody counted: this call alone
        if not (isinstance(count, int) and count <= most):
            return False
    return named


def _affords(intent: TaskIntent, amount_minor: int | None, spent_minor: int) -> bool:
    """Return whether the money of a task is enough for a call, where its host set a limit."""
    if not intent.budget_minor or amount_minor is None:
        return True
    return 0 <= amount_minor <= intent.budget_minor - spent_minor


@lru_cache(maxsize=4096)  # the same few tools and tasks come again and again
def _reach(
    intent: TaskIntent, action: str, effect: frozenset[str]
) -> tuple[bool, tuple[tuple[str, int], ...]]:
    """Return whether a task names this tool or a class of it, and how often it may be called."""
    named = any(is_of(action, effect, tool) for tool in intent.tools)
    named = named or any(one.call == action for one in intent.steps)
    return named, tuple(one for one in intent.calls.items() if is_of(action, effect, one[0]))


def _args_ok(intent: TaskIntent, spec: ToolSpec, values: Mapping[str, Json]) -> bool:
    if not within(intent.args.get(spec.action, {}), values):
        return False
    if not intent.resources:
        return True
    return all(
        isinstance(one, str) and any(_inside(one, place) for place in intent.resources)
        for path, arg in spec.args.items()
        if arg.role in _PLACES
        for one in found(values, path)
    )


def _inside(value: str, place: str) -> bool:
    return value == place or ("/" in place and starts(value, place))


@lru_cache(maxsize=256)
def intent_ledgers(intent: TaskIntent) -> tuple[LedgerSpec, ...]:
    """Return the ledgers that the task's own counts and budget need."""
    clauses = intent.clauses
    counted = sorted(
        {of for one in clauses for of in (*one.calls, *(step.call for step in one.steps))}
    )
    ledgers = [LedgerSpec(name=f"{CALLS}{of}", kind="calls", of=of, key="task") for of in counted]
    if any(one.budget_minor for one in clauses):
        path = "derived.amount_minor"
        ledgers.append(LedgerSpec(name=SPEND, kind="sum", of="any", path=path, key="task"))
    return tuple(ledgers)


def spent_before(read: Mapping[str, Ledger], plan: Plan, given: Input) -> int:
    """Return what the task spent before this call, in flight included."""
    value = read.get(SPEND, 0)
    if not isinstance(value, int) or value >= LARGEST:
        return LARGEST
    return value - sum(own_amount(row, given) for row in plan if row.ledger.name == SPEND)
