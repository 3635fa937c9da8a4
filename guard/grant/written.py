"""Reaches, grants and plans as JSON text, and back: for stores, and for plans that hosts write.

One spelling of a constraint everywhere: `{"arg": "amount_minor", "range": [1, 5000]}`. What cannot
be read is refused, whole.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from guard.errors import Unusable
from guard.grant.plan import Item, Plan, PlanState
from guard.grant.reach import Reach, checked
from guard.grant.scoped import Grant, Ground
from guard.grant.votes import Vote, Voter
from guard.model.call import Json
from guard.model.decision import Requirement
from guard.model.limits import Constraint, Equal, OneOf, Prefix, Range, text_of

Row = dict[str, Any]


def constraint_json(limit: Constraint) -> dict[str, Json]:
    """Return one constraint as people write it."""
    match limit:
        case Equal(path=path, value=value):
            return {"arg": path, "equal": json.loads(value)}
        case OneOf(path=path, values=values):
            return {"arg": path, "one_of": [json.loads(one) for one in values]}
        case Range(path=path, low=low, high=high):
            return {"arg": path, "range": [low, high]}
        case Prefix(path=path, start=start):
            return {"arg": path, "prefix": start}


def constraint_from(raw: object) -> Constraint:
    """Return the constraint that was written.

    Raises:
        Unusable: `reach_unusable`.
    """
    match raw:
        case {"arg": str(path), "equal": value, **beside} if path and not beside:
            return checked(Equal(path=path, value=text_of(value)))
        case {"arg": str(path), "one_of": [*values], **beside} if path and not beside:
            texts = tuple(sorted({text_of(one) for one in values}))
            return checked(OneOf(path=path, values=texts))
        case {"arg": str(path), "range": [low, high], **beside} if (
            path and not beside and type(low) is int and type(high) is int
        ):
            return checked(Range(path=path, low=low, high=high))
        case {"arg": str(path), "prefix": str(start), **beside} if path and not beside:
            return checked(Prefix(path=path, start=start))
        case _:
            raise Unusable(
                "A constraint is not one argument with equal, one_of, range or prefix.",
                code="reach_unusable",
                next_step='Write it as {"arg": "amount_minor", "range": [1, 5000]}.',
            )


def reach_from(server: str, tool: str, listed: object) -> Reach:
    """Return the reach of one tool from a list of written constraints.

    Raises:
        Unusable: `reach_unusable`: not a list, or an argument is named twice.
    """
    if not isinstance(listed, list):
        raise _unusable("the constraints are not a list")
    found = tuple(constraint_from(one) for one in listed)
    if len({one.path for one in found}) < len(found):
        raise _unusable("an argument is named twice")
    return Reach(server=server, tool=tool, constraints=found)


def item_json(item: Item) -> Row:
    """Return one item of a plan."""
    return {
        "reach": _reach_json(item.reach),
        "uses": item.uses,
        "ground": _ground_json(item.ground),
        "requirements": [requirement_json(one) for one in item.requirements],
    }


def item_from(raw: Row) -> Item:
    """Return the item that `item_json` wrote."""
    return Item(
        reach=_reach_from(raw["reach"]),
        uses=raw["uses"],
        ground=_ground_from(raw["ground"]),
        requirements=tuple(requirement_from(one) for one in raw["requirements"]),
    )


def grant_text(grant: Grant) -> str:
    """Return a grant as one line."""
    row = {name: getattr(grant, name) for name in Grant.__slots__}
    row |= item_json(
        Item(
            reach=grant.reach,
            uses=grant.uses,
            ground=grant.ground,
            requirements=grant.requirements,
        )
    )
    return _text(row)


def grant_from(text: str) -> Grant:
    """Return the grant that `grant_text` wrote."""
    row = json.loads(text)
    item = item_from(row)
    same = {"reach": item.reach, "ground": item.ground, "requirements": item.requirements}
    return Grant(**{**row, **same})


def plan_text(plan: Plan) -> str:
    """Return a plan as one line."""
    row = {name: getattr(plan, name) for kind in type(plan).__mro__ for name in _slots(kind)}
    row["items"] = [item_json(one) for one in plan.items]
    row["votes"] = [vote_json(one) for one in plan.votes]
    return _text(row)


def plan_from(text: str) -> Plan:
    """Return the plan that `plan_text` wrote."""
    row = json.loads(text)
    items = tuple(item_from(one) for one in row["items"])
    votes = tuple(vote_from(one) for one in row["votes"])
    return Plan(**{**row, "items": items, "votes": votes, "status": PlanState(row["status"])})


def requirement_json(asked: Requirement) -> Row:
    """Return what one rule asks of people."""
    row = {name: getattr(asked, name) for name in Requirement.__slots__}
    return row | {"groups": sorted(asked.groups), "match": list(asked.match)}


def requirement_from(raw: Row) -> Requirement:
    """Return the requirement that `requirement_json` wrote."""
    sets = {"groups": frozenset(raw["groups"]), "match": tuple(raw["match"])}
    return Requirement(**{**raw, **sets})


def vote_json(vote: Vote) -> Row:
    """Return one person's answer."""
    voter = {name: getattr(vote.voter, name) for name in Voter.__slots__}
    row = {name: getattr(vote, name) for name in Vote.__slots__}
    return row | {
        "voter": {name: _listed(value) for name, value in voter.items()},
        "typed": list(vote.typed),
    }


def vote_from(raw: Row) -> Vote:
    """Return the answer that `vote_json` wrote."""
    kept = raw["voter"]
    sets = {name: frozenset(kept.get(name, ())) for name in ("groups", "owns")}
    voter = Voter(**{**kept, **sets})
    return replace(Vote(**{**raw, "voter": voter}), typed=tuple(raw["typed"]))


def _listed(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _slots(kind: type) -> Sequence[str]:
    return getattr(kind, "__slots__", ())


def _reach_json(reach: Reach) -> Row:
    limits = [constraint_json(one) for one in reach.constraints]
    return {"server": reach.server, "tool": reach.tool, "constraints": limits}


def _reach_from(raw: Mapping[str, Any]) -> Reach:
    return reach_from(raw["server"], raw["tool"], raw["constraints"])


def _ground_json(ground: Ground) -> Row:
    row = {name: getattr(ground, name) for name in Ground.__slots__}
    return row | {"labels": sorted(ground.labels)}


def _ground_from(raw: Row) -> Ground:
    return Ground(**{**raw, "labels": frozenset(raw["labels"])})


def _text(row: Row) -> str:
    return json.dumps(row, separators=(",", ":"))


def _unusable(wrong: str) -> Unusable:
    return Unusable(f"A reach cannot be used: {wrong}.", code="reach_unusable")
