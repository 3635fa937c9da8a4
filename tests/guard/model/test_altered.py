"""A frozen value with some fields changed in one step is what `dataclasses.replace` makes of it."""

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from guard.model.altered import altered
from guard.model.identity import Agent, Principal, Who
from guard.session.state import new_session

WHO = Who(principal=Principal(issuer="idp", subject="ana"), agent=Agent(id="bot"))


@pytest.mark.parametrize(
    ("one", "new"),
    [
        (new_session("s", WHO, now_ms=7), {"version": 3, "labels": frozenset({"secret"})}),
        (new_session("s", WHO, now_ms=7), {}),
    ],
)
def test_it_is_what_replace_makes_and_leaves_the_first_alone(one, new):
    before = replace(one)
    assert altered(one, **new) == replace(one, **new)
    assert hash(type(one)) == hash(type(altered(one, **new)))
    assert one == before


def test_it_is_frozen_like_the_first():
    with pytest.raises(FrozenInstanceError):
        altered(new_session("s", WHO, now_ms=7), step=1).step = 2


def test_a_field_that_it_has_not_is_refused():
    with pytest.raises(TypeError, match="stp"):
        altered(new_session("s", WHO, now_ms=7), stp=1)


def test_a_value_that_derives_something_is_refused():
    @dataclass(frozen=True)
    class Derives:
        one: int

        def __post_init__(self) -> None:
            """Check."""

    with pytest.raises(TypeError, match="Derives"):
        altered(Derives(1), one=2)
