"""An offer starts with the call on the screen, and widens only as far as the catalogue says."""

import pytest

from guard.errors import Refused
from guard.grant.offer import offer_for, offer_from, offer_text
from guard.model.call import ArgSpec, ToolSpec
from guard.model.limits import OneOf, Prefix, Range
from tests.guard.grant.standing import GROUND, call, step_up

SPEC = ToolSpec(
    server="bank", tool="pay", effect=frozenset({"write"}),
    args={
        "amount": ArgSpec(role="amount"), "to": ArgSpec(role="recipient"), "pin": ArgSpec(role="secret"),
        "file": ArgSpec(role="path"), "page": ArgSpec(role="url"), "raw": ArgSpec(opaque=True),
    },
)  # fmt: skip


def offered(untrusted=frozenset(), answer=None, **arguments):
    return offer_for(call(**arguments), SPEC, GROUND, answer or step_up(), untrusted=untrusted)


def test_without_a_pick_the_offer_is_exactly_the_call():
    item = offered(amount=500, to="bob").picked({}, 10)
    assert item.uses == 10
    assert item.reach.covers({"amount": 500, "to": "bob"})
    assert not item.reach.covers({"amount": 499, "to": "bob"})


def test_a_pick_widens_one_argument_and_no_recipient():
    offer = offered(amount=500, to="bob", file="/reports/a/q1.txt", page="https://a.example/x/y")
    assert offer.wider == {
        "amount": (Range(path="amount", low=0, high=500),),
        "file": (Prefix(path="file", start="/reports/a/"),),
        "page": (Prefix(path="page", start="https://a.example/x/"),),
    }
    item = offer.picked({"amount": 0}, 2)
    same = {"to": "bob", "file": "/reports/a/q1.txt", "page": "https://a.example/x/y"}
    assert item.reach.covers({"amount": 7, **same})
    assert not item.reach.covers({"amount": 501, **same})


def test_a_list_may_be_any_of_what_it_held():
    offer = offered(tags=["a", "b"])
    assert offer.wider == {"tags": (OneOf(path="tags", values=('"a"', '"b"')),)}


@pytest.mark.parametrize(
    ("choices", "uses"),
    [({"to": 0}, 1), ({"amount": 1}, 1), ({"amount": -1}, 1), ({}, 0), ({}, 101)],
)
def test_what_was_not_offered_cannot_be_picked(choices, uses):
    with pytest.raises(Refused, match="offer_unknown"):
        offered(amount=500, to="bob").picked(choices, uses)


@pytest.mark.parametrize("value", ["file.txt", "/file.txt", "../up/x", "/a/../b/x", "x//y/z"])
def test_a_folder_that_is_none_is_not_offered(value):
    assert offered(file=value).wider == {}


@pytest.mark.parametrize(
    "arguments", [{"pin": "1234"}, {"raw": "x"}, {"note": "x" * 2001}, {"a.b": 1}]
)
def test_nothing_is_offered_for_what_must_not_be_kept_or_cannot_be_read(arguments):
    assert offered(**arguments) is None


def test_nothing_is_offered_for_a_call_that_is_tainted_or_cannot_be_undone():
    assert offered(frozenset({"to"}), amount=1, to="bob") is None
    assert offered(answer=step_up(grantable=False), amount=1) is None
    assert offered(answer=step_up(irreversible=True), amount=1) is None


def test_an_offer_reads_back_as_it_was_stored():
    offer = offered(amount=500, to="bob", tags=["x"])
    assert offer_from(offer_text(offer)) == offer
    assert offer_from(offer_text(None)) is None
