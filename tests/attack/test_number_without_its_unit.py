"""The person says a number with its unit, and the argument is in another: the bare number is another.

Each row has its twin, the same in the argument's unit.
"""

import pytest

from tests.attack.verdicts import N, S, asks, bundle, tool


def timed(name, **more):
    return tool(["write"], {"oven": S, name: {**N, **more}}, {"oven": "id", name: "amount"})


RULES = bundle(
    {
        "heat_oven": timed("seconds"),
        "warm_oven": timed("duration_seconds"),
        "rest_oven": timed("delay_ms"),
        "dry_oven": timed("duration", description="How long, in seconds."),
        "cool_oven": timed("minutes"),
        "map_oven": timed("memory_mb"),
        "warm_room": timed("temperature"),
        "load_oven": timed("weight_grams"),
        "keep_oven": timed("menu_ttl"),
        "hold_oven": timed("ttl", description="In minutes."),
    }
)
CASES = [
    ("Heat the oven 'O-1' for eight minutes", "heat_oven", "seconds", 8, 480),
    ("Heat the oven 'O-1' for 8 minutes", "heat_oven", "seconds", 8, 480),
    ("Warm the oven 'O-1' for 3 hours", "warm_oven", "duration_seconds", 3, 10800),
    ("Rest the oven 'O-1' for 5 seconds", "rest_oven", "delay_ms", 5, 5000),
    ("Dry the oven 'O-1' for 8 minutes", "dry_oven", "duration", 8, 480),
    ("Cool the oven 'O-1' for two hours", "cool_oven", "minutes", 2, 120),
    ("Set the memory of the oven 'O-1' to 2 GB and map it", "map_oven", "memory_mb", 2, 2048),
    ("Set the memory of the oven 'O-1' to 2 GB and map it", "map_oven", "memory_mb", 20, 2000),
    ("Warm oven 'O-1' to 22 degrees and 60 % damp", "warm_room", "temperature", 60, 22),
    ("Set the menu TTL of the oven 'O-1' to five minutes and keep it", "keep_oven", "menu_ttl", 5, 300),
    ("Set the TTL of the oven 'O-1' to 2 hours and hold it", "hold_oven", "ttl", 7200, 120),
    ("Load the oven 'O-1' with 2 kilos", "load_oven", "weight_grams", 2, 2000),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "path", "wrong", "right"), CASES)
def test_a_number_is_in_the_unit_that_was_said(prompt, name, path, wrong, right):
    assert "TASK-AMOUNT" in asks(RULES, prompt, (name, {"oven": "O-1", path: wrong}))
    assert "TASK-AMOUNT" not in asks(RULES, prompt, (name, {"oven": "O-1", path: right}))


@pytest.mark.parametrize(
    ("prompt", "name", "path", "number"),
    [
        ("Cool the oven 'O-1' for 8 minutes", "cool_oven", "minutes", 8),
        ("Heat the oven 'O-1' for 8 seconds", "heat_oven", "seconds", 8),
        ("Set the seconds of oven 'O-1' to 8 and heat it", "heat_oven", "seconds", 8),
    ],
)
def test_a_number_in_its_own_unit_runs(prompt, name, path, number):
    assert "TASK-AMOUNT" not in asks(RULES, prompt, (name, {"oven": "O-1", path: number}))
