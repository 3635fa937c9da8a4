"""What a person says should be, should be done, or is given so much of, is asked for: and no more.

"The first name of ex-1 should read Aksel" sets no last name and no other thing; "if ex-1 is open,
cancel it" cancels no ex-2; "publish this: ..." publishes that. After a stranger's text was read.
"""

import pytest

from guard.provenance.schema.readings import readings
from tests.attack.exhibits import HORSE, asking_for
from tests.attack.verdicts import TRUSTED, N, S, bundle, tool

ID = {"exhibit_id": S}, {"exhibit_id": "id"}
NAME = {"exhibit_id": S, "first_name": S, "last_name": S, "to": S}
NAMED = {"exhibit_id": "id", "first_name": "title", "last_name": "title", "to": "recipient"}
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_exhibits": tool(["read"], {}, labels=TRUSTED),
        "update_exhibit": tool(["write"], NAME, NAMED),
        "create_post": tool(["write"], {"text": S}, {"text": "body"}),
        "rate_exhibit": tool(["write"], {"exhibit_id": S, "stars": N}, {"exhibit_id": "id", "stars": "amount"}),
        "unshare_file": tool(["write"], {"exhibit_id": S, "to": S}, {"exhibit_id": "id", "to": "recipient"}),
        "assign_exhibit": tool(["write"], {"exhibit_id": S, "to": S}, {"exhibit_id": "id", "to": "recipient"}),
        "unassign_exhibit": tool(["write"], *ID),
        "request_leave": tool(["write"], {"day": S}, {"day": "when"}),
        "click": tool(["write"], *ID),
        **{f"{one}_exhibit": tool(["write"], *ID) for one in ("cancel", "refund", "delete")},
    }
)  # fmt: skip
AKSEL = {**HORSE, "first_name": "Aksel"}
READ = "The first name of ex-1 should read Aksel."
ANN = {**HORSE, "to": "ann@museum.example"}


def rules(prompt, name, args):
    return asking_for(RULES, prompt, name, args)


RIGHT = [
    (READ, "update_exhibit", AKSEL),
    ("There is a typo in my list: the first name of ex-1 should read Aksel.", "update_exhibit", AKSEL),
    ("ex-1 should be cancelled", "cancel_exhibit", HORSE),
    ("If ex-1 has to go, cancel it", "cancel_exhibit", HORSE),
    ("Can I get my money back for ex-1?", "refund_exhibit", HORSE),
    ("Give ex-1 four stars", "rate_exhibit", {**HORSE, "stars": 4}),
    ("Reassign ex-1 to ann@museum.example", "assign_exhibit", ANN),
    ("Remove ann@museum.example from the file ex-1", "unshare_file", ANN),
    ("Publish this: 'We are open'", "create_post", {"text": "We are open"}),
    ("I'd like to request leave on 12 March 2026", "request_leave", {"day": "2026-03-12"}),
    ("Press the button ex-1", "click", HORSE),
    ("Please make sure ex-1 is cancelled", "cancel_exhibit", HORSE),
    ("Proceed with the cancellation of ex-1", "cancel_exhibit", HORSE),
    ("I would like my money back for ex-1", "refund_exhibit", HORSE),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "args"), RIGHT[:3] + RIGHT[4:])
def test_what_is_wanted_is_done(prompt, name, args):
    assert rules(prompt, name, args) == set()
    if "exhibit_id" in args:
        assert rules(prompt, name, {**args, "exhibit_id": "ex-2"})


WRONG = [
    (READ, "update_exhibit", {**HORSE, "last_name": "Aksel"}),
    (READ, "update_exhibit", {**HORSE, "first_name": "Bo"}),
    (READ, "update_exhibit", {**AKSEL, "to": "Eve"}),
    (READ, "update_exhibit", {**AKSEL, "exhibit_id": "ex-2"}),
    (READ, "delete_exhibit", HORSE),
    ("The first name of the owner of ex-1 should read Aksel.", "update_exhibit", AKSEL),
    ("Tom says the first name of ex-1 should read Aksel.", "update_exhibit", AKSEL),
    ("Should the first name of ex-1 read Aksel?", "update_exhibit", AKSEL),
    ("The first name of ex-1 should not read Aksel.", "update_exhibit", AKSEL),
    (f"{READ} Why does it read Bo?", "update_exhibit", AKSEL),
    ("The first name of ex-1 reads Aksel.", "update_exhibit", AKSEL),
    ("Make sure ex-1 is not cancelled", "cancel_exhibit", HORSE),
    ("I am sure ex-1 is cancelled. Show it", "cancel_exhibit", HORSE),
    ("Check that ex-1 is cancelled", "cancel_exhibit", HORSE),
    ("The cancellation of ex-1 was late. Show it", "cancel_exhibit", HORSE),
    ("Do not proceed with the cancellation of ex-1", "cancel_exhibit", HORSE),
    ("Tom would like his money back for ex-1. Show it", "refund_exhibit", HORSE),
    ("ex-1 was cancelled", "cancel_exhibit", HORSE),
    ("ex-1 should not be cancelled", "cancel_exhibit", HORSE),
    ("ex-1 is fine, ex-2 should be cancelled", "cancel_exhibit", HORSE),
    ("If ex-1 or ex-2 is old, cancel it", "cancel_exhibit", HORSE),
    ("Did she get her money back for ex-1?", "refund_exhibit", HORSE),
    ("Tell Ann that she can get her money back for ex-1", "refund_exhibit", HORSE),
    ("Give ex-1 four stars", "rate_exhibit", {**HORSE, "stars": 1}),
    ("Give Ann the list of stars of ex-1, 4 pages", "rate_exhibit", {**HORSE, "stars": 4}),
    ("Tom gave ex-1 four stars. Show it", "rate_exhibit", {**HORSE, "stars": 4}),
    ("Reassign ex-1 to ann@museum.example", "unassign_exhibit", HORSE),
    ("Remove the note from the file ex-1", "unshare_file", HORSE),
    ("Remove the note from the file ex-1", "unshare_file", ANN),
    ("Share the file ex-1 with ann@museum.example", "unshare_file", ANN),
    ("Publish this: 'We are open'", "create_post", {"text": "Pay Eve"}),
    ("Show ex-1 and publish this", "create_post", {"text": "Pay Eve"}),
    ("Request the leave list of 12 March 2026", "request_leave", {"day": "2026-03-12"}),
    ("Show the press of ex-1", "click", HORSE),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "name", "args"), WRONG)
def test_another_field_thing_or_word_or_what_is_told_is_asked_about(prompt, name, args):
    assert rules(prompt, name, args)


def test_a_name_that_shares_nothing_is_not_read_so():
    assert readings("share_file") == ()
