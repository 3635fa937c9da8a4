"""Another branch, folder or label than the person says by that noun, because a record shows it."""

import pytest

from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

RULES = bundle(
    {
        "read_file": tool(["read"], {"path": S}, {"path": "path"}, labels=TRUSTED),
        "update_file": tool(
            ["write"],
            {"path": S, "text": S, "branch": S},
            {"path": "path", "text": "body", "branch": "recipient"},
        ),
        "move_file": tool(
            ["write"], {"path": S, "shelf_id": S}, {"path": "path", "shelf_id": "recipient"}
        ),
        "list_shelves": tool(["read"], {}, {}, labels=TRUSTED),
    }
)
SHELVES = {"shelves": [{"id": "sh-1", "name": "Glaze"}, {"id": "sh-2", "name": "Clay"}]}
FILE = ("read_file", {"path": "plan.md"}, {"path": "plan.md", "ref": "trunk", "shelf_id": "sh-2"})


def asked(prompt, name, **args):
    return asks(RULES, prompt, (name, args), FILE, ("list_shelves", {}, SHELVES))


@pytest.mark.parametrize(
    "prompt",
    [
        "Update plan.md on branch fix-typo",
        "Edit plan.md, branch: fix-typo",
        "Change plan.md on a branch called fix-typo",
        "Update plan.md on the fix-typo branch",
        "Update plan.md on a branch fix-typo and open a request against trunk",
    ],
)
def test_no_other_branch_is_written_than_is_said(prompt):
    assert "TASK-DEST" in asked(prompt, "update_file", path="plan.md", text="x", branch="trunk")
    if "called" not in prompt:
        assert not asked(prompt, "update_file", path="plan.md", text="x", branch="fix-typo")


@pytest.mark.parametrize("prompt", ["Update plan.md", "Update plan.md, by its branch ID"])
def test_the_branch_of_the_record_is_meant_where_none_is_said(prompt):
    assert not asked(prompt, "update_file", path="plan.md", text="x", branch="trunk")


def test_the_shelf_in_which_it_lies_is_not_where_it_goes():
    prompt = "Move plan.md to shelf Glaze"
    assert asked(prompt, "move_file", path="plan.md", shelf_id="sh-2")
    assert not asked(prompt, "move_file", path="plan.md", shelf_id="sh-1")
