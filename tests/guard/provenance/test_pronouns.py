"""Whom "them", "him" and "her" mean, and where nobody can tell."""

import pytest

from guard.provenance.request.entities import extract
from guard.provenance.request.said import read_task


def told(text):
    return {one.canonical for one in extract(text) if one.kind == "name" and one.frame == "dest"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Read what Bob wrote and message him.", {"Bob"}),
        ("Look at the drafts of Ann and Kim, then tell them about the date.", {"Ann", "Kim"}),
        ("Acme sent me a reminder. Please pay them the difference.", {"Acme"}),
        ("I heard from Ann yesterday; email her the agenda.", {"Ann"}),
        ("Find the reply of Bob and write to him", {"Bob"}),
    ],
)
def test_a_pronoun_means_whom_the_sentence_named_before(text, names):
    assert told(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Find the notes of Ann. Bring them to me and send them to bob@corp.example.",
        "Find the notes by Ann and send them to the printer.",
        "Compare what Ann and Kim wrote, and tell her the result.",
        "Read the page about Ann. It is long. I am tired. Then tell her about it.",
        "Read what Ann wrote and forget her plan.",
        "Tell her about the notes of Ann.",
        "The mail of Ann says more than that of Kim: email him.",
        "Summarise what Ann sent; send her file on.",
    ],
)
def test_where_two_readings_are_left_nobody_is_meant(text):
    assert not told(text)


def test_who_is_told_is_who_may_be_written_to():
    task = read_task(["Visit the pages of Ann and Kim, and message them with what you think."])
    assert task.sends_to("text", "Ann")
    assert task.sends_to("text", "Kim")
    assert not read_task(["Visit the pages of Ann and Kim."]).sends_to("text", "Ann")
