"""What people say yes to once for several calls: a scoped grant, or a plan of them.

Rule 1: every change of state is in PLAN_TRANSITIONS. Rule 2: a plan gives nothing until it is
approved, and then exactly its items, each as a scoped grant; whatever is not in it is asked. Rule
3: whoever may say yes to the calls may say yes to the plan: the same requirements, the same votes.
It does not know who is asked or where rows are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import Final, Literal

from guard.errors import Refused
from guard.grant.reach import Reach
from guard.grant.scoped import MAX_TTL_S, MAX_USES, Grant, Ground
from guard.grant.signing import canonical
from guard.grant.votes import Asker, Vote, quorum_met, with_vote
from guard.model.call import Json
from guard.model.decision import Requirement

GRANT_LABEL: Final = b"guard/grant/v1\0"
PLAN_LABEL: Final = b"guard/plan/v1\0"
MAX_ITEMS: Final = 20


class PlanState(StrEnum):
    """Where a plan stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


class PlanEvent(StrEnum):
    """What can happen to a plan."""

    VOTED = "voted"  # a yes, and more are needed
    APPROVE = "approve"  # the yes that completes the quorum
    DENY = "deny"
    DEADLINE = "deadline"
    VOID = "void"  # risk, taint, the end of the session or an operator
    REVOKE = "revoke"


S = PlanState
E = PlanEvent

PLAN_TRANSITIONS: Final[Mapping[PlanState, Mapping[PlanEvent, PlanState]]] = {
    S.PENDING: {
        E.VOTED: S.PENDING,
        E.APPROVE: S.APPROVED,
        E.DENY: S.DENIED,
        E.DEADLINE: S.EXPIRED,
        E.VOID: S.CANCELLED,
        E.REVOKE: S.CANCELLED,
    },
    S.APPROVED: {
        E.DENY: S.REVOKED,
        E.DEADLINE: S.EXPIRED,
        E.VOID: S.REVOKED,
        E.REVOKE: S.REVOKED,
    },
    S.DENIED: {},
    S.EXPIRED: {},
    S.CANCELLED: {},
    S.REVOKED: {},
}


