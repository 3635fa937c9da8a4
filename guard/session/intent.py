"""What an agent was sent to do: tools, destinations, amounts, resources, until when.

Rule 1: an intent only narrows. `meet` keeps both sides as a conjunction, so no meet allows what
one side refused. Rule 2: what an agent declares about itself proves nothing; it can only take
away. This file signs nothing; `canonical` is what a signature covers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Literal, cast

from pydantic import ValidationError

from guard.errors import Refused, Unusable
from guard.model.call import Json
from guard.session.declaration import CLASSES, LARGEST, Declared, Lasts
from guard.session.limit import Limit
from guard.session.schedule import ALWAYS, Schedule
from guard.session.steps import PlanStep

DeclaredBy = Literal["host", "user", "agent", "config"]

_RANK: Mapping[str, int] = {"host": 0, "user": 1, "config": 2, "agent": 3}
_CLAUSES = 16  # a conjunction of more is refused: each one is checked on every call


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskIntent:
    """One declared task. Empty `egress` and zero budget mean: none; no `tools` covers nothing.

    `args` and `calls` bound only what they name; empty `resources` bounds nothing;
    `expires_at_ms` 0 and `idle_s` 0 never end it; `schedule` says when it holds. `also` holds
    further intents that must all agree.
    """

    purpose: str
    tools: frozenset[str] = frozenset()  # actions `<server>/<tool>` or classes
    egress: frozenset[str] = frozenset()
    budget_minor: int = 0
    calls: Mapping[str, int] = field(default_factory=dict)  # action or class -> most calls a task
    args: Mapping[str, Mapping[str, Limit]] = field(default_factory=dict)  # action -> path -> limit
    resources: frozenset[str] = frozenset()
    steps: tuple[PlanStep, ...] = ()  # in their order; none: no plan was declared
    expires_at_ms: int = 0
    idle_s: int = 0  # over after so long without a call; 0 = never
    schedule: Schedule = ALWAYS
    mandate: bool = False  # answers for people, if a host signed it and policy says so
    declared_by: DeclaredBy
    signed_at_s: int = 0  # when a host signed it; 0 = nobody did
    also: tuple["TaskIntent", ...] = ()
    canonical: str = field(init=False, repr=False, compare=False)
    digest: str = field(init=False, repr=False, compare=False)
    declared: bool = field(init=False, repr=False, compare=False)  # not by the agent alone
    signed: bool = field(init=False, repr=False, compare=False)  # a host did, some of it

    def __post_init__(self) -> None:
        text = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "canonical", text)
        object.__setattr__(self, "digest", sha256(text.encode()).hexdigest())
        declared = any(one.declared_by != "agent" for one in self.clauses)
        object.__setattr__(self, "declared", declared)
        object.__setattr__(self, "signed", any(one.signed_at_s for one in self.clauses))

    def __hash__(self) -> int:
        return hash(self.digest)

    def sha256(self) -> str:
        """Return the digest of the canonical JSON, in hex."""
        return self.digest

    def as_json(self) -> dict[str, Json]:
        """Return everything declared, sets sorted."""
        some: dict[str, Json] = {
            "signed_at_s": self.signed_at_s,
            "idle_s": self.idle_s,
            "schedule": self.schedule.as_json(),
            "mandate": self.mandate,
            "steps": [one.as_json() for one in self.steps],
        }
        # Only where given: the digest of a task without them is what it always was.
        given: dict[str, Json] = {name: one for name, one in some.items() if one}
        return given | {
            "purpose": self.purpose,
            "tools": [*sorted(self.tools)],
            "egress": [*sorted(self.egress)],
            "budget_minor": self.budget_minor,
            "calls": dict(self.calls),
            "args": {
                action: {path: limit.as_json() for path, limit in limits.items()}
                for action, limits in self.args.items()
            },
            "resources": [*sorted(self.resources)],
            "expires_at_ms": self.expires_at_ms,
            "declared_by": self.declared_by,
            "also": [one.as_json() for one in self.also],
        }

    @property
    def clauses(self) -> tuple["TaskIntent", ...]:
        """Return every intent that must agree, this one first."""
        return (self, *self.also)


def meet(base: TaskIntent, other: TaskIntent) -> TaskIntent:
    """Return the intent that allows what both allow, and nothing else.

    A class on one side and an action on the other cannot be intersected without the catalogue, so
    both stay, as a conjunction. The order of the two does not matter.

    Raises:
        Refused: `intent_too_many`, more narrowings than are checked on one call.
    """
    clauses = {one.digest: one for whole in (base, other) for one in map(_alone, whole.clauses)}
    first, *rest = sorted(clauses.values(), key=lambda one: (_RANK[one.declared_by], one.digest))
    if len(rest) >= _CLAUSES:
        raise Refused(
            f"The task was narrowed {len(rest)} times, at most {_CLAUSES - 1} are kept.",
            code="intent_too_many",
            next_step="Declare one narrower intent instead of many.",
        )
    return replace(first, also=tuple(rest)) if rest else first


def _alone(intent: TaskIntent) -> TaskIntent:
    return replace(intent, also=()) if intent.also else intent


def widens(base: TaskIntent, declared: TaskIntent) -> bool:
    """Return whether `declared` surely asks for more than `base`: a signal, not a decision.

    `meet` makes asking for more worthless; this only tells that it was tried. Where the catalogue
    would have to say whether an action is in a class, the answer is no.
    """
    return any(_asks_more(one, declared) for one in base.clauses)


def _asks_more(base: TaskIntent, declared: TaskIntent) -> bool:
    classes = base.tools & CLASSES
    more_tools = any(
        (tool in CLASSES or not classes) and not (tool == "irreversible" and "write" in classes)
        for tool in declared.tools - base.tools
        if "any" not in classes
    )
    later = base.expires_at_ms and not 0 < declared.expires_at_ms <= base.expires_at_ms
    return bool(
        more_tools
        or declared.egress - base.egress
        or declared.budget_minor > base.budget_minor
        or later
        or any(declared.calls.get(of, most) > most for of, most in base.calls.items())
        or (base.resources and declared.resources - base.resources)
    )


def parse_intent(
    raw: Mapping[str, Json] | bytes, *, declared_by: DeclaredBy, max_bytes: int
) -> TaskIntent:
    """Return the intent that somebody declared, checked whole.

    Args:
        raw: JSON bytes, or the object already parsed.
        declared_by: who said it, as the edge authenticated them; never read from `raw`.
        max_bytes: the longest declaration.

    Raises:
        Unusable: `intent_unusable`: too long, not JSON, a name that is unknown or given twice.
    """
    return parse_declaration(raw, declared_by=declared_by, max_bytes=max_bytes)[0]


def parse_declaration(
    raw: Mapping[str, Json] | bytes, *, declared_by: DeclaredBy, max_bytes: int
) -> tuple[TaskIntent, Lasts]:
    """Return the intent and how long it lasts: for one call, or for the session (`scope`)."""
    body = raw if isinstance(raw, bytes) else _dumped(raw)
    if len(body) > max_bytes:
        raise _unusable(f"the declaration has {len(body)} bytes, at most {max_bytes} are read")
    try:
        values = json.loads(body, object_pairs_hook=_once, parse_constant=_no_constant)
        declared = Declared.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the declaration"
        raise _unusable(f"{where}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise _unusable(f"not JSON that can be read: {error}") from None
    if declared.expires_at and declared.expires_at_ms:
        raise _unusable("expires_at and expires_at_ms are both given")
    return _built(declared, declared_by), declared.scope


def _built(declared: Declared, declared_by: DeclaredBy) -> TaskIntent:
    return TaskIntent(
        purpose=declared.purpose,
        tools=declared.tools,
        egress=declared.egress,
        budget_minor=declared.budget_minor,
        calls=declared.calls,
        args={
            action: {path: bounds.built() for path, bounds in limits.items()}
            for action, limits in declared.args.items()
        },
        resources=declared.resources,
        steps=tuple(one.built() for one in declared.steps),
        expires_at_ms=declared.expires_at_ms or min(declared.expires_at * 1000, LARGEST),
        idle_s=min(declared.idle_s, LARGEST // 1000),
        schedule=Schedule(**times.model_dump()) if (times := declared.schedule) else ALWAYS,
        mandate=declared.mandate,
        declared_by=declared_by,
    )


@lru_cache(maxsize=256)  # a session is read far more often than its task changes
def from_json(text: str) -> TaskIntent:
    """Return the intent of its own `canonical` text, as a store or a verified signature gives it.

    Raises:
        Unusable: `intent_unusable`: the text is not one that `canonical` made.
    """
    try:
        return _restored(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unusable(f"the stored task cannot be read: {error!r}") from None


def _restored(raw: dict[str, Json]) -> TaskIntent:
    declared_by, also = raw.pop("declared_by"), raw.pop("also")
    signed = raw.pop("signed_at_s", 0)
    if declared_by not in _RANK or not isinstance(also, list) or type(signed) is not int:
        raise ValueError(f"declared_by {declared_by!r}")
    inner = tuple(_restored(one) for one in also if isinstance(one, dict))
    alone = _built(Declared.model_validate(raw), cast("DeclaredBy", declared_by))
    return replace(alone, also=inner, signed_at_s=signed)


def _dumped(raw: Mapping[str, Json]) -> bytes:
    try:
        return json.dumps(dict(raw), separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise _unusable(f"not JSON that can be written: {error}") from None


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name is given twice in one object")
    return values


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not a number of JSON")


def _unusable(what: str) -> Unusable:
    return Unusable(
        f"The declared task cannot be used: {what}.",
        code="intent_unusable",
        next_step="Declare {purpose, tools, egress, budget_minor, calls, args, resources, steps, "
        "expires_at, idle_s, schedule, mandate}; only purpose is required.",
    )
