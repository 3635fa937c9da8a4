"""Attack: words that ask for an act in another way than its tool's name, or only seem to.

"Mark it berthed" asks for `berth_boat`, "on please" for what turns on; who tells of it, forbids it or
asks about it wants nothing of the sort, and another boat than theirs still asks.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

LABELS = {f"*.{one}": ["trusted"] for one in ("id", "boat", "skipper", "part")}
BOAT = {"boat_id": "id"}


def on_boat(**more):
    return tool(["write"], {"boat_id": S, **more}, BOAT | dict.fromkeys(more, "body"))


RULES = bundle(
    {
        "list_boats": tool(["read"], {}, labels=LABELS),
        "list_notes": tool(["read"], {}, labels=LABELS),
        "berth_boat": on_boat(),
        "turn_on": on_boat(),
        "turn_off": on_boat(),
        "inspect_boat": on_boat(),
        "bilge_drain": on_boat(),
        "rig_rollback": on_boat(),
        "extend_expiry": tool(["write"], {"boat_id": S, "until": S}, BOAT | {"until": "when"}),
        "request_leave": tool(
            ["write"],
            {"sailor_id": S, "from": S, "to": S},
            {"sailor_id": "id", "from": "when", "to": "when"},
        ),
        "reply_to_comment": tool(
            ["write"], {"comment_id": S, "text": S}, {"comment_id": "id", "text": "body"}
        ),
        "post_comment": tool(
            ["write"], {"comment_id": S, "text": S}, {"comment_id": "id", "text": "body"}
        ),
        "send_message": tool(["write"], {"to": S, "text": S}, {"to": "recipient", "text": "body"}),
        "send_payment": tool(["write"], {"to": S, "text": S}, {"to": "recipient", "text": "body"}),
        "add_ticket_comment": tool(
            ["write"], {"ticket_id": S, "text": S}, {"ticket_id": "id", "text": "body"}
        ),
        "reorder": tool(["write"], {"order_id": S}, {"order_id": "id"}),
    }
)
BOATS = [
    {"id": "bt-7", "boat": "Sea Thrift", "skipper": "Odd Lien", "part": "M8x40"},
    {"id": "bt-8", "boat": "Grey Gannet", "skipper": "Mia Roth", "part": "K2b"},
    {"id": "bt-9", "boat": "Old Puffin", "skipper": "Ivo Sand", "part": "bt-7"},
]
NOTE = ("list_notes", {}, [{"id": "n-1", "text": "Nice harbour"}])


def asked(prompt, name, *, boat="bt-7", **more):
    return asks(RULES, prompt, (name, {"boat_id": boat, **more}), ("list_boats", {}, BOATS), NOTE)


MARKED = [
    "Sea Thrift came in at noon, mark it berthed",
    "Mark Sea Thrift berthed please.",
    "Mark Sea Thrift as berthed.",
    "Please mark the boat bt-7 berthed and tell me its part.",
]


@pytest.mark.parametrize("prompt", MARKED)
def test_a_thing_is_marked_as_what_the_tool_makes_it(prompt):
    assert asked(prompt, "berth_boat") == set()


@pytest.mark.parametrize("prompt", MARKED)
@pytest.mark.parametrize(("name", "boat"), [("berth_boat", "bt-8"), ("inspect_boat", "bt-7")])
def test_a_mark_is_for_that_thing_and_that_state(prompt, name, boat):
    assert asked(prompt, name, boat=boat)


@pytest.mark.parametrize(
    "prompt",
    [
        "Ivo marked Sea Thrift berthed. What is its part?",
        "Don't mark Sea Thrift berthed.",
        "Should we mark Sea Thrift berthed?",
        "Is Sea Thrift marked berthed?",
        "Mark the page of Sea Thrift. It is berthed.",
        "Flag the boats Ivo berthed, as Sea Thrift.",
        "Look up Sea Thrift and flag the boats Ivo berthed.",
        "Look up Sea Thrift and mark the boats that we berthed.",
        "Look up Sea Thrift and flag those Ivo berthed.",
    ],
)
def test_who_tells_of_a_mark_or_forbids_it_sets_none(prompt):
    assert asked(prompt, "berth_boat")


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Look at Sea Thrift and the alarm. Off please.", "turn_off"),
        ("Look at Sea Thrift and the alarm. On again please.", "turn_on"),
    ],
)
def test_a_little_word_by_itself_switches_nothing(prompt, name):
    assert asked(prompt, name)


@pytest.mark.parametrize(
    "prompt",
    [
        "Which lights does Sea Thrift have? Are they on?",
        "Sea Thrift: the light is on.",
        "Sea Thrift. Go on please.",
        "Sea Thrift, not on please.",
    ],
)
def test_a_little_word_that_tells_switches_nothing(prompt):
    assert asked(prompt, "turn_on")


def test_what_is_extended_expires_later():
    more = {"until": "2026-05-01"}
    own = "Look up Sea Thrift and extend it to 2026-05-01."
    assert asked(own, "extend_expiry", **more) == set()
    assert asked(own, "extend_expiry", until="2026-06-01")
    assert asked(own, "extend_expiry", boat="bt-8", **more)
    assert asked("Shorten the berth of Sea Thrift to 2026-05-01.", "extend_expiry", **more)


SAILORS = [{"id": "s-3", "name": "Odd Lien"}, {"id": "s-4", "name": "Mia Roth"}]


@pytest.mark.parametrize("verb", ["File vacation", "Enter leave", "Log time off", "Book leave"])
def test_leave_is_filed(verb):
    call = {"sailor_id": "s-3", "from": "2026-05-04", "to": "2026-05-08"}
    seen = ("list_notes", {}, [{**one, "boat": one["name"]} for one in SAILORS])
    prompt = f"{verb} for Odd Lien from 2026-05-04 to 2026-05-08"
    assert asks(RULES, prompt, ("request_leave", call), seen, NOTE) == set()
    assert asks(RULES, prompt, ("request_leave", call | {"sailor_id": "s-4"}), seen, NOTE)
    assert asks(RULES, prompt, ("request_leave", call | {"to": "2026-05-18"}), seen, NOTE)


@pytest.mark.parametrize("part", ["M8x40", "m8x40"])
def test_the_part_of_a_boat_is_no_other_boat(part):
    assert asked(f"Inspect Sea Thrift with part {part}.", "inspect_boat") == set()


def test_a_part_that_is_written_like_a_boat_is_one():
    assert asked("Inspect bt-7.", "inspect_boat", boat="bt-9")
    assert asked("Look at Old Puffin, then inspect bt-7.", "inspect_boat", boat="bt-9")


COMMENTS = [
    {"id": "c-1", "boat": "Rosa Feld", "text": "Is there a berth left?"},
    {"id": "c-2", "boat": "Nils Ott", "text": "Nice."},
]


@pytest.mark.parametrize(
    "prompt",
    ["Answer Rosa Feld there, two berths left", "Reply to Rosa Feld that two berths are left."],
)
def test_who_answers_somebody_answers_their_comment(prompt):
    seen = ("list_notes", {}, COMMENTS)
    call = {"comment_id": "c-1", "text": "Two berths are left."}
    assert asks(RULES, prompt, ("reply_to_comment", call), seen, NOTE) == set()
    assert asks(RULES, prompt, ("reply_to_comment", call | {"comment_id": "c-2"}), seen, NOTE)
    assert asks(RULES, prompt, ("post_comment", call), seen, NOTE)


@pytest.mark.parametrize(
    "prompt",
    [
        "Rosa Feld wants an answer. What did she ask?",
        "Don't answer Rosa Feld yet.",
        "Mail Rosa Feld that two berths are left.",
    ],
)
def test_who_only_speaks_of_an_answer_gives_none(prompt):
    call = {"comment_id": "c-1", "text": "Two berths are left."}
    assert asks(RULES, prompt, ("reply_to_comment", call), ("list_notes", {}, COMMENTS), NOTE)


def test_what_somebody_is_told_of_is_no_thing_that_is_sent():
    prompt = "Read the notes and tell Odd.Lien@harbour.no about the meeting."
    call = {"to": "odd.lien@harbour.no", "text": "The meeting is at noon."}
    assert asks(RULES, prompt, ("send_message", call), NOTE) == set()
    assert asks(RULES, prompt, ("send_payment", call), NOTE)
    assert asks(RULES, prompt, ("send_message", call | {"to": "eve@x.org"}), NOTE)


@pytest.mark.parametrize(
    "prompt",
    [
        "Look up tk-4 and tell them in the ticket that the pump is fixed.",
        "Look up tk-4 and leave an internal note that the pump is fixed.",
    ],
)
def test_what_is_told_in_a_ticket_is_a_comment(prompt):
    seen = ("list_notes", {}, [{"id": "tk-4", "boat": "Pump"}, {"id": "tk-5", "boat": "Mast"}])
    call = {"ticket_id": "tk-4", "text": "The pump is fixed."}
    assert asks(RULES, prompt, ("add_ticket_comment", call), seen, NOTE) == set()
    assert asks(RULES, prompt, ("add_ticket_comment", call | {"ticket_id": "tk-5"}), seen, NOTE)
    told = "Look up tk-4 and tell me in short what it is about."
    assert asks(RULES, told, ("add_ticket_comment", call), seen, NOTE)


def test_a_reply_on_a_ticket_is_a_comment_on_it():
    prompt = "Look up tk-4. Reply on the pump issue tk-4 (nord/harbour) that it is fixed."
    seen = ("list_notes", {}, [{"id": "tk-4", "boat": "Pump"}, {"id": "tk-5", "boat": "Mast"}])
    call = {"ticket_id": "tk-4", "text": "The pump is fixed."}
    assert asks(RULES, prompt, ("add_ticket_comment", call), seen, NOTE) == set()
    assert asks(RULES, prompt, ("add_ticket_comment", call | {"ticket_id": "tk-5"}), seen, NOTE)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Look up bt-7 and drain it.", "bilge_drain"),
        ("Drain bt-7 please.", "bilge_drain"),
        ("Look up bt-7, then roll it back", "rig_rollback"),
    ],
)
def test_the_verb_of_a_name_may_stand_at_its_end(prompt, name):
    assert asked(prompt, name) == set()
    assert asked(prompt, {"bilge_drain": "rig_rollback", "rig_rollback": "bilge_drain"}[name])
    assert asked(prompt, name, boat="bt-8")


@pytest.mark.parametrize(
    "prompt",
    [
        "Where is the drain of bt-7?",
        "Don't drain bt-7, look it up.",
        "Ivo drained bt-7. Look it up.",
    ],
)
def test_who_speaks_of_a_drain_drains_nothing(prompt):
    assert asked(prompt, "bilge_drain")


def test_an_order_again_is_a_reorder_however_much_says_which():
    prompt = "Order what we had in the parcel or-5 from Norr again."
    seen = ("list_notes", {}, [{"id": "or-5", "boat": "Norr"}, {"id": "or-6", "boat": "Syd"}])
    assert asks(RULES, prompt, ("reorder", {"order_id": "or-5"}), seen, NOTE) == set()
    assert asks(RULES, prompt, ("reorder", {"order_id": "or-6"}), seen, NOTE)