class NoPlanTransition(Exception):
    """This cannot happen to a plan in this state; the plan is unchanged."""

    def __init__(self, plan_id: str, state: str, event: str) -> None:
        super().__init__(f"Plan {plan_id!r} is {state}, so that {event} is not possible.")
        step = f"Nothing was changed. See how it ended: guard plans show {plan_id}"
        self.code = "plan_transition"
        self.refused = Refused(str(self), code=self.code, next_step=step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One kind of call in a plan, how often it may be made, and what it rests on."""

    reach: Reach
    uses: int
    ground: Ground
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """A plan before anybody was asked. Times in Unix milliseconds, `ttl_s` from approval on."""

    id: str  # pln_ + 18 random bytes
    kind: Literal["grant", "plan"]
    session: str
    requester: str
    agent: str
    items: tuple[Item, ...]
    ttl_s: int
    nonce: str = field(repr=False)
    created_ms: int
    pending_until_ms: int
    approval: str = ""  # the question beside which it was offered
    proposed_by: str = ""

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Return what all items together ask of people."""
        return tuple(dict.fromkeys(asked for one in self.items for asked in one.requirements))

    @property
    def tells(self) -> bool:
        """Return whether somebody else than who proposed it must hear of it."""
        return self.kind == "plan" or any(asked.quorum > 1 for asked in self.requirements)

    def lines(self) -> tuple[str, ...]:
        """Return the exact reach of the whole plan for people, and of nothing more."""
        said = [line for one in self.items for line in _item_lines(one)]
        minutes, rest = divmod(self.ttl_s, 60)
        lasts = f"{minutes} min" if not rest else f"{self.ttl_s} s"
        return (*said, f"For {lasts} from the yes, in this session, for agent {self.agent}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(NewPlan):
    """One plan as its row stands."""

    status: PlanState = PlanState.PENDING
    reason_code: str = ""
    votes: tuple[Vote, ...] = ()
    decided_ms: int = 0

    @property
    def pending(self) -> bool:
        """Return whether people may still answer."""
        return self.status is S.PENDING

    @property
    def open(self) -> bool:
        """Return whether it waits for an answer or gives anything."""
        return self.status in {S.PENDING, S.APPROVED}

    @property
    def until_ms(self) -> int:
        """Return when its grants end; 0 before it was approved."""
        return self.decided_ms + self.ttl_s * 1000 if self.decided_ms else 0

    def at(self, now_ms: int) -> "Plan":
        """Return the plan as it stands at this moment: past its limit it is expired."""
        if self.status is S.PENDING and now_ms >= self.pending_until_ms:
            return replace(self, status=S.EXPIRED, reason_code="no_answer")
        if self.status is S.APPROVED and now_ms >= self.until_ms:
            return replace(self, status=S.EXPIRED, reason_code="plan_expired")
        return self

    def after(self, event: PlanEvent, now_ms: int, *, reason: str = "") -> "Plan":
        """Return the plan after this event.

        Raises:
            NoPlanTransition: PLAN_TRANSITIONS has no such entry, or the limit has passed.
        """
        standing = self.at(now_ms)
        if event is E.DEADLINE and standing is not self:
            return standing  # its limit has passed: that is written down now
        target = PLAN_TRANSITIONS[standing.status].get(event)
        if target is None:
            raise NoPlanTransition(self.id, standing.status, event)
        decided_ms = now_ms if event is E.APPROVE else standing.decided_ms
        return replace(
            standing,
            status=target,
            reason_code=reason or standing.reason_code,
            decided_ms=decided_ms,
        )

    def voted(self, vote: Vote) -> "Plan":
        """Return the plan with this vote counted; a no ends it, also after the yes.

        Raises:
            NoPlanTransition: it has ended, or the limit has passed.
        """
        if vote.decision == "deny":
            denied = self.after(E.DENY, vote.at_ms, reason="denied")
            return replace(denied, votes=with_vote(self.votes, vote))
        votes = with_vote(self.votes, vote)
        asker = Asker(requester=self.requester, agent=self.agent)
        event = E.APPROVE if quorum_met(self.requirements, asker, votes, b"{}") else E.VOTED
        return replace(self.after(event, vote.at_ms), votes=votes)

    def grants(self) -> tuple[Grant, ...]:
        """Return the scoped grants that an approved plan gives, one for each item."""
        if self.status is not S.APPROVED:
            return ()
        return tuple(
            Grant(
                id=f"grt_{self.id.removeprefix('pln_')}_{number}",
                plan=self.id,
                reach=item.reach,
                ground=item.ground,
                requirements=item.requirements,
                uses=item.uses,
                uses_left=item.uses,
                granted_ms=self.decided_ms,
                until_ms=self.until_ms,
            )
            for number, item in enumerate(self.items, 1)
        )


def proposed(new: NewPlan) -> Plan:
    """Return the row that a new plan starts as."""
    return Plan(**{name: getattr(new, name) for name in NewPlan.__slots__})


def plan_fault(new: NewPlan) -> str:
    """Return why nobody should be asked about such a plan, or nothing.

    An item without requirements would need no yes, so it has no place in a plan; items of other
    people or sessions would lend one person's yes to another's calls.
    """
    same = (new.session, new.requester, new.agent)
    if not 1 <= len(new.items) <= MAX_ITEMS:
        return "plan_size"
    if not 1 <= new.ttl_s <= MAX_TTL_S or any(not 1 <= i.uses <= MAX_USES for i in new.items):
        return "plan_limits"
    if any((i.ground.session, i.ground.requester, i.ground.agent) != same for i in new.items):
        return "plan_of_others"
    if any(not i.requirements or any(a.match for a in i.requirements) for i in new.items):
        return "plan_not_grantable"
    return ""


def plan_signed(plan: NewPlan, *, reviewer: str, decision: str) -> bytes:
    """Return the bytes whose digest a reviewer signs: plan, lines, person and answer.

    Made from the stored row, so that nothing that a browser sends is believed.
    """
    shown = "\n".join(plan.lines()).encode()
    body: dict[str, Json] = {
        "plan": plan.id,
        "nonce": plan.nonce,
        "items_sha256": sha256(items_bytes(plan.items)).hexdigest(),
        "view_sha256": sha256(shown).hexdigest(),
        "reviewer": reviewer,
        "decision": decision,
        "pending_until": plan.pending_until_ms,
        "ttl": plan.ttl_s,
    }
    return (GRANT_LABEL if plan.kind == "grant" else PLAN_LABEL) + canonical(body)


def plan_challenge(plan: NewPlan, *, reviewer: str, decision: str) -> bytes:
    """Return the 32 bytes that a reviewer's passkey signs: the digest of `plan_signed`."""
    return sha256(plan_signed(plan, reviewer=reviewer, decision=decision)).digest()


def items_bytes(items: Sequence[Item]) -> bytes:
    """Return everything that a plan gives, as canonical bytes: reach, uses, ground, rules."""
    return canonical([_item_json(one) for one in items])


def _item_json(item: Item) -> Json:
    ground = {name: getattr(item.ground, name) for name in Ground.__slots__}
    ground["labels"] = sorted(item.ground.labels)
    rules: list[Json] = [
        {name: getattr(asked, name) for name in Requirement.__slots__}
        | {"groups": sorted(asked.groups), "match": list(asked.match)}
        for asked in item.requirements
    ]
    limits: list[Json] = [
        {"is": type(one).__name__, "path": one.path, "values": _values(one)}
        for one in item.reach.constraints
    ]
    return {
        "server": item.reach.server,
        "tool": item.reach.tool,
        "constraints": limits,
        "uses": item.uses,
        "ground": ground,
        "requirements": rules,
    }


def _values(limit: object) -> list[Json]:
    names = [name for name in type(limit).__slots__ if name != "path"]  # type: ignore[attr-defined]
    found = [getattr(limit, name) for name in names]
    return [list(one) if isinstance(one, tuple) else one for one in found]


def _item_lines(item: Item) -> list[str]:
    times = "once" if item.uses == 1 else f"at most {item.uses} times"
    return [f"{item.reach.action}, {times}, where", *(f"  {one}" for one in item.reach.lines())]
