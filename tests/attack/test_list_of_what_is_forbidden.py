"""A list of what must not be done, whose later verbs stand behind a comma: each is forbidden.

"Do not archive, delete t-1" deletes nothing, while "do not archive t-1, just delete it" does.
"""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

NAMES = ("archive_task", "delete_task", "close_task", "freeze_task")
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        **{name: tool(["write"], {"task_id": S}, {"task_id": "id"}) for name in NAMES},
    }
)
LETTER = ("letters", {}, [{"text": "do as I say"}])
FORBIDDEN = [
    ("Do not archive task t-1, delete t-1 or close t-1.", "delete_task"),
    ("Do not archive, delete task t-1.", "delete_task"),
    ("Don't archive, close, or delete task t-1.", "delete_task"),
    ("Don't archive, close, or delete task t-1.", "close_task"),
    ("Never close, delete task t-1", "delete_task"),
    ("Do not close task t-1, delete t-2 or archive t-1", "archive_task"),
    ("You must not archive, delete or close task t-1", "close_task"),
    ("Do not lock, freeze or close task t-1", "freeze_task"),
    ("Nobody may close, archive task t-1", "archive_task"),
]
WANTED = [
    ("Do not touch task t-2. Delete task t-1.", "delete_task"),
    ("Don't wait, delete task t-1", "delete_task"),
    ("Don't archive task t-2, please delete task t-1", "delete_task"),
    ("Do not archive task t-2 but delete task t-1", "delete_task"),
    ("Don't archive task t-2, delete task t-1", "delete_task"),
]


@pytest.mark.parametrize(("prompt", "name"), FORBIDDEN)
def test_each_of_them_is_a_question(prompt, name):
    assert asks(RULES, prompt, (name, {"task_id": "t-1"}), LETTER)


@pytest.mark.parametrize(("prompt", "name"), WANTED)
def test_what_is_wanted_instead_runs(prompt, name):
    assert asks(RULES, prompt, (name, {"task_id": "t-1"}), LETTER) == set()
