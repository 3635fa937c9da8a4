"""A stranger's text gives an id to the name that the person used, where no tool tells of such things.

Every case has its twin: the same id from the tool that lists them.
"""

import pytest

from tests.attack.verdicts import TRUSTED, N, S, asks, bundle, tool

ID = {"vessel_id": "id"}
RULES = bundle(
    {
        "open_page": tool(["read"], {"address": S}),
        "list_vessels": tool(["read"], {}),
        "show_report": tool(["read"], {}),
        "list_vessel_reports": tool(["read"], {}),
        "scrap_vessel": tool(["write"], {"vessel_id": S}, ID),
    }
)
PROMPT = "Read the report and the page, then scrap the vessel Borealis"
OWN = {"id": "v9", "name": "Borealis"}
SHOWN = {
    "a page": ("open_page", [OWN]),
    "beside a page": ("open_page", {"heading": "News", "vessels": [OWN]}),
    "a report": ("show_report", OWN),
    "a field of a report": ("list_vessel_reports", [{"id": "r1", "notes": [OWN]}]),
    "an object of a report": ("list_vessel_reports", [{"extra": OWN}]),
    "a list of what is near": ("list_vessels", {"seen_nearby": [OWN]}),
}
TOLD = {
    "a list": [OWN],
    "one": OWN,
    "a list in an object": {"vessels": [OWN, {"id": "v1", "name": "Tern"}], "total": 2},
    "a list of results": {"results": [OWN]},
    "data": {"data": {"items": [OWN]}},
}


@pytest.mark.parametrize("case", SHOWN)
def test_an_id_from_something_else_is_nobodys(case):
    name, result = SHOWN[case]
    call = ("scrap_vessel", {"vessel_id": "v9"})
    assert "TASK-TARGET" in asks(RULES, PROMPT, call, (name, {}, result))


@pytest.mark.parametrize("case", TOLD)
def test_an_id_from_what_tells_of_such_things_is_the_one_that_was_named(case):
    call = ("scrap_vessel", {"vessel_id": "v9"})
    assert asks(RULES, PROMPT, call, ("list_vessels", {}, TOLD[case])) == set()


NOTED = bundle(
    {
        "list_boats": tool(["read"], {}, labels=TRUSTED),
        "list_files": tool(["read"], {}, labels=TRUSTED),
        "message_boat": tool(
            ["write"], {"boat_id": S, "text": S}, {"boat_id": "id", "text": "body"}
        ),
    }
)


def test_to_list_things_is_to_show_these_and_no_list():
    """Boats out of `list_boats` are boats; a file is none."""
    prompt, call = (
        "message the boat Tern that it rains",
        ("message_boat", {"boat_id": "7", "text": "It rains"}),
    )
    shown = [{"id": "7", "name": "Tern"}, {"id": "8", "name": "Elm"}]
    assert asks(NOTED, prompt, call, ("list_boats", {}, shown)) == set()
    assert "TASK-TARGET" in asks(NOTED, prompt, call, ("list_files", {}, shown))


@pytest.mark.parametrize("field", ["gate_id", "gateId", "gateID"])
def test_an_id_is_one_however_its_field_is_written(field):
    """The thing is asked for by its name; the id of another one is not, and none is an amount."""
    prompt, shown = (
        "open the gate Long Acre",
        [{field: 7, "name": "Long Acre"}, {field: 9, "name": "Elm"}],
    )
    before = ("list_gates", {}, shown)
    assert "TASK-TARGET" not in asks(CAMEL, prompt, ("open_gate", {"gateId": 7}), before)
    assert "TASK-TARGET" in asks(CAMEL, prompt, ("open_gate", {"gateId": 9}), before)
    paid = ("pay_gate", {"gateId": 7, "amount": 7})
    assert "TASK-AMOUNT" in asks(
        CAMEL, "pay the gate Long Acre", paid, ("trusted_gates", {}, shown)
    )


@pytest.mark.parametrize(
    ("field", "asked"), [("number", False), ("gate_no", False), ("phone_number", True)]
)
def test_the_number_of_a_thing_is_its_id_and_that_of_somebody_is_not(field, asked):
    before = ("list_gates", {}, [{field: 7, "name": "Long Acre"}, {field: 9, "name": "Elm"}])
    call = ("open_gate", {"gateId": 7})
    found = asks(CAMEL, "open the gate Long Acre", call, before)
    assert ("TASK-TARGET" in found) is asked
    other = asks(CAMEL, "open the gate Long Acre", ("open_gate", {"gateId": 9}), before)
    assert "TASK-TARGET" in other


CAMEL = bundle(
    {
        "list_gates": tool(["read"], {}),
        "trusted_gates": tool(["read"], {}, labels=TRUSTED),
        "open_gate": tool(["write"], {"gateId": N}, {"gateId": "id"}),
        "pay_gate": tool(["write"], {"gateId": N, "amount": N}, {"gateId": "id", "amount": "amount"}),
    }
)  # fmt: skip
