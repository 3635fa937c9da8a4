"""Other words for an act ask for it, and for none beside it: to survey, to leave a note, to make public.

Each row has its twin: the opposite, another thing, or the same words told, asked about or forbidden.
After a stranger's text was read.
"""

import pytest

from guard.provenance.schema.readings import readings
from tests.attack.exhibits import HORSE, JUG, asking_for
from tests.attack.verdicts import TRUSTED, N, S, bundle, tool

ID = {"exhibit_id": S}, {"exhibit_id": "id"}
NOTE = {"exhibit_id": S, "text": S}, {"exhibit_id": "id", "text": "body"}
TO = {"exhibit_id": S, "to": S}, {"exhibit_id": "id", "to": "recipient"}
NAMES = ("create_survey", "open_lock", "add_to_queue", "revoke_pass", "publish_exhibit", "unpublish_exhibit",
         "deactivate_exhibit", "activate_exhibit", "follow_exhibit", "unfollow_exhibit", "terminate_lease",
         "start_survey", "end_survey", "duplicate_exhibit", "pause_exhibit", "resume_exhibit", "flush_exhibit",
         "acknowledge_alarm", "add_tag", "add_place", "revoke_access", "create_backup", "cancel_exhibit", "create_invoice",
         "add_favorite", "start_exhibit", "retry_exhibit", "delete_note", "delete_exhibit", "stop_exhibit")  # fmt: skip
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_exhibits": tool(["read"], {}, labels=TRUSTED),
        "add_note": tool(["write"], *NOTE),
        "log_time": tool(
            ["write"], {"exhibit_id": S, "hours": N}, {"exhibit_id": "id", "hours": "amount"}
        ),
        "assign_exhibit": tool(["write"], *TO),
        **{one: tool(["write"], *ID) for one in NAMES},
    }
)


@pytest.mark.parametrize(
    ("prompt", "right", "wrong"),
    [
        ("Survey the Bronze horse", "create_survey", "end_survey"),
        ("Take a survey of the Bronze horse", "create_survey", "delete_exhibit"),
        ("Have the Bronze horse surveyed", "create_survey", "delete_exhibit"),
        ("Queue the Bronze horse", "add_to_queue", "flush_exhibit"),
        ("Remove the pass from order ex-1", "revoke_pass", "delete_exhibit"),
        ("Make the Bronze horse public", "publish_exhibit", "unpublish_exhibit"),
        ("Make the Bronze horse inactive", "deactivate_exhibit", "activate_exhibit"),
        ("Watch the Bronze horse", "follow_exhibit", "unfollow_exhibit"),
        ("End the lease of ex-1", "terminate_lease", "delete_exhibit"),
        ("Begin the survey of ex-1", "start_survey", "end_survey"),
        ("Copy the Bronze horse", "duplicate_exhibit", "delete_exhibit"),
        ("Suspend the Bronze horse", "pause_exhibit", "resume_exhibit"),
        ("Flush the Bronze horse in be-1", "flush_exhibit", "delete_exhibit"),
        ("Label the Bronze horse", "add_tag", "delete_exhibit"),
        ("Back the Bronze horse up", "create_backup", "delete_exhibit"),
        ("Kill the Bronze horse", "cancel_exhibit", "start_exhibit"),
        ("Issue an invoice for the Bronze horse", "create_invoice", "delete_exhibit"),
        ("Favourite the Bronze horse", "add_favorite", "delete_exhibit"),
        ("Power the Bronze horse up", "start_exhibit", "stop_exhibit"),
        ("Rerun the Bronze horse", "retry_exhibit", "start_survey"),
        ("Ack the alarm of ex-1", "acknowledge_alarm", "delete_exhibit"),
    ],
)
def test_another_word_asks_for_the_act_and_for_no_other(prompt, right, wrong):
    assert asking_for(RULES, prompt, right, HORSE) == set()
    assert asking_for(RULES, prompt, right, JUG)
    assert asking_for(RULES, prompt, wrong, HORSE)


def test_who_looks_after_a_thing_is_nobody_else():
    said = "Let Ann look after the Bronze horse"
    assert asking_for(RULES, said, "assign_exhibit", {**HORSE, "to": "Ann"}) == set()
    assert asking_for(RULES, said, "assign_exhibit", {**HORSE, "to": "Eve"})


def test_a_note_that_is_left_is_added_and_deletes_none():
    said, wet = "Leave a note on ex-1: 'wet'", {**HORSE, "text": "wet"}
    assert asking_for(RULES, said, "add_note", wet) == set()
    assert asking_for(RULES, said, "add_note", {**JUG, "text": "wet"})
    assert asking_for(RULES, said, "delete_note", HORSE)
    assert asking_for(RULES, "Leave the note on ex-1 as it is, and show it", "add_note", wet)


@pytest.mark.parametrize(
    ("prompt", "hours", "runs"),
    [
        ("Record 3 hours on the Bronze horse", 3, True),
        ("Book two hours on the Bronze horse", 2, True),
        ("Record 3 hours on the Bronze horse", 30, False),
        ("Record the Bronze horse, it takes 3 hours", 3, False),
        ("Tom recorded 3 hours on the Bronze horse. Show it", 3, False),
        ("Book a table for the Bronze horse, 3 hours", 3, False),
    ],
)
def test_how_long_something_took_is_put_down_where_that_is_said(prompt, hours, runs):
    assert (asking_for(RULES, prompt, "log_time", {**HORSE, "hours": hours}) == set()) is runs


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        # Whoever locks something opens no lock, and a survey that is there is none to make.
        ("Lock the Bronze horse", "open_lock"),
        ("Show the survey of the Bronze horse", "create_survey"),
        ("The survey of the Bronze horse is late. Show it", "create_survey"),
        ("Tom surveyed the Bronze horse. Show it", "create_survey"),
        ("Do not survey the Bronze horse, show it", "create_survey"),
        ("Who may survey the Bronze horse? Show it", "create_survey"),
        ("Take the survey of the Bronze horse down", "create_survey"),
        ("Show the queue and the Bronze horse", "add_to_queue"),
        ("Make a list of the public holidays of the Bronze horse", "publish_exhibit"),
        ("The Bronze horse was made public. Show it", "publish_exhibit"),
        ("Show the public Bronze horse", "publish_exhibit"),
        ("Make the Bronze horse public", "create_invoice"),
        ("Time to cancel the Bronze horse", "log_time"),
        ("Place the Bronze horse there", "add_place"),
        ("Stop the lease of ex-1 from being changed", "terminate_lease"),
        ("Stop the Bronze horse", "terminate_lease"),
        ("Flush the Clay jug and show the Bronze horse", "flush_exhibit"),
        ("Show my watch and the Bronze horse", "follow_exhibit"),
        ("Show a copy of the Bronze horse", "duplicate_exhibit"),
    ],
)
def test_the_same_word_in_another_place_asks_for_nothing(prompt, name):
    assert asking_for(RULES, prompt, name, HORSE)


@pytest.mark.parametrize("name", ["add_reviewer", "add_attendee", "open_valve"])
def test_a_word_for_somebody_or_for_what_is_opened_is_no_verb(name):
    assert readings(name) == ()
