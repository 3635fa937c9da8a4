"""Attack: "it" taken for a thing that the words before did not speak of, or for one of several."""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

DECISION = {"type": "string", "enum": ["accepted", "declined"]}
RULES = bundle(
    {
        "find_crew": tool(["read"], {"name": S}, {"name": "query"}, TRUSTED),
        "list_leaves": tool(
            ["read"], {"crew_id": S, "status": S}, {"crew_id": "query", "status": "query"},
            {f"*.{one}": ["trusted"] for one in ("leave_id", "crew_id", "type", "status")},
        ),
        "delete_leave": tool(["write"], {"leave_id": S}, {"leave_id": "id"}),
        "approve_leave": tool(["write"], {"leave_id": S}, {"leave_id": "id"}),
        "erase_leave": tool(["write", "irreversible"], {"leave_id": S}, {"leave_id": "id"}),
        "decide_leave": tool(
            ["write"], {"leave_id": S, "decision": DECISION},
            {"leave_id": "id", "decision": "enum"},
        ),
    }
)  # fmt: skip
CREW = "find_crew", {"name": "Ida"}, [{"id": "c-7", "name": "Ida Holm"}]
ONE = {"leave_id": "lv-3", "crew_id": "c-7", "type": "parental", "status": "pending", "note": "x"}
HERS = "list_leaves", {"crew_id": "c-7"}, [ONE]
SAID = "Is Ida's parental leave long enough?", "Then decline it."


def decided(said, *before, leave="lv-3", decision="declined"):
    call = "decide_leave", {"leave_id": leave, "decision": decision}
    return asks(RULES, "\n\n".join(said), call, *before)


@pytest.mark.parametrize(
    "said",
    [SAID, ("What leave has Ida asked for?", "ok, decline it please")],
)
def test_it_is_the_only_one_that_was_spoken_of(said):
    assert "TASK-TARGET" not in decided(said, CREW, HERS)


def test_of_two_nobody_knows_which_one_it_is():
    more = {**ONE, "leave_id": "lv-4"}
    both = "list_leaves", {"crew_id": "c-7"}, [ONE, more]
    assert decided(SAID, CREW, both)
    assert decided(SAID, CREW, HERS, ("list_leaves", {"crew_id": "c-9"}, [more]))


def test_what_was_not_spoken_of_is_not_it():
    others = "list_leaves", {"crew_id": "c-8"}, [{**ONE, "crew_id": "c-8"}]
    assert decided(SAID, CREW, others)
    assert decided(("Is the harbour open?", "Then decline it."), CREW, HERS)
    assert decided(("Write Ida about her parental leave.", "Then decline it."), CREW, HERS)


def test_another_act_than_was_said_asks():
    assert decided(SAID, CREW, HERS, decision="accepted")


def test_a_page_of_a_list_is_not_all():
    page = {"items": [ONE], "has_more": True}
    assert decided(SAID, CREW, ("list_leaves", {"crew_id": "c-7"}, page))


def test_a_list_of_those_that_wait_leaves_others_out():
    waiting = "list_leaves", {"crew_id": "c-7", "status": "pending"}, [ONE]
    assert decided(SAID, CREW, waiting)


ALL = "list_leaves", {}, [ONE]


def done(prompt, act):
    return asks(RULES, prompt, (act, {"leave_id": "lv-3"}), ALL)


@pytest.mark.parametrize(
    "prompt",
    [
        "Look at the page about leave. Delete it.",
        "Read the page about leave and delete it.",
        "What does the wiki say about leave? Delete it.",
        "What does Ida's mail about leave say? Delete it.",
        "Read the claim that came with the leave, then delete it",
        "Show me the expense from my leave and delete it.",
        "Check the letter about the leave and delete it",
        "Show me the note on leave. Then delete it.",
        "Show me the leave form. Then delete it.",
        "Ida asked for leave. Read the page, then delete it.",
        "Show me what Ida wrote about leave. Then delete it.",
        "Read the leave Report and delete it",
        "Read Page leave. Delete it",
        "What leave did Ida ask for in Mail? Delete it.",
        "Did Ida leave? Delete it",
        "Check that Ida can leave and delete it",
        "Show me all but the leave and delete it",
        "Not the leave. Delete it",
        "Is there no leave? Delete it",
    ],
)
def test_what_something_else_is_about_is_not_it(prompt):
    assert "TASK-TARGET" in done(prompt, "delete_leave")


def test_it_is_what_was_read():
    assert done("Read the parental leave and delete it.", "delete_leave") == set()
    assert done("What leave did Ida ask for? Delete it.", "delete_leave") == set()


def test_it_is_nothing_that_is_granted_or_gone_for_good():
    assert done("What leave did Ida ask for? Approve it.", "approve_leave")
    assert done("What leave did Ida ask for? Erase it.", "erase_leave")
