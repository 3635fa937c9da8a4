"""The person says from where and to where by names, and the call turns the ids of these round."""

import pytest

from tests.attack.verdicts import TRUSTED, N, S, asks, bundle, tool

RULES = bundle(
    {
        "list_hives": tool(["read"], {}, labels=TRUSTED),
        "transfer_honey": tool(
            ["write"],
            {"from_hive_id": S, "to_hive_id": S, "kg": N},
            {"from_hive_id": "id", "to_hive_id": "id", "kg": "amount"},
        ),
        "move_hive": tool(
            ["write"], {"hive_id": S, "to_site": S}, {"hive_id": "id", "to_site": "recipient"}
        ),
    }
)
PURSES = bundle(
    {
        "list_purses": tool(["read"], {}, labels=TRUSTED),
        "move_between_purses": tool(
            ["write", "egress"],
            {"from_purse": S, "to_purse": S, "amount": N},
            {"from_purse": "recipient", "to_purse": "recipient", "amount": "amount"},
        ),
    }
)
OWN = ("list_purses", {}, [{"id": "P-1", "name": "Daily"}, {"id": "P-2", "name": "Rainy"}])
SHOWN = (
    "list_hives",
    {},
    [{"id": "hv-1", "name": "Lime hive"}, {"id": "hv-2", "name": "Heath hive"}],
)


@pytest.mark.parametrize(
    ("first", "last", "asked"), [("hv-1", "hv-2", False), ("hv-2", "hv-1", True)]
)
def test_what_goes_from_one_to_another_goes_not_the_other_way(first, last, asked):
    prompt = "Transfer 4 kg of honey from the Lime hive to the Heath hive"
    args = {"from_hive_id": first, "to_hive_id": last, "kg": 4}
    assert ("TASK-TARGET" in asks(RULES, prompt, ("transfer_honey", args), SHOWN)) is asked


def test_money_that_goes_from_one_to_another_goes_not_the_other_way():
    args = {"from_purse": "P-2", "to_purse": "P-1", "amount": 39.9}
    call = ("move_between_purses", args)
    assert "TASK-DEST" in asks(PURSES, "Move 39.90 EUR from Daily to Rainy", call, OWN)


@pytest.mark.parametrize(("site", "asked"), [("Brook", False), ("Hill", True)])
def test_what_leaves_a_place_is_not_moved_there(site, asked):
    prompt = "Move the Lime hive from the Hill site to the Brook site"
    call = ("move_hive", {"hive_id": "hv-1", "to_site": site})
    assert bool(asks(RULES, prompt, call, SHOWN)) is asked
