"""What may be offered beside one question: a standing yes to the same call, or a little wider.

Rule 1: the offer starts with exactly the call that is on the screen. Rule 2: whoever answers picks
from a closed list of wider constraints, made here from what the catalogue says of each argument;
nothing that a page sends back is a constraint. Rule 3: no offer for what cannot be read or must not
be remembered: secrets, long texts, values from untrusted sources.
"""

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from guard.errors import Refused, Unusable
from guard.grant.plan import Item
from guard.grant.reach import Reach, checked
from guard.grant.scoped import MAX_USES, Ground, never_standing
from guard.grant.written import constraint_from, constraint_json, item_from, item_json
from guard.model.call import Json, ToolCall, ToolSpec
from guard.model.decision import StepUp
from guard.model.limits import Constraint, Equal, OneOf, Prefix, Range, leaves, text_of

NEVER_REMEMBERED = frozenset({"secret", "blob"})
"""Roles whose values a standing yes must not keep, or that nobody can read in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A standing yes that may be asked for: the exact call, and what may be picked instead."""

    item: Item
    wider: Mapping[str, tuple[Constraint, ...]]

    def picked(self, choices: Mapping[str, int], uses: int) -> Item:
        """Return the item that a person picked; what they did not pick stays exact.

        Args:
            choices: argument path -> place in `wider`, from 0.
            uses: how often.

        Raises:
            Refused: `offer_unknown`: there is no such choice, or so many uses are never given.
        """
        if not 1 <= uses <= MAX_USES:
            raise _no_choice(f"{uses} uses")
        picks: dict[str, Constraint] = {}
        for path, place in choices.items():
            listed = self.wider.get(path, ())
            if not 0 <= place < len(listed):
                raise _no_choice(f"{path!r} number {place}")
            picks[path] = listed[place]
        exact = self.item.reach.constraints
        limits = tuple(picks.get(one.path, one) for one in exact)
        return replace(self.item, uses=uses, reach=replace(self.item.reach, constraints=limits))


def offer_for(
    call: ToolCall, spec: ToolSpec, ground: Ground, answer: StepUp, *, untrusted: frozenset[str]
) -> Offer | None:
    """Return what may be offered beside this question; None: this call alone.

    Args:
        call: as it would run.
        spec: the catalogue's word on the tool.
        ground: what is known now.
        answer: what policy asks.
        untrusted: argument paths whose value came from untrusted text.
    """
    found = leaves(call.parsed())
    if found is None or untrusted or never_standing(answer):
        return None
    roles = {path: spec.args[path] for path in found if path in spec.args}
    if any(one.role in NEVER_REMEMBERED or one.opaque for one in roles.values()):
        return None
    try:
        exact = tuple(checked(Equal(path=p, value=text_of(v))) for p, v in sorted(found.items()))
    except Unusable:
        return None
    reach = Reach(server=call.server, tool=call.tool, constraints=exact)
    item = Item(reach=reach, uses=1, ground=ground, requirements=answer.requirements)
    wider = {path: _wider(path, found[path], spec) for path in found}
    return Offer(item=item, wider={path: some for path, some in wider.items() if some})


def _wider(path: str, value: Json, spec: ToolSpec) -> tuple[Constraint, ...]:
    """Return the few constraints that may stand in for one exact value."""
    role = spec.args[path].role if path in spec.args else ""
    wanted: list[Constraint] = []
    if role == "amount" and type(value) is int and value > 0:
        wanted.append(Range(path=path, low=0, high=value))
    if role in {"path", "source"} and isinstance(value, str):
        wanted.append(Prefix(path=path, start=posixpath.dirname(value) + "/"))
    if role == "url" and isinstance(value, str):
        parts = urlsplit(value)
        folder = posixpath.dirname(parts.path) + "/"
        wanted.append(Prefix(path=path, start=f"{parts.scheme}://{parts.netloc}{folder}"))
    if isinstance(value, list) and value:
        each = tuple(sorted({text_of(one) for one in value}))
        wanted.append(OneOf(path=path, values=each))
    return tuple(one for one in wanted if _holds(one, value))


def _holds(limit: Constraint, value: Json) -> bool:
    """Return whether a wider constraint is a usable one that still covers the call itself."""
    try:
        reach = Reach(server="", tool="", constraints=(checked(limit),))
    except Unusable:
        return False
    return reach.covers(_nested(limit.path, value))


def _nested(path: str, value: Json) -> dict[str, Json]:
    for name in reversed(path.split(".")):
        value = {name: value}
    assert isinstance(value, dict)  # noqa: S101  a path has at least one name
    return value


def offer_text(offer: Offer | None) -> str:
    """Return the offer as it is stored beside its question; empty = none."""
    if offer is None:
        return ""
    wider = {path: [constraint_json(o) for o in some] for path, some in offer.wider.items()}
    return json.dumps({"item": item_json(offer.item), "wider": wider}, separators=(",", ":"))


def offer_from(text: str) -> Offer | None:
    """Return the offer that `offer_text` wrote."""
    if not text:
        return None
    raw: dict[str, Any] = json.loads(text)
    wider = {path: tuple(map(constraint_from, some)) for path, some in raw["wider"].items()}
    return Offer(item=item_from(raw["item"]), wider=wider)


def _no_choice(what: str) -> Refused:
    return Refused(f"It was not offered: {what}.", code="offer_unknown")
