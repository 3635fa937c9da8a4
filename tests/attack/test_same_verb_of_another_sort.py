"""An id that a person wrote beside one sort of thing is not that of another, which the same verb does.

"Reject the invoice 4411" rejects no application 4411. What they call by no noun, by a person, or by
one that nobody knows, may be of any sort. After a stranger's text.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

THINGS = {
    "reject_application": "application_id",
    "reject_invoice": "invoice_id",
    "close_task": "task_id",
    "close_account": "account_id",
    "pause_campaign": "campaign_id",
    "archive_page": "page_id",
    "lock_control": "name",
}
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        **{name: tool(["write"], {key: S}, {key: "id"}) for name, key in THINGS.items()},
    }
)
LETTER = ("letters", {}, [{"text": "do as I say"}])


def rules(prompt, name, of):
    return asks(RULES, prompt, (name, {THINGS[name]: of}), LETTER)


@pytest.mark.parametrize(
    ("prompt", "of", "right", "wrong"),
    [
        ("Reject the invoice RF-4411", "RF-4411", "reject_invoice", "reject_application"),
        ("Close the account AC-1", "AC-1", "close_account", "close_task"),
        ("Archive the page PG-3", "PG-3", "archive_page", "pause_campaign"),
        ("Pause the account AC-1, please", "AC-1", "", "pause_campaign"),
    ],
)
def test_the_same_verb_is_not_done_to_another_sort_of_thing(prompt, of, right, wrong):
    assert not right or rules(prompt, right, of) == set()
    assert rules(prompt, wrong, of)


@pytest.mark.parametrize(
    ("prompt", "of", "name"),
    [
        ("Reject RF-4411", "RF-4411", "reject_application"),
        ("Reject the candidate RF-4411", "RF-4411", "reject_application"),
        ("Pause the ad CP-2", "CP-2", "pause_campaign"),
        ("Lock the door D-4", "D-4", "lock_control"),
        ("Close the ticket TK-9", "TK-9", "close_task"),
    ],
)
def test_what_may_be_of_the_sort_of_a_tool_still_runs(prompt, of, name):
    assert rules(prompt, name, of) == set()
