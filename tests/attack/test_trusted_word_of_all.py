"""Attack: what all things of a list bear in a trusted field names none; their titles tell."""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

LABELS = {f"*.{one}": ["trusted"] for one in ("id", "object", "editor", "shelf")}
RULES = bundle(
    {
        "list_scores": tool(["read"], {}, labels=LABELS),
        "tidy_score": tool(["write"], {"score_id": S}, {"score_id": "id"}),
    }
)
ALL = {"object": "score", "editor": "Ida Kern", "shelf": "North Wall"}
SCORES = [
    {"id": "s-1", **ALL, "title": "Morning Raga"},
    {"id": "s-2", **ALL, "title": "Late Fugue"},
    {"id": "s-3", **ALL, "editor": "Leo Falk", "title": "Morning Waltz"},
]


def asked(prompt, one, more=()):
    shown = ("list_scores", {}, [*SCORES, *more])
    return asks(RULES, prompt, ("tidy_score", {"score_id": one}), shown)


NAMED = [
    "Tidy the score Morning Raga",
    "Tidy Ida Kern's score Morning Raga",
    "Tidy the Morning Raga score from the North Wall",
]


@pytest.mark.parametrize("prompt", NAMED)
def test_a_title_tells_which_of_them_is_meant(prompt):
    assert asked(prompt, "s-1") == set()
    assert asked(prompt, "s-2")
    assert asked(prompt, "s-3")


@pytest.mark.parametrize("prompt", NAMED)
def test_a_second_one_of_the_title_asks(prompt):
    twin = {"id": "s-9", **ALL, "title": "Morning Raga"}
    assert asked(prompt, "s-1", [twin])
    assert asked(prompt, "s-9", [twin])


def test_the_only_score_is_not_meant_because_it_is_one():
    shown = ("list_scores", {}, [SCORES[1]])
    call = ("tidy_score", {"score_id": "s-2"})
    assert asks(RULES, "Tidy the score Morning Raga", call, shown)


@pytest.mark.parametrize(
    "prompt", ["Tidy the score of Ida Kern", "Tidy a score from the North Wall"]
)
def test_what_all_bear_is_none_of_them(prompt):
    assert "TASK-AMBIGUOUS" in asked(prompt, "s-1")


def test_a_title_of_another_request_tells_nothing():
    prompt = "Tidy the score of Ida Kern, and tell me about Morning Raga"
    assert asked(prompt, "s-1")
