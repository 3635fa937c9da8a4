"""An id of the person's words is the id of a call, with its mark and without; no other one is."""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

RULES = bundle({"cancel_shipment": tool(["write"], {"shipment_id": S}, {"shipment_id": "id"})})


@pytest.mark.parametrize("prompt", ["cancel my shipment 4KD9TZ", "cancel shipment #4KD9TZ"])
@pytest.mark.parametrize(
    ("id_", "asked"),
    [("4KD9TZ", False), ("#4KD9TZ", False), ("4kd9tz", False), ("4KD9T", True), ("##4KD9TZ", True)],
)
def test_an_id_is_the_one_that_was_said(prompt, id_, asked):
    found = asks(RULES, prompt, ("cancel_shipment", {"shipment_id": id_}))
    assert ("TASK-TARGET" in found) is asked


def test_what_stands_after_another_word_is_no_id():
    prompt = "cancel the shipment that the driver of van 7 lost"
    assert "TASK-TARGET" in asks(RULES, prompt, ("cancel_shipment", {"shipment_id": "7"}))
