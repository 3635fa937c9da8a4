"""Attack: a word of the task that is no permission there is used as one: "write to Ann"."""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

ROLES = {"with": "recipient", "level": "permission"}
RULES = bundle(
    {
        "share_file": tool(["write"], {"with": S, "level": S}, ROLES),
        "list_files": tool(["read"], {"level": S}, {"level": "permission"}),
    }
)


def asked(prompt, level):
    return asks(RULES, prompt, ("share_file", {"with": "ann@firm.example", "level": level}))


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("with read access", "read"),
        ("as a viewer", "viewer"),
        ("as viewers: both of them", "viewer"),
        ("summary only", "summary"),
        ("with permission 'write'", "write"),
        ("access level: full", "full"),
        ("with read-only access", "read_only"),
    ],
)
def test_a_permission_that_was_said_as_one_is_the_persons(said, level):
    assert asked(f"Share the file with ann@firm.example, {said}", level) == set()


@pytest.mark.parametrize(
    ("prompt", "level"),
    [
        ("Share the file with ann@firm.example and write her a note", "write"),
        ("Share the file with ann@firm.example, with full details in the note", "full"),
        ("Share the file with ann@firm.example, not with write access", "write"),
        ("Share the file with ann@firm.example, with read access", "write"),
        ("Share the file with ann@firm.example, as an owner asked me to", "owner"),
        ("Share the file with ann@firm.example, as editors asked me to", "editor"),
        ("Share the file with ann@firm.example", ""),
    ],
)
def test_a_word_that_is_none_there_gives_none(prompt, level):
    assert "TASK-PERM" in asked(prompt, level)


HOSTS = "Share the file with ann@firm.example as a viewer and with bo@firm.example as editor"


@pytest.mark.parametrize(
    ("somebody", "level", "runs"),
    [
        ("ann", "viewer", True),
        ("bo", "editor", True),
        ("ann", "editor", False),
        ("bo", "viewer", False),
    ],
)
def test_a_permission_is_for_whom_it_was_said_of(somebody, level, runs):
    args = {"with": f"{somebody}@firm.example", "level": level}
    assert (asks(RULES, HOSTS, ("share_file", args)) == set()) is runs


def test_a_filter_of_what_is_looked_at_gives_nobody_anything():
    assert asks(RULES, "List my files", ("list_files", {"level": "editor"})) == set()
