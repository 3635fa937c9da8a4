"""The part of the operator's API about how far sessions may go: why, narrower, and given back.

An operator takes away and gives back; nothing here lets a session do more than its policy says.
"""

import re
from typing import Final, Protocol

from starlette.requests import Request

from guard.access.narrowing import level_of
from guard.model.access import Access, dimensions
from guard.model.call import Json
from guard.session.narrowing import Narrowing, standing
from guard.session.risk import contributions, risk_facts
from guard.session.state import Session
from guard_adapters.front.operator.routes import Answer, read_body, unusable

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


class NarrowingOperating(Protocol):
    """What this part asks of a guard. Every change is written to the audit log."""

    async def narrow(self, session_id: str, access: str, reason: str) -> Session:
        """Narrow a session to an access of the policy, by its name."""

    async def give_back(self, session_id: str, narrowing: str) -> Session:
        """End one narrowing, or with an empty name all that an operator may end."""

    def now_ms(self) -> int:
        """Return the moment."""


def narrowing_table(desk: NarrowingOperating) -> tuple[tuple[str, str, Answer], ...]:
    """Return method, path and answer of each route."""

    async def narrow(request: Request) -> Json:
        body = await read_body(request)
        match body:
            case {"access": str(access), **more} if not set(more) - {"reason"}:
                reason = more.get("reason", "operator")
            case _:
                raise unusable("the body must hold 'access' as text and, at will, 'reason'")
        if not isinstance(reason, str) or not _CODE.fullmatch(reason):
            raise unusable("reason is a code of small letters, digits and underscores")
        found = await desk.narrow(request.path_params["id"], access, reason)
        return trust_json(found, desk.now_ms())

    async def restore(request: Request) -> Json:
        body = await read_body(request)
        named = body.get("narrowing", "")
        if set(body) - {"narrowing"} or not isinstance(named, str):
            raise unusable("the body may hold 'narrowing' as text, and nothing else")
        found = await desk.give_back(request.path_params["id"], named)
        return trust_json(found, desk.now_ms())

    return (
        ("POST", "/sessions/{id}/narrow", narrow),
        ("POST", "/sessions/{id}/restore", restore),
    )


def trust_json(session: Session, now_ms: int) -> dict[str, Json]:
    """Return how far a session may go and why: its score, what it is made of, each narrowing."""
    made = contributions(session.signals, now_ms).values()
    risk = risk_facts(session.signals, session.who.device, now_ms)
    return {
        "id": session.id,
        "access": level_of(session),
        "risk": risk.session,
        "score": risk.score,
        "signals": [
            {
                "kind": one.kind,
                "source": one.source,
                "at_ms": one.at_ms,
                "weight": weight,
                "weighed": one.weight,
                "half_life_ms": one.half_life_ms,
            }
            for one, weight in sorted(made, key=lambda pair: -pair[1])
        ],
        "narrowings": [_narrowing(one) for one in standing(session.narrowings)],
    }


def _narrowing(one: Narrowing) -> dict[str, Json]:
    access: Access = one.access
    return {
        "id": one.id,
        "rule": one.rule,
        "reason": one.reason,
        "cause": one.cause,
        "since_ms": one.since_ms,
        "quiet_ms": one.quiet_ms,
        "restore": one.restore.words,
        "leaves": [*dimensions(access)],
    }
