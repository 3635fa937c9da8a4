"""The bytes of a call are read once to be looked at, and anew for whoever may change them."""

from guard.model.call import ToolCall, argument_bytes

VALUES = {"to": ["a", "b"], "by": {"day": "2026-05-01", "list": []}, "urgent": True}
CALL = ToolCall(id="c", session="s", server="m", tool="t", arguments=argument_bytes(VALUES))


def test_what_runs_may_change_what_it_gets_and_what_was_judged_stays():
    CALL.parsed()["to"].append("eve")
    assert CALL.read() == VALUES
    assert CALL.read() is CALL.read()


def test_each_value_has_its_path_and_what_holds_it():
    by = VALUES["by"]
    assert [*CALL.leaves()] == [
        ("by.day", "2026-05-01", (by, VALUES)),
        ("by.list", None, (by, VALUES)),
        ("to", "a", (VALUES,)),
        ("to", "b", (VALUES,)),
        ("urgent", True, (VALUES,)),
    ]


def test_a_narrowed_call_is_read_from_its_own_bytes():
    CALL.leaves()
    assert [*CALL.narrowed(argument_bytes({"to": "a"})).leaves()] == [("to", "a", ({"to": "a"},))]
