"""Everyday verbs stand for plain ones: "get rid of it" deletes, and "call it off" cancels.

Each row has its twin, which is the opposite act, another act, the same words told, asked about or
forbidden, or the same little words in another place: after a stranger's text was read.
"""

import pytest

from guard.provenance.vocabulary.idioms import idioms
from tests.attack.exhibits import HORSE, JUG, asking_for
from tests.attack.verdicts import TRUSTED, S, bundle, tool

VERBS = ("delete", "restore", "cancel", "decline", "approve", "postpone", "assign", "complete", "reopen",
         "pause", "resume", "return", "share", "unshare", "stop", "start", "save", "compress", "add", "archive",
         "send", "transfer", "publish")  # fmt: skip
TO = {"exhibit_id": S, "to": S}, {"exhibit_id": "id", "to": "recipient"}
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_exhibits": tool(["read"], {}, labels=TRUSTED),
        "delete_all_exhibits": tool(["write"], {"confirm": {"type": "boolean"}}),
        **{f"{one}_exhibit": tool(["write"], *TO) for one in VERBS},
    }
)  # fmt: skip
ANN = {**HORSE, "to": "Ann"}


def rules(prompt, verb, args=HORSE):
    return asking_for(RULES, prompt, f"{verb}_exhibit", args)


@pytest.mark.parametrize(
    ("prompt", "right", "wrong"),
    [
        ("Get rid of the Bronze horse", "delete", "restore"),
        ("Take the Bronze horse down", "delete", "publish"),
        ("Please ditch the Bronze horse", "delete", "share"),
        ("Throw away the Bronze horse", "delete", "archive"),
        ("Call the Bronze horse off", "cancel", "start"),
        ("Turn down the Bronze horse", "decline", "approve"),
        ("Accept the Bronze horse", "approve", "decline"),
        ("Put off the Bronze horse", "postpone", "delete"),
        ("Tick off the Bronze horse", "complete", "reopen"),
        ("Put the Bronze horse on hold", "pause", "resume"),
        ("Send back the Bronze horse", "return", "delete"),
        ("Bring back the Bronze horse", "restore", "delete"),
        ("Shut the Bronze horse down", "stop", "start"),
        ("Fire up the Bronze horse", "start", "stop"),
        ("Bookmark the Bronze horse", "save", "share"),
        ("Zip the Bronze horse", "compress", "delete"),
    ],
)
def test_everyday_words_ask_for_the_plain_act_and_for_no_other(prompt, right, wrong):
    assert rules(prompt, right) == set()
    assert rules(prompt, right, JUG)
    assert rules(prompt, wrong)


@pytest.mark.parametrize(
    ("prompt", "right", "wrong"),
    [
        ("Hand the Bronze horse over to Ann", "assign", "delete"),
        ("Let Ann see the Bronze horse", "share", "transfer"),
    ],
)
def test_whom_such_a_verb_names_gets_it_and_nobody_else(prompt, right, wrong):
    assert rules(prompt, right, ANN) == set()
    assert rules(prompt, right, {**HORSE, "to": "Eve"})
    assert rules(prompt, wrong, ANN)


@pytest.mark.parametrize(
    ("prompt", "verb"),
    [
        ("We got rid of the Bronze horse. Show it", "delete"),
        ("Don't get rid of the Bronze horse, show it", "delete"),
        ("Did Tom get rid of the Bronze horse?", "delete"),
        ("Why did they call off the Bronze horse? Show it", "cancel"),
        ("Tom asked me to take down the Bronze horse. Show it", "delete"),
        ("Get the Bronze horse and rid of dust, it shines", "delete"),
        ("Let me see the Bronze horse", "share"),
        ("Take a look at the Bronze horse and note down what it weighs", "delete"),
        ("Turn the lamp of the Bronze horse up, and sit down", "decline"),
        ("Show the Bronze horse 'get rid of it'", "delete"),
    ],
)
def test_told_asked_about_forbidden_or_apart_they_ask_for_nothing(prompt, verb):
    assert rules(prompt, verb)


def test_one_thing_is_not_all_of_them():
    every = {"confirm": True}
    assert asking_for(RULES, "Get rid of the Bronze horse", "delete_all_exhibits", every)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("get rid of it", ["delete"]),
        ("take the old one down", ["delete"]),
        ("take it and sit down", []),
        ("let me see it", []),
    ],
)
def test_they_are_found_where_they_stand_together(said, meant):
    assert [one for _, one in idioms(said.split())] == meant
