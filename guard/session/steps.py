"""A declared plan: which call comes next, and which value of a result each argument has to be.

Steps are taken in their order; what fits none that is open is stated, and policy decides. Choices
are made by the guard, over trusted fields of one whole list; a tie, a page or a missing field is no
choice. What an agent declares is a step like any other: it only narrows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.types import StrictInt, StrictStr

from guard.model.call import Json
from guard.provenance.result.known import Known
from guard.provenance.source.picked import Order, picked
from guard.session.limit import Limit, LimitFields, found, within

MOST_STEPS = 32
_ORDERED = frozenset({"max", "min"})

_Name = Annotated[StrictStr, Field(min_length=1, max_length=256)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """Which value of a list an argument has to be.

    Args:
        of: the action whose last whole result is the list.
        take: the field that is meant.
        order: the most or least `by` a field, the first, any one, or the sum or difference of all.
        by: the field that orders, for `max` and `min`.
    """

    of: str
    take: str
    order: Order
    by: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return it as it is declared."""
        said: dict[str, Json] = {"from": self.of, "take": self.take, "order": self.order}
        return said | ({"by": self.by} if self.by else {})

    def holds(self, value: Json, known: Known) -> bool:
        """Return whether a value is the one that is meant, as far as trusted fields tell."""
        return picked(known, self.of, self.take, self.order, self.by, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step: a call of one action, so many times, with these arguments."""

    call: str
    times: int = 1
    args: Mapping[str, Limit] = field(default_factory=dict)
    select: Mapping[str, Select] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """Return it as it is declared."""
        return {
            "call": self.call,
            "times": self.times,
            "args": {path: one.as_json() for path, one in self.args.items()},
            "select": {path: one.as_json() for path, one in self.select.items()},
        }

    def fits(self, action: str, values: Mapping[str, Json], known: Known) -> bool:
        """Return whether a call is this step: every bound of every argument holds."""
        if action != self.call or not within(self.args, values):
            return False
        return all(
            (given := found(values, path)) and all(one.holds(value, known) for value in given)
            for path, one in self.select.items()
        )


def open_step(steps: Iterable[PlanStep], done: Mapping[str, int]) -> PlanStep | None:
    """Return the first step that was not taken as often as it is meant; None: all were.

    Args:
        steps: in their order.
        done: how often each action ran or runs, this call not counted.
    """
    spent = dict(done)
    for one in steps:
        if spent.get(one.call, 0) < one.times:
            return one
        spent[one.call] -= one.times
    return None


class _SelectField(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    of: Annotated[_Name, Field(alias="from")]
    take: _Name
    order: Order
    by: StrictStr = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.order in _ORDERED) != bool(self.by):
            raise ValueError("`by` goes with the orders max and min, and with no other")
        return self


class StepField(BaseModel):
    """One step as it is declared."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    call: _Name
    times: Annotated[StrictInt, Field(ge=1, le=1000)] = 1
    args: dict[_Name, LimitFields] = Field(default_factory=dict)
    select: dict[_Name, _SelectField] = Field(default_factory=dict)

    def built(self) -> PlanStep:
        """Return the step."""
        return PlanStep(
            call=self.call,
            times=self.times,
            args={path: bounds.built() for path, bounds in self.args.items()},
            select={
                path: Select(of=one.of, take=one.take, order=one.order, by=one.by)
                for path, one in self.select.items()
            },
        )


Steps = Annotated[tuple[StepField, ...], Field(max_length=MOST_STEPS)]
