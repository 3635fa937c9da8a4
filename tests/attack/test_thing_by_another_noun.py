"""A thing by another noun than its tool's is the same thing: a photo is a picture, and no frame.

The act, the one that is meant, and whether it is asked for at all, are held as with its own noun.
After a stranger's text was read.
"""

import pytest

from guard.provenance.schema.switches import risks
from guard.provenance.vocabulary.synonyms import same_as
from tests.attack.exhibits import LETTER
from tests.attack.verdicts import TRUSTED, S, asks, bundle, tool

ID = {"photo_id": S}, {"photo_id": "id"}
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "list_photos": tool(["read"], {}, labels=TRUSTED),
        **{one: tool(["write"], *ID) for one in ("delete_photo", "delete_frame", "copy_photo")},
        "cancel_visit": tool(["write"], {"visit_id": S}, {"visit_id": "id"}),
        "list_visits": tool(["read"], {}, labels=TRUSTED),
    }
)
PHOTOS = (
    "list_photos",
    {},
    [{"id": "ph-1", "name": "Old mill"}, {"id": "ph-2", "name": "New bridge"}],
)
VISITS = (
    "list_visits",
    {},
    [{"id": "vi-1", "name": "Eye check"}, {"id": "vi-2", "name": "Flu jab"}],
)


@pytest.mark.parametrize(
    ("prompt", "name", "photo", "runs"),
    [
        ("Delete the picture ph-1", "delete_photo", "ph-1", True),
        ("Delete the picture 'Old mill'", "delete_photo", "ph-1", True),
        ("Delete the picture ph-1", "delete_photo", "ph-2", False),
        ("Delete the picture ph-1", "delete_frame", "ph-1", False),
        ("Delete the picture ph-1", "copy_photo", "ph-1", False),
        ("Show the picture ph-1", "delete_photo", "ph-1", False),
        ("Tom deleted the picture ph-1. Show it", "delete_photo", "ph-1", False),
        ("Delete the caption of the picture ph-1", "delete_photo", "ph-1", False),
        ("Delete the file of ph-1", "delete_frame", "ph-1", False),
    ],
)
def test_another_noun_says_the_thing_and_nothing_more(prompt, name, photo, runs):
    assert (asks(RULES, prompt, (name, {"photo_id": photo}), LETTER, PHOTOS) == set()) is runs


@pytest.mark.parametrize(
    ("prompt", "visit", "runs"),
    [
        ("Cancel my appointment vi-1", "vi-1", True),
        ("Cancel my appointment vi-1", "vi-2", False),
        ("Is my appointment vi-1 cancelled?", "vi-1", False),
    ],
)
def test_an_appointment_is_a_visit(prompt, visit, runs):
    call = ("cancel_visit", {"visit_id": visit})
    assert (asks(RULES, prompt, call, LETTER, VISITS) == set()) is runs


def test_no_such_noun_gives_power():
    for word in ("admin", "owner", "editor", "manager", "access", "permission", "password", "key"):
        assert not same_as(frozenset({word}))
    for word in ("photo", "visit", "ride", "label"):
        assert not any(risks(one, frozenset()) for one in same_as(frozenset({word})))
